/**
 * What is left to tell of a shipment, and by which step. Pure: a function of the shipment and of the order as it was just read, so
 * that the same question asked again after a lost answer never tells anything twice.
 */
import type { FulfillmentParts } from '#mappings/shopify/fulfillment.ts'
import type { FulfillmentOrder, ShopifyOrder } from './fulfillment-state.ts'

export type Line = FulfillmentParts['lines'][number]

export type Group = {
  lineItemsByFulfillmentOrder: {
    fulfillmentOrderId: string
    fulfillmentOrderLineItems: { id: string; quantity: number }[]
  }[]
}

export type Move = { fulfillmentOrderId: string; units: { id: string; quantity: number }[] }

export type Step =
  /** Everything is told already. */
  | { kind: 'told'; reference: string | undefined }
  /** The shop asks the fulfillment service that the location is: to fulfill, or to let it be. Answered first. */
  | { kind: 'answer'; fulfillmentOrderId: string; asks: 'fulfillment' | 'cancellation' }
  /** Bring these units to the node's location first, then look again. */
  | { kind: 'move'; move: Move }
  /** Fulfill these units, which lie at one location. */
  | { kind: 'fulfill'; group: Group; covers: Line[] }
  /** Shopify makes fulfillment orders in the background after the order: they are not there yet, or are on hold. */
  | { kind: 'wait'; code: 'not-routed' | 'on-hold' }
  | { kind: 'impossible'; lineItemId: string; missing: number }

export type Wanted = { lines: Line[]; trackingNumbers: string[]; locationId: string | undefined; mayMove: boolean }

/** The next step towards telling the whole shipment. */
export function nextStep(order: ShopifyOrder, wanted: Wanted): Step {
  const { left, reference } = untold(order, wanted)
  if (left.length === 0) return { kind: 'told', reference }
  const shortage = left.find((line) => line.quantity > remaining(active(order), line.lineItemId))
  if (shortage !== undefined) return whyShort(order, wanted, shortage)
  const asked = askedOf(active(order), left)
  if (asked !== undefined) return asked
  const open = active(order).filter((one) => can(one, 'CREATE_FULFILLMENT'))
  if (left.some((line) => line.quantity > remaining(open, line.lineItemId))) return { kind: 'wait', code: 'on-hold' }
  const move = wanted.mayMove ? moveTo(open, left, wanted.locationId) : undefined
  return move === undefined ? oneLocation(open, left, wanted.locationId) : { kind: 'move', move }
}

/** Units of the shipment that no fulfillment with its tracking numbers holds. */
export function untold(order: ShopifyOrder, wanted: Wanted): { left: Line[]; reference: string | undefined } {
  const same = order.fulfillments.filter(
    (one) => one.status !== 'CANCELLED' && hasTracking(one, wanted.trackingNumbers),
  )
  const left = wanted.lines
    .map((line) => ({ ...line, quantity: line.quantity - fulfilled(same, line.lineItemId) }))
    .filter((line) => line.quantity > 0)
  return { left, reference: same[0]?.id }
}

type Fulfillment = ShopifyOrder['fulfillments'][number]

/** Without tracking numbers nothing tells two like shipments apart: then `send` goes by what remains, see `whyShort`. */
function hasTracking(fulfillment: Fulfillment, numbers: string[]): boolean {
  const known = new Set(fulfillment.trackingInfo.map((info) => info.number))
  return numbers.length > 0 && numbers.every((number) => known.has(number))
}

function fulfilled(fulfillments: Fulfillment[], lineItemId: string): number {
  return sum(
    fulfillments
      .flatMap((one) => one.fulfillmentLineItems.nodes)
      .filter((one) => one.lineItem.id === lineItemId)
      .map((one) => one.quantity ?? 0),
  )
}

/** A fulfillment without tracking that holds exactly the shipment's lines: the only trace such a shipment leaves. */
export function untrackedTwin(order: ShopifyOrder, lines: Line[]): string | undefined {
  const twin = order.fulfillments.find((one) => {
    const isUntracked = one.trackingInfo.every((info) => info.number == null)
    const sameLines = lines.every((line) => fulfilled([one], line.lineItemId) === line.quantity)
    return (
      one.status !== 'CANCELLED' && isUntracked && sameLines && one.fulfillmentLineItems.nodes.length === lines.length
    )
  })
  return twin?.id
}

function whyShort(order: ShopifyOrder, wanted: Wanted, line: Line): Step {
  if (order.fulfillmentOrders.nodes.length === 0 && order.cancelledAt == null)
    return { kind: 'wait', code: 'not-routed' }
  const twin = wanted.trackingNumbers.length === 0 ? untrackedTwin(order, wanted.lines) : undefined
  if (twin !== undefined) return { kind: 'told', reference: twin }
  const missing = line.quantity - remaining(active(order), line.lineItemId)
  return { kind: 'impossible', lineItemId: line.lineItemId, missing }
}

const active = (order: ShopifyOrder): FulfillmentOrder[] =>
  order.fulfillmentOrders.nodes.filter((one) => one.status !== 'CLOSED' && one.status !== 'CANCELLED')

const ASKS: Record<string, 'fulfillment' | 'cancellation'> = {
  SUBMITTED: 'fulfillment',
  CANCELLATION_REQUESTED: 'cancellation',
}

/** A question of the shop on units of this shipment that nobody has answered yet. */
function askedOf(orders: FulfillmentOrder[], left: Line[]): Step | undefined {
  for (const one of orders) {
    const asks = ASKS[one.requestStatus]
    const isConcerned = left.some((line) => remaining([one], line.lineItemId) > 0)
    if (asks !== undefined && isConcerned) return { kind: 'answer', fulfillmentOrderId: one.id, asks }
  }
  return undefined
}

const can = (one: FulfillmentOrder, action: string): boolean => one.supportedActions.some((it) => it.action === action)

const locationOf = (one: FulfillmentOrder): string | undefined => one.assignedLocation.location?.id

function remaining(orders: FulfillmentOrder[], lineItemId: string): number {
  return sum(
    orders
      .flatMap((one) => one.lineItems.nodes)
      .filter((line) => line.lineItem.id === lineItemId)
      .map((line) => line.remainingQuantity),
  )
}

/** The units of one fulfillment order that lie elsewhere and are needed at the node's location. */
function moveTo(open: FulfillmentOrder[], left: Line[], locationId: string | undefined): Move | undefined {
  if (locationId === undefined) return undefined
  const there = open.filter((one) => locationOf(one) === locationId)
  const short = left
    .map((line) => ({ ...line, quantity: line.quantity - remaining(there, line.lineItemId) }))
    .filter((line) => line.quantity > 0)
  for (const one of open) {
    if (locationOf(one) === locationId || !can(one, 'MOVE')) continue
    const units = take(one, short)
    if (units.length > 0) return { fulfillmentOrderId: one.id, units }
  }
  return undefined
}

/** One fulfillment takes fulfillment orders of one location only; the node's own goes first, and a next call tells the rest. */
function oneLocation(open: FulfillmentOrder[], left: Line[], locationId: string | undefined): Step {
  const useful = open.filter((one) => take(one, left).length > 0)
  const first = useful.find((one) => locationOf(one) === locationId) ?? useful[0]
  const place = first === undefined ? undefined : locationOf(first)
  let still = left
  const lineItemsByFulfillmentOrder: Group['lineItemsByFulfillmentOrder'] = []
  for (const one of useful.filter((it) => locationOf(it) === place)) {
    const units = take(one, still)
    if (units.length === 0) continue
    lineItemsByFulfillmentOrder.push({ fulfillmentOrderId: one.id, fulfillmentOrderLineItems: units })
    still = still.map((line) => ({ ...line, quantity: line.quantity - takenOf(one, units, line.lineItemId) }))
  }
  const covers = left.map((line, index) => ({ ...line, quantity: line.quantity - (still[index]?.quantity ?? 0) }))
  return { kind: 'fulfill', group: { lineItemsByFulfillmentOrder }, covers }
}

function take(one: FulfillmentOrder, lines: Line[]): { id: string; quantity: number }[] {
  return one.lineItems.nodes.flatMap((node) => {
    const wanted = lines.find((line) => line.lineItemId === node.lineItem.id)?.quantity ?? 0
    const quantity = Math.min(wanted, node.remainingQuantity)
    return quantity > 0 ? [{ id: node.id, quantity }] : []
  })
}

function takenOf(one: FulfillmentOrder, units: { id: string; quantity: number }[], lineItemId: string): number {
  const ids = new Set(one.lineItems.nodes.filter((node) => node.lineItem.id === lineItemId).map((node) => node.id))
  return sum(units.filter((unit) => ids.has(unit.id)).map((unit) => unit.quantity))
}

const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0)
