import { expect, test } from 'vitest'
import { describeIssue } from '../../issue.ts'
import { knownPart, parseScenario } from './scenario.ts'
import { aScenario, aScenarioFile } from './test-kit.ts'

const file = aScenarioFile({
  packageFixed: [100, 200],
  unitCost: [[1, 2]],
  stock: [
    [5, 0],
    [0, 7],
  ],
  history: [[0, [0]]],
  orders: [[0, [0, 1]]],
})

const issuesOf = (value: unknown): string[] => {
  const result = parseScenario(value)
  return result.ok ? [] : result.issues.map((issue) => describeIssue(issue))
}

test('a scenario becomes rows of numbers: stock by node then SKU, costs by destination then node', () => {
  const scenario = aScenario({
    packageFixed: [100, 200],
    unitCost: [
      [1, 2],
      [3, 4],
    ],
    stock: [
      [5, 0],
      [0, 7],
    ],
  })
  expect([...scenario.stock]).toEqual([5, 0, 0, 7])
  expect([...scenario.packageCost]).toEqual([100, 200, 100, 200])
  expect([...scenario.unitCost]).toEqual([1, 2, 3, 4])
})

test('what is wrong is said with its place and its cure', () => {
  expect(issuesOf({ ...file, format: 'crossdock-scenario/9' })).toEqual([
    expect.stringMatching(/^\/format: .*crossdock-scenario\/1/),
  ])
  expect(issuesOf({ ...file, stock: [[5, 0]] })).toEqual([
    '/stock: must have one entry for each node: 2, not 1. Correct it.',
  ])
  expect(issuesOf({ ...file, stock: [[5, 0], [7]] })).toEqual([expect.stringMatching(/^\/stock\/1: .*SKU: 2, not 1/)])
  expect(
    issuesOf({
      ...file,
      orders: [
        [0, [0]],
        [3, [0, 2]],
      ],
    }),
  ).toEqual([
    '/orders/1/0: names entry 3 of destinations, which has 1. Use an index from 0 to 0.',
    '/orders/1/1/1: names entry 2 of skus, which has 2. Use an index from 0 to 1.',
  ])
  expect(issuesOf({ ...file, orders: [] })).toEqual([expect.stringMatching(/^\/orders: /)])
  expect(issuesOf('orders')).toHaveLength(1)
})

test('limits of a day need the days of orders and of history', () => {
  const limited = { ...file, nodes: file.nodes.map((node) => ({ ...node, packagesPerDay: 1 })) }
  expect(issuesOf(limited)).toEqual([
    expect.stringMatching(/^\/nodes\/0\/packagesPerDay: needs the days of orders.* Add `dayStarts`/),
    expect.stringMatching(/^\/nodes\/0\/packagesPerDay: needs the days of history.* Add `historyDayStarts`/),
  ])
  expect(issuesOf({ ...limited, dayStarts: [0], historyDayStarts: [0] })).toEqual([])
  expect(issuesOf({ ...limited, dayStarts: [0], history: [] })).toEqual([])
})

test('days begin at 0, rise, and lie within the orders', () => {
  const three = [file.orders[0], file.orders[0], file.orders[0]]
  const placesOf = (dated: object): string[] =>
    issuesOf({ ...file, orders: three, history: three, ...dated }).map((each) => each.split(':')[0] ?? '')
  expect(placesOf({ dayStarts: [0, 2], historyDayStarts: [0, 1, 2] })).toEqual([])
  expect(placesOf({ dayStarts: [1, 1, 3] })).toEqual(['/dayStarts/0', '/dayStarts/1', '/dayStarts/2'])
  expect(placesOf({ historyDayStarts: [0, 3] })).toEqual(['/historyDayStarts/1'])
})

test('a limit is a whole number of packages, none at all included', () => {
  const limited = (packagesPerDay: number) => ({
    ...file,
    nodes: file.nodes.map((node) => ({ ...node, packagesPerDay })),
    dayStarts: [0],
    historyDayStarts: [0],
  })
  expect(issuesOf(limited(0))).toEqual([])
  expect(issuesOf(limited(-1))).toHaveLength(2)
  expect(issuesOf(limited(2.5))).toHaveLength(2)
})

test('a policy is never handed the orders or the bound', () => {
  const known = knownPart(aScenario({ packageFixed: [1], unitCost: [[1]], stock: [[1]] }))
  expect(Object.keys(known)).not.toContain('orders')
  expect(Object.keys(known)).not.toContain('dayStarts')
  expect(Object.keys(known)).not.toContain('hindsightBound')
})
