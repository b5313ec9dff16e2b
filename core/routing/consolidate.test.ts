import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Node } from '../model/node.ts'
import type { Kits } from '../ledger/kits.ts'
import { RateCard } from '../model/rate-card.ts'
import { orderStock } from './order-stock.ts'
import { decideOrder } from './decide.ts'
import { plan } from './plan.ts'
import { activeBook, DEFAULT_BOOK } from './policy-book.ts'
import { DEFAULT_ROUTING_POLICY, RoutingPolicy } from './policy.ts'
import { prepareNodes } from './prepared-nodes.ts'
import { promiseFor } from './promise.ts'
import { madeAgain, recordOf } from './record.ts'
import { parcelsOf } from './parcels.ts'
import { decisionOf } from './routing-plan.ts'
import type { RoutingPlan } from './routing-plan.ts'
import type { RouteRequest } from './request.ts'
import type { ProductFacts } from './requests.ts'
import { withOperations, workingCopy } from './snapshot.ts'
import { aNode, aRequest, aSnapshot } from './test-kit.ts'
import { whyNot } from './why-not.ts'

const policy = DEFAULT_ROUTING_POLICY
const cardOf = (id: string, minor: number, transitDays: number): RateCard =>
  RateCard.parse({
    id,
    carrier: 'post',
    service: id,
    currency: 'EUR',
    zones: [{ zone: 'all', transitDays }],
    breaks: [
      { upToGrams: 1000, minor: { all: minor } },
      { upToGrams: 30_000, minor: { all: minor + 300 } },
    ],
    collects: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
    delivers: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  })
const cards = [cardOf('parcel', 900, 1), cardOf('slow', 400, 5)]

/** Two warehouses that ship at 9.00 a parcel, and a third between them that takes in what they send for 1.00. */
const lane = [{ to: 'middle', transitDays: 0, perPackageMinor: 100 }]
const network: Node[] = [
  aNode('east', { rateCards: ['parcel'], transfers: lane }),
  aNode('middle', { rateCards: ['parcel', 'slow'], consolidates: true, country: 'DE', fixed: 50, perUnit: 10 }),
  aNode('west', { rateCards: ['parcel'], transfers: lane }),
]
const stock = { east: { hat: 5 }, middle: { glove: 5 }, west: { hat: 0, coat: 5 } }
const both = aRequest([
  { sku: 'hat', weightGrams: 300 },
  { sku: 'coat', weightGrams: 900 },
])

const summary = (made: RoutingPlan) =>
  parcelsOf(made).map((each) => `${each.nodeId} ${each.lines.map((line) => line.sku).join('+')} ${each.costMinor}`)

describe('lines that no node has together', () => {
  test('leave in one parcel from a node that consolidates, where that is cheaper, with the date and the cost of each part', () => {
    const made = plan(both, aSnapshot(network, stock, cards), policy)
    expect(made.packages).toMatchObject([
      { nodeId: 'east', method: 'ship', viaNodeId: 'middle', costMinor: 100, deliveredAt: '2026-11-23T18:00:00.000Z' },
      { nodeId: 'west', method: 'ship', viaNodeId: 'middle', costMinor: 100, deliveredAt: '2026-11-23T18:00:00.000Z' },
    ])
    expect(made.consolidated).toEqual({
      nodeId: 'middle',
      lines: [
        { lineNo: 1, sku: 'hat', quantity: 1 },
        { lineNo: 2, sku: 'coat', quantity: 1 },
      ],
      // 1,200 g by the slow service: 4.00 + 3.00; the parcel, and both units handled.
      costParts: [
        { name: 'package', minor: 50 },
        { name: 'handling', minor: 20 },
        { name: 'distance', minor: 0 },
        { name: 'shipping', minor: 700 },
      ],
      costMinor: 770,
      service: { rateCardId: 'slow', carrier: 'post', service: 'slow' },
      // Closed when they came; the day after it is begun and handed over.
      handOverAt: '2026-11-24T18:00:00.000Z',
      deliveredAt: '2026-11-29T18:00:00.000Z',
    })
    expect(made.costMinor).toBe(970)
    expect(made.optimality).toBe('exact')
    // The hat through the middle for 1.00 + 4.60, the coat straight for 9.00; both straight would be 18.00.
    expect(made.runnerUp).toEqual({ nodeId: 'west', lineNo: 2, costMinor: 1460, criterion: 'cost', margin: 490 })
  })

  test('go straight where a promise could not be kept otherwise, and by the quicker service where that keeps it', () => {
    const by = (promisedBy: string) =>
      plan(
        { ...both, lines: both.lines.map((line) => ({ ...line, promisedBy: promisedBy as never })) },
        aSnapshot(network, stock, cards),
        policy,
      )
    expect(by('2026-11-25T18:00:00Z').consolidated).toMatchObject({
      service: { service: 'parcel' },
      deliveredAt: '2026-11-25T18:00:00.000Z',
    })
    expect(summary(by('2026-11-24T18:00:00Z'))).toEqual(['east hat 900', 'west coat 900'])
  })

  test('are served at all where one parcel is all that is allowed', () => {
    const one = RoutingPolicy.parse({ version: 'one', allowSplit: false })
    const made = plan(both, aSnapshot(network, stock, cards), one)
    expect(made.unserved).toEqual([])
    expect(parcelsOf(made)).toHaveLength(1)
    const without = network.map((node) => ({ ...node, consolidates: false }))
    expect(plan(both, aSnapshot(without, stock, cards), one).unserved).toHaveLength(2)
  })

  test('are joined by what the node has itself, which waits for them and is packed once', () => {
    const three = aRequest([{ sku: 'hat' }, { sku: 'coat' }, { sku: 'glove', quantity: 2 }])
    const made = plan(three, aSnapshot(network, stock, cards), policy)
    expect(
      made.packages.map((each) => [each.nodeId, each.method, each.viaNodeId, each.costMinor, each.handOverAt]),
    ).toEqual([
      ['east', 'ship', 'middle', 100, '2026-11-22T18:00:00.000Z'],
      ['middle', 'ship', 'middle', 0, '2026-11-24T18:00:00.000Z'],
      ['west', 'ship', 'middle', 100, '2026-11-22T18:00:00.000Z'],
    ])
    expect(summary(made)).toEqual(['middle hat+coat+glove 490'])
  })

  test('of which some may not pass the node go two ways, by what the fence shuts out', () => {
    const fenced = RoutingPolicy.parse({
      version: 'fenced',
      fences: [{ name: 'no coats', reason: 'hazard', lines: { skus: ['coat'] }, never: { ids: ['middle'] } }],
    })
    const made = plan(
      aRequest([{ sku: 'hat' }, { sku: 'coat' }, { sku: 'glove' }]),
      aSnapshot(network, stock, cards),
      fenced,
    )
    expect(summary(made)).toEqual(['west coat 900', 'middle hat+glove 470'])
    const reasons = decisionOf(made).candidates.map(
      (each) => `${each.lineNo} ${each.nodeId} ${each.reason ?? each.verdict}`,
    )
    expect(reasons).toEqual(
      expect.arrayContaining(['1 east chosen', '2 middle hazardFence', '2 west chosen', '3 middle chosen']),
    )
  })

  test('are not sent through a node that is taken out, cannot be reached, or refused the line', () => {
    const off = network.map((node) => (node.id === 'middle' ? { ...node, enabled: false } : node))
    expect(plan(both, aSnapshot(off, stock, cards), policy).consolidated).toBeUndefined()
    const refused = { ...both, lines: both.lines.map((line) => ({ ...line, excludedNodeIds: ['middle' as never] })) }
    expect(plan(refused, aSnapshot(network, stock, cards), policy).consolidated).toBeUndefined()
  })

  test('come as units of one line from several nodes', () => {
    const split = aSnapshot(network, { east: { hat: 1 }, west: { hat: 2 }, middle: {} }, cards)
    const made = plan(aRequest([{ sku: 'hat', quantity: 3 }]), split, policy)
    expect(made.packages.map((each) => [each.nodeId, each.lines[0]?.quantity])).toEqual([
      ['east', 1],
      ['west', 2],
    ])
    expect(summary(made)).toEqual(['middle hat 480'])
  })
})

test('a decision to consolidate is made again from its record, and says why a node was not chosen', () => {
  const snapshot = aSnapshot(network, stock, cards)
  const nodes = prepareNodes(network, cards)
  const record = recordOf(plan(both, snapshot, policy), 'dec_1' as never, 'net', both)
  expect(madeAgain(record, nodes, policy)?.consolidated).toEqual(record.head.consolidated)
  expect(whyNot(record, { nodes: network, rateCards: cards }, policy, 'west', 1)).toMatchObject([
    { nodeId: 'west', reason: 'noStock', change: { kind: 'units', size: 1 } },
  ])
})

test('a substitute that comes through a node is offered at the cost of the whole way, and for when it is handed over there', () => {
  const products = new Map([['cap', { substitutes: ['hat'] } as unknown as ProductFacts]])
  const book = activeBook(DEFAULT_BOOK, 'p')
  const { offers } = decideOrder(aRequest([{ sku: 'cap' }]), aSnapshot(network, stock, cards), book, products)
  expect(offers).toEqual([
    { lineNo: 1, sku: 'hat', quantity: 1, nodeId: 'east', costMinor: 560, handOverAt: '2026-11-24T18:00:00.000Z' },
  ])
})

test('the parcel takes one place in the node’s day, of an order with kits too, and the next is handed over a day later', () => {
  const limited = network.map((node) =>
    node.id === 'middle' ? { ...node, capacity: { packagesPerDay: 1, backlogDays: 1 } } : node,
  )
  const shared = workingCopy(
    withOperations(aSnapshot(limited, stock, cards), {
      capacity: () => 0,
      health: { trust: new Map(), unreachable: new Set() },
    }),
  )
  const kits: Kits = new Map([['set', [{ sku: 'hat' as never, quantity: 2 }]]])
  const wanted = aRequest([{ sku: 'set' }, { sku: 'coat' }])
  const next = () => {
    const view = orderStock(shared, wanted.lines, new Map(), kits)
    const made = plan(wanted, view, policy)
    view.claim(made)
    return made.consolidated?.handOverAt
  }
  expect([next(), next()]).toEqual(['2026-11-24T18:00:00.000Z', '2026-11-25T18:00:00.000Z'])
})

test('a cart is promised its parcels, by date, cost and number', () => {
  const { options } = promiseFor(both, aSnapshot(network, stock, cards), policy)
  expect(options.map((each) => [each.deliveredAt, each.costMinor, each.parcels, each.choices])).toEqual([
    ['2026-11-23T18:00:00.000Z', 1800, 2, ['earliest']],
    ['2026-11-25T18:00:00.000Z', 1470, 1, ['fewestParcels']],
    ['2026-11-29T18:00:00.000Z', 970, 1, ['cheapest']],
  ])
})

/** The slow truth: each line straight from a node, or through a node from one; shares no code with the router. */
function leastCost(
  request: RouteRequest,
  nodes: readonly Node[],
  units: Record<string, Record<string, number>>,
  splitMinor: number,
): number {
  let least = Number.POSITIVE_INFINITY
  const hubs = nodes.filter((node) => node.consolidates === true)
  const walk = (
    at: number,
    straight: Map<string, number>,
    brought: Map<string, number>,
    hub: Node | undefined,
  ): void => {
    const line = request.lines[at]
    if (line === undefined) {
      least = Math.min(least, priceOf(straight, brought, hub))
      return
    }
    for (const node of nodes) {
      if ((units[node.id]?.[line.sku] ?? 0) < line.quantity) continue
      const more = (to: Map<string, number>) => new Map(to).set(node.id, (to.get(node.id) ?? 0) + line.quantity)
      walk(at + 1, more(straight), brought, hub)
      if (hub !== undefined && (node === hub || node.transfers?.some((each) => each.to === hub.id) === true))
        walk(at + 1, straight, more(brought), hub)
    }
  }
  const costOf = (id: string) =>
    nodes.find((node) => node.id === id)?.costs ?? { packageFixedMinor: 0, perUnitMinor: 0 }
  const priceOf = (straight: Map<string, number>, brought: Map<string, number>, hub: Node | undefined): number => {
    const parcels = straight.size + (hub === undefined || brought.size === 0 ? 0 : 1)
    let cost = splitMinor * Math.max(0, parcels - 1)
    for (const [id, count] of straight) cost += costOf(id).packageFixedMinor + count * costOf(id).perUnitMinor
    if (hub === undefined || brought.size === 0) return cost
    cost += hub.costs.packageFixedMinor
    for (const [id, count] of brought) {
      cost += count * hub.costs.perUnitMinor
      if (id === hub.id) continue
      const way = nodes.find((node) => node.id === id)?.transfers?.find((each) => each.to === hub.id)
      cost +=
        costOf(id).packageFixedMinor +
        (way?.perPackageMinor ?? 0) +
        count * ((way?.perUnitMinor ?? 0) + costOf(id).perUnitMinor)
    }
    return cost
  }
  for (const hub of [undefined, ...hubs]) walk(0, new Map(), new Map(), hub)
  return least
}

test('no way to serve an order costs less than the one that is chosen', () => {
  const facts = fc.record({
    fixed: fc.nat({ max: 40 }),
    perUnit: fc.nat({ max: 5 }),
    consolidates: fc.constantFrom(true, false),
    lanes: fc.array(fc.option(fc.record({ package: fc.nat({ max: 20 }), unit: fc.nat({ max: 4 }) })), {
      minLength: 4,
      maxLength: 4,
    }),
    units: fc.array(fc.constantFrom(0, 9), { minLength: 4, maxLength: 4 }),
  })
  const skus = ['a', 'b', 'c', 'd']
  fc.assert(
    fc.property(
      fc.array(facts, { minLength: 2, maxLength: 4 }),
      fc.subarray(skus, { minLength: 1 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }),
      fc.constantFrom(0, 25),
      (all, wanted, quantities, splitMinor) => {
        const nodes = all.map(({ lanes, units: _, ...rest }, n) =>
          aNode(`n${n}`, {
            ...rest,
            country: 'DE',
            transfers: lanes.flatMap((each, to) =>
              each === null || to === n || to >= all.length
                ? []
                : [{ to: `n${to}`, transitDays: 1, perPackageMinor: each.package, perUnitMinor: each.unit }],
            ),
          }),
        )
        const units = Object.fromEntries(
          all.map((each, n) => [`n${n}`, Object.fromEntries(skus.map((sku, at) => [sku, each.units[at] ?? 0]))]),
        )
        const request = aRequest(wanted.map((sku, at) => ({ sku, quantity: quantities[at] })))
        const made = plan(request, aSnapshot(nodes, units), { ...policy, charges: { splitMinor } })
        if (made.unserved.length > 0) return
        expect(made.costMinor).toBe(leastCost(request, nodes, units, splitMinor))
        const parts = [...made.packages, ...(made.consolidated === undefined ? [] : [made.consolidated])]
        expect(made.costMinor).toBe(parts.flatMap((each) => each.costParts).reduce((sum, part) => sum + part.minor, 0))
      },
    ),
    { numRuns: 1000 },
  )
})
