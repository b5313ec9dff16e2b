import { expect, test } from 'vitest'
import { RoutingDecision } from '../model/decision.ts'
import type { Instant } from '../model/time.ts'
import { plan } from './plan.ts'
import { decisionOf } from './routing-plan.ts'
import { DEFAULT_ROUTING_POLICY } from './policy.ts'
import { workingCopy } from './snapshot.ts'
import { aNode, aRequest, aSnapshot } from './test-kit.ts'

const policy = DEFAULT_ROUTING_POLICY
const BERLIN: [number, number] = [52.52, 13.4]
const PARIS: [number, number] = [48.86, 2.35]
const MADRID: [number, number] = [40.42, -3.7]
const WARSAW: [number, number] = [52.23, 21.01]

test('two pairs of shoes: the dress pair is picked up at the store, the limited pair ships from the cheapest warehouse', () => {
  const nodes = [
    aNode('berlin-store', { kind: 'store', capabilities: ['pickup', 'ship'], at: BERLIN, perUnit: 150 }),
    aNode('paris', { at: PARIS, fixed: 400, perUnit: 50, per100Km: 60 }),
    aNode('warsaw', { at: WARSAW, fixed: 450, perUnit: 50, per100Km: 60 }),
    aNode('madrid', { at: MADRID, fixed: 300, perUnit: 50, per100Km: 60 }),
    aNode('outlet', { at: BERLIN, fixed: 100 }),
  ]
  const snapshot = aSnapshot(nodes, {
    'berlin-store': { dress: 2, limited: 0 },
    paris: { dress: 9, limited: 3 },
    warsaw: { limited: 1 },
    madrid: { limited: 5 },
  })
  const request = aRequest(
    [
      { sku: 'dress', method: 'pickup', nodeId: 'berlin-store', promisedBy: '2026-11-23T19:00:00Z' },
      { sku: 'limited' },
    ],
    BERLIN,
  )

  const decision = decisionOf(plan(request, snapshot, policy))

  expect(decision.packages).toEqual([
    {
      nodeId: 'berlin-store',
      method: 'pickup',
      lines: [{ lineNo: 1, sku: 'dress', quantity: 1 }],
      costParts: [
        { name: 'package', minor: 0 },
        { name: 'handling', minor: 150 },
        { name: 'distance', minor: 0 },
      ],
      costMinor: 150,
      handOverAt: '2026-11-22T18:00:00.000Z',
    },
    {
      nodeId: 'warsaw',
      method: 'ship',
      lines: [{ lineNo: 2, sku: 'limited', quantity: 1 }],
      costParts: [
        { name: 'package', minor: 450 },
        { name: 'handling', minor: 50 },
        { name: 'distance', minor: 360 },
      ],
      costMinor: 860,
      handOverAt: '2026-11-22T18:00:00.000Z',
    },
  ])
  expect(decision).toMatchObject({ unserved: [], costMinor: 1010, optimality: 'exact', policyVersion: 'default-1' })
  expect(
    decision.candidates.map((c) =>
      `${c.lineNo} ${c.nodeId}: ${c.reason ?? c.verdict} ${c.detail ?? c.extraCostMinor ?? ''}`.trim(),
    ),
  ).toEqual([
    '1 berlin-store: chosen',
    '1 madrid: methodNotOffered',
    '1 outlet: methodNotOffered',
    '1 paris: methodNotOffered',
    '1 warsaw: methodNotOffered',
    '2 berlin-store: noStock 0 available, 1 needed',
    '2 madrid: dearer 630',
    '2 outlet: stockUnknown',
    '2 paris: dearer 130',
    '2 warsaw: chosen',
  ])
  expect(RoutingDecision.parse({ ...decision, id: 'dec_1' })).toEqual({ ...decision, id: 'dec_1' })
})

test('one package is cheaper than two cheap ones when its fixed cost is saved', () => {
  const nodes = [
    aNode('a', { fixed: 500, perUnit: 10 }),
    aNode('b', { fixed: 500, perUnit: 10 }),
    aNode('both', { fixed: 900, perUnit: 10 }),
  ]
  const snapshot = aSnapshot(nodes, { a: { x: 1 }, b: { y: 1 }, both: { x: 1, y: 1 } })
  expect(plan(aRequest([{ sku: 'x' }, { sku: 'y' }]), snapshot, policy).packages.map((p) => p.nodeId)).toEqual(['both'])
})

test('fewest packages goes before money, and the record counts the packages a candidate would have added', () => {
  const nodes = [aNode('a', { fixed: 1 }), aNode('b', { fixed: 1 }), aNode('both', { fixed: 900 })]
  const snapshot = aSnapshot(nodes, { a: { x: 1, y: 0 }, b: { x: 0, y: 1 }, both: { x: 1, y: 1 } })
  const decision = decisionOf(
    plan(aRequest([{ sku: 'x' }, { sku: 'y' }]), snapshot, { ...policy, objective: 'fewestPackages' }),
  )
  expect(decision.packages.map((p) => p.nodeId)).toEqual(['both'])
  expect(decision.candidates.filter((c) => c.reason === 'dearer')).toEqual([
    { nodeId: 'a', lineNo: 1, verdict: 'notChosen', reason: 'dearer', extraCostMinor: -898, detail: '1 more package' },
    { nodeId: 'b', lineNo: 2, verdict: 'notChosen', reason: 'dearer', extraCostMinor: -898, detail: '1 more package' },
  ])
})

test('a line is split only when no single node holds it whole', () => {
  const nodes = [aNode('a', { fixed: 1 }), aNode('b', { fixed: 1 }), aNode('whole', { fixed: 5000 })]
  const request = aRequest([{ sku: 'x', quantity: 3 }])
  const together = plan(request, aSnapshot(nodes, { a: { x: 2 }, b: { x: 1 }, whole: { x: 3 } }), policy)
  expect(together.packages.map((p) => p.nodeId)).toEqual(['whole'])
  const apart = plan(request, aSnapshot(nodes, { a: { x: 2 }, b: { x: 1 }, whole: { x: 0 } }), policy)
  expect(apart.packages.map((p) => [p.nodeId, p.lines[0]?.quantity])).toEqual([
    ['a', 2],
    ['b', 1],
  ])
})

test('units nobody has are named with what is there, and the rest is served', () => {
  const decision = decisionOf(
    plan(aRequest([{ sku: 'x', quantity: 3 }]), aSnapshot([aNode('a')], { a: { x: 2 } }), policy),
  )
  expect(decision.packages[0]?.lines).toEqual([{ lineNo: 1, sku: 'x', quantity: 2 }])
  expect(decision.unserved).toEqual([{ lineNo: 1, quantity: 1, reason: 'noStock' }])
})

test('without line splits a node with too few units says how many it has', () => {
  const decision = decisionOf(
    plan(aRequest([{ sku: 'x', quantity: 3 }]), aSnapshot([aNode('a')], { a: { x: 2 } }), {
      ...policy,
      allowLineSplit: false,
    }),
  )
  expect(decision.unserved).toEqual([{ lineNo: 1, quantity: 3, reason: 'noStock' }])
  expect(decision.candidates[0]?.detail).toBe('2 available, 3 needed')
})

test('two lines of one SKU do not get the same unit', () => {
  const snapshot = aSnapshot([aNode('a', { fixed: 1 }), aNode('b', { fixed: 900 })], { a: { x: 1 }, b: { x: 1 } })
  const both = plan(aRequest([{ sku: 'x' }, { sku: 'x' }]), snapshot, policy)
  expect(both.packages.map((p) => p.nodeId)).toEqual(['a', 'b'])
})

test('a supplier drop-ships a line that is to be shipped', () => {
  const nodes = [aNode('maker', { kind: 'supplier', capabilities: ['dropShip'] })]
  const { packages } = plan(aRequest([{ sku: 'x' }]), aSnapshot(nodes, { maker: { x: 1 } }), policy)
  expect(packages.map((p) => p.method)).toEqual(['dropShip'])
})

test('each rule that keeps a node out is named', () => {
  const nodes = [
    aNode('closed', { week: {} }),
    aNode('dollars', { currency: 'USD' }),
    aNode('empty'),
    aNode('late', { processingDays: 3 }),
    aNode('off', { enabled: false }),
    aNode('on-time'),
    aNode('pickup-only', { capabilities: ['pickup'] }),
    aNode('refused'),
    aNode('unasked'),
  ]
  const one = { x: 1 }
  const snapshot = aSnapshot(nodes, {
    closed: one,
    dollars: one,
    empty: { x: 0 },
    late: one,
    off: one,
    'on-time': one,
    'pickup-only': one,
    refused: one,
  })
  const request = aRequest([{ sku: 'x', promisedBy: '2026-11-23T20:00:00Z', excluded: ['refused'] }])
  const decision = decisionOf(plan(request, snapshot, policy))
  expect(Object.fromEntries(decision.candidates.map((c) => [c.nodeId, c.reason]))).toEqual({
    closed: 'closed',
    dollars: 'otherCurrency',
    empty: 'noStock',
    late: 'missesPromise',
    off: 'disabled',
    'on-time': undefined,
    'pickup-only': 'methodNotOffered',
    refused: 'excludedAfterReject',
    unasked: 'stockUnknown',
  })
  expect(decision.candidates.find((c) => c.nodeId === 'late')?.detail).toBe(
    'hands over 2026-11-25T18:00:00.000Z, promised by 2026-11-23T20:00:00.000Z',
  )
  expect(decision.packages.map((p) => [p.nodeId, p.lateMinutes])).toEqual([['on-time', undefined]])
})

test('an order that may not be split waits whole, and says that a split would have served it', () => {
  const snapshot = aSnapshot([aNode('a'), aNode('b')], { a: { x: 1, y: 0 }, b: { x: 0, y: 1 } })
  const request = aRequest([{ sku: 'x' }, { sku: 'y' }])
  const decision = decisionOf(plan(request, snapshot, { ...policy, allowSplit: false }))
  expect(decision.packages).toEqual([])
  expect(decision.unserved.map((u) => u.reason)).toEqual(['splitNotAllowed', 'splitNotAllowed'])
})

test('an order that ships complete waits for the line nobody has', () => {
  const snapshot = aSnapshot([aNode('a')], { a: { x: 1, y: 0 } })
  const waiting = plan(aRequest([{ sku: 'x' }, { sku: 'y' }]), snapshot, { ...policy, shipComplete: true })
  expect(waiting.unserved.map((u) => u.reason)).toEqual(['orderIncomplete', 'noStock'])
  expect(plan(aRequest([{ sku: 'x' }, { sku: 'y' }]), snapshot, policy).packages).toHaveLength(1)
})

test('of equally dear nodes the one that hands over earlier is chosen, then the first by id', () => {
  const stock = { x: 1 }
  const slow = aSnapshot([aNode('a', { processingDays: 2 }), aNode('b')], { a: stock, b: stock })
  expect(plan(aRequest([{ sku: 'x' }]), slow, policy).packages.map((p) => p.nodeId)).toEqual(['b'])
  const equal = aSnapshot([aNode('b'), aNode('a')], { a: stock, b: stock })
  expect(plan(aRequest([{ sku: 'x' }]), equal, policy).packages.map((p) => p.nodeId)).toEqual(['a'])
})

test('the worth of last units sways the choice but is not shown as cost', () => {
  const nodes = [aNode('a', { fixed: 100 }), aNode('b', { fixed: 120 })]
  const snapshot = aSnapshot(nodes, { a: { x: 1 }, b: { x: 1 } })
  const priced = plan(aRequest([{ sku: 'x' }]), snapshot, policy, {
    opportunity: { unit: (_sku, node) => (node === 0 ? 30.5 : 0), place: () => 0 },
  })
  expect(priced.packages.map((p) => [p.nodeId, p.costMinor])).toEqual([['b', 120]])
})

test('the worth of a place at a node that sends only so many sways the choice once a package, and is not shown as cost', () => {
  const nodes = [aNode('a', { fixed: 100 }), aNode('b', { fixed: 120 })]
  const snapshot = aSnapshot(nodes, { a: { x: 1, y: 1 }, b: { x: 1, y: 1 } })
  const decide = (minor: number) =>
    plan(aRequest([{ sku: 'x' }, { sku: 'y' }]), snapshot, policy, {
      opportunity: { unit: () => 0, place: (node) => (node === 0 ? minor : 0) },
    }).packages.map((each) => [each.nodeId, each.costMinor, each.opportunityMinor])
  expect(decide(15)).toEqual([['a', 100, 15]])
  expect(decide(25)).toEqual([['b', 120, 0]])
})

test('a batch planned against one working copy does not oversell it, and leaves the snapshot as it was', () => {
  const snapshot = aSnapshot([aNode('a', { fixed: 1 }), aNode('b', { fixed: 2 })], { a: { x: 2 }, b: { x: 1 } })
  const copy = workingCopy(snapshot)
  const nodes = Array.from({ length: 4 }, () => {
    const next = plan(aRequest([{ sku: 'x' }]), copy, policy)
    copy.claim(next)
    return next.packages[0]?.nodeId ?? 'none'
  })
  expect(nodes).toEqual(['a', 'a', 'b', 'none'])
  expect([...snapshot.sellable('x')]).toEqual([2, 1])
})

test('safety stock is not sold', () => {
  const safe = { ...aNode('a'), safetyStock: 2 }
  const { unserved } = plan(aRequest([{ sku: 'x' }]), aSnapshot([safe], { a: { x: 2 } }), policy)
  expect(unserved).toEqual([{ lineNo: 1, quantity: 1, reason: 'noStock' }])
})

test('twenty lines get the best plan, proven', () => {
  const nodes = [aNode('a', { fixed: 100 }), aNode('b', { fixed: 100 }), aNode('c', { fixed: 150 })]
  const skus = Array.from({ length: 20 }, (_, i) => `s${i}`)
  const some = (keep: (i: number) => boolean) =>
    Object.fromEntries(skus.filter((_, i) => keep(i)).map((sku) => [sku, 1]))
  const snapshot = aSnapshot(nodes, { a: some((i) => i < 10), b: some((i) => i >= 10), c: some(() => true) })
  const result = plan(aRequest(skus.map((sku) => ({ sku }))), snapshot, policy)
  expect(result).toMatchObject({ optimality: 'exact', costMinor: 150, unserved: [] })
})

test('decisions made hours apart use the hand-over of their own time', () => {
  const snapshot = aSnapshot([aNode('a')], { a: { x: 9 } })
  const at = (decidedAt: string) =>
    plan({ ...aRequest([{ sku: 'x' }]), decidedAt: decidedAt as Instant }, snapshot, policy).packages[0]?.handOverAt
  expect(at('2026-11-22T12:00:00.000Z')).toBe('2026-11-22T18:00:00.000Z')
  expect(at('2026-11-22T15:01:00.000Z')).toBe('2026-11-23T18:00:00.000Z')
  expect(at('2026-11-22T14:00:00.000Z')).toBe('2026-11-22T18:00:00.000Z')
})

test('a promise nobody can keep is missed by as little as can be, and the record says by how much', () => {
  const nodes = [aNode('cheap-late', { processingDays: 3 }), aNode('soon', { processingDays: 1, fixed: 900 })]
  const snapshot = aSnapshot(nodes, { 'cheap-late': { x: 1 }, soon: { x: 1 } })
  const request = aRequest([{ sku: 'x', promisedBy: '2026-11-22T18:00:00Z' }])
  expect(plan(request, snapshot, policy).packages.map((p) => [p.nodeId, p.lateMinutes])).toEqual([['soon', 1440]])
  const priced = { ...policy, charges: { latePerDayMinor: 100 } }
  const decision = plan(request, snapshot, priced)
  expect(decision.packages.map((p) => [p.nodeId, p.lateMinutes, p.costMinor])).toEqual([['cheap-late', 3 * 1440, 300]])
})
