/**
 * The sweeper makes lost jobs again from the tables: whatever waits there longer than it should has lost its job. Queues may be
 * deleted at any moment; this finds all work. It runs every few seconds in one process at a time.
 */
import { type Instant, plusMs } from '#core/model/time.ts'
import { feedsWithoutWorker, forgetCutOffFeeds } from '#store/feeds.ts'
import { beat } from '#store/heartbeats.ts'
import { forgetIdempotencyBefore } from '#store/idempotency.ts'
import { connectionsWithDueWork, deliverQueue } from '#store/instructions.ts'
import { availabilityIsWaiting } from '#store/availability.ts'
import { staleUnroutedOrders } from '#store/orders.ts'
import { relayOutbox } from '#store/outbox.ts'
import { MAX_IDS_PER_JOB, publish } from './flusher.ts'
import { rulesAreDue } from './stock-rules.ts'
import type { World } from './world.ts'

export type SweepAges = {
  /** An outbox row this old was missed by its writer. */
  outboxMs: number
  /** A document or an order that waits this long for its worker has lost its job. */
  workMs: number
  /** An instruction this long past its time has lost its job, or its back-off has ended. */
  instructionMs: number
}

export const SWEEP_AGES: SweepAges = { outboxMs: 2_000, workMs: 30_000, instructionMs: 1_000 }

const MAX_SWEPT = 5_000
const IDEMPOTENCY_KEPT_MS = 24 * 3_600_000
/** An upload that brings no chunk for so long was cut off by a crash of ours: any other end removes it at once. */
const UPLOAD_IDLE_MS = 3_600_000

export async function handleSweep(world: World, ages: SweepAges): Promise<void> {
  const now = world.clock.now()
  await relayOutbox(world.db, { olderThanMs: ages.outboxMs, max: 1_000 }, async (messages) => {
    for (const [queue, group] of Map.groupBy(messages, (message) => message.queue))
      await publish(queue, group, world.pump.add)
  })
  await addInPieces(world, 'inbound', await staleEnvelopes(world, plusMs(now, -ages.workMs)))
  await addInPieces(world, 'route', await staleUnroutedOrders(world.db, plusMs(now, -ages.workMs), MAX_SWEPT))
  for (const { connectionId, ids } of await connectionsWithDueWork(world.db, plusMs(now, -ages.instructionMs))) {
    await addInPieces(world, deliverQueue(connectionId), ids)
  }
  await addInPieces(world, 'feed', await feedsWithoutWorker(world.db, now, plusMs(now, -ages.workMs)))
  await forgetCutOffFeeds(world.db, plusMs(now, -UPLOAD_IDLE_MS))
  if (await availabilityIsWaiting(world.db)) await world.pump.addOnce('publish', 'publish', 100)
  if (await rulesAreDue(world)) await world.pump.addOnce('stock-rules', 'stock-rules', 0)
  await forgetIdempotencyBefore(world.db, plusMs(now, -IDEMPOTENCY_KEPT_MS))
  await beat(world.db, 'sweeper', now)
}

/** Received documents, and quarantined ones whose replay was asked for, that no worker has come to. */
async function staleEnvelopes(world: World, before: Instant): Promise<string[]> {
  const rows = await world.db.query<{ id: string }>(
    `SELECT id FROM envelope WHERE state = 'received' AND NOT chunked AND received_at < $1
     UNION SELECT envelope_id FROM quarantine_item WHERE state = 'replaying' AND opened_at < $1 LIMIT $2`,
    [before, MAX_SWEPT],
  )
  return rows.map((row) => row.id).sort()
}

async function addInPieces(world: World, queue: string, ids: readonly string[]): Promise<void> {
  for (let i = 0; i < ids.length; i += MAX_IDS_PER_JOB) await world.pump.add(queue, ids.slice(i, i + MAX_IDS_PER_JOB))
}
