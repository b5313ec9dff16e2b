import { expect, test } from 'vitest'
import { plan } from './plan.ts'
import { decisionOf } from './routing-plan.ts'
import { RoutingPolicy } from './policy.ts'
import { activeBook, PolicyBook, policyFor } from './policy-book.ts'
import { lintPolicy } from './policy-lint.ts'
import { withOperations } from './snapshot.ts'
import { aNode, aRequest, aSnapshot } from './test-kit.ts'

const policyOf = (rest: object): RoutingPolicy => RoutingPolicy.parse({ version: 'p@1', ...rest })
const BERLIN: [number, number] = [52.52, 13.4]
const PARIS: [number, number] = [48.86, 2.35]

test('each fence rules out what it names, with its own reason and name', () => {
  const nodes = [
    aNode('licensed', { tags: ['hazmat'], fixed: 900 }),
    aNode('outlet', { tags: ['outlet'] }),
    aNode('store', { kind: 'store' }),
    aNode('far', { at: PARIS, tags: ['hazmat'] }),
  ]
  const snapshot = aSnapshot(nodes, Object.fromEntries(nodes.map((node) => [node.id, { x: 5, paint: 5 }])))
  const request = {
    ...aRequest([{ sku: 'x' }, { sku: 'paint', tags: ['hazmat'] }], BERLIN),
    channelId: 'marketplace' as never,
    customerTags: ['b2b'],
  }
  const fences = [
    { name: 'no outlet goods', reason: 'assortment', never: { tags: ['outlet'] } },
    { name: 'licensed only', reason: 'hazard', lines: { tags: ['hazmat'] }, only: { tags: ['hazmat'] } },
    {
      name: 'stores are for consumers',
      reason: 'segment',
      orders: { customerTags: ['b2b'] },
      never: { kinds: ['store'] },
    },
    { name: 'near only', reason: 'geography', lines: { skus: ['paint'] }, never: { ids: ['far'] } },
    { name: 'other channels', reason: 'channel', orders: { channels: ['web'] }, never: { ids: ['licensed'] } },
  ]
  const decision = decisionOf(plan(request, snapshot, policyOf({ fences })))
  expect(
    decision.candidates.map((c) => `${c.lineNo} ${c.nodeId} ${c.reason ?? c.verdict} ${c.detail ?? ''}`.trim()),
  ).toEqual([
    '1 far dearer same cost; earlier hand-over, then node id decided',
    '1 licensed chosen',
    '1 outlet assortmentFence no outlet goods',
    '1 store segmentFence stores are for consumers',
    '2 far geographyFence near only',
    '2 licensed chosen',
    '2 outlet assortmentFence no outlet goods',
    '2 store hazardFence licensed only',
  ])
})

test('criteria are compared one after the other, and the record names the one that decided and by how much', () => {
  const nodes = [aNode('near', { at: BERLIN, fixed: 700 }), aNode('far', { at: PARIS, fixed: 300 })]
  const snapshot = aSnapshot(nodes, { near: { x: 1 }, far: { x: 1 } })
  const request = aRequest([{ sku: 'x' }], BERLIN)
  const byMoney = plan(request, snapshot, policyOf({}))
  expect(byMoney.packages[0]?.nodeId).toBe('far')
  expect(byMoney.runnerUp).toEqual({ nodeId: 'near', lineNo: 1, costMinor: 700, criterion: 'cost', margin: 400 })
  const byDistance = plan(request, snapshot, policyOf({ criteria: ['packages', 'distance', 'cost'] }))
  expect(byDistance.packages[0]?.nodeId).toBe('near')
  expect(byDistance.runnerUp).toEqual({ nodeId: 'far', lineNo: 1, costMinor: 300, criterion: 'distance', margin: 877 })
  const byPriority = plan(request, snapshot, policyOf({ criteria: ['priority'], nodePriority: ['near'] }))
  expect(byPriority.runnerUp).toMatchObject({ nodeId: 'far', criterion: 'priority', margin: 1 })
})

test('a tie in money goes to the first node of the priority list, else to the earlier hand-over, else by id', () => {
  const nodes = [aNode('a', { processingDays: 1 }), aNode('b'), aNode('c')]
  const snapshot = aSnapshot(nodes, { a: { x: 1 }, b: { x: 1 }, c: { x: 1 } })
  const request = aRequest([{ sku: 'x' }])
  expect(plan(request, snapshot, policyOf({})).packages[0]?.nodeId).toBe('b')
  const listed = policyOf({ tieBreaks: ['nodePriority'], nodePriority: ['a'] })
  expect(plan(request, snapshot, listed).packages[0]?.nodeId).toBe('a')
})

test('lines that the policy keeps together come from one node, or not at all', () => {
  const nodes = [aNode('a'), aNode('b'), aNode('both', { fixed: 5000 })]
  const lines = [{ sku: 'x', tags: ['set'] }, { sku: 'y', tags: ['set'] }, { sku: 'z' }]
  const keep = policyOf({ keepTogetherTags: ['set'] })
  const stock = { a: { x: 1, z: 1 }, b: { y: 1 }, both: { x: 1, y: 1 } }
  const together = plan(aRequest(lines), aSnapshot(nodes, stock), keep)
  expect(together.packages.map((p) => [p.nodeId, p.lines.map((line) => line.sku)])).toEqual([
    ['a', ['z']],
    ['both', ['x', 'y']],
  ])
  const apart = plan(aRequest(lines), aSnapshot(nodes, { a: { x: 1, z: 1 }, b: { y: 1 } }), keep)
  expect(apart.packages.map((p) => p.lines.map((line) => line.sku))).toEqual([['z']])
  expect(apart.unserved.map((each) => [each.lineNo, each.reason])).toEqual([
    [1, 'notTogether'],
    [2, 'notTogether'],
  ])
})

test('what the order cannot be served with is given up in the stated order, and the record says so', () => {
  const nodes = [aNode('a'), aNode('b', { tags: ['reserve'] })]
  const snapshot = aSnapshot(nodes, { a: { x: 1, y: 0 }, b: { x: 0, y: 1 } })
  const request = aRequest([{ sku: 'x' }, { sku: 'y' }])
  const strict = {
    allowSplit: false,
    fences: [{ name: 'reserve', reason: 'assortment', never: { tags: ['reserve'] } }],
  }
  expect(plan(request, snapshot, policyOf(strict)).packages).toEqual([])
  const fallbacks = [{ giveUp: 'splitRules' }, { giveUp: 'fence', name: 'reserve' }]
  const found = plan(request, snapshot, policyOf({ ...strict, fallbacks }))
  expect(found.packages.map((p) => p.nodeId)).toEqual(['a', 'b'])
  expect(found.gaveUp).toEqual(['splitRules', 'fence reserve'])
})

test('charges are parts of the cost: split, stock-out risk, rejection risk, markdown', () => {
  const nodes = [aNode('a', { tags: ['clear'] }), aNode('b')]
  const snapshot = withOperations(aSnapshot(nodes, { a: { x: 1 }, b: { y: 3 } }), {
    capacity: () => 0,
    health: { trust: new Map([['b', 400]]), unreachable: new Set() },
  })
  const charges = {
    splitMinor: 250,
    stockOut: { perUnitMinor: 100, below: 4 },
    rejectionMinor: 50,
    markdown: [{ nodes: { tags: ['clear'] }, perUnitMinor: -30 }],
  }
  const found = plan(aRequest([{ sku: 'x' }, { sku: 'y' }]), snapshot, policyOf({ charges }))
  expect(found.packages.map((p) => p.costParts.filter((part) => part.minor !== 0))).toEqual([
    [
      { name: 'stockOut', minor: 100 },
      { name: 'markdown', minor: -30 },
    ],
    [
      { name: 'split', minor: 250 },
      { name: 'stockOut', minor: 50 },
      { name: 'rejection', minor: 30 },
    ],
  ])
  expect(found.costMinor).toBe(400)
})

test('nodes with a bad record or a broken connection get no work', () => {
  const nodes = [aNode('bad'), aNode('broken'), aNode('good', { fixed: 900 })]
  const snapshot = withOperations(aSnapshot(nodes, { bad: { x: 1 }, broken: { x: 1 }, good: { x: 1 } }), {
    capacity: () => 0,
    health: { trust: new Map([['bad', 300]]), unreachable: new Set(['broken']) },
  })
  const decision = decisionOf(plan(aRequest([{ sku: 'x' }]), snapshot, policyOf({ minTrust: 500 })))
  expect(decision.candidates.map((c) => c.reason ?? c.verdict)).toEqual(['distrusted', 'unreachable', 'chosen'])
})

const book = (rules: unknown[]): PolicyBook => PolicyBook.parse({ name: 'test', rules })
const codes = (rules: unknown[], network?: Parameters<typeof lintPolicy>[1]): string[] =>
  lintPolicy(book(rules), network).map((each) => `${each.code} ${each.path}`)

test('the first rule that fits an order decides, and orders below a value leave whole', () => {
  const rules = [
    { name: 'vip', when: { customerTags: ['vip'] }, policy: { objective: 'fewestPackages' } },
    { name: 'berlin', when: { postcodePrefixes: ['DE-10'] }, policy: { splitFromValueMinor: 5000 } },
    { name: 'rest', policy: {} },
  ]
  const active = activeBook(book(rules), 'test@4')
  const base = aRequest([{ sku: 'x' }])
  const berlin = { ...base, destination: { country: 'DE', postcode: '10 115' }, orderValueMinor: 4999 }
  expect(policyFor(active, { ...berlin, customerTags: ['vip'] })).toMatchObject({ rule: 'vip', version: 'test@4' })
  expect(policyFor(active, berlin)).toMatchObject({ rule: 'berlin', allowSplit: false })
  expect(policyFor(active, { ...berlin, orderValueMinor: 5000 })).toMatchObject({ rule: 'berlin', allowSplit: true })
  expect(policyFor(active, base)).toMatchObject({ rule: 'rest' })
})

test('the linter finds rules that never decide', () => {
  const any = { policy: {} }
  expect(codes([{ name: 'a', ...any }])).toEqual([])
  expect(codes([{ name: 'a', when: { channels: ['web'] }, ...any }])).toEqual(['incomplete /rules/0'])
  expect(
    codes([
      { name: 'de', when: { countries: ['DE'] }, ...any },
      { name: 'berlin', when: { postcodePrefixes: ['DE-10'], channels: ['web'] }, ...any },
      { name: 'all', ...any },
      { name: 'late', when: { channels: ['web'] }, ...any },
      { name: 'end', ...any },
    ]),
  ).toEqual(['shadowed /rules/1', 'shadowed /rules/3', 'shadowed /rules/4'])
  expect(
    codes([
      { name: 'never', when: { valueAtLeastMinor: 100, valueBelowMinor: 100 }, ...any },
      { name: 'nowhere', when: { countries: ['FR'], postcodePrefixes: ['DE-1'] }, ...any },
      { name: 'end', ...any },
    ]),
  ).toEqual(['unreachable /rules/0/when/valueBelowMinor', 'unreachable /rules/1/when/postcodePrefixes'])
})

test('the linter finds policies that contradict themselves, and names nobody has', () => {
  const network = { channels: ['web'], nodes: [aNode('a'), aNode('b', { kind: 'store' })] }
  const only = (name: string, ids: string[]) => ({ name, reason: 'assortment', only: { ids } })
  expect(codes([{ name: 'r', policy: { fences: [only('f', ['a']), only('g', ['b'])] } }])).toEqual([
    'contradictory /rules/0/policy/fences/0',
  ])
  expect(codes([{ name: 'r', policy: { allowSplit: false, maxPackages: 3, charges: { splitMinor: 9 } } }])).toEqual([
    'contradictory /rules/0/policy/maxPackages',
    'contradictory /rules/0/policy/charges/splitMinor',
  ])
  expect(codes([{ name: 'r', policy: { criteria: ['priority'] } }])).toEqual([
    'contradictory /rules/0/policy/nodePriority',
  ])
  const nobody = { name: 'f', reason: 'tag', only: { tags: ['gold'] } }
  expect(codes([{ name: 'r', policy: { fences: [nobody] } }], network)).toEqual([
    'contradictory /rules/0/policy/fences/0',
  ])
  expect(codes([{ name: 'r', policy: { fallbacks: [{ giveUp: 'fence', name: 'x' }] } }])).toEqual([
    'unknown /rules/0/policy/fallbacks/0/name',
  ])
  expect(
    codes(
      [
        { name: 'r', when: { channels: ['shop'] }, policy: {} },
        { name: 's', policy: { fences: [only('f', ['a', 'q'])] } },
      ],
      network,
    ),
  ).toEqual(['unreachable /rules/0/when/channels', 'unknown /rules/1/policy/fences/0'])
})
