import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadLinearProgramSolver } from '#workers/prices/highs.ts'
import { seededRandom } from '../../random.ts'
import type { LinearProgramSolver } from '../prices/linear-program.ts'
import { boundFromPrices, hindsightBound } from './bound.ts'
import { POLICIES, POLICY_NAMES } from './builtin.ts'
import type { PolicyName } from './builtin.ts'
import { NOBODY } from './order-cover.ts'
import { orderCost, play } from './play.ts'
import type { Played } from './play.ts'
import { differences, reportOf } from './report.ts'
import { knownPart } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { aBusyScenario, aScenario } from './test-kit.ts'

let solver: LinearProgramSolver
beforeAll(async () => {
  solver = await loadLinearProgramSolver()
})

let tick = 0
const playWith = (scenario: Scenario, name: PolicyName): Played => {
  const policy = POLICIES[name](knownPart(scenario), { solver, random: seededRandom(1) })
  try {
    return play(scenario, policy, { nowMs: () => tick++ })
  } finally {
    policy.close?.()
  }
}

/** Packages of each node, day by day. */
function packagesByDay({ orders, nodes, dayStarts }: Scenario, { choices }: Played): number[][] {
  const days = dayStarts.map(() => nodes.map(() => 0))
  let line = 0
  orders.forEach((order, index) => {
    const day = days[dayStarts.findLastIndex((start) => start <= index)]
    for (const node of new Set(choices.slice(line, (line += order.skus.length))))
      if (day !== undefined && node !== NOBODY) day[node] = (day[node] ?? 0) + 1
  })
  return days
}

describe.each(POLICY_NAMES)('policy %s', (name) => {
  const scenario = aBusyScenario(seededRandom(3), 120)

  test('takes no unit twice, and its cost is the sum of its orders’ costs', () => {
    const played = playWith(scenario, name)
    const taken = new Int32Array(scenario.stock.length)
    let [at, cost] = [0, 0]
    for (const order of scenario.orders) {
      const nodes = played.choices.slice(at, (at += order.skus.length))
      cost += orderCost(scenario, order, nodes)
      nodes.forEach((node, line) => {
        const position = node * scenario.skus.length + (order.skus[line] ?? 0)
        if (node !== NOBODY) taken[position] = (taken[position] ?? 0) + 1
      })
    }
    expect(played.cost).toBe(cost)
    expect([...taken].every((units, position) => units <= (scenario.stock[position] ?? 0))).toBe(true)
  })

  test('decides the same whatever comes after', () => {
    const other = aBusyScenario(seededRandom(99), 120)
    const mixed: Scenario = { ...scenario, orders: [...scenario.orders.slice(0, 60), ...other.orders.slice(60)] }
    const lines = scenario.orders.slice(0, 60).reduce((sum, order) => sum + order.skus.length, 0)
    expect(playWith(mixed, name).choices.slice(0, lines)).toEqual(playWith(scenario, name).choices.slice(0, lines))
  })

  test('sends no package beyond the limit of a day, and as many as before where the limit is wide', () => {
    const random = seededRandom(8)
    for (let round = 0; round < 8; round++) {
      const open = aBusyScenario(random, 120)
      const dayStarts = [0, 1 + Math.floor(random.next() * 50), 60 + Math.floor(random.next() * 50)]
      const limits = (most: number) => Int32Array.from(open.nodes, () => Math.floor(random.next() * most) - 1)
      const narrow: Scenario = { ...open, dayStarts, historyDayStarts: dayStarts, packagesPerDay: limits(40) }
      const played = playWith(narrow, name)
      expectWithinLimits(narrow, played)
      expect(played.cost).toBeGreaterThanOrEqual(hindsightBound(narrow, solver).bound - 1e-6)
      const wide: Scenario = { ...narrow, packagesPerDay: limits(1).fill(10_000) }
      expect(playWith(wide, name).choices).toEqual(playWith(open, name).choices)
    }
  })

  test('costs no less than the hindsight bound', () => {
    expect(playWith(scenario, name).cost).toBeGreaterThanOrEqual(hindsightBound(scenario, solver).bound)
  })
})

/** Any orders of up to `lines` lines, SKUs repeated, in three days, at nodes of which some have limits and little stock. */
const anyScenario = (lines: number): fc.Arbitrary<Scenario> => {
  const orders = fc.array(
    fc.tuple(fc.nat({ max: 1 }), fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: lines })),
    { minLength: 9, maxLength: 24 },
  )
  const aDay = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 8 })).map((each) => [0, ...each])
  return fc
    .record({
      history: orders,
      orders,
      dayStarts: aDay,
      historyDayStarts: aDay,
      stock: fc.array(fc.array(fc.nat({ max: 9 }), { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 }),
      packagesPerDay: fc.array(fc.option(fc.nat({ max: 4 }), { nil: undefined }), { minLength: 3, maxLength: 3 }),
    })
    .map((asked) =>
      aScenario({
        packageFixed: [10, 12, 15],
        unitCost: [
          [1, 5, 9],
          [9, 5, 1],
        ],
        ...asked,
      }),
    )
}

function expectWithinLimits(scenario: Scenario, played: Played): void {
  const sent = packagesByDay(scenario, played)
  scenario.packagesPerDay?.forEach((limit, node) => {
    if (limit >= 0) for (const day of sent) expect(day[node]).toBeLessThanOrEqual(limit)
  })
}

test('whatever is ordered, no policy exceeds a limit or costs less than the bound, which its prices prove', () => {
  fc.assert(
    fc.property(anyScenario(5), (scenario) => {
      const { bound, prices } = hindsightBound(scenario, solver)
      expect(boundFromPrices(scenario, prices)).toBeCloseTo(bound, 6)
      for (const name of POLICY_NAMES) {
        const played = playWith(scenario, name)
        expectWithinLimits(scenario, played)
        expect(played.cost).toBeGreaterThanOrEqual(bound - 1e-6)
      }
    }),
    { numRuns: 40 },
  )
})

test('orders too long for the exact cover keep to the limits too', () => {
  fc.assert(
    fc.property(anyScenario(20), (scenario) => {
      for (const name of ['nearest', 'priority-list', 'cheapest'] as const)
        expectWithinLimits(scenario, playWith(scenario, name))
    }),
    { numRuns: 20 },
  )
})

/** Three orders a day for a cheap node that sends two, and a dear one without a limit. */
const twoShortDays = (): Scenario =>
  aScenario({
    packageFixed: [1, 5],
    unitCost: [[1, 1]],
    stock: [[9], [9]],
    packagesPerDay: [2, undefined],
    dayStarts: [0, 3],
    orders: Array.from({ length: 6 }, (): [number, number[]] => [0, [0]]),
  })

test('a node that has sent the packages of its day has them again the next', () => {
  const scenario = twoShortDays()
  expect([...playWith(scenario, 'cheapest').choices]).toEqual([0, 0, 1, 0, 0, 1])
  const { nodes } = reportOf(scenario, playWith(scenario, 'cheapest'), undefined)
  expect(nodes.map((each) => each.fullDays)).toEqual([2, 0])
  const closed = aScenario({ packageFixed: [1], unitCost: [[1]], stock: [[9]], packagesPerDay: [0], dayStarts: [0] })
  expect(playWith(closed, 'cheapest').unfilledOrders).toBe(1)
})

test('the prices of units and of places together prove the bound of a scenario with limits, which is no lower than without', () => {
  const random = seededRandom(21)
  for (let round = 0; round < 10; round++) {
    const open = aBusyScenario(random, 200)
    const limited: Scenario = { ...open, dayStarts: [0, 70, 130], packagesPerDay: Int32Array.of(30, 8, -1) }
    const { bound, prices } = hindsightBound(limited, solver)
    expect(prices).toHaveLength(limited.stock.length + 3 * limited.nodes.length)
    expect(boundFromPrices(limited, prices)).toBeCloseTo(bound, 6)
    const ofUnits = prices.slice(0, limited.stock.length)
    expect(boundFromPrices(limited, ofUnits)).toBeLessThan(bound)
    expect(bound).toBeGreaterThan(hindsightBound(open, solver).bound)
  }
})

test('the bound of days that are short is what the best plan costs', () => {
  const scenario = twoShortDays()
  expect(hindsightBound(scenario, solver).bound).toBeCloseTo(4 * 2 + 2 * 6, 6)
})

test('where days are short, pricing their places pays', () => {
  const sums = { cheapest: 0, blind: 0, priced: 0 }
  for (const seed of [51, 52, 53, 54]) {
    const days = [0, 60, 120, 180, 240]
    const limited: Scenario = {
      ...aBusyScenario(seededRandom(seed), 300),
      dayStarts: days,
      historyDayStarts: days,
      packagesPerDay: Int32Array.of(20, 20, 20),
    }
    const knowsNoLimits = { ...knownPart(limited), packagesPerDay: undefined }
    const blind = POLICIES.default(knowsNoLimits, { solver, random: seededRandom(1) })
    sums.blind += play(limited, blind, { nowMs: () => 0 }).cost
    blind.close?.()
    sums.priced += playWith(limited, 'default').cost
    sums.cheapest += playWith(limited, 'cheapest').cost
  }
  expect(sums.priced).toBeLessThan(sums.blind)
  expect(sums.blind).toBeLessThan(sums.cheapest)
})

test('the prices of a hindsight bound prove it by weak duality, and other prices prove less', () => {
  const scenario = aBusyScenario(seededRandom(5), 300)
  const { bound, prices } = hindsightBound(scenario, solver)
  expect(boundFromPrices(scenario, prices)).toBeCloseTo(bound, 6)
  expect(
    boundFromPrices(
      scenario,
      prices.map((price) => price * 0.5),
    ),
  ).toBeLessThanOrEqual(bound)
  expect(boundFromPrices(scenario, new Float64Array(prices.length))).toBeLessThan(bound)
})

test('looking ahead pays: the default policy comes closer to the bound than the cheapest choice of each order', () => {
  const ratios = [11, 12, 13].map((seed) => {
    const scenario = aBusyScenario(seededRandom(seed), 200)
    const { bound } = hindsightBound(scenario, solver)
    return { cheapest: playWith(scenario, 'cheapest').cost / bound, ahead: playWith(scenario, 'default').cost / bound }
  })
  const mean = (values: number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length
  expect(mean(ratios.map((each) => each.ahead))).toBeLessThan(mean(ratios.map((each) => each.cheapest)))
})

test('with no history the default policy is the cheapest choice', () => {
  const scenario: Scenario = { ...aBusyScenario(seededRandom(3), 100), history: [] }
  expect(playWith(scenario, 'default').choices).toEqual(playWith(scenario, 'cheapest').choices)
})

test('each rule decides as its name says', () => {
  const rules = aScenario({
    packageFixed: [100, 10, 100],
    unitCost: [[5, 90, 5]],
    stock: [
      [1, 0],
      [1, 1],
      [1, 1],
    ],
    orders: [[0, [0, 1]]],
  })
  const nodesOf = (name: PolicyName): number[] => [...playWith(rules, name).choices]
  expect(nodesOf('priority-list')).toEqual([0, 1])
  expect(nodesOf('nearest')).toEqual([0, 1])
  expect(nodesOf('fewest-packages')).toEqual([1, 1])
  expect(nodesOf('cheapest')).toEqual([2, 2])
})

test('a report counts packages, splits and what was left out; differences name the orders', () => {
  const scenario = aScenario({
    packageFixed: [10, 10],
    unitCost: [[1, 2]],
    stock: [
      [1, 1],
      [1, 0],
    ],
    unfulfilledUnit: 500,
    orders: [
      [0, [0, 1]],
      [0, [0]],
      [0, [0]],
    ],
  })
  const cheapest = playWith(scenario, 'cheapest')
  expect(reportOf(scenario, cheapest, 500)).toMatchObject({
    policy: 'cheapest',
    cost: 12 + 12 + 500,
    ratio: 524 / 500,
    packagesPerOrder: 2 / 3,
    splitOrders: 0,
    unfilledOrders: 1,
    unfilledLines: 1,
    nodes: [
      { node: 'n0', packages: 1, units: 2 },
      { node: 'n1', packages: 1, units: 1 },
    ],
  })
  expect(differences(scenario, cheapest, cheapest)).toEqual([])
})
