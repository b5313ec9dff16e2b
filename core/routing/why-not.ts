/**
 * The counterfactual: the smallest single change with which the router would have given a line to a node that it passed over.
 * Each change is tried: the decision is made again with it, so what is said here is what would have happened.
 */
import type { ExclusionReason } from '../model/decision.ts'
import type { Node } from '../model/node.ts'
import { epochMsOf, instantFromEpochMs } from '../model/time.ts'
import type { Instant } from '../model/time.ts'
import { FENCE_EXCLUSIONS, fencesFor, shutsOut } from './fences.ts'
import { contextOf, earliestArrivals } from './order-context.ts'
import { plan } from './plan.ts'
import type { RoutingPlan } from './routing-plan.ts'
import type { RoutingPolicy } from './policy.ts'
import { methodIndex, prepareNodes } from './prepared-nodes.ts'
import { recordedHooks, recordedSnapshot, recordedVerdicts } from './record.ts'
import type { DecisionRecord, RecordedNetwork } from './record.ts'
import type { RouteLine, RouteRequest } from './request.ts'
import { packRuns } from './runs.ts'
import { snapshotOfRows } from './snapshot.ts'

export type WhyNot = {
  nodeId: string
  lineNo: number
  /** What was recorded against it; absent: it was chosen for the line. */
  reason?: ExclusionReason
  /** The change that would have been enough; absent where no single one is. */
  change?: { kind: ChangeKind; size: number; text: string }
  /** Said where no single change is enough. */
  note?: string
}

/** In the order in which changes of equal effect are preferred: what a merchant can do today comes first. */
export const CHANGE_KINDS = [
  'cost',
  'units',
  'promise',
  'fence',
  'trust',
  'capacity',
  'enable',
  'rejection',
  'service',
] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

/** Everything the router was given. A change alters one piece of it. */
type Inputs = { request: RouteRequest; network: RecordedNetwork; policy: RoutingPolicy; record: DecisionRecord }
type Change = { kind: ChangeKind; size: number; text: string; inputs: Inputs }

/** One answer for each line of the order, or for the one that is named. */
export function whyNot(
  record: DecisionRecord,
  network: RecordedNetwork,
  policy: RoutingPolicy,
  nodeId: string,
  lineNo?: number,
): WhyNot[] {
  const nodes = prepareNodes(network.nodes, network.rateCards)
  const verdicts = recordedVerdicts(record, nodes).filter((each) => each.nodeId === nodeId)
  const inputs: Inputs = { request: record.request, network, policy, record }
  return record.request.lines
    .filter((line) => lineNo === undefined || line.lineNo === lineNo)
    .flatMap((line): WhyNot[] => {
      const verdict = verdicts.find((each) => each.lineNo === line.lineNo)
      if (verdict === undefined) return []
      const base = { nodeId, lineNo: line.lineNo }
      if (verdict.reason === undefined) return [{ ...base, note: 'it was chosen for this line' }]
      const changes = changesFor(inputs, line, nodeId, verdict.reason)
      const enough = changes.find((change) => picks(runAgain(change.inputs), line.lineNo, nodeId))
      if (enough !== undefined) {
        const { kind, size, text } = enough
        return [{ ...base, reason: verdict.reason, change: { kind, size, text } }]
      }
      return [{ ...base, reason: verdict.reason, note: noteFor(changes, line, nodeId) }]
    })
}

function runAgain({ request, network, policy, record }: Inputs): RoutingPlan {
  const nodes = prepareNodes(network.nodes, network.rateCards)
  return plan(request, recordedSnapshot({ ...record, request }, nodes), policy, recordedHooks(record, nodes))
}

const picks = (made: RoutingPlan, lineNo: number, nodeId: string): boolean =>
  made.packages.some((each) => each.nodeId === nodeId && each.lines.some((line) => line.lineNo === lineNo))

function changesFor(inputs: Inputs, line: RouteLine, nodeId: string, reason: ExclusionReason): Change[] {
  switch (reason) {
    case 'dearer':
    case 'splitNotAllowed':
    case 'orderIncomplete':
    case 'notTogether':
      return cheaper(inputs, line, nodeId)
    case 'noStock':
    case 'belowKeptUnits':
    case 'stockUnknown':
      return moreUnits(inputs, line, nodeId)
    case 'missesPromise':
      return laterPromise(inputs, line, nodeId)
    case 'disabled':
      return [withNode(inputs, nodeId, 'enable', 1, 'were it enabled', (node) => ({ ...node, enabled: true }))]
    case 'unreachable':
      return [
        {
          kind: 'enable',
          size: 1,
          text: 'were its connection at work',
          inputs: {
            ...inputs,
            record: { ...inputs.record, unreachable: (inputs.record.unreachable ?? []).filter((id) => id !== nodeId) },
          },
        },
      ]
    case 'distrusted':
      return [trusted(inputs, nodeId)]
    case 'capacityFull': {
      const text = 'had it room for one more package'
      return [withNode(inputs, nodeId, 'capacity', 1, text, ({ capacity: _, ...node }) => node)]
    }
    case 'excludedAfterReject':
      return [
        withLine(inputs, line, 'rejection', 1, 'had it not refused the line before', {
          excludedNodeIds: line.excludedNodeIds.filter((id) => id !== nodeId),
        }),
      ]
    case 'methodNotOffered': {
      const text = `did it offer ${line.method}`
      const offers = (node: Node): Node => ({ ...node, capabilities: [...node.capabilities, line.method] })
      return [withNode(inputs, nodeId, 'service', 1, text, offers)]
    }
    case 'notTheChosenNode':
      return [withoutChosenNode(inputs, line)]
    case 'assortmentFence':
    case 'channelFence':
    case 'tagFence':
    case 'geographyFence':
    case 'hazardFence':
    case 'segmentFence':
      return withoutFence(inputs, line, nodeId, reason)
    case 'noCarrierService':
    case 'otherCurrency':
    case 'closed':
      return []
  }
}

/** What the package from there would have to cost less: by how much the best plan with it is dearer than the one that was made. */
function cheaper(inputs: Inputs, line: RouteLine, nodeId: string): Change[] {
  const forced = runAgain(withLine(inputs, line, 'cost', 0, '', { nodeId: nodeId as RouteLine['nodeId'] }).inputs)
  if (!picks(forced, line.lineNo, nodeId)) return []
  const dearer = forced.costMinor - inputs.record.head.costMinor
  return [dearer, dearer + 1]
    .filter((minor) => minor > 0)
    .map((minor) =>
      withNode(inputs, nodeId, 'cost', minor, `did a package from there cost ${minor} minor units less`, (node) => ({
        ...node,
        costs: { ...node.costs, packageFixedMinor: node.costs.packageFixedMinor - minor },
      })),
    )
}

function moreUnits(inputs: Inputs, line: RouteLine, nodeId: string): Change[] {
  const nodes = prepareNodes(inputs.network.nodes, inputs.network.rateCards)
  const index = nodes.indexById.get(nodeId) ?? -1
  const has = Math.max(0, recordedSnapshot(inputs.record, nodes).sellable(line.sku)[index] ?? 0)
  const wanted = line.quantity + (inputs.policy.keepUnits ?? 0)
  const enough = wanted - has
  // Fewer may do, where the line may be split.
  const tries = enough <= 50 ? Array.from({ length: Math.max(0, enough) }, (_, each) => each + 1) : [enough]
  return tries.map((units) => ({
    kind: 'units',
    size: units,
    text: `had it ${units} more unit${units === 1 ? '' : 's'} of ${line.sku}`,
    inputs: { ...inputs, record: withUnits(inputs.record, nodes, line.sku, index, has + units) },
  }))
}

function withUnits(
  record: DecisionRecord,
  nodes: ReturnType<typeof prepareNodes>,
  sku: string,
  index: number,
  units: number,
): DecisionRecord {
  const snapshot = recordedSnapshot(record, nodes)
  const rows = new Map(record.request.lines.map((line) => [String(line.sku), snapshot.sellable(line.sku).slice()]))
  const row = rows.get(sku)
  if (row !== undefined) row[index] = units
  const changed = snapshotOfRows(nodes, rows)
  const values = record.request.lines.flatMap((line) => [...changed.sellable(line.sku)])
  return { ...record, sellable: packRuns(Int32Array.from(values)) }
}

function laterPromise(inputs: Inputs, line: RouteLine, nodeId: string): Change[] {
  const nodes = prepareNodes(inputs.network.nodes, inputs.network.rateCards)
  const context = contextOf(inputs.request, recordedSnapshot(inputs.record, nodes), inputs.policy)
  const services = nodes.serviceByMethod[methodIndex(line.method)]
  const arrives =
    services === undefined ? undefined : earliestArrivals(context, services)[nodes.indexById.get(nodeId) ?? -1]
  if (arrives === undefined || !Number.isFinite(arrives) || line.promisedBy === undefined) return []
  const minutes = Math.ceil((arrives - epochMsOf(line.promisedBy)) / 60_000)
  const promisedBy: Instant = instantFromEpochMs(arrives)
  return [
    withLine(inputs, line, 'promise', minutes, `were the promise ${minutes} minutes later (${promisedBy})`, {
      promisedBy,
    }),
  ]
}

function trusted(inputs: Inputs, nodeId: string): Change {
  const needed = inputs.policy.minTrust ?? 0
  const has = new Map(inputs.record.trust).get(nodeId) ?? 0
  const trust = new Map(inputs.record.trust).set(nodeId, needed)
  return {
    kind: 'trust',
    size: needed - has,
    text: `were its record ${needed} instead of ${has}`,
    inputs: { ...inputs, record: { ...inputs.record, trust: [...trust] } },
  }
}

function withoutFence(inputs: Inputs, line: RouteLine, nodeId: string, reason: ExclusionReason): Change[] {
  const nodes = prepareNodes(inputs.network.nodes, inputs.network.rateCards)
  const context = contextOf(inputs.request, recordedSnapshot(inputs.record, nodes), inputs.policy)
  const index = nodes.indexById.get(nodeId) ?? -1
  return fencesFor(context, line)
    .filter((fence) => FENCE_EXCLUSIONS[fence.reason] === reason && shutsOut(context, fence, index))
    .map((fence) => ({
      kind: 'fence',
      size: 1,
      text: `without the fence "${fence.name}"`,
      inputs: {
        ...inputs,
        policy: { ...inputs.policy, fences: inputs.policy.fences?.filter((each) => each.name !== fence.name) },
      },
    }))
}

function withoutChosenNode(inputs: Inputs, line: RouteLine): Change {
  const lines = inputs.request.lines.map((each) => {
    const { nodeId: _, ...rest } = each
    return each.lineNo === line.lineNo ? rest : each
  })
  return {
    kind: 'service',
    size: 1,
    text: `had nobody asked for ${line.nodeId ?? 'another node'}`,
    inputs: { ...inputs, request: { ...inputs.request, lines } },
  }
}

function withLine(
  inputs: Inputs,
  line: RouteLine,
  kind: ChangeKind,
  size: number,
  text: string,
  change: Partial<RouteLine>,
): Change {
  const lines = inputs.request.lines.map((each) => (each.lineNo === line.lineNo ? { ...each, ...change } : each))
  return { kind, size, text, inputs: { ...inputs, request: { ...inputs.request, lines } } }
}

function withNode(
  inputs: Inputs,
  nodeId: string,
  kind: ChangeKind,
  size: number,
  text: string,
  change: (node: Node) => Node,
): Change {
  const nodes = inputs.network.nodes.map((node) => (node.id === nodeId ? change(node) : node))
  return { kind, size, text, inputs: { ...inputs, network: { ...inputs.network, nodes } } }
}

/** The change that speaks to the recorded reason is not enough: says what would still stand against the node. */
function noteFor(changes: readonly Change[], line: RouteLine, nodeId: string): string {
  const last = changes.at(-1)
  if (last === undefined) return 'no single change would do'
  const made = runAgain(last.inputs)
  const { verdicts } = made
  const row = made.verdicts.lines.findIndex((each) => each.lineNo === line.lineNo)
  const width = verdicts.nodes.list.length
  const code = verdicts.codes[row * width + (verdicts.nodes.indexById.get(nodeId) ?? 0)] ?? 0
  const still = code === 0 ? 'it would still be dearer' : 'something else would still stand against it'
  return `no single change would do: ${last.text}, ${still}`
}
