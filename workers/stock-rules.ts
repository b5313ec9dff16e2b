/**
 * Keeps safety stock and the channels' numbers in step with the stock rules: after a new policy, after changes of products, nodes and
 * channels, when a dated rule begins or ends, and when counts grow old. Whoever waits for what a change makes sellable is woken.
 */
import { rulesTurnBetween } from '#core/ledger/rule-book.ts'
import type { StockPolicy } from '#core/model/stock-policy.ts'
import { epochMsOf, type Instant } from '#core/model/time.ts'
import { markOldCounts } from '#store/old-counts.ts'
import {
  beginPass,
  type Carried,
  carryOutProducts,
  passSlice,
  rulesApplied,
  type RulesState,
  rulesState,
} from '#store/stock-rules.ts'
import type { Unit } from '#store/unit.ts'
import { nudgePublish } from './nudge.ts'
import { stockRose } from './stock-rose.ts'
import type { World } from './world.ts'

/** How often old counts are looked for: rules say minutes. */
const FRESHNESS_EVERY_MS = 60_000
const PRODUCTS_AT_ONCE = 500

/** The sweeper asks at each tick: one small query, and the policy is at hand. */
export async function rulesAreDue(world: World): Promise<boolean> {
  const { stockPolicy } = await world.master.fresh()
  const state = await rulesApplied(world.db)
  const now = world.clock.now()
  if (state === undefined || state.stale) return true
  return passIsDue(state, stockPolicy, now) || freshnessIsDue(state, stockPolicy, now)
}

const passIsDue = (state: RulesState, policy: StockPolicy, now: Instant): boolean =>
  state.targetVersion !== null ||
  state.policyVersion !== policy.version ||
  rulesTurnBetween(policy, state.appliedAt, now)

const freshnessIsDue = (state: RulesState, policy: StockPolicy, now: Instant): boolean =>
  policy.rules.some((rule) => rule.kind === 'freshness') &&
  (state.freshnessAt === null || epochMsOf(now) - epochMsOf(state.freshnessAt) >= FRESHNESS_EVERY_MS)

/** Works alone: two passes at once would do the same twice. */
export async function handleStockRules(world: World): Promise<void> {
  const master = await world.master.fresh()
  const now = world.clock.now()
  const policy = master.stockPolicy
  await world.commit(async (unit) => {
    const state = await rulesState(unit, now)
    const applied = await rulesApplied(unit)
    const slow = applied?.stale === true && (await nodesOrChannelsChanged(unit))
    const resumes = state.targetVersion === policy.version && !slow
    if (!resumes && (slow || passIsDue(state, policy, now))) await beginPass(unit, state, policy.version, now)
  })
  await untilDone(world, now, async (unit) => passSlice(unit, master, await rulesState(unit, now)))
  await untilDone(world, now, (unit) => carryOutProducts(unit, master, now, PRODUCTS_AT_ONCE))
  await world.commit(async (unit) => {
    const state = await rulesState(unit, now)
    if (freshnessIsDue(state, policy, now)) await markOldCounts(unit, policy, state.freshnessAt, now)
  })
  await nudgePublish(world)
}

/** A commit a slice; whoever waits for what a slice made sellable is woken with it. */
async function untilDone(world: World, now: Instant, slice: (unit: Unit) => Promise<Carried>): Promise<void> {
  for (;;) {
    const { done } = await world.commit(async (unit) => {
      const carried = await slice(unit)
      await stockRose(unit, world, carried.eased, now)
      return carried
    })
    if (done) return
  }
}

async function nodesOrChannelsChanged(db: { query: World['db']['query'] }): Promise<boolean> {
  return (await db.query(`SELECT 1 FROM stock_rules_stale WHERE kind IN ('node', 'channel') LIMIT 1`)).length > 0
}
