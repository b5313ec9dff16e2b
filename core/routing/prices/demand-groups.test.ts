import { expect, test } from 'vitest'
import { demandGroups } from './demand-groups.ts'
import type { RecordedOrder } from './demand-groups.ts'

const order = (sku: string, latitude: number): RecordedOrder => ({
  country: 'FR',
  position: { latitude, longitude: 2.5 },
  lines: [{ sku, quantity: 1 }],
})

test('orders for the same things in one region are one group, whatever the order of their lines', () => {
  const lines = [
    { sku: 'b', quantity: 1 },
    { sku: 'a', quantity: 2 },
  ]
  const groups = demandGroups(
    [
      { country: 'FR', lines },
      { country: 'FR', lines: lines.toReversed() },
      { country: 'DE', lines },
    ],
    10,
  )
  expect(groups.map(({ country, count }) => [country, count])).toEqual([
    ['FR', 2],
    ['DE', 1],
  ])
  expect(demandGroups([order('a', 48.1), order('a', 49.9), order('a', 50.1)], 10).map((each) => each.count)).toEqual([
    2, 1,
  ])
})

test('where there are too many groups the rare ones stand for each other, and no order is lost', () => {
  const orders = [
    ...Array.from({ length: 50 }, () => order('often', 48)),
    ...Array.from({ length: 100 }, (_, at) => order(`rare-${at}`, 48)),
  ]
  const groups = demandGroups(orders, 20)
  expect(groups.length).toBeLessThanOrEqual(20)
  expect(groups[0]).toMatchObject({ count: 50 })
  expect(groups.reduce((sum, each) => sum + each.count, 0)).toBeCloseTo(150, 6)
})

test('an order of a thousand units is no kind that comes again', () => {
  expect(demandGroups([{ country: 'FR', lines: [{ sku: 'a', quantity: 1_000 }] }], 10)).toEqual([])
})
