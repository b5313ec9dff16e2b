/** A new version of the stock policy takes over from one moment on. Versions never change; the one before stays, so that the past can be asked. */
import type { StockPolicy } from '#core/model/stock-policy.ts'
import type { Instant } from '#core/model/time.ts'
import { activateStockPolicy, stockPolicyAt } from './stock-policy.ts'
import type { Unit } from './unit.ts'

export type Activation =
  | { kind: 'activated' }
  /** This version is known with the same content; `active` tells whether it is the one that holds. */
  | { kind: 'known'; active: boolean }
  /** This version is known with another content. */
  | { kind: 'taken' }
  /** Units are fenced for segments that the policy does not name: nobody could draw them. */
  | { kind: 'fenced'; segments: string[] }

/** Whatever follows from it (safety stock, the channels' numbers) is done by the stock-rules worker after the commit. */
export async function activatePolicy(
  unit: Unit,
  policy: StockPolicy,
  actor: string,
  now: Instant,
): Promise<Activation> {
  const known = await knownVersion(unit, policy)
  if (known !== undefined) return known
  const fenced = await unit.query<{ segment: string }>(
    'SELECT DISTINCT segment FROM stock_fence WHERE quantity > 0 AND segment <> ALL ($1::text[]) ORDER BY segment',
    [policy.segments.map((segment) => segment.id)],
  )
  if (fenced.length > 0) return { kind: 'fenced', segments: fenced.map((row) => row.segment) }
  if (!(await activateStockPolicy(unit, policy, actor, now)))
    return (await knownVersion(unit, policy)) ?? { kind: 'taken' }
  unit.enqueue('stock-rules', [policy.version])
  return { kind: 'activated' }
}

async function knownVersion(unit: Unit, policy: StockPolicy): Promise<Activation | undefined> {
  const [row] = await unit.query<{ same: boolean }>(
    'SELECT document = $2::jsonb AS same FROM stock_policy WHERE version = $1',
    [policy.version, JSON.stringify(policy)],
  )
  if (row === undefined) return undefined
  if (!row.same) return { kind: 'taken' }
  return { kind: 'known', active: (await stockPolicyAt(unit)).version === policy.version }
}
