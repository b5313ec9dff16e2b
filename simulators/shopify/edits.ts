/**
 * Changes of an order by an app: `orderEdit…`, `orderUpdate`, `orderCancel`. An edit is staged and changes nothing until it is committed.
 * The rules are those of the schema's descriptions; the wording of the refusals is known from no source.
 */
import { fulfilledUnits, touchOrder } from './books.ts'
import type { StoreBooks } from './books.ts'
import { isActive, openFulfillmentOrder } from './fulfillment-orders.ts'
import { numberInGid } from './ids.ts'
import type { LineRecord, OrderRecord, PostalAddress, RefundRecord } from './records.ts'
import { refundByHand, refundedMinor } from './refunds.ts'
import { cancelOrder } from './selling.ts'
import { refusal } from './user-error.ts'
import type { UserError } from './user-error.ts'

/** `CalculatedOrder`: the order as it will be. */
export type EditRecord = {
  kind: 'CalculatedOrder'
  id: number
  orderId: number
  quantities: Map<number, number>
  added: { itemId: number; quantity: number }[]
  committed: boolean
}

export type Edits = ReturnType<typeof createEdits>

export function createEdits(books: StoreBooks) {
  const edits = new Map<number, EditRecord>()
  const failed = (field: string[], message: string): { userErrors: UserError[] } => ({
    userErrors: [refusal(field, message)],
  })
  const openEdit = (id: unknown): EditRecord | undefined => {
    const edit = edits.get(numberInGid(id, 'CalculatedOrder') ?? -1)
    return edit?.committed === false ? edit : undefined
  }

  function begin(id: unknown): { calculatedOrder: EditRecord | null; userErrors: UserError[] } {
    const order = books.orders.get(numberInGid(id, 'Order') ?? -1)
    if (order === undefined) return { calculatedOrder: null, ...failed(['id'], 'The order does not exist.') }
    if (order.cancelledAtMs !== null)
      return { calculatedOrder: null, ...failed(['id'], 'The order cannot be edited because it is canceled.') }
    const edit: EditRecord = {
      kind: 'CalculatedOrder',
      id: books.nextId(),
      orderId: order.id,
      quantities: new Map(),
      added: [],
      committed: false,
    }
    edits.set(edit.id, edit)
    return { calculatedOrder: edit, userErrors: [] }
  }

  function setQuantity(id: unknown, lineItemId: unknown, quantity: number) {
    const edit = openEdit(id)
    const order = edit === undefined ? undefined : books.orders.get(edit.orderId)
    if (edit === undefined || order === undefined)
      return { calculatedOrder: null, ...failed(['id'], 'The calculated order does not exist.') }
    const number = numberInGid(lineItemId, 'CalculatedLineItem') ?? numberInGid(lineItemId, 'LineItem')
    const line = order.lines.find((each) => each.id === number)
    if (line === undefined) return { calculatedOrder: null, ...failed(['lineItemId'], 'The line item does not exist.') }
    if (quantity < fulfilledUnits(order, line.id))
      return { calculatedOrder: null, ...failed(['quantity'], 'Fulfilled quantities cannot be edited.') }
    edit.quantities.set(line.id, quantity)
    return { calculatedOrder: edit, userErrors: [] }
  }

  function addVariant(id: unknown, variantId: unknown, quantity: number) {
    const edit = openEdit(id)
    if (edit === undefined)
      return { calculatedLineItem: null, ...failed(['id'], 'The calculated order does not exist.') }
    const number = numberInGid(variantId, 'ProductVariant')
    const item = [...books.items.values()].find((each) => each.variantId === number)
    if (item === undefined)
      return { calculatedLineItem: null, ...failed(['variantId'], 'The product variant does not exist.') }
    edit.added.push({ itemId: item.id, quantity })
    return { calculatedLineItem: { kind: 'CalculatedLineItem' as const, id: books.nextId() }, userErrors: [] }
  }

  function commit(id: unknown): { order: OrderRecord | null; userErrors: UserError[] } {
    const edit = openEdit(id)
    if (edit === undefined) return { order: null, ...failed(['id'], 'The calculated order does not exist.') }
    edit.committed = true
    const order = touchOrder(books, edit.orderId)
    for (const [lineId, quantity] of edit.quantities) {
      const line = order.lines.find((each) => each.id === lineId)
      if (line !== undefined) resize(books, order, line, quantity)
    }
    for (const { itemId, quantity } of edit.added) addLine(books, order, itemId, quantity)
    return { order, userErrors: [] }
  }

  return { begin, setQuantity, addVariant, commit, orderOf: (edit: EditRecord) => books.orders.get(edit.orderId) }
}

function resize(books: StoreBooks, order: OrderRecord, line: LineRecord, quantity: number): void {
  const more = quantity - line.currentQuantity
  line.currentQuantity = quantity
  line.quantity = Math.max(line.quantity, quantity)
  const routed = order.fulfillmentOrders.filter(isActive)
  if (more > 0) {
    claim(books, line, more)
    if (order.fulfillmentOrders.length > 0)
      openFulfillmentOrder(books, order, {
        locationId: line.locationId,
        pickup: line.pickup,
        units: [{ lineId: line.id, quantity: more }],
      })
    return
  }
  let less = -more
  for (const record of routed) {
    for (const each of record.lines) {
      if (each.lineId !== line.id) continue
      const units = Math.min(less, each.remainingQuantity)
      less -= units
      each.remainingQuantity -= units
      each.totalQuantity -= units
      books.book(line.itemId, record.locationId, 'committed', -units)
    }
    record.lines = record.lines.filter((each) => each.totalQuantity > 0)
    if (record.lines.every((each) => each.remainingQuantity === 0)) record.status = 'CLOSED'
    record.updatedAtMs = books.now()
  }
  if (less > 0) books.book(line.itemId, line.locationId, 'committed', -less)
}

function addLine(books: StoreBooks, order: OrderRecord, itemId: number, quantity: number): void {
  const item = books.items.get(itemId)
  const [like] = order.lines
  if (item === undefined || like === undefined) return
  const line: LineRecord = {
    ...like,
    id: books.nextId(),
    itemId,
    sku: item.sku,
    title: item.title,
    quantity,
    currentQuantity: quantity,
    weightGrams: item.weightGrams,
    requiresShipping: item.requiresShipping,
    properties: [],
  }
  order.lines.push(line)
  claim(books, line, quantity)
  if (order.fulfillmentOrders.length > 0)
    openFulfillmentOrder(books, order, {
      locationId: line.locationId,
      pickup: line.pickup,
      units: [{ lineId: line.id, quantity }],
    })
}

function claim(books: StoreBooks, line: LineRecord, quantity: number): void {
  books.book(line.itemId, line.locationId, 'available', -quantity)
  books.book(line.itemId, line.locationId, 'committed', quantity)
}

export type AddressChange = { id: string; shippingAddress?: Record<string, string | null | undefined> | null }

/** `orderUpdate`: of what it can change, the address. A field that is left out is emptied: the address comes whole. */
export function updateOrder(
  books: StoreBooks,
  input: AddressChange,
): { order: OrderRecord | null; userErrors: UserError[] } {
  const known = books.orders.get(numberInGid(input.id, 'Order') ?? -1)
  if (known === undefined) return { order: null, userErrors: [refusal(['id'], 'Order does not exist')] }
  const order = touchOrder(books, known.id)
  const to = input.shippingAddress
  if (to == null) return { order, userErrors: [] }
  const address: PostalAddress = { country_code: to['countryCode'] ?? order.shippingAddress?.country_code ?? 'US' }
  const fields = {
    first_name: to['firstName'],
    last_name: to['lastName'],
    company: to['company'],
    address1: to['address1'],
    address2: to['address2'],
    city: to['city'],
    province_code: to['provinceCode'],
    zip: to['zip'],
    phone: to['phone'],
  }
  for (const [name, value] of Object.entries(fields)) if (value != null) Object.assign(address, { [name]: value })
  order.shippingAddress = address
  return { order, userErrors: [] }
}

export type CancelInput = {
  orderId: string
  restock: boolean
  refundMethod?: { originalPaymentMethodsRefund?: boolean } | null
}

/** `orderCancel`. The real store does it in a background job; here the job is done when it is answered. */
export function cancelByApp(books: StoreBooks, input: CancelInput) {
  const answer = cancelOrder(books, numberInGid(input.orderId, 'Order') ?? -1, 'other', input.restock)
  if (!answer.cancelled)
    return {
      job: null,
      cancelled: null,
      cancelRefund: null,
      userErrors: [refusal(['orderId'], answer.message, 'INVALID')],
    }
  const { order } = answer
  const left = order.sale.amountMinor - order.refunds.reduce((sum, refund) => sum + refundedMinor(refund), 0)
  const pays = input.refundMethod?.originalPaymentMethodsRefund === true && order.financialStatus === 'paid' && left > 0
  const cancelRefund: RefundRecord | null = pays ? refundByHand(books, order.id, left) : null
  return { job: { kind: 'Job' as const, id: books.nextId() }, cancelled: order, cancelRefund, userErrors: [] }
}
