/** The timeline of orders, appended in the commit of what it tells. */
import type { FactKind } from '#core/model/fact.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows } from './rows.ts'

export type NewFact = {
  id: string
  orderId: string
  kind: FactKind
  at: Instant
  actor: string
  cause?: string | undefined
  data?: Record<string, unknown>
}

const COLUMNS = {
  id: 'text',
  order_id: 'text',
  kind: 'text',
  at: 'timestamptz',
  actor: 'text',
  cause: 'text',
  data: 'jsonb',
} as const

export async function appendFacts(db: Queryable, facts: readonly NewFact[]): Promise<void> {
  await insertRows(
    db,
    'fact',
    COLUMNS,
    facts.map((fact) => ({
      id: fact.id,
      order_id: fact.orderId,
      kind: fact.kind,
      at: fact.at,
      actor: fact.actor,
      cause: fact.cause,
      data: fact.data ?? {},
    })),
  )
}

export type StoredFact = {
  id: string
  orderId: string
  kind: FactKind
  at: Instant
  actor: string
  cause: string | null
  data: Record<string, unknown>
}

export async function timelineOf(db: Queryable, orderId: string): Promise<StoredFact[]> {
  return db.query<StoredFact>(
    'SELECT id, order_id AS "orderId", kind, at, actor, cause, data FROM fact WHERE order_id = $1 ORDER BY id',
    [orderId],
  )
}
