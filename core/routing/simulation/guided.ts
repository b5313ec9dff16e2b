/**
 * Policies that look ahead: `shadow-price` serves each order at the least money plus what its units are worth to later orders;
 * `default` chooses, among the methods that come close to that, as the optimum over many futures would mix them. Where nodes have limits
 * of a day both are one: its mix was the dearer way on every instance tried.
 */
import type { Random } from '../../ports.ts'
import { createGuide } from '../prices/guidance.ts'
import type { Guidance } from '../prices/guidance.ts'
import { pricedCost } from '../prices/method-program.ts'
import type { LinearProgramSolver } from '../prices/linear-program.ts'
import { climbing } from './climbing.ts'
import { groupsOf } from './groups.ts'
import { coverOrder, NOBODY } from './order-cover.ts'
import { DAYS_AHEAD, LATER, outlook, pricesOfToday, turnDay, turnsDay, withoutLooseLimits } from './outlook.ts'
import { rowLength } from './places.ts'
import type { Policy } from './policies.ts'
import { scenarioMethods } from './scenario-methods.ts'
import type { ScenarioMethod } from './scenario-methods.ts'
import { stockedPositions } from './scenario.ts'
import type { KnownScenario, ScenarioOrder } from './scenario.ts'

/** Guidance is made anew this often in a period as long as the last. */
const REFRESHES = 100
/** A method is close when it costs this part more than the cheapest, prices included: prices are not known better. */
const CLOSE = 0.03

/** Weight of a new solve with limits, more than without: places run short and are there again within a day. */
const NEWS_WITH_LIMITS = 0.7

export type GuidedTools = { readonly solver: LinearProgramSolver; readonly random: Random }

export function shadowPrice(scenario: KnownScenario, tools: GuidedTools): Policy {
  return guided('shadow-price', scenario, tools, false)
}

export function followMix(scenario: KnownScenario, tools: GuidedTools): Policy {
  return guided('default', scenario, tools, true)
}

/** Beyond so many kinds of orders, or positions with stock and places, the linear program is too slow: prices climb instead (climbing.ts). */
const MAX_KINDS = 1_000
const MAX_POSITIONS = 3_000

function guided(name: string, known: KnownScenario, { solver, random }: GuidedTools, followsMix: boolean): Policy {
  const scenario = withoutLooseLimits(known)
  const groups = groupsOf(scenario.history)
  const kinds = groups.list.length
  const limited = scenario.packagesPerDay !== undefined
  const dated = limited ? [...groups.list, ...groups.list.map((group) => ({ ...group, day: LATER }))] : groups.list
  const row = rowLength(scenario, DAYS_AHEAD)
  const positions = stockedPositions(scenario) + row - scenario.stock.length
  if (dated.length > MAX_KINDS || positions > MAX_POSITIONS) return climbing(name, scenario, random)
  const counts = groups.count(scenario.history)
  const methods = scenarioMethods(scenario, dated)
  const guide = createGuide(solver, random, methods, dated.length, row, limited ? NEWS_WITH_LIMITS : undefined)
  const every = Math.max(1, Math.ceil(scenario.history.length / REFRESHES))
  let prices: Float64Array = new Float64Array(row)
  let quotas: Quota[][] = []
  return {
    name,
    refresh: (seen, stock, today) => {
      const turns = turnsDay(scenario, today)
      if (kinds === 0 || (seen % every !== 0 && !turns)) return false
      if (turns) guide.reprice((known) => turnDay(scenario, known))
      const { partToday, limits } = outlook(scenario, seen, stock, today)
      const expected = limited ? byDay(counts, partToday) : counts
      const guidance = guide.solve(expected, scenario.history.length, seen, limits)
      prices = guidance.prices
      quotas = followsMix && !limited ? quotasOf(guidance) : []
      return true
    },
    decide: (order, stock, nodeOfLine) => {
      const group = groups.indexOf(order)
      if (group !== undefined) counts[group] = (counts[group] ?? 0) + 1
      const weighed = { stock, prices, packagePrices: pricesOfToday(scenario, prices) }
      const cost = coverOrder(scenario, order.destination, order.skus, weighed, nodeOfLine)
      const quota = takeQuota(quotas[group ?? -1] ?? [], stock, prices, cost * (1 + CLOSE))
      if (quota !== undefined) writeNodes(order, quota.method, nodeOfLine)
    },
    close: () => guide.close(),
  }
}

/** Counts of each kind today, then of each later. */
function byDay(counts: Float64Array, partToday: number): Float64Array {
  const all = new Float64Array(2 * counts.length)
  counts.forEach((count, kind) => {
    all[kind] = count * partToday
    all[counts.length + kind] = count * (1 - partToday)
  })
  return all
}

/** How many of a group's orders a method should have had, and has had, since the guidance was made. */
type Quota = { readonly method: ScenarioMethod; readonly part: number; due: number; used: number }

/**
 * Methods that leave a line out are not followed: in the futures where stock runs out somebody must go without, but who, is
 * better decided when it has run out.
 */
function quotasOf({ mixes }: Guidance<ScenarioMethod>): Quota[][] {
  return mixes.map((mix) => {
    const complete = mix.filter(({ method }) => !method.nodes.includes(NOBODY))
    const sum = complete.reduce((all, { share }) => all + share, 0)
    return complete.map(({ method, share }) => ({ method, part: share / sum, due: 0, used: 0 }))
  })
}

/** Of the methods up to that cost whose units are all there, the one that is furthest behind its part of the group's orders. */
function takeQuota(quotas: readonly Quota[], stock: Int32Array, prices: Float64Array, most: number): Quota | undefined {
  let best: Quota | undefined
  for (const quota of quotas) {
    quota.due += quota.part
    const isNext = best === undefined || quota.due - quota.used > best.due - best.used
    if (isNext && pricedCost(quota.method, prices) <= most && hasUnits(quota.method, stock)) best = quota
  }
  if (best !== undefined) best.used++
  return best
}

function hasUnits({ positions }: ScenarioMethod, stock: Int32Array): boolean {
  for (let at = 0; at < positions.length; at++) {
    const position = positions[at] ?? 0
    let needed = 1
    for (let before = 0; before < at; before++) if (positions[before] === position) needed++
    if ((stock[position] ?? 0) < needed) return false
  }
  return true
}

/** The method names nodes in the order of sorted SKUs. */
function writeNodes({ skus }: ScenarioOrder, { nodes }: ScenarioMethod, nodeOfLine: Int16Array): void {
  for (let line = 0; line < skus.length; line++) {
    const sku = skus[line] ?? 0
    let rank = 0
    for (let other = 0; other < skus.length; other++) {
      const otherSku = skus[other] ?? 0
      if (otherSku < sku || (otherSku === sku && other < line)) rank++
    }
    nodeOfLine[line] = nodes[rank] ?? NOBODY
  }
}
