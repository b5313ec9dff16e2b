/**
 * One verdict for each candidate node and line, kept as two columns of numbers while deciding and turned into words when the
 * record is written. 8 lines × 500 nodes are 4,000 verdicts: as objects they would cost more than the decision.
 */
import { EXCLUSION_REASONS } from '../model/decision.ts'
import type { CandidateVerdict, ExclusionReason } from '../model/decision.ts'
import { instantFromEpochMs } from '../model/time.ts'
import { FENCE_EXCLUSIONS, fencesFor, shutsOut } from './fences.ts'
import { earliestArrivals } from './order-context.ts'
import type { OrderContext } from './order-context.ts'
import { methodIndex } from './prepared-nodes.ts'
import type { PreparedNodes } from './prepared-nodes.ts'
import type { RouteLine } from './request.ts'

/**
 * Codes are 0 while no filter speaks against a candidate, then a reason's place in EXCLUSION_REASONS plus one, or CHOSEN.
 * Candidates still at 0 when the plan is made were passed over by it; `passedOver` names the reason for their line.
 */
export const ELIGIBLE = 0
export const CHOSEN = 255
export const codeOf = (reason: ExclusionReason): number => EXCLUSION_REASONS.indexOf(reason) + 1

/** The reason with a code, undefined for ELIGIBLE and CHOSEN. */
export const reasonOf = (code: number): ExclusionReason | undefined => EXCLUSION_REASONS[code - 1]

export type VerdictTable = {
  readonly context: OrderContext
  /** By line index: what it was decided in, where that is not `context`. */
  readonly consolidated?: readonly (OrderContext | undefined)[]
  readonly nodes: PreparedNodes
  readonly lines: readonly RouteLine[]
  /** By line index × number of nodes + node index. */
  readonly codes: Uint8Array
  /** Units that could be had when the decision was made; by the same index. */
  readonly sellable: Int32Array
  /** What other lines of the order left of them. */
  readonly available: Int32Array
  /** By line index. */
  readonly passedOver: ExclusionReason[]
  readonly extra: ExtraTable | undefined
}

/** What passed-over candidates would have added to the plan, by index as in `codes`. Only worked out for small orders. */
export type ExtraTable = { readonly costMinor: readonly number[]; readonly packages: readonly number[] }

/** All verdicts in words, in line order, then node id order. */
export function verdictsInWords(table: VerdictTable): CandidateVerdict[] {
  const width = table.nodes.list.length
  return table.lines.flatMap((line, row) =>
    table.nodes.list.map((node, nodeIndex): CandidateVerdict => {
      const place = row * width + nodeIndex
      const code = table.codes[place] ?? ELIGIBLE
      if (code === CHOSEN) return { nodeId: node.id, lineNo: line.lineNo, verdict: 'chosen' }
      const reason = reasonOf(code) ?? table.passedOver[row] ?? 'dearer'
      const words = wordsFor(table, row, reason, place, nodeIndex)
      return { nodeId: node.id, lineNo: line.lineNo, verdict: 'notChosen', reason, ...words }
    }),
  )
}

type Words = Pick<CandidateVerdict, 'detail' | 'extraCostMinor'>

function wordsFor(table: VerdictTable, row: number, reason: ExclusionReason, place: number, node: number): Words {
  const context = table.consolidated?.[row] ?? table.context
  const line = table.lines[row]
  if (line === undefined) return {}
  if (reason === 'noStock') {
    return { detail: `${Math.max(0, table.available[place] ?? 0)} available, ${line.quantity} needed` }
  }
  if (reason === 'belowKeptUnits') {
    return {
      detail: `${table.available[place] ?? 0} available, ${line.quantity} needed, ${context.policy.keepUnits ?? 0} kept`,
    }
  }
  if (reason === 'missesPromise') return { detail: missedBy(context, line, node) }
  if (reason.endsWith('Fence')) {
    const fence = fencesFor(context, line).find(
      (each) => FENCE_EXCLUSIONS[each.reason] === reason && shutsOut(context, each, node),
    )
    return fence === undefined ? {} : { detail: fence.name }
  }
  const extraCostMinor = table.extra?.costMinor[place]
  if (reason !== 'dearer' || extraCostMinor === undefined || Number.isNaN(extraCostMinor)) return {}
  const more = table.extra?.packages[place] ?? 0
  if (more > 0) return { extraCostMinor, detail: `${more} more package${more === 1 ? '' : 's'}` }
  if (extraCostMinor !== 0) return { extraCostMinor }
  return { extraCostMinor, detail: 'same cost; earlier hand-over, then node id decided' }
}

function missedBy(context: OrderContext, line: RouteLine, node: number): string {
  const services = context.consolidation?.services ?? context.nodes.serviceByMethod[methodIndex(line.method)]
  const handOverMs = context.handOverMs[node] ?? 0
  const arrivesMs = services === undefined ? handOverMs : (earliestArrivals(context, services)[node] ?? handOverMs)
  const verb = arrivesMs === handOverMs ? 'hands over' : 'is there'
  const when = Number.isFinite(arrivesMs) ? instantFromEpochMs(arrivesMs) : 'never'
  return `${verb} ${when}, promised by ${line.promisedBy ?? 'nobody'}`
}
