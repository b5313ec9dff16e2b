/**
 * Keeps apart those who raise stock and wake who waits for it, and those who begin to wait. Either the waiting one sees the raised stock,
 * or the raising one sees who waits: without this both could read just before the other commits, and the wake-up would be lost.
 */
import type { Queryable } from './database.ts'

/** Keeps this lock apart from others of the database. */
const RISES = 0x72697365

/** After stock was raised and before those are looked for who wait for it. Rises do not wait for each other. */
export async function lockAsRise(db: Queryable): Promise<void> {
  await db.query(`SELECT pg_advisory_xact_lock_shared(${RISES})`)
}

/** Before stock is looked at for the last time and somebody is let wait for it. Every rise under way is committed then, or comes after. */
export async function lockAsWaiter(db: Queryable): Promise<void> {
  await db.query(`SELECT pg_advisory_xact_lock(${RISES})`)
}
