import { describe, expect, test } from 'vitest'
import type { Node } from '../model/node.ts'
import { RateCard } from '../model/rate-card.ts'
import { decideOrder } from './decide.ts'
import { plan } from './plan.ts'
import { decisionOf } from './routing-plan.ts'
import { activeBook, DEFAULT_BOOK } from './policy-book.ts'
import { DEFAULT_ROUTING_POLICY } from './policy.ts'
import { snapshotOf, withOperations, workingCopy } from './snapshot.ts'
import type { StockSnapshot } from './snapshot.ts'
import { aNode, aRequest, aSnapshot } from './test-kit.ts'

const policy = DEFAULT_ROUTING_POLICY
const BERLIN: [number, number] = [52.52, 13.4]

const card = (id: string, facts: object): RateCard =>
  RateCard.parse({
    id,
    carrier: 'post',
    service: id,
    currency: 'EUR',
    zones: [{ zone: 'all', transitDays: 2 }],
    breaks: [{ upToGrams: 30_000, minor: { all: 600 } }],
    ...facts,
  })
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const every = { collects: DAYS, delivers: DAYS }
const courier = card('same-day', {
  zones: [{ zone: 'all', maxKm: 30, transitDays: 0 }],
  deliveredBy: '21:00',
  ...every,
})
const parcel = card('parcel', { ...every })

const network: Node[] = [
  aNode('berlin-store', {
    kind: 'store',
    capabilities: ['ship', 'pickup'],
    at: BERLIN,
    country: 'DE',
    rateCards: ['same-day'],
  }),
  aNode('dc', {
    at: [50.1, 8.7],
    rateCards: ['parcel'],
    transfers: [{ to: 'berlin-store', transitDays: 1, perPackageMinor: 150, perUnitMinor: 10 }],
  }),
  aNode('supplier-a', { kind: 'supplier', capabilities: ['dropShip'], rateCards: ['parcel'] }),
  aNode('supplier-b', { kind: 'supplier', capabilities: ['dropShip'], rateCards: ['parcel'], processingDays: 5 }),
]

test('one order mixes pickup, ship-to-store, same-day, ship and drop-ship, each at its cost and date', () => {
  const snapshot = aSnapshot(
    network,
    {
      'berlin-store': { shirt: 1, lamp: 1 },
      dc: { hat: 5, sofa: 1 },
      'supplier-a': { tyre: 9 },
      'supplier-b': { tyre: 9 },
    },
    [courier, parcel],
  )
  const request = aRequest(
    [
      { sku: 'shirt', method: 'pickup', nodeId: 'berlin-store' },
      { sku: 'hat', quantity: 2, method: 'pickup', nodeId: 'berlin-store' },
      { sku: 'lamp', promisedBy: '2026-11-22T20:30:00Z' },
      { sku: 'sofa', weightGrams: 25_000 },
      { sku: 'tyre', promisedBy: '2026-11-26T12:00:00Z', unitCostMinor: { 'supplier-a': 5000, 'supplier-b': 4000 } },
    ],
    BERLIN,
  )
  const decision = decisionOf(plan(request, snapshot, policy))
  expect(decision.unserved).toEqual([])
  expect(
    decision.packages.map((p) => [
      p.nodeId,
      p.method,
      p.viaNodeId ?? p.service?.service ?? 'counter',
      p.lines.map((line) => line.sku).join(),
      p.costMinor,
      p.deliveredAt ?? p.handOverAt,
    ]),
  ).toEqual([
    ['berlin-store', 'ship', 'same-day', 'lamp', 600, '2026-11-22T20:00:00.000Z'],
    ['berlin-store', 'pickup', 'counter', 'shirt', 0, '2026-11-22T18:00:00.000Z'],
    ['dc', 'ship', 'parcel', 'sofa', 600, '2026-11-24T17:00:00.000Z'],
    ['dc', 'ship', 'berlin-store', 'hat', 170, '2026-11-24T18:00:00.000Z'],
    ['supplier-a', 'dropShip', 'parcel', 'tyre', 5600, '2026-11-24T17:00:00.000Z'],
  ])
  const reasons = decision.candidates.map((c) => `${c.lineNo} ${c.nodeId} ${c.reason ?? c.verdict}`)
  expect(reasons).toContain('5 supplier-b missesPromise')
  expect(reasons).toContain('1 dc methodNotOffered')
})

test('drop-ship goes to the cheapest supplier who can keep the promise', () => {
  const snapshot = aSnapshot(network, { 'supplier-a': { tyre: 9 }, 'supplier-b': { tyre: 9 } }, [courier, parcel])
  const line = { sku: 'tyre', unitCostMinor: { 'supplier-a': 5000, 'supplier-b': 4000 } }
  expect(plan(aRequest([line]), snapshot, policy).packages[0]?.nodeId).toBe('supplier-b')
  const hasty = { ...line, promisedBy: '2026-11-26T12:00:00Z' }
  expect(plan(aRequest([hasty]), snapshot, policy).packages[0]?.nodeId).toBe('supplier-a')
})

test('the service that was asked for is used, and a node that has none of it is named', () => {
  const nodes = [
    aNode('both', { at: BERLIN, rateCards: ['same-day', 'parcel'] }),
    aNode('slow', { at: BERLIN, rateCards: ['parcel'] }),
  ]
  const snapshot = aSnapshot(nodes, { both: { x: 1 }, slow: { x: 1 } }, [courier, parcel])
  const decision = decisionOf(plan({ ...aRequest([{ sku: 'x' }], BERLIN), service: 'same-day' }, snapshot, policy))
  expect(decision.packages[0]?.service?.service).toBe('same-day')
  expect(decision.candidates.find((c) => c.nodeId === 'slow')?.reason).toBe('noCarrierService')
})

test('a full day passes work on to the next, for as many days as the node lets wait; then the node is full', () => {
  const nodes = [aNode('limited', { capacity: { packagesPerDay: 1, backlogDays: 1 } }), aNode('other', { fixed: 900 })]
  const stock: StockSnapshot = workingCopy(
    withOperations(aSnapshot(nodes, { limited: { x: 9 }, other: { x: 9 } }), {
      capacity: () => 0,
      health: { trust: new Map(), unreachable: new Set() },
    }),
  )
  const next = () => {
    const made = plan(aRequest([{ sku: 'x' }]), stock, policy)
    stock.claim(made)
    return [made.packages[0]?.nodeId, made.packages[0]?.handOverAt]
  }
  expect([next(), next(), next()]).toEqual([
    ['limited', '2026-11-22T18:00:00.000Z'],
    ['limited', '2026-11-23T18:00:00.000Z'],
    ['other', '2026-11-22T18:00:00.000Z'],
  ])
  expect(snapshotOf(stock.nodes, []).capacity).toBeUndefined()
})

test('a node that cannot be reached is passed over while another can serve, and waited for when none can', () => {
  const nodes = [aNode('away'), aNode('dear', { fixed: 900 })]
  const health = { trust: new Map<string, number>(), unreachable: new Set(['away']) }
  const both = withOperations(aSnapshot(nodes, { away: { x: 1 }, dear: { x: 1 } }), { capacity: () => 0, health })
  expect(plan(aRequest([{ sku: 'x' }]), both, policy).packages[0]?.nodeId).toBe('dear')
  const alone = withOperations(aSnapshot(nodes, { away: { x: 1 }, dear: { x: 0 } }), { capacity: () => 0, health })
  const waited = plan(aRequest([{ sku: 'x' }]), alone, policy)
  expect([waited.packages[0]?.nodeId, waited.gaveUp]).toEqual(['away', ['unreachable']])
})

test('a node whose rate card is missing or in another currency ships nothing, and its neighbors go on', () => {
  const dollars = { ...card('dollars', {}), currency: 'USD' as never }
  const nodes = [
    aNode('missing', { rateCards: ['none'] }),
    aNode('other', { rateCards: ['dollars'] }),
    aNode('plain', { fixed: 900 }),
  ]
  const snapshot = aSnapshot(nodes, { missing: { x: 1 }, other: { x: 1 }, plain: { x: 1 } }, [dollars])
  const decision = decisionOf(plan(aRequest([{ sku: 'x' }]), snapshot, policy))
  expect(decision.candidates.map((c) => c.reason ?? c.verdict)).toEqual([
    'noCarrierService',
    'noCarrierService',
    'chosen',
  ])
})

describe('what is collected in a store', () => {
  const stores = [
    aNode('dc', { fixed: 10, transfers: [{ to: 'mitte', transitDays: 1 }] }),
    aNode('mitte', { capabilities: ['pickup'], fixed: 900, country: 'DE', at: BERLIN }),
    aNode('pankow', { capabilities: ['pickup'], country: 'DE', at: [52.57, 13.4] }),
    aNode('potsdam', { capabilities: ['pickup'], country: 'DE', at: [52.39, 13.06] }),
  ]
  const book = activeBook(DEFAULT_BOOK, 'p')
  const collect = (...quantities: number[]) =>
    aRequest(
      quantities.map((quantity) => ({ sku: 'hat', quantity, method: 'pickup' as const, nodeId: 'mitte' })),
      BERLIN,
    )
  const nodesOf = (stock: Parameters<typeof aSnapshot>[1], ...quantities: number[]) =>
    plan(collect(...quantities), aSnapshot(stores, stock), policy).packages.map((each) => each.nodeId)

  test('comes from its own shelf, though a transfer is cheaper; only what is not there travels', () => {
    expect(nodesOf({ dc: { hat: 9 }, mitte: { hat: 2 } }, 2)).toEqual(['mitte'])
    expect(nodesOf({ dc: { hat: 9 }, mitte: { hat: 0 } }, 2)).toEqual(['dc'])
    expect(nodesOf({ dc: { hat: 9 }, mitte: { hat: 1 } }, 1, 1)).toEqual(['dc'])
  })

  test('and is not there can be offered in the nearest store that has it, or sent', () => {
    const stock = { dc: { hat: 0 }, mitte: { hat: 0 }, pankow: { hat: 1 }, potsdam: { hat: 5 } }
    const decide = (quantity: number, more: typeof stock) =>
      decideOrder(collect(quantity), aSnapshot(stores, more), book, new Map()).offers?.map(({ nodeId, method }) => [
        nodeId,
        method,
      ])
    expect(decide(1, stock)).toEqual([['pankow', 'pickup']])
    expect(decide(2, stock)).toEqual([['potsdam', 'pickup']])
    // What the plan itself takes is offered to nobody.
    expect(decide(9, { ...stock, dc: { hat: 8 } })).toEqual([['pankow', 'pickup']])
  })
})
