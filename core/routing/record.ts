/**
 * The record of a decision: what was decided, and all that went into it. A verdict for each node and line is kept as packed
 * numbers, since as objects they would cost more than the decision; words, exact costs of the nodes passed over, and answers to
 * "why not that one" are worked out again from the inputs when somebody asks.
 */
import type { CandidateVerdict, RoutingDecision, RunnerUp } from '../model/decision.ts'
import type { Node } from '../model/node.ts'
import type { RateCard } from '../model/rate-card.ts'
import { sameData } from '../same-data.ts'
import { plan } from './plan.ts'
import { parcelsOf } from './parcels.ts'
import type { PlanHooks, RoutingPlan } from './routing-plan.ts'
import { criteriaOf } from './policy.ts'
import type { RoutingPolicy } from './policy.ts'
import type { PreparedNodes } from './prepared-nodes.ts'
import type { OpportunityPrices } from './price-columns.ts'
import type { RouteRequest } from './request.ts'
import { packRuns, unpackRuns } from './runs.ts'
import { snapshotOfRows, withOperations } from './snapshot.ts'
import type { StockSnapshot } from './snapshot.ts'
import { CHOSEN, ELIGIBLE, reasonOf } from './verdicts.ts'

/** A plan without its table: what callers read of a decision. */
export type DecisionHead = Omit<RoutingDecision, 'candidates'>

export type DecisionRecord = {
  head: DecisionHead
  request: RouteRequest
  /** Names the nodes and rate cards it was made on (store/networks.ts). */
  networkId: string
  /** Verdict codes and sellable units, line by line, nodes in id order. */
  codes: string
  sellable: string
  /** What limited nodes had taken on, where it was asked. */
  capacity?: [slot: string, used: number][]
  trust?: [nodeId: string, score: number][]
  /** What a unit was worth to later orders, where it was worth anything. */
  prices?: [sku: string, nodeId: string, minor: number][]
  /** And a place of a day at a node. */
  placePrices?: [nodeId: string, minor: number][]
  unreachable?: string[]
}

/** The nodes and cards of a record, as they were then. */
export type RecordedNetwork = { nodes: readonly Node[]; rateCards: readonly RateCard[] }

export function recordOf(
  { verdicts, ...head }: RoutingPlan,
  id: DecisionHead['id'],
  networkId: string,
  request: RouteRequest,
  { opportunity }: Pick<PlanHooks, 'opportunity'> = {},
): DecisionRecord {
  const { context, codes, sellable } = verdicts
  const { health } = context.snapshot
  const { prices, placePrices } = pricesOf(opportunity, request, context.nodes)
  return {
    head: { ...head, id },
    request,
    networkId,
    codes: packRuns(codes),
    sellable: packRuns(sellable),
    ...(prices.length === 0 ? {} : { prices }),
    ...(placePrices.length === 0 ? {} : { placePrices }),
    ...(context.slotsAsked.size === 0 ? {} : { capacity: [...context.slotsAsked] }),
    ...(health === undefined || health.trust.size === 0 ? {} : { trust: [...health.trust] }),
    ...(health === undefined || health.unreachable.size === 0 ? {} : { unreachable: [...health.unreachable] }),
  }
}

function pricesOf(
  opportunity: OpportunityPrices | undefined,
  request: RouteRequest,
  nodes: PreparedNodes,
): Required<Pick<DecisionRecord, 'prices' | 'placePrices'>> {
  if (opportunity === undefined) return { prices: [], placePrices: [] }
  const prices = [...new Set(request.lines.map((line) => line.sku))].flatMap((sku) =>
    nodes.list.flatMap(({ id }, index): [string, string, number][] => {
      const minor = opportunity.unit(sku, index)
      return minor === 0 ? [] : [[sku, id, minor]]
    }),
  )
  const placePrices = nodes.list.flatMap(({ id }, index): [string, number][] => {
    const minor = opportunity.place(index)
    return minor === 0 ? [] : [[id, minor]]
  })
  return { prices, placePrices }
}

/** What steered the decision beside its costs, for making it again. */
export function recordedHooks(record: DecisionRecord, nodes: PreparedNodes): PlanHooks {
  if (record.prices === undefined && record.placePrices === undefined) return {}
  const units = new Map(record.prices?.map(([sku, nodeId, minor]) => [`${nodeId} ${sku}`, minor]))
  const places = new Map(record.placePrices)
  const idOf = (node: number): string => nodes.list[node]?.id ?? ''
  return {
    opportunity: {
      unit: (sku, node) => units.get(`${idOf(node)} ${sku}`) ?? 0,
      place: (node) => places.get(idOf(node)) ?? 0,
    },
  }
}

/** The stock and the state of nodes that the decision was made on. */
export function recordedSnapshot(record: DecisionRecord, nodes: PreparedNodes): StockSnapshot {
  const width = nodes.list.length
  const units = unpackRuns(record.sellable, width * record.request.lines.length)
  const rows = new Map<string, Int32Array>(
    record.request.lines.map((line, row) => [line.sku, Int32Array.from(units.slice(row * width, (row + 1) * width))]),
  )
  const used = new Map(record.capacity)
  return withOperations(snapshotOfRows(nodes, rows), {
    capacity: (slot) => used.get(slot) ?? 0,
    health: { trust: new Map(record.trust), unreachable: new Set(record.unreachable) },
  })
}

/** The decision made again from its own inputs; undefined when this program or these prices would decide otherwise today. */
export function madeAgain(
  record: DecisionRecord,
  nodes: PreparedNodes,
  policy: RoutingPolicy,
): RoutingPlan | undefined {
  const again = plan(record.request, recordedSnapshot(record, nodes), policy, recordedHooks(record, nodes))
  const { packages, consolidated } = record.head
  const same = sameData(again.packages, packages) && sameData(again.consolidated, consolidated)
  return same ? again : undefined
}

/**
 * The runner-up of an order too large to price every other plan beside the decision: the best plan without one of the chosen
 * nodes. Undefined where every other plan leaves more units out.
 */
export function runnerUpAgain(
  record: DecisionRecord,
  nodes: PreparedNodes,
  policy: RoutingPolicy,
): RunnerUp | undefined {
  const { head, request } = record
  const snapshot = recordedSnapshot(record, nodes)
  const hooks = recordedHooks(record, nodes)
  let best: { made: RoutingPlan; lineNos: number[] } | undefined
  for (const { nodeId, lines: given } of head.packages) {
    const lineNos = given.map((line) => line.lineNo)
    const lines = request.lines.map((line) =>
      lineNos.includes(line.lineNo) ? { ...line, excludedNodeIds: [...line.excludedNodeIds, nodeId] } : line,
    )
    const made = plan({ ...request, lines }, snapshot, policy, hooks)
    if (made.unserved.length > head.unserved.length) continue
    if (best === undefined || rank(made) < rank(best.made)) best = { made, lineNos }
  }
  const winner = best?.made.packages.find((each) => each.lines.some((line) => best?.lineNos.includes(line.lineNo)))
  const lineNo = winner?.lines.find((line) => best?.lineNos.includes(line.lineNo))?.lineNo
  if (best === undefined || winner === undefined || lineNo === undefined) return undefined
  const packages = parcelsOf(best.made).length - parcelsOf(head).length
  const byPackages = criteriaOf(policy)[0] === 'packages' && packages > 0
  const dearer = best.made.costMinor - head.costMinor
  return {
    nodeId: winner.nodeId,
    lineNo,
    costMinor: best.made.costMinor,
    criterion: byPackages ? 'packages' : dearer === 0 ? 'tie' : 'cost',
    margin: byPackages ? packages : dearer,
  }

  function rank(made: RoutingPlan): number {
    return criteriaOf(policy)[0] === 'packages' ? parcelsOf(made).length * 2 ** 40 + made.costMinor : made.costMinor
  }
}

/** Reasons as they were recorded, without the words that have to be worked out. */
export function recordedVerdicts(record: DecisionRecord, nodes: PreparedNodes): CandidateVerdict[] {
  const width = nodes.list.length
  const codes = unpackRuns(record.codes, width * record.request.lines.length)
  return record.request.lines.flatMap((line, row) => {
    const left = record.head.unserved.find((each) => each.lineNo === line.lineNo)?.reason ?? 'dearer'
    return nodes.list.map((node, n): CandidateVerdict => {
      const code = codes[row * width + n] ?? ELIGIBLE
      const base = { nodeId: node.id, lineNo: line.lineNo }
      return code === CHOSEN
        ? { ...base, verdict: 'chosen' }
        : { ...base, verdict: 'notChosen', reason: reasonOf(code) ?? left }
    })
  })
}
