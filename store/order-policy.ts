/** Versions of the order policy. The newest activated one holds; older ones stay: facts name them. */
import { DEFAULT_ORDER_POLICY, OrderPolicy } from '#core/model/order-policy.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { bumpVersion } from './master-data.ts'

/** Read through its schema, so that a version of an older hub gets the defaults of what it could not know. */
export async function activeOrderPolicy(db: Queryable): Promise<OrderPolicy> {
  const [row] = await db.query<{ document: unknown }>(
    'SELECT document FROM order_policy ORDER BY activated_at DESC, version DESC LIMIT 1',
  )
  return row === undefined ? DEFAULT_ORDER_POLICY : OrderPolicy.parse(row.document)
}

export type PolicyActivation =
  | { kind: 'activated' }
  /** This version is known with the same content; `active` tells whether it is the one that holds. */
  | { kind: 'known'; active: boolean }
  /** This version is known with another content: versions never change. */
  | { kind: 'taken' }

export async function activateOrderPolicy(
  db: Queryable,
  policy: OrderPolicy,
  actor: string,
  now: Instant,
): Promise<PolicyActivation> {
  const rows = await db.query(
    `INSERT INTO order_policy (version, document, activated_at, actor) VALUES ($1, $2::jsonb, $3, $4)
     ON CONFLICT (version) DO NOTHING RETURNING 1`,
    [policy.version, JSON.stringify(policy), now, actor],
  )
  if (rows.length > 0) {
    await bumpVersion(db)
    return { kind: 'activated' }
  }
  const [row] = await db.query<{ same: boolean }>(
    'SELECT document = $2::jsonb AS same FROM order_policy WHERE version = $1',
    [policy.version, JSON.stringify(policy)],
  )
  if (row?.same !== true) return { kind: 'taken' }
  return { kind: 'known', active: (await activeOrderPolicy(db)).version === policy.version }
}
