/**
 * Filters an order's lines: for each, who may serve it, whole or in parts, and by when. A line that nobody can bring in time
 * is served late rather than not at all: with the least delay that can be had, or, where the policy prices lateness, by what
 * it costs.
 */
import { epochMsOf } from '../model/time.ts'
import type { ServableLine } from './servable-line.ts'
import { filterCandidates } from './eligibility.ts'
import type { LineCandidates } from './eligibility.ts'
import { earliestArrivals } from './order-context.ts'
import type { OrderContext } from './order-context.ts'
import { methodIndex } from './prepared-nodes.ts'
import type { RouteLine, RouteRequest } from './request.ts'
import { ELIGIBLE } from './verdicts.ts'

export type CandidateTable = {
  /** One verdict code for each line and node. */
  codes: Uint8Array
  /** Units that can be had, likewise. */
  available: Int32Array
}

export function servableLines(context: OrderContext, table: CandidateTable): ServableLine[] {
  return context.request.lines.flatMap((line, row) => servableLine(context, table, line, row))
}

function servableLine(context: OrderContext, table: CandidateTable, line: RouteLine, row: number): ServableLine[] {
  const { nodes, snapshot, policy, request } = context
  table.available.set(snapshot.sellable(line.sku), row * nodes.list.length)
  const own = context.consolidation?.services ?? nodes.serviceByMethod[methodIndex(line.method)]
  if (own === undefined) return []
  const candidatesBy = (services: Uint8Array): LineCandidates => candidatesOf(context, table, line, row, services)
  const collected = line.nodeId !== undefined && line.nodeId === context.receiver?.id ? line.nodeId : undefined
  const transfers = collected === undefined ? undefined : nodes.transfersTo.get(collected)
  if (transfers !== undefined) {
    // What lies in the store is collected there: goods do not travel for being cheaper elsewhere.
    const shelf = { ...candidatesBy(own), neededUnits: collectedUnits(request, line) }
    if (filterCandidates(shelf)) return [servableOf(shelf, row, shelf)]
  }
  const candidates = candidatesBy(transfers ?? own)
  const mayBeSplit = policy.allowSplit && policy.allowLineSplit && line.quantity > 1
  const inTime = attempt(candidates, mayBeSplit)
  if (inTime !== undefined) return [servableOf(candidates, row, inTime)]
  if (line.promisedBy === undefined) return []
  // Nobody can keep the promise. Priced lateness is weighed with all other costs; else no more of it than must be.
  const someday = attempt({ ...candidates, deadlineMs: Number.POSITIVE_INFINITY }, mayBeSplit)
  if (someday === undefined) return []
  if (policy.charges?.latePerDayMinor !== undefined) return [servableOf(candidates, row, someday)]
  const late = { ...candidates, deadlineMs: earliestDeadline(candidates, someday.neededUnits) }
  const found = attempt(late, mayBeSplit) ?? someday
  return [servableOf(candidates, row, found)]
}

function candidatesOf(
  context: OrderContext,
  { codes }: CandidateTable,
  line: RouteLine,
  row: number,
  services: Uint8Array,
): LineCandidates {
  const { nodes, snapshot } = context
  const width = nodes.list.length
  const method = methodIndex(line.method)
  let arrivals: Float64Array | undefined
  return {
    context,
    line,
    services,
    servicesEverywhere: services === nodes.serviceByMethod[method] && nodes.offersEverywhere[method] === true,
    sellable: snapshot.sellable(line.sku),
    arrivals: () => (arrivals ??= earliestArrivals(context, services)),
    neededUnits: line.quantity,
    deadlineMs: line.promisedBy === undefined ? Number.POSITIVE_INFINITY : epochMsOf(line.promisedBy),
    codes: codes.subarray(row * width, (row + 1) * width),
  }
}

/** Units of the SKU that all lines of the order collect in that store. */
const collectedUnits = ({ lines }: RouteRequest, { sku, nodeId }: RouteLine): number =>
  lines.reduce((sum, each) => sum + (each.sku === sku && each.nodeId === nodeId ? each.quantity : 0), 0)

/** Whole from one node, else in parts; parts only count when they add up to the line, or when there is nothing better to come. */
function attempt(candidates: LineCandidates, mayBeSplit: boolean): LineCandidates | undefined {
  if (filterCandidates(candidates)) return candidates
  if (!mayBeSplit) return undefined
  const parts = { ...candidates, neededUnits: 1 }
  if (!filterCandidates(parts)) return undefined
  if (candidates.deadlineMs === Number.POSITIVE_INFINITY) return parts
  return unitsAmong(candidates) >= candidates.line.quantity ? parts : undefined
}

function unitsAmong({ codes, sellable }: LineCandidates): number {
  let units = 0
  codes.forEach((code, n) => (units += code === ELIGIBLE ? Math.max(0, sellable[n] ?? 0) : 0))
  return units
}

/** The first moment by which the nodes that could serve the line have brought all of it that they can. */
function earliestDeadline({ codes, sellable, line, arrivals }: LineCandidates, neededUnits: number): number {
  const arrivesMs = arrivals()
  const among = Array.from(codes.keys()).filter((n) => codes[n] === ELIGIBLE)
  const at = (n: number): number => arrivesMs[n] ?? Number.POSITIVE_INFINITY
  if (neededUnits === line.quantity) return among.reduce((earliest, n) => Math.min(earliest, at(n)), Infinity)
  among.sort((a, b) => at(a) - at(b))
  let units = 0
  for (const n of among) {
    units += sellable[n] ?? 0
    if (units >= line.quantity) return at(n)
  }
  return at(among.at(-1) ?? -1)
}

function servableOf(
  { line, services, sellable, neededUnits, deadlineMs: _ }: LineCandidates,
  row: number,
  found: LineCandidates,
): ServableLine {
  return {
    row,
    service: services,
    sku: line.sku,
    quantity: line.quantity,
    sellable,
    splittable: found.neededUnits < neededUnits,
    deadlineMs: found.deadlineMs,
  }
}
