/**
 * `fulfillmentOrderMove`: puts unfulfilled units at another location. The rules are those of the schema's description of the mutation;
 * messages are from recordings of a 2026-04 store, except the two marked below, whose wording no source gives.
 */
import { touchOrder } from './books.ts'
import type { StoreBooks } from './books.ts'
import type { UnitsInput } from './fulfillments.ts'
import { isActive, lineOf, openFulfillmentOrder, remainingUnits } from './fulfillment-orders.ts'
import { numberInGid } from './ids.ts'
import type {
  FulfillmentOrderLineRecord,
  FulfillmentOrderRecord,
  FulfillmentRequestStatus,
  LocationRecord,
  OrderRecord,
} from './records.ts'
import { refusal } from './user-error.ts'
import type { UserError } from './user-error.ts'

export type MoveInput = { id: string; newLocationId: string; fulfillmentOrderLineItems?: UnitsInput[] | null }
export type MoveAnswer = {
  movedFulfillmentOrder: FulfillmentOrderRecord | null
  originalFulfillmentOrder: FulfillmentOrderRecord | null
  remainingFulfillmentOrder: FulfillmentOrderRecord | null
  userErrors: UserError[]
}

type Moving = { line: FulfillmentOrderLineRecord; quantity: number }

/** While a fulfillment service has the request in hands, the units must not get a second owner. */
const NOT_MOVABLE: ReadonlySet<FulfillmentRequestStatus> = new Set([
  'SUBMITTED',
  'ACCEPTED',
  'CANCELLATION_REQUESTED',
  'CANCELLATION_REJECTED',
])

export function moveFulfillmentOrder(books: StoreBooks, input: MoveInput): MoveAnswer {
  const original = books.fulfillmentOrders.get(numberInGid(input.id, 'FulfillmentOrder') ?? -1)
  if (original === undefined) return refused(refusal(['id'], 'Fulfillment order does not exist.'))
  const target = books.locations.get(numberInGid(input.newLocationId, 'Location') ?? -1)
  if (target === undefined) return refused(refusal(['id'], 'Location not found.'))
  const order = touchOrder(books, original.orderId)
  const moving = wantedUnits(original, input.fulfillmentOrderLineItems ?? [])
  const error =
    refusedByState(original) ?? (moving === undefined ? wrongUnits() : notStocked(books, order, moving, target))
  if (error !== undefined || moving === undefined) return refused(error ?? wrongUnits())
  if (original.locationId === target.id)
    return {
      movedFulfillmentOrder: original,
      originalFulfillmentOrder: original,
      remainingFulfillmentOrder: null,
      userErrors: [],
    }
  for (const { line, quantity } of moving)
    moveStock(books, lineOf(order, line).itemId, original.locationId, target.id, quantity)
  return isWhole(original, moving)
    ? moveWhole(books, original, target)
    : movePart(books, order, original, moving, target)
}

function refused(error: UserError): MoveAnswer {
  return {
    movedFulfillmentOrder: null,
    originalFulfillmentOrder: null,
    remainingFulfillmentOrder: null,
    userErrors: [error],
  }
}

function refusedByState(original: FulfillmentOrderRecord): UserError | undefined {
  if (!isActive(original)) return refusal(null, 'Cannot change location.')
  if (original.progressReported) {
    return refusal(
      ['id'],
      'Cannot move a fulfillment order that has had progress reported. To move a fulfillment order that has had progress reported, the fulfillment order must first be marked as open resolving the ongoing progress state.',
      'CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS',
    )
  }
  if (NOT_MOVABLE.has(original.requestStatus)) {
    return refusal(null, 'Cannot move submitted fulfillment order that is at a 3PL fulfillment service.')
  }
  return undefined
}

/** Wording not known from any source. */
function wrongUnits(): UserError {
  return refusal(['fulfillmentOrderLineItems'], 'Invalid fulfillment order line item quantity requested.')
}

/** Wording not known from any source; the rule is in the schema ("the destination location doesn't stock the requested inventory item"). */
function notStocked(
  books: StoreBooks,
  order: OrderRecord,
  moving: Moving[],
  target: LocationRecord,
): UserError | undefined {
  const missing = moving.some(({ line }) => books.levelOf(lineOf(order, line).itemId, target.id)?.isActive !== true)
  return missing
    ? refusal(['newLocationId'], `The requested inventory item is not stocked at ${target.name}.`)
    : undefined
}

/** The units to move; all that remain when none are named; undefined when a line is unknown or has too few units. */
function wantedUnits(original: FulfillmentOrderRecord, units: UnitsInput[]): Moving[] | undefined {
  if (units.length === 0) {
    return original.lines
      .filter((line) => line.remainingQuantity > 0)
      .map((line) => ({ line, quantity: line.remainingQuantity }))
  }
  const moving = units.flatMap(({ id, quantity }) => {
    const line = original.lines.find((candidate) => candidate.id === numberInGid(id, 'FulfillmentOrderLineItem'))
    return line !== undefined && quantity > 0 && quantity <= line.remainingQuantity ? [{ line, quantity }] : []
  })
  const distinct = new Set(moving.map((entry) => entry.line)).size
  return moving.length === units.length && distinct === units.length ? moving : undefined
}

function moveStock(books: StoreBooks, itemId: number, fromId: number, toId: number, quantity: number): void {
  books.book(itemId, fromId, 'committed', -quantity)
  books.book(itemId, fromId, 'available', quantity)
  books.book(itemId, toId, 'available', -quantity)
  books.book(itemId, toId, 'committed', quantity)
}

function isWhole(original: FulfillmentOrderRecord, moving: Moving[]): boolean {
  const total = original.lines.reduce((sum, line) => sum + line.totalQuantity, 0)
  return moving.reduce((sum, entry) => sum + entry.quantity, 0) === total
}

/** First scenario of the schema: nothing was shipped and everything moves, so the fulfillment order keeps its id. */
function moveWhole(books: StoreBooks, original: FulfillmentOrderRecord, target: LocationRecord): MoveAnswer {
  original.locationId = target.id
  original.updatedAtMs = books.now()
  return {
    movedFulfillmentOrder: original,
    originalFulfillmentOrder: original,
    remainingFulfillmentOrder: null,
    userErrors: [],
  }
}

/**
 * Second scenario: the moved units become a new fulfillment order. When the target has an active one of this order already,
 * that one closes and its units are made anew together with the moved ones.
 */
function movePart(
  books: StoreBooks,
  order: OrderRecord,
  original: FulfillmentOrderRecord,
  moving: Moving[],
  target: LocationRecord,
): MoveAnswer {
  for (const { line, quantity } of moving) {
    line.totalQuantity -= quantity
    line.remainingQuantity -= quantity
  }
  original.lines = original.lines.filter((line) => line.totalQuantity > 0)
  original.updatedAtMs = books.now()
  if (remainingUnits(original) === 0) original.status = 'CLOSED'
  const units = new Map(moving.map(({ line, quantity }) => [line.lineId, quantity]))
  const existing = order.fulfillmentOrders.find(
    (other) => other !== original && isActive(other) && other.locationId === target.id,
  )
  if (existing !== undefined) takeOver(books, existing, units)
  const moved = openFulfillmentOrder(books, order, {
    locationId: target.id,
    pickup: original.pickup,
    units: [...units].map(([lineId, quantity]) => ({ lineId, quantity })),
  })
  const remaining = isActive(original) ? original : null
  return {
    movedFulfillmentOrder: moved,
    originalFulfillmentOrder: original,
    remainingFulfillmentOrder: remaining,
    userErrors: [],
  }
}

/** Moves what remains of `existing` into `units` and closes it; what it has shipped stays with it. */
function takeOver(books: StoreBooks, existing: FulfillmentOrderRecord, units: Map<number, number>): void {
  for (const line of existing.lines) {
    if (line.remainingQuantity > 0) units.set(line.lineId, (units.get(line.lineId) ?? 0) + line.remainingQuantity)
    line.totalQuantity -= line.remainingQuantity
    line.remainingQuantity = 0
  }
  existing.lines = existing.lines.filter((line) => line.totalQuantity > 0)
  existing.status = 'CLOSED'
  existing.updatedAtMs = books.now()
}
