/** Turns filtered candidates into the solvers' problem: one column for each node and service that may serve something. */
import { curveIndex } from './cost.ts'
import type { Scales } from './criteria.ts'
import { arrivalMs, offersSlot } from './order-context.ts'
import type { OrderContext } from './order-context.ts'
import { completeOrNothing, packageLimit } from './policy.ts'
import { priceColumns, wayOf } from './price-columns.ts'
import type { OpportunityPrices, UnscaledTariffs } from './price-columns.ts'
import { MASK_LINES } from './problem.ts'
import type { Columns, Problem } from './problem.ts'
import type { ServableLine } from './servable-line.ts'
import { neverDearer } from './tariff.ts'
import { ELIGIBLE } from './verdicts.ts'

/** Ship, pickup, drop-ship, transfer. */
const SERVICES = 4

export function buildProblem(
  context: OrderContext,
  lines: readonly ServableLine[],
  codes: Uint8Array,
  opportunity: OpportunityPrices | undefined,
): { problem: Problem; scales: Scales } {
  const { nodes, policy } = context
  const width = nodes.list.length
  const columns = columnsOf(context, lines, codes)
  const inTime = deadlinesKept(context, columns, lines)
  const tariffs = tariffsOf(context, columns, lines)
  const scales = priceColumns(context, columns, lines, tariffs, opportunity)
  for (let c = 0; c < columns.count; c++) columns.handOverMs[c] = context.handOverMs[columns.node[c] ?? 0] ?? 0
  const serves = (c: number, l: number): boolean => {
    const line = lines[l]
    const node = columns.node[c] ?? 0
    return (
      line !== undefined &&
      codes[line.row * width + node] === ELIGIBLE &&
      line.service[node] === columns.service[c] &&
      inTime(c, line)
    )
  }
  const together = togetherOf(context, lines)
  const problem: Problem = {
    lines,
    columns,
    serves,
    maxPackages: packageLimit(policy),
    completeOrNothing: completeOrNothing(policy),
    ...(tariffs === undefined ? {} : { tariffs: { ...tariffs, scale: scales.weight.cost } }),
    ...(scales.criteria[0] === 'packages' ? { packageWeight: scales.weight.packages } : {}),
    ...(together.length === 0 ? {} : { together }),
  }
  return { problem, scales }
}

/** Kept between orders: an array allocated costs as much as a small decision. A problem holds until the next is built. */
let scratch = emptyColumns(0, 0)
let masks = new Int32Array(0)

/** Marks for each node, service and slot the lines it may serve, then keeps those that may serve any. */
function columnsOf(context: OrderContext, lines: readonly ServableLine[], codes: Uint8Array): Columns {
  const width = context.nodes.list.length
  const { slots } = context.nodes.cards
  const places = width * SERVICES
  if (masks.length < places) masks = new Int32Array(places)
  masks.fill(0, 0, places)
  lines.forEach((line, index) => markLine(line, codes, width, lines.length > MASK_LINES ? 1 : 1 << index))
  let count = 0
  for (let place = 0; place < places; place++) if (masks[place] !== 0) count += slots
  if (scratch.node.length < count || scratch.unitCost.length < count * lines.length) {
    scratch = emptyColumns(Math.max(count, scratch.node.length), lines.length)
  }
  const columns = scratch
  let column = 0
  for (let place = 0; place < places; place++) {
    const mask = masks[place] ?? 0
    if (mask === 0) continue
    // SERVICES is a power of two.
    const node = place >> 2
    const service = place & 3
    for (let slot = 0; slot < slots; slot++) {
      if (context.lanes !== undefined && !offersSlot(context, node, service, slot)) continue
      columns.node[column] = node
      columns.service[column] = service
      columns.slot[column] = slot
      columns.mask[column] = mask
      column++
    }
  }
  columns.count = column
  return columns
}

/** Adds a line's bit to the nodes that are eligible for it, without a branch (see noStock in eligibility.ts). */
function markLine(line: ServableLine, codes: Uint8Array, width: number, bit: number): void {
  const from = line.row * width
  const last = SERVICES - 1
  for (let node = 0; node < width; node++) {
    const unspoken = ((codes[from + node] ?? 0) - 1) >> 31
    // A node that offers nothing lands on some service, and adds no bit: it is not eligible.
    const place = node * SERVICES + ((line.service[node] ?? 0) & last)
    masks[place] = (masks[place] ?? 0) | (bit & unspoken)
  }
}

type OwnColumns = Columns & { slot: Uint8Array }

function emptyColumns(count: number, lines: number): OwnColumns {
  return {
    count,
    node: new Int32Array(count),
    service: new Uint8Array(count),
    slot: new Uint8Array(count),
    mask: new Int32Array(count),
    fixedCost: new Float64Array(count),
    unitCost: new Float64Array(count * lines),
    handOverMs: new Float64Array(count),
  }
}

/** Takes lines out of the columns of services that are too slow for them. Says whether a column is quick enough for a line. */
function deadlinesKept(
  context: OrderContext,
  columns: Columns,
  lines: readonly ServableLine[],
): (c: number, line: ServableLine) => boolean {
  if (context.lanes === undefined || lines.every((line) => line.deadlineMs === Number.POSITIVE_INFINITY))
    return () => true
  const arrivals = Float64Array.from({ length: columns.count }, (_, c) =>
    arrivalMs(context, columns.node[c] ?? 0, columns.service[c] ?? 0, columns.slot?.[c] ?? 0),
  )
  const inTime = (c: number, line: ServableLine): boolean => (arrivals[c] ?? 0) <= line.deadlineMs
  if (lines.length <= MASK_LINES) {
    for (let c = 0; c < columns.count; c++) {
      lines.forEach((line, l) => {
        if (!inTime(c, line)) columns.mask[c] = (columns.mask[c] ?? 0) & ~(1 << l)
      })
    }
  }
  return inTime
}

function tariffsOf(
  context: OrderContext,
  columns: Columns,
  lines: readonly ServableLine[],
): UnscaledTariffs | undefined {
  if (context.lanes === undefined) return undefined
  const { curves, dominance } = context.nodes.cards
  const curve = Int32Array.from({ length: columns.count }, (_, c) => curveIndex(context, wayOf(columns, c)))
  if (!curve.some((each) => each >= 0)) return undefined
  const asked = (line: ServableLine) => context.request.lines[line.row]
  return {
    curve,
    curves,
    unitGrams: Float64Array.from(lines, (line) => asked(line)?.weightGrams ?? 0),
    unitVolumeCm3: Float64Array.from(lines, (line) => asked(line)?.volumeCm3 ?? 0),
    neverDearer: (a, b) => {
      if (a === b) return true
      const [cheap, dear] = [curves[a], curves[b]]
      if (cheap === undefined || dear === undefined) return false
      const key = a * curves.length + b
      const known = dominance.get(key) ?? neverDearer(cheap, dear)
      dominance.set(key, known)
      return known
    },
  }
}

/** Lines that the policy keeps together, as sets of one bit a line. Only kept for problems that have masks. */
function togetherOf({ policy, request }: OrderContext, lines: readonly ServableLine[]): number[] {
  if (policy.keepTogetherTags === undefined || lines.length > MASK_LINES) return []
  return policy.keepTogetherTags.flatMap((tag) => {
    let set = 0
    lines.forEach((line, l) => {
      if (request.lines[line.row]?.tags?.includes(tag) === true) set |= 1 << l
    })
    return (set & (set - 1)) === 0 ? [] : [set]
  })
}
