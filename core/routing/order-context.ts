/** What one decision needs of the network beyond stock: when each node would hand over, which services reach the customer, when. */
import { FULFILLMENT_METHODS } from '../model/node.ts'
import type { Node } from '../model/node.ts'
import { epochMsOf } from '../model/time.ts'
import { handOverWithRoom, NO_CAPACITY_USED } from './capacity.ts'
import { unitVector } from './distance.ts'
import type { UnitVector } from './distance.ts'
import { nextHandOver } from './handover.ts'
import type { RoutingPolicy } from './policy.ts'
import { PICKUP, TRANSFER } from './prepared-nodes.ts'
import type { PreparedNodes } from './prepared-nodes.ts'
import { deliveredMs, lanesTo } from './rate-cards.ts'
import type { Lanes } from './rate-cards.ts'
import type { RouteRequest } from './request.ts'
import type { StockSnapshot } from './snapshot.ts'
import { transferMs } from './transfer.ts'
import { mainZoneOf } from './time-zones.ts'

export type OrderContext = {
  readonly nodes: PreparedNodes
  readonly request: RouteRequest
  readonly snapshot: StockSnapshot
  readonly policy: RoutingPolicy
  readonly atMs: number
  /** By node index; Infinity: never. */
  readonly handOverMs: Float64Array
  readonly someClosed: boolean
  /** 1 where a node's day or hour has no room; undefined when all have. */
  readonly full: Uint8Array | undefined
  readonly destination: UnitVector | undefined
  /** Undefined when no node has a rate card. */
  readonly lanes: Lanes | undefined
  /** Arrivals worked out so far, by service, node and slot; NaN where nobody asked. */
  readonly arrivals: { table: Float64Array | undefined; readonly earliest: Map<Uint8Array, Float64Array> }
  /** Promises in epoch ms, by line number. */
  readonly promisedMs: ReadonlyMap<number, number>
  /** What was asked of limited nodes' capacity, and the answers: inputs of the decision. */
  readonly slotsAsked: ReadonlyMap<string, number>
  /** The node that others may send lines to first: the store where they are collected, or the node that consolidates them. */
  readonly receiver: Node | undefined
  /** Set where `receiver` consolidates: lines are brought there, and sent on to the customer from there. */
  readonly consolidation?: Consolidation
}

/** A way to send on: the node that consolidates, its carrier's service, and what each node does for a line that leaves from there. */
export type Consolidation = { readonly node: number; readonly slot: number; readonly services: Uint8Array }

/** `known`: a context of the same destination, moment and network, whose calendars need not be asked again. */
export function contextOf(
  request: RouteRequest,
  given: StockSnapshot,
  policy: RoutingPolicy,
  known?: OrderContext,
): OrderContext {
  if (known !== undefined) return { ...known, request, policy, promisedMs: promisesOf(request) }
  const { nodes } = given
  const slotsAsked = new Map<string, number>()
  const snapshot = nodes.someLimited ? askedThrough(given, slotsAsked) : given
  const atMs = epochMsOf(request.decidedAt)
  const handOvers = nodes.handOversAt(atMs)
  const position = request.destination?.position
  const destination = position === undefined ? undefined : unitVector(position)
  const { cards, list, positions } = nodes
  return {
    nodes,
    request,
    snapshot,
    policy,
    atMs,
    slotsAsked,
    arrivals: { table: undefined, earliest: new Map() },
    promisedMs: promisesOf(request),
    ...withRoom(nodes, snapshot, handOvers.atMs, atMs),
    someClosed: handOvers.someClosed,
    destination,
    lanes: !cards.byCard.includes(true)
      ? undefined
      : lanesTo(cards, list, positions, request.destination, destination, request.service),
    receiver: nodes.transfersTo.size === 0 ? undefined : storeOf(nodes, request),
  }
}

/** The same order, its lines brought together at one node. */
export const consolidatedAt = (context: OrderContext, consolidation: Consolidation): OrderContext => ({
  ...context,
  receiver: context.nodes.list[consolidation.node],
  arrivals: { table: undefined, earliest: new Map() },
  consolidation,
})

const promisesOf = ({ lines }: RouteRequest): Map<number, number> =>
  new Map(
    lines.flatMap(({ lineNo, promisedBy }) => (promisedBy === undefined ? [] : [[lineNo, epochMsOf(promisedBy)]])),
  )

function askedThrough(snapshot: StockSnapshot, asked: Map<string, number>): StockSnapshot {
  const { capacity = NO_CAPACITY_USED } = snapshot
  return {
    ...snapshot,
    capacity: (slot) => {
      const used = asked.get(slot) ?? capacity(slot)
      asked.set(slot, used)
      return used
    },
  }
}

/** The first store among the lines; an order is collected in one place. */
function storeOf(nodes: PreparedNodes, request: RouteRequest): Node | undefined {
  const line = request.lines.find((each) => each.method === 'pickup' && each.nodeId !== undefined)
  return line?.nodeId !== undefined && nodes.transfersTo.has(line.nodeId)
    ? nodes.list[nodes.indexById.get(line.nodeId) ?? -1]
    : undefined
}

function withRoom(
  nodes: PreparedNodes,
  { capacity }: StockSnapshot,
  handOverMs: Float64Array,
  atMs: number,
): Pick<OrderContext, 'handOverMs' | 'full'> {
  if (!nodes.someLimited || capacity === undefined) return { handOverMs, full: undefined }
  const moved = handOverMs.slice()
  const full = new Uint8Array(nodes.list.length)
  nodes.list.forEach((node, n) => {
    const at = handOverMs[n] ?? Number.POSITIVE_INFINITY
    if (node.capacity === undefined || at === Number.POSITIVE_INFINITY) return
    const found = handOverWithRoom(node, at, atMs, capacity)
    if (found === undefined) full[n] = 1
    else moved[n] = found
  })
  return { handOverMs: moved, full }
}

/**
 * When a package reaches the customer, or the store where he collects it: epoch milliseconds, Infinity for never. Where no
 * rate card tells, it is the hand-over: the last moment that is known. What is consolidated counts as if it were sent on alone: the
 * last to come sets the date of all.
 */
export function arrivalMs(context: OrderContext, node: number, service: number, slot: number): number {
  const { nodes, arrivals, lanes } = context
  if (lanes === undefined && context.receiver === undefined) return context.handOverMs[node] ?? Number.POSITIVE_INFINITY
  const width = nodes.list.length
  const { slots } = nodes.cards
  arrivals.table ??= new Float64Array((TRANSFER + 1) * width * slots).fill(Number.NaN)
  const place = (service * width + node) * slots + slot
  const known = arrivals.table[place] ?? Number.NaN
  if (!Number.isNaN(known)) return known
  const found = arrivalOf(context, node, service, slot)
  arrivals.table[place] = found
  return found
}

function arrivalOf(context: OrderContext, node: number, service: number, slot: number): number {
  const { consolidation } = context
  if (consolidation !== undefined) return sentOnMs(context, consolidation, readyMs(context, node, service)).deliveredMs
  const handOver = context.handOverMs[node] ?? Number.POSITIVE_INFINITY
  return service === PICKUP || service === TRANSFER
    ? readyMs(context, node, service)
    : deliveryFrom(context, node, slot, handOver)
}

/** When goods are where they are collected or sent on from: in that node already, or when they have come there. */
export function readyMs(
  { handOverMs, nodes, receiver, consolidation, atMs }: OrderContext,
  node: number,
  service: number,
) {
  const handOver = handOverMs[node] ?? Number.POSITIVE_INFINITY
  if (service === TRANSFER && receiver !== undefined) return transferMs(nodes.list[node], receiver, handOver)
  return consolidation === undefined ? handOver : atMs
}

/** When a node that has all at `fromMs` hands it over, and when it is with the customer. Infinity: never. */
export function sentOnMs(
  context: OrderContext,
  { node, slot }: Consolidation,
  fromMs: number,
): { handOverMs: number; deliveredMs: number } {
  const from = context.nodes.list[node]
  const next = from === undefined || !Number.isFinite(fromMs) ? undefined : handOverFrom(context, from, fromMs)
  const handOverMs = next ?? Number.POSITIVE_INFINITY
  return { handOverMs, deliveredMs: deliveryFrom(context, node, slot, handOverMs) }
}

function handOverFrom({ snapshot }: OrderContext, node: Node, fromMs: number): number | undefined {
  const atMs = nextHandOver(node.calendar, node.processingDays, fromMs)?.atMs
  const { capacity } = snapshot
  return atMs === undefined || node.capacity === undefined || capacity === undefined
    ? atMs
    : handOverWithRoom(node, atMs, fromMs, capacity)
}

function deliveryFrom(context: OrderContext, node: number, slot: number, handOver: number): number {
  const { lanes, nodes } = context
  const place = node * nodes.cards.slots + slot
  const card = nodes.cards.cards[lanes?.card[place] ?? -1]
  const fromZone = nodes.list[node]?.calendar.timeZone
  if (lanes === undefined || card === undefined || fromZone === undefined) return handOver
  const toZone = customerZone(context, fromZone)
  return deliveredMs(card, lanes.transitDays[place] ?? 0, handOver, fromZone, toZone)
}

const customerZone = ({ request: { destination } }: OrderContext, fallback: string): string =>
  destination === undefined ? fallback : (destination.timeZone ?? mainZoneOf(destination.country) ?? fallback)

/** The earliest arrival from each node, whatever it costs. */
export function earliestArrivals(context: OrderContext, services: Uint8Array): Float64Array {
  const { nodes, lanes, handOverMs } = context
  if (lanes === undefined && context.receiver === undefined) return handOverMs
  const known = context.arrivals.earliest.get(services)
  if (known !== undefined) return known
  const found = Float64Array.from(nodes.list, (_, n) => {
    const service = services[n] ?? 0
    if (service > FULFILLMENT_METHODS.length) return Number.POSITIVE_INFINITY
    let earliest = Number.POSITIVE_INFINITY
    for (let slot = 0; slot < nodes.cards.slots; slot++) {
      if (!offersSlot(context, n, service, slot)) continue
      earliest = Math.min(earliest, arrivalMs(context, n, service, slot))
    }
    return earliest
  })
  context.arrivals.earliest.set(services, found)
  return found
}

/** Slot 0 stands for nodes without a rate card and for services no carrier has a part in. */
export function offersSlot({ nodes, lanes }: OrderContext, node: number, service: number, slot: number): boolean {
  const hasCards = nodes.cards.byCard[node] === true
  if (service === PICKUP || service === TRANSFER || !hasCards) return slot === 0
  return (lanes?.curve[node * nodes.cards.slots + slot] ?? -1) >= 0
}
