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

test('limits of a day need days, and days rise from 0 within the orders', () => {
  const limited = { ...file, nodes: file.nodes.map((node) => ({ ...node, packagesPerDay: 1 })) }
  expect(issuesOf(limited)).toEqual([expect.stringMatching(/^\/nodes\/0\/packagesPerDay: needs the days.*dayStarts/)])
  const orders = [file.orders[0], file.orders[0], file.orders[0]]
  expect(issuesOf({ ...limited, orders, dayStarts: [0, 2] })).toEqual([])
  expect(issuesOf({ ...limited, orders, dayStarts: [1, 1, 3] }).map((each) => each.split(':')[0])).toEqual([
    '/dayStarts/0',
    '/dayStarts/1',
    '/dayStarts/2',
  ])
  expect(issuesOf({ ...limited, nodes: limited.nodes.map((node) => ({ ...node, packagesPerDay: -1 })) })).toHaveLength(
    2,
  )
})

test('a policy is never handed the orders or the bound', () => {
  const known = knownPart(aScenario({ packageFixed: [1], unitCost: [[1]], stock: [[1]] }))
  expect(Object.keys(known)).not.toContain('orders')
  expect(Object.keys(known)).not.toContain('dayStarts')
  expect(Object.keys(known)).not.toContain('hindsightBound')
})
