import { expect, test } from 'vitest'
import type { CurrencyCode } from '../../model/money.ts'
import type { Instant } from '../../model/time.ts'
import { DEFAULT_ROUTING_POLICY } from '../policy.ts'
import { aNode } from '../test-kit.ts'
import { recordedScenario } from './recorded.ts'
import { parseScenario } from './scenario.ts'

const berlin = { latitude: 52.5, longitude: 13.4 }
const paris = { latitude: 48.9, longitude: 2.3 }
const order = (position: typeof berlin, ...lines: [string, number][]) => ({
  placedAt: '2026-11-19T10:00:00.000Z' as Instant,
  country: position === berlin ? 'DE' : 'FR',
  position,
  lines: lines.map(([sku, quantity]) => ({ sku, quantity })),
})

const recording = {
  name: 'recorded',
  nodes: [
    aNode('a', { at: [52.5, 13.4], fixed: 500, perUnit: 20, per100Km: 50 }),
    aNode('b', { at: [48.9, 2.3], fixed: 400, perUnit: 30, per100Km: 50 }),
    aNode('pickup', { capabilities: ['pickup'] }),
  ],
  currency: 'EUR' as CurrencyCode,
  policy: DEFAULT_ROUTING_POLICY,
  at: '2026-11-23T10:00:00.000Z' as Instant,
  history: [order(berlin, ['x', 1])],
  orders: [
    { ...order(paris, ['x', 2], ['y', 1]), placedAt: '2026-11-20T10:00:00.000Z' as Instant },
    { ...order(berlin, ['y', 65]), placedAt: '2026-11-21T10:00:00.000Z' as Instant },
  ],
  stock: [
    { sku: 'x', nodeId: 'a', units: -2 },
    { sku: 'x', nodeId: 'a', units: 5 },
    { sku: 'y', nodeId: 'b', units: 7 },
    { sku: 'y', nodeId: 'gone', units: 7 },
  ],
}

test('recorded orders become a scenario: units are lines, regions are destinations, the router prices the lanes', () => {
  const { file, leftOut } = recordedScenario(recording)
  expect(leftOut).toBe(1)
  expect(file.skus).toEqual(['x', 'y'])
  expect(file.history).toEqual([[0, [0]]])
  expect(file.orders).toEqual([[1, [0, 0, 1]]])
  expect(file.stock).toEqual([
    [3, 0],
    [0, 7],
    [0, 0],
  ])
  expect(file.destinations.map((each) => each.unitCost)).toEqual([
    [20, 30, 0],
    [20, 30, 0],
  ])
  expect(file.destinations[0]?.packageCost?.slice(0, 2)).toEqual([500, 400 + 9 * 50])
  expect(file.destinations[1]?.packageCost?.slice(0, 2)).toEqual([500 + 9 * 50, 400])
  expect(parseScenario(file).ok).toBe(true)
})

test('a lane that the router would not use costs more than leaving the line out', () => {
  const { file } = recordedScenario(recording)
  expect(file.destinations[0]?.packageCost?.[2]).toBeGreaterThan(file.destinations[0]?.unfulfilledUnit ?? 0)
})

test('limits of nodes come with the days of the orders that can be played', () => {
  expect(recordedScenario(recording).file.dayStarts).toBeUndefined()
  const [a, ...others] = recording.nodes
  const limited = { ...(a ?? aNode('a', {})), capacity: { packagesPerDay: 3, backlogDays: 1 } }
  const [first, tooLong] = recording.orders
  const placed = (day: number) => ({
    ...order(paris, ['x', 1]),
    placedAt: `2026-11-${day}T10:00:00.000Z` as Instant,
  })
  const { file } = recordedScenario({
    ...recording,
    nodes: [limited, ...others],
    orders: [
      ...(first === undefined ? [] : [first]),
      ...(tooLong === undefined ? [] : [tooLong]),
      placed(22),
      placed(22),
      placed(24),
    ],
  })
  expect(file.nodes.map((each) => each.packagesPerDay)).toEqual([3, undefined, undefined])
  expect(file.orders).toHaveLength(4)
  expect(file.dayStarts).toEqual([0, 1, 3])
  expect(file.historyDayStarts).toEqual([0])
  expect(parseScenario(file).ok).toBe(true)
})
