/**
 * Which nodes may serve a line. Each filter is one rule with one reason; they run in the order of FILTERS, and a filter only
 * looks at nodes no earlier one has ruled out. So every candidate ends with exactly one reason, or none.
 */
import { FULL_TRUST } from '../fulfillment/trust.ts'
import type { ExclusionReason } from '../model/decision.ts'
import { FENCE_EXCLUSIONS, fencesFor, shutsOut } from './fences.ts'
import type { OrderContext } from './order-context.ts'
import { NOT_OFFERED, SHIP, TRANSFER } from './prepared-nodes.ts'
import type { RouteLine } from './request.ts'
import { UNKNOWN_STOCK } from './snapshot.ts'
import { codeOf, ELIGIBLE } from './verdicts.ts'

/** What filters read, and the row of codes and facts (by node index) that they write. */
export type LineCandidates = {
  readonly context: OrderContext
  readonly line: RouteLine
  /** What each node would do for the line, as in PreparedNodes.serviceByMethod. */
  readonly services: Uint8Array
  readonly servicesEverywhere: boolean
  /** Units a node must have: the line's quantity, or 1 when the line may be split. */
  readonly neededUnits: number
  readonly sellable: Int32Array
  /** The earliest arrival from each node; only read where the line has a deadline. */
  readonly arrivals: () => Float64Array
  /** Epoch ms; Infinity: there is none. */
  readonly deadlineMs: number
  readonly codes: Uint8Array
}

type Filter = { reason: ExclusionReason; ruleOut: (candidates: LineCandidates, code: number) => void }

/** In this order. Add a rule here and its reason to EXCLUSION_REASONS at the same place. */
const FILTERS: readonly Filter[] = [
  { reason: 'disabled', ruleOut: disabled },
  { reason: 'unreachable', ruleOut: unreachable },
  { reason: 'distrusted', ruleOut: distrusted },
  { reason: 'methodNotOffered', ruleOut: methodNotOffered },
  { reason: 'otherCurrency', ruleOut: otherCurrency },
  { reason: 'notTheChosenNode', ruleOut: notTheChosenNode },
  { reason: 'excludedAfterReject', ruleOut: excludedAfterReject },
  // Its code is not used: each fence writes the code of its own reason.
  { reason: 'assortmentFence', ruleOut: fencedOff },
  { reason: 'noCarrierService', ruleOut: noCarrierService },
  { reason: 'stockUnknown', ruleOut: stockUnknown },
  { reason: 'noStock', ruleOut: noStock },
  { reason: 'belowKeptUnits', ruleOut: belowKeptUnits },
  { reason: 'closed', ruleOut: closed },
  { reason: 'capacityFull', ruleOut: capacityFull },
  { reason: 'missesPromise', ruleOut: missesPromise },
]
const CODED_FILTERS = FILTERS.map((filter) => ({ code: codeOf(filter.reason), ruleOut: filter.ruleOut }))

/** Writes one code for each node; false when something speaks against every one. */
export function filterCandidates(candidates: LineCandidates): boolean {
  candidates.codes.fill(ELIGIBLE)
  for (const { code, ruleOut } of CODED_FILTERS) ruleOut(candidates, code)
  return candidates.codes.includes(ELIGIBLE)
}

function disabled({ context, codes }: LineCandidates, code: number): void {
  for (const index of context.nodes.disabled) codes[index] = code
}

/** A node's people cannot be told anything while its connection is broken or paused. */
function unreachable({ context, codes }: LineCandidates, code: number): void {
  for (const id of context.snapshot.health?.unreachable ?? []) {
    const index = context.nodes.indexById.get(id)
    if (index !== undefined && codes[index] === ELIGIBLE) codes[index] = code
  }
}

function distrusted({ context, codes }: LineCandidates, code: number): void {
  const { minTrust } = context.policy
  if (minTrust === undefined) return
  for (const [id, trust] of context.snapshot.health?.trust ?? []) {
    const index = context.nodes.indexById.get(id)
    if (index !== undefined && codes[index] === ELIGIBLE && Math.min(trust, FULL_TRUST) < minTrust) codes[index] = code
  }
}

function methodNotOffered({ services, servicesEverywhere, codes }: LineCandidates, code: number): void {
  if (servicesEverywhere) return
  for (let n = 0; n < codes.length; n++) if (codes[n] === ELIGIBLE && services[n] === NOT_OFFERED) codes[n] = code
}

/** Costs in two currencies cannot be compared without a rate, and a guessed rate would make the record untrue. */
function otherCurrency({ context: { nodes, request }, codes }: LineCandidates, code: number): void {
  if (nodes.currency === request.currency) return
  nodes.list.forEach((node, n) => {
    if (codes[n] === ELIGIBLE && node.costs.currency !== request.currency) codes[n] = code
  })
}

/** A store that others can send to lets them serve what is collected there. */
function notTheChosenNode({ context, line, services, codes }: LineCandidates, code: number): void {
  if (line.nodeId === undefined) return
  const chosen = context.nodes.indexById.get(line.nodeId)
  for (let n = 0; n < codes.length; n++)
    if (codes[n] === ELIGIBLE && n !== chosen && services[n] !== TRANSFER) codes[n] = code
}

function excludedAfterReject({ context, line, codes }: LineCandidates, code: number): void {
  for (const id of line.excludedNodeIds) {
    const index = context.nodes.indexById.get(id)
    if (index !== undefined && codes[index] === ELIGIBLE) codes[index] = code
  }
}

function fencedOff({ context, line, codes }: LineCandidates): void {
  if (context.policy.fences === undefined) return
  for (const fence of fencesFor(context, line)) {
    const code = codeOf(FENCE_EXCLUSIONS[fence.reason])
    for (let n = 0; n < codes.length; n++) if (codes[n] === ELIGIBLE && shutsOut(context, fence, n)) codes[n] = code
  }
}

function noCarrierService({ context: { lanes }, services, codes }: LineCandidates, code: number): void {
  if (lanes === undefined) return
  for (let n = 0; n < codes.length; n++) {
    const carried = services[n] === SHIP || services[n] === DROP_SHIP
    if (codes[n] === ELIGIBLE && carried && lanes.reaches[n] === 0) codes[n] = code
  }
}
const DROP_SHIP = 2

function stockUnknown({ sellable, codes }: LineCandidates, code: number): void {
  if (!sellable.includes(UNKNOWN_STOCK)) return
  for (let n = 0; n < codes.length; n++) if (codes[n] === ELIGIBLE && sellable[n] === UNKNOWN_STOCK) codes[n] = code
}

/**
 * Whether a node has stock is a coin toss to the processor, so both steps are arithmetic instead of branches: a shift by 31
 * spreads the sign, giving -1 for "too few" and for "nothing spoke against it", else 0. It cannot overflow: quantities end at
 * 10^9, and unknown stock, which is smaller, is ruled out already.
 */
function noStock({ sellable, neededUnits, codes }: LineCandidates, code: number): void {
  for (let n = 0; n < codes.length; n++) {
    const before = codes[n] ?? 0
    const tooFew = ((sellable[n] ?? 0) - neededUnits) >> 31
    const unspoken = (before - 1) >> 31
    codes[n] = before | (code & tooFew & unspoken)
  }
}

/** The policy keeps units at every node beyond what the node itself keeps. */
function belowKeptUnits({ context, sellable, neededUnits, codes }: LineCandidates, code: number): void {
  const { keepUnits } = context.policy
  if (keepUnits === undefined || keepUnits === 0) return
  for (let n = 0; n < codes.length; n++)
    if (codes[n] === ELIGIBLE && (sellable[n] ?? 0) - neededUnits < keepUnits) codes[n] = code
}

function closed({ context: { someClosed, handOverMs }, codes }: LineCandidates, code: number): void {
  if (!someClosed) return
  for (let n = 0; n < codes.length; n++) {
    if (codes[n] === ELIGIBLE && handOverMs[n] === Number.POSITIVE_INFINITY) codes[n] = code
  }
}

function capacityFull({ context: { full }, codes }: LineCandidates, code: number): void {
  if (full === undefined) return
  for (let n = 0; n < codes.length; n++) if (codes[n] === ELIGIBLE && full[n] === 1) codes[n] = code
}

function missesPromise({ deadlineMs, arrivals, codes }: LineCandidates, code: number): void {
  if (deadlineMs === Number.POSITIVE_INFINITY) return
  const arrivesMs = arrivals()
  for (let n = 0; n < codes.length; n++) {
    if ((arrivesMs[n] ?? 0) > deadlineMs && codes[n] === ELIGIBLE) codes[n] = code
  }
}
