import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Node } from '../model/node.ts'
import { bestScore } from './brute-force.ts'
import type { Stock } from './brute-force.ts'
import { plan } from './plan.ts'
import { decisionOf } from './routing-plan.ts'
import type { RoutingPlan } from './routing-plan.ts'
import { RoutingPolicy } from './policy.ts'
import type { RouteRequest } from './request.ts'
import { aNode, aRequest, aSnapshot, EVERY_DAY } from './test-kit.ts'

const NODE_IDS = ['n1', 'n2', 'n3', 'n4']
const SKUS = ['x', 'y', 'z']

const position = fc.tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: -170, max: 170 }))

const nodeFacts = fc.record({
  kind: fc.constantFrom('warehouse' as const, 'store' as const, 'supplier' as const),
  capabilities: fc.constantFrom(
    ['ship' as const],
    ['ship' as const, 'pickup' as const],
    ['dropShip' as const],
    ['ship' as const, 'dropShip' as const],
  ),
  enabled: fc.constantFrom(true, true, true, false),
  at: fc.option(position, { nil: undefined }),
  week: fc.constantFrom(EVERY_DAY, EVERY_DAY, EVERY_DAY, {}),
  processingDays: fc.nat({ max: 2 }),
  currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'USD'),
  fixed: fc.nat({ max: 30 }),
  perUnit: fc.nat({ max: 12 }),
  per100Km: fc.nat({ max: 1 }),
})

const lineFacts = fc.record({
  sku: fc.constantFrom(...SKUS),
  quantity: fc.integer({ min: 1, max: 3 }),
  method: fc.constantFrom('ship' as const, 'ship' as const, 'ship' as const, 'pickup' as const, 'dropShip' as const),
  nodeId: fc.option(fc.constantFrom(...NODE_IDS), { nil: undefined, freq: 6 }),
  promisedBy: fc.option(fc.constantFrom('2026-11-22T18:00:00Z', '2026-11-23T19:00:00Z'), { nil: undefined, freq: 3 }),
  excluded: fc.subarray(NODE_IDS, { maxLength: 1 }),
})

const policies = fc
  .record({
    allowSplit: fc.constantFrom(true, true, true, false),
    allowLineSplit: fc.boolean(),
    shipComplete: fc.constantFrom(false, false, true),
    maxPackages: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    objective: fc.constantFrom('cheapest' as const, 'fewestPackages' as const),
  })
  .map((policy) => RoutingPolicy.parse({ version: 'p', ...policy }))

type Instance = { nodes: Node[]; stock: Stock; request: RouteRequest; policy: RoutingPolicy }

const instances: fc.Arbitrary<Instance> = fc
  .record({
    facts: fc.array(nodeFacts, { minLength: 1, maxLength: 4 }),
    units: fc.array(
      fc.array(fc.option(fc.nat({ max: 4 }), { nil: undefined, freq: 8 }), { minLength: 3, maxLength: 3 }),
      { minLength: 4, maxLength: 4 },
    ),
    lines: fc.array(lineFacts, { minLength: 1, maxLength: 4 }),
    destination: fc.option(position, { nil: undefined }),
    policy: policies,
  })
  .map(({ facts, units, lines, destination, policy }) => ({
    nodes: facts.map((each, index) => aNode(NODE_IDS[index] ?? '', each)),
    stock: Object.fromEntries(
      facts.map((_, n) => [
        NODE_IDS[n] ?? '',
        Object.fromEntries(SKUS.flatMap((sku, s) => (units[n]?.[s] === undefined ? [] : [[sku, units[n][s]]]))),
      ]),
    ),
    request: aRequest(lines, destination),
    policy,
  }))

const planOf = ({ nodes, stock, request, policy }: Instance): RoutingPlan =>
  plan(request, aSnapshot(nodes, stock), policy)

test('no other plan serves more units, or as many for less: the same as trying them all', () => {
  fc.assert(
    fc.property(instances, (instance) => {
      const found = planOf(instance)
      const units = found.packages.flatMap((each) => each.lines).reduce((sum, line) => sum + line.quantity, 0)
      const packages = instance.policy.objective === 'fewestPackages' ? found.packages.length : 0
      expect(found.optimality).toBe('exact')
      expect({ units, packages, costMinor: found.costMinor }).toEqual(
        bestScore(instance.request, instance.nodes, instance.stock, instance.policy),
      )
    }),
    { numRuns: 3000 },
  )
})

test('no plan gives more than a node has, and every unit is served or named as unserved', () => {
  fc.assert(
    fc.property(instances, (instance) => {
      const snapshot = aSnapshot(instance.nodes, instance.stock)
      const found = plan(instance.request, snapshot, instance.policy)
      snapshot.claim(found)
      for (const line of instance.request.lines) {
        const served = found.packages.flatMap((each) => each.lines).filter((each) => each.lineNo === line.lineNo)
        const left = found.unserved.filter((each) => each.lineNo === line.lineNo)
        expect([...served, ...left].reduce((sum, each) => sum + each.quantity, 0)).toBe(line.quantity)
      }
    }),
    { numRuns: 2000 },
  )
})

test('costs add up: parts to packages, packages to the plan', () => {
  fc.assert(
    fc.property(instances, (instance) => {
      const found = planOf(instance)
      for (const each of found.packages)
        expect(each.costParts.reduce((sum, part) => sum + part.minor, 0)).toBe(each.costMinor)
      expect(found.packages.reduce((sum, each) => sum + each.costMinor, 0)).toBe(found.costMinor)
      expect(Number.isSafeInteger(found.costMinor)).toBe(true)
    }),
  )
})

test('every candidate and line has exactly one verdict, and it is chosen exactly where a package says so', () => {
  fc.assert(
    fc.property(instances, (instance) => {
      const decision = decisionOf(planOf(instance))
      const pairs = decision.candidates.map((each) => `${each.lineNo} ${each.nodeId}`)
      expect(new Set(pairs).size).toBe(pairs.length)
      expect(pairs).toHaveLength(instance.nodes.length * instance.request.lines.length)
      const chosen = decision.candidates.filter((each) => each.verdict === 'chosen')
      const packed = decision.packages.flatMap((each) => each.lines.map((line) => `${line.lineNo} ${each.nodeId}`))
      expect(chosen.map((each) => `${each.lineNo} ${each.nodeId}`).sort(byText)).toEqual(packed.sort(byText))
      for (const each of decision.candidates) expect(each.reason === undefined).toBe(each.verdict === 'chosen')
    }),
  )
})

test('the order nodes are read in changes nothing', () => {
  fc.assert(
    fc.property(instances, fc.infiniteStream(fc.nat()), (instance, keys) => {
      const shuffled = instance.nodes
        .map((node) => ({ node, key: keys.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
      const again = planOf({ ...instance, nodes: shuffled.map(({ node }) => node) })
      expect(decisionOf(again)).toEqual(decisionOf(planOf(instance)))
    }),
  )
})

test('the extra cost of a candidate is what the order costs when only that candidate may serve the line', () => {
  fc.assert(
    fc.property(instances, (instance) => {
      const decision = decisionOf(planOf(instance))
      for (const candidate of decision.candidates) {
        if (candidate.extraCostMinor === undefined) continue
        const forced = instance.request.lines.map((line) =>
          line.lineNo === candidate.lineNo ? { ...line, nodeId: candidate.nodeId } : line,
        )
        const { nodes, stock, request, policy } = instance
        const best = bestScore({ ...request, lines: forced }, nodes, stock, policy, request.lines)
        expect(decision.costMinor + candidate.extraCostMinor).toBe(best.costMinor)
      }
    }),
    { numRuns: 1000 },
  )
})

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
