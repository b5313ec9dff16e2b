/** What a package costs, in integer minor units: its parts are shown and add up exactly. docs/routing.md states each formula. */
import type { z } from 'zod'
import { FULL_TRUST } from '../fulfillment/trust.ts'
import { COST_PARTS } from '../model/decision.ts'
import type { CostPart as CostPartSchema } from '../model/decision.ts'
import { daySlot } from './capacity.ts'
import { distanceSteps } from './distance.ts'
import { arrivalMs } from './order-context.ts'
import type { Consolidation, OrderContext } from './order-context.ts'
import { PICKUP, SHIP, TRANSFER } from './prepared-nodes.ts'
import type { RouteLine } from './request.ts'
import { selectsLine, selectsNode } from './selectors.ts'
import { curveMinor } from './tariff.ts'

export type CostPart = z.infer<typeof CostPartSchema>
type PartName = CostPart['name']

const DAY_MS = 86_400_000
/** How a package leaves: a node, a service (an index into FULFILLMENT_METHODS, or TRANSFER) and a slot of its rate cards. */
export type Way = { node: number; service: number; slot: number }
export type PricedLine = { line: RouteLine; sellable: Int32Array }

type Add = (part: PartName, minor: number) => void

/** What a package costs whatever is in it, tariff and split aside. */
function addFixed(context: OrderContext, { node, service, slot }: Way, add: Add): void {
  const { nodes, policy, receiver, snapshot } = context
  if (isJoined(context, service)) return
  add('package', nodes.packageFixedMinor[node] ?? 0)
  const from = nodes.list[node]
  if (service === TRANSFER) {
    add('transfer', from?.transfers?.find((lane) => lane.to === receiver?.id)?.perPackageMinor ?? 0)
  } else if (service !== PICKUP && curveIndex(context, { node, service, slot }) < 0) {
    const per100KmMinor = nodes.per100KmMinor[node] ?? 0
    if (per100KmMinor !== 0) add('distance', per100KmMinor * distanceSteps(nodes.positions[node], context.destination))
  }
  const { capacityMinor } = policy.charges ?? {}
  const perDay = from?.capacity?.packagesPerDay
  if (capacityMinor !== undefined && perDay !== undefined && from !== undefined) {
    const used = snapshot.capacity?.(daySlot(from, context.handOverMs[node] ?? 0)) ?? 0
    add('capacity', Math.round((capacityMinor * used) / Math.max(1, perDay)))
  }
}

/** Goods of the node that consolidates leave in the parcel that it makes up; what that costs is the parcel's. */
const isJoined = ({ consolidation }: OrderContext, service: number): boolean =>
  consolidation !== undefined && service === PICKUP

/** What one unit of a line adds. */
function addUnit(context: OrderContext, way: Way, { line, sellable }: PricedLine, add: Add): void {
  const { nodes, policy, receiver, snapshot } = context
  const { node, service } = way
  if (!isJoined(context, service)) add('handling', nodes.perUnitMinor[node] ?? 0)
  const from = nodes.list[node]
  if (from === undefined) return
  if (line.unitCostMinor !== undefined) add('supplier', line.unitCostMinor[from.id] ?? 0)
  if (service === TRANSFER) add('transfer', from.transfers?.find((lane) => lane.to === receiver?.id)?.perUnitMinor ?? 0)
  const { charges } = policy
  if (charges === undefined) return
  if (charges.latePerDayMinor !== undefined) add('lateness', charges.latePerDayMinor * daysLate(context, way, line))
  if (charges.stockOut !== undefined) {
    const { perUnitMinor, below } = charges.stockOut
    const left = Math.max(0, (sellable[node] ?? 0) - line.quantity)
    add('stockOut', Math.round((perUnitMinor * Math.max(0, below - left)) / below))
  }
  if (charges.rejectionMinor !== undefined) {
    const doubt = FULL_TRUST - (snapshot.health?.trust.get(from.id) ?? FULL_TRUST)
    add('rejection', Math.round((charges.rejectionMinor * doubt) / FULL_TRUST))
  }
  for (const markdown of charges.markdown ?? []) {
    const { lines = {}, nodes: where = {} } = markdown
    if (selectsLine(lines, line) && selectsNode(where, from, nodes.positions[node], context.destination))
      add('markdown', markdown.perUnitMinor)
  }
}

/**
 * The parts of a parcel that a node makes up of what was brought to it: as for a package of its own, each unit handled once more.
 * `first`: no package of the order goes to the customer beside it.
 */
export function consolidatedCostParts(
  context: OrderContext,
  { node, slot }: Consolidation,
  contents: readonly { line: RouteLine; quantity: number }[],
  dates: { handOverMs: number; deliveredMs: number },
  first: boolean,
): CostPart[] {
  const minor = new Map<PartName, number>()
  const add: Add = (part, each) => void minor.set(part, (minor.get(part) ?? 0) + each)
  const { consolidation: _, ...plain } = context
  const way = { node, service: SHIP, slot }
  addFixed({ ...plain, handOverMs: context.handOverMs.with(node, dates.handOverMs) }, way, add)
  const { charges = {} } = context.policy
  for (const { line, quantity } of contents) {
    add('handling', quantity * (context.nodes.perUnitMinor[node] ?? 0))
    const promisedMs = context.promisedMs.get(line.lineNo)
    if (charges.latePerDayMinor === undefined || promisedMs === undefined) continue
    add(
      'lateness',
      quantity * charges.latePerDayMinor * Math.ceil(Math.max(0, dates.deliveredMs - promisedMs) / DAY_MS),
    )
  }
  addShipping(context, way, contents, add)
  if (!first) add('split', charges.splitMinor ?? 0)
  return shown(minor)
}

export function lateMs(context: OrderContext, { node, service, slot }: Way, line: RouteLine): number {
  const promisedMs = context.promisedMs.get(line.lineNo)
  return promisedMs === undefined ? 0 : Math.max(0, arrivalMs(context, node, service, slot) - promisedMs)
}

const daysLate = (context: OrderContext, way: Way, line: RouteLine): number =>
  Math.ceil(lateMs(context, way, line) / DAY_MS)

/** The tariff that prices the package, an index into the curves of all cards; -1 where none does. */
export function curveIndex({ nodes, lanes }: OrderContext, { node, service, slot }: Way): number {
  if (lanes === undefined || service === PICKUP || service === TRANSFER) return -1
  return lanes.curve[node * nodes.cards.slots + slot] ?? -1
}

export function fixedMinor(context: OrderContext, way: Way): number {
  let sum = 0
  addFixed(context, way, (_, minor) => (sum += minor))
  return sum
}

export function unitMinor(context: OrderContext, way: Way, line: PricedLine): number {
  let sum = 0
  addUnit(context, way, line, (_, minor) => (sum += minor))
  return sum
}

/** True when a unit costs the same whatever its line, so that it need not be asked line by line. */
export const handlingOnly = ({ policy, request, receiver }: OrderContext): boolean =>
  policy.charges === undefined &&
  receiver === undefined &&
  request.lines.every((line) => line.unitCostMinor === undefined)

const ALWAYS: readonly PartName[] = ['package', 'handling', 'distance']

/** The parts of one package. `first` is false for every package after the plan's first, which are what a split costs. */
export function packageCostParts(
  context: OrderContext,
  way: Way,
  contents: readonly (PricedLine & { quantity: number })[],
  first: boolean,
): CostPart[] {
  const minor = new Map<PartName, number>()
  const add = (times: number) => (part: PartName, each: number) =>
    void minor.set(part, (minor.get(part) ?? 0) + times * each)
  addFixed(context, way, add(1))
  for (const each of contents) addUnit(context, way, each, add(each.quantity))
  addShipping(context, way, contents, add(1))
  if (!first) add(1)('split', context.policy.charges?.splitMinor ?? 0)
  return shown(minor)
}

function addShipping(
  context: OrderContext,
  way: Way,
  contents: readonly { line: RouteLine; quantity: number }[],
  add: Add,
): void {
  const curve = context.nodes.cards.curves[curveIndex(context, way)]
  if (curve !== undefined) add('shipping', curveMinor(curve, weightOf(contents), volumeOf(contents)))
}

const shown = (minor: ReadonlyMap<PartName, number>): CostPart[] =>
  COST_PARTS.flatMap((name) => {
    const sum = minor.get(name) ?? 0
    return sum !== 0 || ALWAYS.includes(name) ? [{ name, minor: sum }] : []
  })

const weightOf = (contents: readonly { line: RouteLine; quantity: number }[]): number =>
  contents.reduce((sum, { line, quantity }) => sum + quantity * (line.weightGrams ?? 0), 0)

const volumeOf = (contents: readonly { line: RouteLine; quantity: number }[]): number =>
  contents.reduce((sum, { line, quantity }) => sum + quantity * (line.volumeCm3 ?? 0), 0)

export const sumOfParts = (parts: readonly CostPart[]): number => parts.reduce((sum, part) => sum + part.minor, 0)
