/** `crossdock check --repair`: finds what breaks an invariant, repairs SKU by SKU and order by order, and looks again. */
import type { Instant } from '#core/model/time.ts'
import { checkInvariants, type Checked, invariants, violationsOf } from './check.ts'
import type { Queryable } from './database.ts'
import { repairOrder } from './repair-orders.ts'
import { type Repair, type RepairOutcome, type RepairRun, repairSku } from './repair-stock.ts'
import type { UnitOfWork } from './unit.ts'

export type Repaired = {
  run: string
  repairs: Repair[]
  /** What cannot be repaired by itself, with the reason. */
  refused: RepairOutcome['refused']
  /** All invariants, checked again afterwards. */
  results: Checked[]
}

const AT_ONCE = 1_000

/** `tell` hears of each repair as it is made. */
export async function repairEverything(
  db: Queryable,
  commit: UnitOfWork,
  run: Omit<RepairRun, 'now'> & { now: () => Instant },
  tell: (repair: Repair) => void = () => undefined,
): Promise<Repaired> {
  const repairs: Repair[] = []
  const refused = new Map<string, string>()
  // Each is tried once: what a repair does not cure is told, not tried for ever.
  const tried = new Set<string>()
  for (;;) {
    const keys = (await brokenKeys(db, run.now())).filter(({ by, key }) => !tried.has(`${by} ${key}`))
    if (keys.length === 0) break
    for (const { by, key } of keys) {
      tried.add(`${by} ${key}`)
      const outcome = await commit((unit) => {
        const at = { ...run, now: run.now() }
        return by === 'SKU' ? repairSku(unit, at, key) : repairOrder(unit, at, key)
      }).catch((error: unknown): RepairOutcome => {
        const reason = error instanceof Error ? error.message : 'it failed'
        return { repairs: [], refused: [{ subject: key, reason }] }
      })
      for (const repair of outcome.repairs) tell(repair)
      repairs.push(...outcome.repairs)
      for (const each of outcome.refused) refused.set(each.subject, each.reason)
    }
  }
  const results = await checkInvariants(db, run.now())
  return { run: run.id, repairs, refused: [...refused].map(([subject, reason]) => ({ subject, reason })), results }
}

/** SKUs and orders with a violation. A line whose backorders do not add up is its order's matter. */
async function brokenKeys(db: Queryable, now: Instant): Promise<{ by: 'SKU' | 'order'; key: string }[]> {
  const found = new Map<string, { by: 'SKU' | 'order'; key: string }>()
  for (const invariant of invariants()) {
    if (invariant.goesBy === undefined) continue
    for (const { key = '', subject } of await violationsOf(db, invariant, now, undefined, AT_ONCE)) {
      const order = /^(ord_[^/]+)\/\d+$/.exec(subject)?.[1]
      const what = order === undefined ? { by: invariant.goesBy, key } : { by: 'order' as const, key: order }
      found.set(`${what.by} ${what.key}`, what)
    }
  }
  return [...found.values()].sort((a, b) => a.key.localeCompare(b.key, 'en'))
}
