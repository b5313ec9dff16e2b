/** The networks that decisions were made on, each stored once under the hash of its content, so that a decision can be made again. */
import { createHash } from 'node:crypto'
import type { RecordedNetwork } from '#core/routing/record.ts'
import type { Database, Queryable } from './database.ts'

const known = new WeakMap<Database, Set<string>>()

export function networkIdOf(network: RecordedNetwork): string {
  const text = JSON.stringify([network.nodes, network.rateCards])
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** Stores it if it is new. Not inside a transaction that may be rolled back: others would believe it stored. */
export async function keepNetwork(db: Database, id: string, network: RecordedNetwork): Promise<void> {
  const kept = known.get(db) ?? new Set<string>()
  known.set(db, kept)
  if (kept.has(id)) return
  await db.query(
    `INSERT INTO routing_network (id, nodes, rate_cards) VALUES ($1, $2::text::jsonb, $3::text::jsonb) ON CONFLICT (id) DO NOTHING`,
    [id, JSON.stringify(network.nodes), JSON.stringify(network.rateCards)],
  )
  kept.add(id)
}

export async function loadNetwork(db: Queryable, id: string): Promise<RecordedNetwork | undefined> {
  const [row] = await db.query<RecordedNetwork>(
    'SELECT nodes, rate_cards AS "rateCards" FROM routing_network WHERE id = $1',
    [id],
  )
  return row
}
