/** Instructions that wait for a person. */
import type { InstructionState } from '#core/model/document.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from '#store/database.ts'
import { deliverQueue } from '#store/instructions.ts'
import type { Unit } from '#store/unit.ts'

export type InstructionRow = {
  id: string
  connectionId: string
  kind: string
  businessKey: string
  subjectId: string
  orderId: string | null
  state: InstructionState
  attempts: number
  detail: string | null
}

const SELECT = `SELECT id, connection_id AS "connectionId", kind, business_key AS "businessKey", subject_id AS "subjectId",
  order_id AS "orderId", state, attempts, detail FROM instruction WHERE id = $1`

export async function instructionOf(db: Queryable, id: string): Promise<InstructionRow | undefined> {
  const [row] = await db.query<InstructionRow>(SELECT, [id])
  return row
}

/** Locks it until the transaction ends. */
export async function lockInstruction(unit: Unit, id: string): Promise<InstructionRow | undefined> {
  const [row] = await unit.query<InstructionRow>(`${SELECT} FOR UPDATE`, [id])
  return row
}

/**
 * Back to the start of its attempts. The bytes stay as they were prepared, so that the partner can tell a repeat; only those it
 * refused are made afresh.
 */
export async function requeueInstruction(unit: Unit, row: InstructionRow, detail: string, now: Instant): Promise<void> {
  await unit.query(
    `UPDATE instruction SET state = 'queued', attempts = 0, lookups = 0, next_at = $2, lease_until = NULL, detail = $3, settled_at = NULL,
            transmission_id = CASE WHEN state = 'rejected' THEN NULL ELSE transmission_id END WHERE id = $1`,
    [row.id, now, detail],
  )
  unit.enqueue(deliverQueue(row.connectionId), [row.id])
}
