import { expect, test } from 'vitest'
import { Node } from '../model/node.ts'
import { DEFAULT_RETURN_POLICY, ReturnPolicy } from '../model/return-policy.ts'
import type { Sku } from '../model/ids.ts'
import type { Instant } from '../model/time.ts'
import { dispositionFor } from './disposition.ts'
import { chooseReturnNode } from './node.ts'
import { judgeLine } from './terms.ts'

const shoe = { sku: 'SHOE' as Sku, tags: ['hygiene'], attributes: { brand: 'acme' } }
const sock = { sku: 'SOCK' as Sku, tags: [], attributes: {} }
const policy = ReturnPolicy.parse({
  version: 'p1',
  currency: 'EUR',
  rules: [
    { name: 'hygiene', match: { tags: ['hygiene'], reasons: ['unwanted'] }, returnable: false },
    { name: 'broken', match: { reasons: ['damaged'] }, windowDays: 365 },
    { name: 'vip', match: { channels: ['vip'] }, authorise: 'person' },
    { name: 'all', windowDays: 14 },
  ],
  dispositions: [
    {
      name: 'acme takes back',
      match: { attributes: { brand: ['acme'] }, conditions: ['defective'] },
      disposition: 'returnToVendor',
    },
    { name: 'worn', match: { conditions: ['used'] }, disposition: 'refurbish', refund: 'none' },
    { name: 'fine', match: { conditions: ['asNew'], shippedBySupplier: false }, disposition: 'restock' },
  ],
})
const judged = (goods: typeof shoe | typeof sock, reason: 'unwanted' | 'damaged', shippedAt: string, channel = 'web') =>
  judgeLine(policy, { goods, reason, shippedAt: shippedAt as Instant }, channel, '2026-11-20T00:00:00.000Z' as Instant)

test('the first rule that matches sets the window, and who must agree', () => {
  expect(judged(shoe, 'unwanted', '2026-11-19T00:00:00.000Z').objection).toContain('cannot be returned')
  expect(judged(shoe, 'damaged', '2026-01-01T00:00:00.000Z')).toMatchObject({ rule: { name: 'broken' } })
  expect(judged(shoe, 'damaged', '2026-01-01T00:00:00.000Z').objection).toBeUndefined()
  expect(judged(sock, 'unwanted', '2026-11-06T00:00:00.000Z').objection).toBeUndefined()
  expect(judged(sock, 'unwanted', '2026-11-05T23:59:59.999Z').objection).toContain('14 days')
  expect(judged(sock, 'unwanted', '2026-11-19T00:00:00.000Z', 'vip').objection).toContain('person')
  expect(
    judgeLine(
      { ...policy, rules: [] },
      { goods: sock, reason: 'late', shippedAt: undefined },
      'web',
      '2026-11-20T00:00:00.000Z' as Instant,
    ).objection,
  ).toContain('no rule')
})

test('condition, attribute and owner decide what becomes of goods; without a rule they are scrap', () => {
  const found = (
    goods: typeof shoe | typeof sock,
    condition: 'asNew' | 'used' | 'defective',
    shippedBySupplier = false,
  ) => dispositionFor(policy, { goods, reason: 'other', condition, shippedBySupplier })
  expect(found(shoe, 'defective')).toMatchObject({ disposition: 'returnToVendor', rule: 'acme takes back' })
  expect(found(sock, 'defective')).toEqual({ disposition: 'scrap', rule: 'none', refund: 'full' })
  expect(found(sock, 'used')).toMatchObject({ disposition: 'refurbish', refund: 'none' })
  expect(found(sock, 'asNew')).toMatchObject({ disposition: 'restock' })
  expect(found(sock, 'asNew', true)).toMatchObject({ disposition: 'scrap' })
})

const node = (id: string, packageFixedMinor: number, more: object = {}) =>
  Node.parse({
    id,
    name: id,
    kind: 'warehouse',
    capabilities: ['ship'],
    calendar: { timeZone: 'Europe/Paris', week: {} },
    costs: { currency: 'EUR', packageFixedMinor },
    ...more,
  })
const ask = {
  way: 'parcel' as const,
  from: undefined,
  currency: 'EUR',
  units: [{ disposition: 'restock' as const, quantity: 2 }],
}

test('the cheapest node that can do what the goods need is chosen; every other has its cost or its reason', () => {
  const nodes = [
    node('dear', 700),
    node('cheap', 300),
    node('store', 100, { kind: 'store' }),
    node('closed', 100, { enabled: false }),
    node('dollars', 100, { costs: { currency: 'USD', packageFixedMinor: 1 } }),
    node('stranger', 100),
    node('scrapyard', 100),
  ]
  const named = ReturnPolicy.parse({
    ...policy,
    nodes: [
      { nodeId: 'dear', handlingMinorPerUnit: 10 },
      { nodeId: 'cheap', handlingMinorPerUnit: 100, book: 'dear' },
      { nodeId: 'store', ways: ['inStore'] },
      { nodeId: 'closed' },
      { nodeId: 'dollars' },
      { nodeId: 'scrapyard', dispositions: ['scrap'] },
    ],
  })
  const choice = chooseReturnNode(nodes, named, ask)
  expect(choice).toMatchObject({ policyVersion: 'p1', nodeId: 'cheap', bookId: 'dear' })
  expect(choice.candidates.map((each) => [each.nodeId, 'reason' in each ? each.reason : each.cost.totalMinor])).toEqual(
    [
      ['cheap', 500],
      ['closed', 'it is taken out of work'],
      ['dear', 720],
      ['dollars', 'its costs are in USD'],
      ['scrapyard', 'it cannot restock'],
      ['store', 'it takes no parcels'],
      ['stranger', 'it takes no returns'],
    ],
  )
})

test('without named nodes every one but a supplier takes returns, and the same cost is decided by name', () => {
  const nodes = [node('b', 5), node('a', 5), node('supplier', 1, { kind: 'supplier' })]
  expect(chooseReturnNode(nodes, DEFAULT_RETURN_POLICY, ask).nodeId).toBe('a')
  expect(chooseReturnNode(nodes.slice(2), DEFAULT_RETURN_POLICY, ask).nodeId).toBeUndefined()
})
