/**
 * Policies that look ahead: `shadow-price` serves each order at the least money plus what its units are worth to later orders;
 * `default` chooses, among the methods that come close to that, as the optimum over many futures would mix them.
 */
import type { Random } from '../../ports.ts'
import { createGuide } from '../prices/guidance.ts'
import type { Guidance } from '../prices/guidance.ts'
import { pricedCost } from '../prices/method-program.ts'
import type { LinearProgramSolver } from '../prices/linear-program.ts'
import { createAscent } from './dual-ascent.ts'
import { groupsOf } from './groups.ts'
import { coverOrder, NOBODY } from './order-cover.ts'
import type { Policy } from './policies.ts'
import { scenarioMethods } from './scenario-methods.ts'
import type { ScenarioMethod } from './scenario-methods.ts'
import { stockedPositions } from './scenario.ts'
import type { KnownScenario, ScenarioOrder } from './scenario.ts'

/** Guidance is made anew this often in a period as long as the last. */
const REFRESHES = 100
/** A method is close when it costs this part more than the cheapest, prices included: prices are not known better. */
const CLOSE = 0.03

export type GuidedTools = { readonly solver: LinearProgramSolver; readonly random: Random }

export function shadowPrice(scenario: KnownScenario, tools: GuidedTools): Policy {
  return guided('shadow-price', scenario, tools, false)
}

export function followMix(scenario: KnownScenario, tools: GuidedTools): Policy {
  return guided('default', scenario, tools, true)
}

/** Beyond so many kinds of orders, or positions with stock, the linear program is too slow: prices climb instead (dual-ascent.ts). */
const MAX_KINDS = 1_000
const MAX_POSITIONS = 3_000
/** Steps of the first climb, of each later one, and how often in a period. */
const FIRST_CLIMB = 60
const LATER_CLIMB = 10
const CLIMBS = 20

const isLarge = (scenario: KnownScenario, kinds: number): boolean =>
  kinds > MAX_KINDS || stockedPositions(scenario) > MAX_POSITIONS

/** Both policies are one where orders hardly ever repeat: there is no mix to follow. */
function climbing(name: string, scenario: KnownScenario, random: Random): Policy {
  const ascent = createAscent(scenario, random)
  const { history } = scenario
  const every = Math.max(1, Math.ceil(history.length / CLIMBS))
  let prices: Float64Array = new Float64Array(scenario.stock.length)
  return {
    name,
    refresh: (seen, stock) => {
      if (seen % every !== 0) return false
      const remaining = Math.max(1, history.length - seen)
      prices = ascent.climb(history, remaining, stock, seen === 0 ? FIRST_CLIMB : LATER_CLIMB)
      return true
    },
    decide: ({ destination, skus }, stock, nodeOfLine) =>
      void coverOrder(scenario, destination, skus, { stock, prices }, nodeOfLine),
  }
}

function guided(name: string, scenario: KnownScenario, { solver, random }: GuidedTools, followsMix: boolean): Policy {
  const groups = groupsOf(scenario.history)
  if (isLarge(scenario, groups.list.length)) return climbing(name, scenario, random)
  const counts = groups.count(scenario.history)
  const positions = scenario.stock.length
  const guide = createGuide(solver, random, scenarioMethods(scenario, groups.list), groups.list.length, positions)
  const every = Math.max(1, Math.ceil(scenario.history.length / REFRESHES))
  let prices: Float64Array = new Float64Array(positions)
  let quotas: Quota[][] = []
  return {
    name,
    refresh: (seen, stock) => {
      if (groups.list.length === 0 || seen % every !== 0) return false
      const guidance = guide.solve(counts, scenario.history.length, seen, Float64Array.from(stock))
      prices = guidance.prices
      quotas = followsMix ? quotasOf(guidance) : []
      return true
    },
    decide: (order, stock, nodeOfLine) => {
      const group = groups.indexOf(order)
      if (group !== undefined) counts[group] = (counts[group] ?? 0) + 1
      const cost = coverOrder(scenario, order.destination, order.skus, { stock, prices }, nodeOfLine)
      const quota = takeQuota(quotas[group ?? -1] ?? [], stock, prices, cost * (1 + CLOSE))
      if (quota !== undefined) writeNodes(order, quota.method, nodeOfLine)
    },
    close: () => guide.close(),
  }
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
