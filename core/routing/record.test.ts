import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { plan } from './plan.ts'
import { decisionOf } from './routing-plan.ts'
import { RoutingPolicy } from './policy.ts'
import { prepareNodes } from './prepared-nodes.ts'
import type { OpportunityPrices } from './price-columns.ts'
import { madeAgain, recordedVerdicts, recordOf, runnerUpAgain } from './record.ts'
import type { DecisionRecord } from './record.ts'
import { packRuns, unpackRuns } from './runs.ts'
import { workingCopy } from './snapshot.ts'
import { aNode, aRequest, aSnapshot } from './test-kit.ts'
import { whyNot } from './why-not.ts'

const policyOf = (rest: object = {}): RoutingPolicy => RoutingPolicy.parse({ version: 'p@1', ...rest })

test('rows of integers come back as they were packed, and a torn one is refused', () => {
  const rows = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -(2 ** 31), max: 1_000_000_000 })), {
    maxLength: 300,
  })
  fc.assert(
    fc.property(rows, (values) => {
      expect(unpackRuns(packRuns(Int32Array.from(values)), values.length)).toEqual(values)
      expect(() => unpackRuns(packRuns(Int32Array.from(values)), values.length + 1)).toThrow()
    }),
  )
})

const nodes = [
  aNode('cheap', { fixed: 300, kind: 'store' }),
  aNode('dear', { fixed: 800 }),
  aNode('empty', { fixed: 100 }),
  aNode('late', { fixed: 100, processingDays: 2 }),
  aNode('off', { fixed: 100, enabled: false }),
  aNode('refused', { fixed: 100 }),
]
const stock = Object.fromEntries(nodes.map((node) => [node.id, { x: node.id === 'empty' ? 1 : 5 }]))
const request = aRequest([{ sku: 'x', quantity: 3, promisedBy: '2026-11-22T20:00:00Z', excluded: ['refused'] }])

function recorded(policy: RoutingPolicy): DecisionRecord {
  const snapshot = workingCopy(aSnapshot(nodes, stock))
  const made = plan(request, snapshot, policy)
  const record = recordOf(made, 'dec_1' as DecisionRecord['head']['id'], 'net', request)
  snapshot.claim(made)
  return JSON.parse(JSON.stringify(record)) as DecisionRecord
}

test('a record gives back every verdict, and the decision can be made again from it alone', () => {
  const record = recorded(policyOf())
  const prepared = prepareNodes(nodes)
  const again = madeAgain(record, prepared, policyOf())
  expect(again).toBeDefined()
  if (again === undefined) return
  const words = decisionOf(again).candidates
  expect(recordedVerdicts(record, prepared)).toEqual(words.map(({ detail: _, extraCostMinor: __, ...each }) => each))
  const dearer = nodes.map((node) => (node.id === 'cheap' ? aNode('cheap', { fixed: 900 }) : node))
  expect(madeAgain(record, prepareNodes(dearer), policyOf())).toBeUndefined()
})

test('what units and places were worth is recorded, and the decision made again with it', () => {
  const opportunity: OpportunityPrices = {
    unit: (_sku, node) => (node === 0 ? 300 : 0),
    place: (node) => (node === 0 ? 250 : 0),
  }
  const snapshot = aSnapshot([aNode('cheap', { fixed: 300 }), aNode('dear', { fixed: 800 })], {
    cheap: { x: 5 },
    dear: { x: 5 },
  })
  const one = aRequest([{ sku: 'x' }])
  const made = plan(one, snapshot, policyOf(), { opportunity })
  expect(made.packages.map((each) => each.nodeId)).toEqual(['dear'])
  const record = JSON.parse(
    JSON.stringify(recordOf(made, 'dec_1' as never, 'net', one, { opportunity })),
  ) as DecisionRecord
  expect(record).toMatchObject({ prices: [['x', 'cheap', 300]], placePrices: [['cheap', 250]] })
  expect(madeAgain(record, snapshot.nodes, policyOf())?.packages).toEqual(made.packages)
  const { placePrices: _, ...withoutPlaces } = record
  expect(madeAgain(withoutPlaces, snapshot.nodes, policyOf())).toBeUndefined()
})

test.each([
  ['cheap', 'it was chosen for this line'],
  ['dear', 'cost 501: did a package from there cost 501 minor units less'],
  ['empty', 'units 2: had it 2 more units of x'],
  ['late', 'promise 2760: were the promise 2760 minutes later (2026-11-24T18:00:00.000Z)'],
  ['off', 'enable 1: were it enabled'],
  ['refused', 'rejection 1: had it not refused the line before'],
])('why not %s: %s', (nodeId, expected) => {
  const [answer] = whyNot(recorded(policyOf()), { nodes, rateCards: [] }, policyOf(), nodeId)
  const change = answer?.change
  expect(change === undefined ? answer?.note : `${change.kind} ${change.size}: ${change.text}`).toBe(expected)
})

test('the runner-up found again from the record is the one that was priced beside the decision', () => {
  const record = recorded(policyOf())
  expect(record.head.runnerUp).toEqual({ nodeId: 'dear', lineNo: 1, costMinor: 800, criterion: 'cost', margin: 500 })
  expect(runnerUpAgain(record, prepareNodes(nodes), policyOf())).toEqual(record.head.runnerUp)
})

test('where one change is not enough, what would still stand against the node is said', () => {
  const fences = [{ name: 'no stores', reason: 'tag', never: { kinds: ['store'] } }]
  const policy = policyOf({ fences })
  const [fenced] = whyNot(recorded(policy), { nodes, rateCards: [] }, policy, 'cheap')
  expect(fenced?.change).toEqual({ kind: 'fence', size: 1, text: 'without the fence "no stores"' })
  const dearAndEmpty = nodes.map((node) => (node.id === 'empty' ? aNode('empty', { fixed: 900 }) : node))
  const snapshot = aSnapshot(dearAndEmpty, stock)
  const record = recordOf(plan(request, snapshot, policyOf()), 'dec_1' as never, 'net', request)
  const [twofold] = whyNot(record, { nodes: dearAndEmpty, rateCards: [] }, policyOf(), 'empty')
  expect(twofold?.note).toBe('no single change would do: had it 2 more units of x, it would still be dearer')
})
