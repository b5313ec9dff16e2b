import { describe, expect, test } from 'vitest'
import { plan } from './plan.ts'
import { decisionOf } from './routing-plan.ts'
import { RoutingPolicy } from './policy.ts'
import { type Proposal, stayingRequest, withinChurn, worthMoving } from './reoptimise.ts'
import { aNode, aRequest, aSnapshot } from './test-kit.ts'

const TERMS = { savingAtLeastMinor: 100, atMostPercent: 50 }
const POLICY = RoutingPolicy.parse({ version: 'p' })
const nodes = [aNode('a', { fixed: 300 }), aNode('b', { fixed: 401 })]
const at = (nodeId: string) => [{ nodeId, lines: [{ lineNo: 1 }] }] as never

describe('work is worth moving', () => {
  const both = aSnapshot(nodes, { a: { x: 5 }, b: { x: 5 } })
  const stayAt = (nodeId: string, request = aRequest([{ sku: 'x' }])) =>
    plan(stayingRequest(request, at(nodeId), both.nodes.list), both, POLICY)
  const fresh = plan(aRequest([{ sku: 'x' }]), both, POLICY)

  test('when it saves what the policy asks for, and not when it saves less', () => {
    expect(decisionOf(stayAt('b')).packages).toMatchObject([{ nodeId: 'b', costMinor: 401 }])
    expect(worthMoving(stayAt('b'), fresh, TERMS)).toEqual({ reason: 'saving', savedMinor: 101 })
    expect(worthMoving(stayAt('b'), fresh, { ...TERMS, savingAtLeastMinor: 102 })).toBeUndefined()
    expect(worthMoving(stayAt('a'), fresh, TERMS)).toBeUndefined()
  })

  test('when staying breaks a promise that another node can keep, whatever it costs', () => {
    const late = { ...fresh, packages: fresh.packages.map((each) => ({ ...each, lateMinutes: 60 })) }
    expect(worthMoving(late, stayAt('b'), TERMS)).toEqual({ reason: 'promise', savedMinor: -101 })
    const dearAndLate = { ...late, costMinor: late.costMinor + 500 }
    expect(worthMoving(stayAt('b'), late, TERMS)).toBeUndefined()
    expect(worthMoving(stayAt('b'), dearAndLate, TERMS)).toBeUndefined()
  })

  test('when staying gives up what another node does not: a node that cannot be reached', () => {
    const unreachable = { ...both, health: { trust: new Map(), unreachable: new Set(['a']) } }
    const request = aRequest([{ sku: 'x' }])
    const stay = plan(stayingRequest(request, at('a'), both.nodes.list), unreachable, POLICY)
    expect(stay.gaveUp).toEqual(['unreachable'])
    expect(worthMoving(stay, plan(request, unreachable, POLICY), TERMS)).toEqual({ reason: 'policy', savedMinor: -101 })
  })
})

describe('churn', () => {
  const proposal = (rule: string, savedMinor: number, reason: Proposal['reason'] = 'saving'): Proposal => ({
    rule,
    reason,
    savedMinor,
    atMostPercent: 50,
  })

  test('is held to each rule\u2019s share, rounded down; kept promises go first, then the largest savings', () => {
    const proposals = [proposal('x', 1), proposal('x', 9), proposal('x', -5, 'promise'), proposal('y', 4)]
    const { moves, heldBack } = withinChurn(
      proposals,
      new Map([
        ['x', 5],
        ['y', 1],
      ]),
    )
    expect(moves).toEqual([proposals[2], proposals[1]])
    expect(heldBack).toEqual([proposals[3], proposals[0]])
  })
})
