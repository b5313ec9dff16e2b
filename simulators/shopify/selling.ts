/** What happens at the shop's own counter: a customer buys, somebody cancels. Pure bookkeeping; store.ts tells the world. */
import { touchOrder } from './books.ts'
import type { StoreBooks } from './books.ts'
import { linesTotalMinor, shippingTotalMinor } from './order-parts.ts'
import type { CancelReason, ItemRecord, LineRecord, LocationRecord, OrderRecord, PostalAddress } from './records.ts'

export type OrderLineInput = {
  sku: string
  quantity: number
  /** Price of one unit. */
  priceMinor: number
  /** Numeric id of the location where the customer fetches this line; rest-shape.ts says how bodies carry it. */
  pickupLocationId?: number
  properties?: { name: string; value: string }[]
}

export type PlaceOrderInput = {
  lines: OrderLineInput[]
  currency?: string
  email?: string
  shippingAddress?: PostalAddress
  /** The shipping address when left out. */
  billingAddress?: PostalAddress
  shippingMethod?: { code: string; title: string; priceMinor: number }
  /** The whole order is fetched at this location. */
  pickupLocationId?: number
  noteAttributes?: { name: string; value: string }[]
  note?: string
  tags?: string[]
  financialStatus?: OrderRecord['financialStatus']
}

const NOT_PAID = { amountMinor: 0, parentId: null }
const PICKUP_ATTRIBUTE = 'pickup_location_id'
const DEFAULT_SHIPPING = { code: 'Standard', title: 'Standard', priceMinor: 0 }

/** Writes the order and commits its stock. Throws when the shop does not sell a SKU or know a location: the caller's mistake. */
export function placeOrder(books: StoreBooks, input: PlaceOrderInput, defaultCurrency: string): OrderRecord {
  const id = books.nextId()
  const number = books.nextOrderNumber()
  const pickupOfOrder = input.pickupLocationId === undefined ? undefined : knownLocation(books, input.pickupLocationId)
  const order: OrderRecord = {
    kind: 'Order',
    id,
    number,
    name: `#${number}`,
    currency: input.currency ?? defaultCurrency,
    email: input.email ?? null,
    lines: input.lines.map((line) => newLine(books, id, line, pickupOfOrder)),
    shippingAddress: input.shippingAddress ?? null,
    billingAddress: input.billingAddress ?? input.shippingAddress ?? null,
    shippingLines: shippingLines(books, input),
    noteAttributes: [
      ...(input.noteAttributes ?? []),
      ...(pickupOfOrder === undefined ? [] : [{ name: PICKUP_ATTRIBUTE, value: `${pickupOfOrder.id}` }]),
    ],
    note: input.note ?? null,
    tags: input.tags ?? [],
    financialStatus: input.financialStatus ?? 'paid',
    test: false,
    fulfillmentOrders: [],
    fulfillments: [],
    returns: [],
    refunds: [],
    sale: {
      kind: 'OrderTransaction',
      id: books.nextId(),
      orderId: id,
      type: 'SALE',
      ...NOT_PAID,
      createdAtMs: books.now(),
    },
    createdAtMs: books.now(),
    updatedAtMs: books.now(),
    cancelledAtMs: null,
    cancelReason: null,
  }
  order.sale.amountMinor = linesTotalMinor(order) + shippingTotalMinor(order)
  books.orders.set(id, order)
  for (const line of order.lines) {
    books.book(line.itemId, line.locationId, 'available', -line.quantity)
    books.book(line.itemId, line.locationId, 'committed', line.quantity)
  }
  return order
}

function newLine(
  books: StoreBooks,
  orderId: number,
  input: OrderLineInput,
  pickupOfOrder: LocationRecord | undefined,
): LineRecord {
  const item = books.itemOfSku(input.sku)
  if (item === undefined) throw new Error(`the store does not sell SKU ${input.sku}`)
  const pickupOfLine = input.pickupLocationId === undefined ? undefined : knownLocation(books, input.pickupLocationId)
  const pickup = pickupOfLine ?? pickupOfOrder
  const attribute = pickupOfLine === undefined ? [] : [{ name: PICKUP_ATTRIBUTE, value: `${pickupOfLine.id}` }]
  return {
    kind: 'LineItem',
    id: books.nextId(),
    orderId,
    itemId: item.id,
    sku: item.sku,
    title: item.title,
    quantity: input.quantity,
    currentQuantity: input.quantity,
    priceMinor: input.priceMinor,
    weightGrams: item.weightGrams,
    requiresShipping: item.requiresShipping,
    properties: [...(input.properties ?? []), ...attribute],
    locationId: (pickup ?? defaultLocation(books, item, input.quantity)).id,
    pickup: pickup !== undefined,
  }
}

function knownLocation(books: StoreBooks, id: number): LocationRecord {
  const location = books.locations.get(id)
  if (location === undefined) throw new Error(`the store has no location ${id}`)
  return location
}

/** The shop's own simple routing: the first location with enough, else the first that stocks the item, else the first of all. */
function defaultLocation(books: StoreBooks, item: ItemRecord, quantity: number): LocationRecord {
  const locations = [...books.locations.values()].filter((location) => location.isActive)
  const stocking = locations.filter((location) => books.levelOf(item.id, location.id)?.isActive === true)
  const enough = stocking.find(
    (location) => (books.levelOf(item.id, location.id)?.quantities.available ?? 0) >= quantity,
  )
  const chosen = enough ?? stocking[0] ?? locations[0]
  if (chosen === undefined) throw new Error('the store has no active location')
  return chosen
}

function shippingLines(books: StoreBooks, input: PlaceOrderInput): OrderRecord['shippingLines'] {
  const pickupIds = new Set(
    [input.pickupLocationId, ...input.lines.map((line) => line.pickupLocationId)].filter((id) => id !== undefined),
  )
  const pickups = [...pickupIds].map((id) => ({
    id: books.nextId(),
    code: 'pickup',
    title: `Pickup: ${knownLocation(books, id).name}`,
    priceMinor: 0,
  }))
  const shipped =
    input.pickupLocationId === undefined && input.lines.some((line) => line.pickupLocationId === undefined)
  return shipped ? [{ id: books.nextId(), ...(input.shippingMethod ?? DEFAULT_SHIPPING) }, ...pickups] : pickups
}

export type CancelAnswer = { cancelled: true; order: OrderRecord } | { cancelled: false; message: string }

/** Cancels a whole order. Refused, as by the real store, once anything of it has been shipped. */
export function cancelOrder(books: StoreBooks, orderId: number, reason: CancelReason, restock: boolean): CancelAnswer {
  const known = books.orders.get(orderId)
  if (known === undefined) return { cancelled: false, message: 'Order does not exist' }
  if (known.cancelledAtMs !== null)
    return { cancelled: false, message: 'Cannot cancel an order that has already been canceled' }
  if (known.fulfillments.length > 0)
    return { cancelled: false, message: 'Cannot cancel an order that has outstanding fulfillments' }
  const order = touchOrder(books, orderId)
  order.cancelledAtMs = books.now()
  order.cancelReason = reason
  releaseStock(books, order, restock)
  for (const line of order.lines) line.currentQuantity = 0
  for (const record of order.fulfillmentOrders) {
    record.status = 'CLOSED'
    record.updatedAtMs = books.now()
  }
  return { cancelled: true, order }
}

/** Frees committed units where fulfillment orders (which may have moved) hold them, or at the line's own location before routing. */
function releaseStock(books: StoreBooks, order: OrderRecord, restock: boolean): void {
  const routed = order.fulfillmentOrders.flatMap((record) =>
    record.lines.map((line) => ({
      lineId: line.lineId,
      locationId: record.locationId,
      quantity: line.remainingQuantity,
    })),
  )
  const held =
    routed.length > 0
      ? routed
      : order.lines.map((line) => ({ lineId: line.id, locationId: line.locationId, quantity: line.currentQuantity }))
  for (const { lineId, locationId, quantity } of held) {
    const line = order.lines.find((candidate) => candidate.id === lineId)
    if (line === undefined) continue
    books.book(line.itemId, locationId, 'committed', -quantity)
    if (restock) books.book(line.itemId, locationId, 'available', quantity)
  }
}
