/**
 * `inventorySetQuantities` and `inventoryActivate` as a 2026-10 store judges them at run time. Codes and messages: the schema's enum
 * `InventorySetQuantitiesUserErrorCode` and recordings of a 2026-04 store.
 * Not refused: setting stock where the item is not activated. Since 2026-10 that works at any location (changelog "Removal of
 * ITEM_NOT_STOCKED_AT_LOCATION error"); the level stays inactive, and plain queries do not show it.
 */
import { onHand } from './books.ts'
import type { StoreBooks } from './books.ts'
import { numberInGid } from './ids.ts'
import type { AdjustmentGroupRecord, ItemRecord, LevelRecord, LocationRecord } from './records.ts'
import { refusal } from './user-error.ts'
import type { UserError } from './user-error.ts'

export type SetQuantitiesInput = {
  name: string
  reason: string
  referenceDocumentUri?: string | null
  quantities: { inventoryItemId: string; locationId: string; quantity: number; changeFromQuantity?: number | null }[]
}
export type SetQuantitiesAnswer = { inventoryAdjustmentGroup: AdjustmentGroupRecord | null; userErrors: UserError[] }
export type ActivateInput = {
  inventoryItemId: string
  locationId: string
  available?: number | null
  onHand?: number | null
}
export type ActivateAnswer = { inventoryLevel: LevelRecord | null; userErrors: UserError[] }

const MAX_QUANTITY = 1_000_000_000

/** Shopify's list of reasons (shopify.dev, inventory management apps, "Set inventory quantities on hand"). */
const REASONS: ReadonlySet<string> = new Set([
  'correction',
  'cycle_count_available',
  'damaged',
  'movement_canceled',
  'movement_created',
  'movement_received',
  'movement_updated',
  'other',
  'promotion',
  'quality_control',
  'received',
  'reservation_created',
  'reservation_deleted',
  'reservation_updated',
  'restock',
  'safety_stock',
  'shrinkage',
])

type Row = SetQuantitiesInput['quantities'][number]
type Located = { row: Row; item: ItemRecord; location: LocationRecord }

/** Sets absolute quantities, all rows or none. */
export function setQuantities(books: StoreBooks, input: SetQuantitiesInput): SetQuantitiesAnswer {
  const located: Located[] = []
  const errors = headErrors(input)
  for (const [index, row] of input.quantities.entries()) {
    const item = books.items.get(numberInGid(row.inventoryItemId, 'InventoryItem') ?? -1)
    const location = books.locations.get(numberInGid(row.locationId, 'Location') ?? -1)
    errors.push(...rowErrors(index, row, item, location))
    if (item !== undefined && location !== undefined) located.push({ row, item, location })
  }
  errors.push(...doubleRows(input.quantities))
  if (errors.length === 0 && located.some((entry) => isStale(books, input.name, entry))) errors.push(staleError())
  if (errors.length > 0) return { inventoryAdjustmentGroup: null, userErrors: errors }
  return { inventoryAdjustmentGroup: bookQuantities(books, input, located), userErrors: [] }
}

function headErrors(input: SetQuantitiesInput): UserError[] {
  const errors: UserError[] = []
  if (input.name !== 'available' && input.name !== 'on_hand') {
    errors.push(
      refusal(['input', 'name'], "The quantity name must be either 'available' or 'on_hand'.", 'INVALID_NAME'),
    )
  }
  if (!REASONS.has(input.reason))
    errors.push(refusal(['input', 'reason'], 'The specified reason is invalid.', 'INVALID_REASON'))
  if (input.referenceDocumentUri != null && !/^[a-z][a-z0-9+.-]*:\S+$/i.test(input.referenceDocumentUri)) {
    errors.push(
      refusal(
        ['input', 'referenceDocumentUri'],
        'The specified reference document is invalid.',
        'INVALID_REFERENCE_DOCUMENT',
      ),
    )
  }
  return errors
}

function rowErrors(
  index: number,
  row: Row,
  item: ItemRecord | undefined,
  location: LocationRecord | undefined,
): UserError[] {
  const at = (name: string): string[] => ['input', 'quantities', `${index}`, name]
  const errors: UserError[] = []
  if (item === undefined)
    errors.push(
      refusal(at('inventoryItemId'), 'The specified inventory item could not be found.', 'INVALID_INVENTORY_ITEM'),
    )
  if (location === undefined)
    errors.push(refusal(at('locationId'), 'The specified location could not be found.', 'INVALID_LOCATION'))
  if (row.quantity < 0)
    errors.push(refusal(at('quantity'), "The quantity can't be negative.", 'INVALID_QUANTITY_NEGATIVE'))
  if (row.quantity > MAX_QUANTITY) {
    errors.push(
      refusal(at('quantity'), "The total quantity can't be higher than 1,000,000,000.", 'INVALID_QUANTITY_TOO_HIGH'),
    )
  }
  return errors
}

function doubleRows(rows: Row[]): UserError[] {
  const keys = rows.map((row) => `${row.inventoryItemId} ${row.locationId}`)
  return keys.flatMap((key, index) =>
    keys.indexOf(key) === index
      ? []
      : [
          refusal(
            ['input', 'quantities', `${index}`, 'locationId'],
            'The combination of inventoryItemId and locationId must be unique.',
            'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR',
          ),
        ],
  )
}

function currentQuantity(books: StoreBooks, name: string, item: ItemRecord, location: LocationRecord): number {
  const level = books.levelOf(item.id, location.id)
  if (level === undefined) return 0
  return name === 'on_hand' ? onHand(level) : level.quantities.available
}

function isStale(books: StoreBooks, name: string, { row, item, location }: Located): boolean {
  return row.changeFromQuantity != null && row.changeFromQuantity !== currentQuantity(books, name, item, location)
}

/** A live store answers with no field here, so nobody can tell which row was stale without reading again. */
function staleError(): UserError {
  return refusal(
    null,
    'The changeFromQuantity argument no longer matches the persisted quantity.',
    'CHANGE_FROM_QUANTITY_STALE',
  )
}

/** Setting on hand moves available by the same difference; the other states stay. */
function bookQuantities(books: StoreBooks, input: SetQuantitiesInput, located: Located[]): AdjustmentGroupRecord {
  const group: AdjustmentGroupRecord = {
    kind: 'InventoryAdjustmentGroup',
    id: books.nextId(),
    reason: input.reason,
    referenceDocumentUri: input.referenceDocumentUri ?? null,
    createdAtMs: books.now(),
    changes: [],
  }
  for (const { row, item, location } of located) {
    const delta = row.quantity - currentQuantity(books, input.name, item, location)
    books.book(item.id, location.id, 'available', delta)
    for (const name of ['available', 'on_hand'])
      group.changes.push({ name, delta, itemId: item.id, locationId: location.id })
  }
  books.adjustments.set(group.id, group)
  return group
}

/** Makes a location stock an item. Quantities that an inactive level holds are kept unless new ones are given. */
export function activate(books: StoreBooks, input: ActivateInput): ActivateAnswer {
  const item = books.items.get(numberInGid(input.inventoryItemId, 'InventoryItem') ?? -1)
  const location = books.locations.get(numberInGid(input.locationId, 'Location') ?? -1)
  if (item === undefined)
    return notActivated(null, ['inventoryItemId'], "The product couldn't be stocked because it wasn't found.")
  if (location === undefined)
    return notActivated(null, ['locationId'], "The product couldn't be stocked because the location wasn't found.")
  const given = (['available', 'onHand'] as const).filter((name) => input[name] != null)
  if (given.length === 2) {
    const message = `The product couldn't be stocked at ${location.name} because not allowed to set available and on_hand quantities at the same time.`
    return { inventoryLevel: null, userErrors: given.map((name) => refusal([name], message)) }
  }
  const [name] = given
  const known = books.levelOf(item.id, location.id)
  if (known?.isActive === true && name !== undefined) {
    const words = name === 'available' ? 'an available' : 'an on_hand'
    return notActivated(
      known,
      [name],
      `Not allowed to set ${words} quantity when the item is already active at the location.`,
    )
  }
  const quantity = name === undefined ? undefined : (input[name] ?? 0)
  if (name !== undefined && quantity !== undefined && Math.abs(quantity) > MAX_QUANTITY) {
    const message = `The product couldn't be stocked at ${location.name} because the quantity needs to be between -1 billion and 1 billion.`
    return notActivated(null, [name], message)
  }
  const level = books.openLevel(item.id, location.id, true)
  level.isActive = true
  if (quantity !== undefined) {
    const before = name === 'onHand' ? onHand(level) : level.quantities.available
    books.book(item.id, location.id, 'available', quantity - before)
  }
  return { inventoryLevel: level, userErrors: [] }
}

function notActivated(inventoryLevel: LevelRecord | null, field: string[], message: string): ActivateAnswer {
  return { inventoryLevel, userErrors: [refusal(field, message)] }
}
