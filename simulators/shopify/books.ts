/** The store's own books, in memory: what was sold, what lies where, what was shipped. The only place where they change hands. */
import { KEPT_QUANTITIES } from './records.ts'
import type {
  AdjustmentGroupRecord,
  FulfillmentOrderRecord,
  FulfillmentRecord,
  ItemRecord,
  KeptQuantity,
  LevelRecord,
  LocationRecord,
  OrderRecord,
  PostalAddress,
  ReturnRecord,
} from './records.ts'

export type LocationSeed = {
  /** Numeric id; a fresh one when left out. */
  id?: number
  name: string
  address?: PostalAddress
  isFulfillmentService?: boolean
}

export type ProductSeed = {
  sku: string
  title: string
  vendor?: string
  weightGrams?: number
  requiresShipping?: boolean
  /** Units available by location name; a location named here stocks the item, others do not. */
  stock?: Record<string, number>
}

export type StoreBooks = ReturnType<typeof createBooks>

/** Every id the store gives out comes from one counter, large as the real ones are. */
const FIRST_ID = 7_300_000_000_001

/** `onAvailableChanged` hears of every change of a quantity for sale. */
export function createBooks(now: () => number, onAvailableChanged: (level: LevelRecord) => void) {
  let lastId = FIRST_ID
  let lastOrderNumber = 1000
  const locations = new Map<number, LocationRecord>()
  const items = new Map<number, ItemRecord>()
  const itemIdBySku = new Map<string, number>()
  const levels = new Map<string, LevelRecord>()
  const orders = new Map<number, OrderRecord>()
  const fulfillmentOrders = new Map<number, FulfillmentOrderRecord>()
  const fulfillments = new Map<number, FulfillmentRecord>()
  const adjustments = new Map<number, AdjustmentGroupRecord>()
  const returns = new Map<number, ReturnRecord>()
  const nextId = (): number => ++lastId

  function addLocation(seed: LocationSeed): LocationRecord {
    const id = seed.id ?? nextId()
    const location: LocationRecord = {
      kind: 'Location',
      id,
      name: seed.name,
      address: seed.address ?? { country_code: 'US' },
      isActive: true,
      isFulfillmentService: seed.isFulfillmentService ?? false,
      createdAtMs: now(),
      updatedAtMs: now(),
    }
    locations.set(id, location)
    return location
  }

  function addProduct(seed: ProductSeed): ItemRecord {
    if (itemIdBySku.has(seed.sku)) throw new Error(`the store has SKU ${seed.sku} already`)
    const item: ItemRecord = {
      kind: 'InventoryItem',
      id: nextId(),
      variantId: nextId(),
      productId: nextId(),
      sku: seed.sku,
      title: seed.title,
      vendor: seed.vendor ?? 'Crossdock Test Goods',
      weightGrams: seed.weightGrams ?? 0,
      requiresShipping: seed.requiresShipping ?? true,
      createdAtMs: now(),
      updatedAtMs: now(),
    }
    items.set(item.id, item)
    itemIdBySku.set(item.sku, item.id)
    for (const [name, available] of Object.entries(seed.stock ?? {})) {
      openLevel(item.id, locationNamed(name).id, true).quantities.available = available
    }
    return item
  }

  function locationNamed(name: string): LocationRecord {
    for (const location of locations.values()) if (location.name === name) return location
    throw new Error(`the store has no location named ${name}`)
  }

  function itemOfSku(sku: string): ItemRecord | undefined {
    const id = itemIdBySku.get(sku)
    return id === undefined ? undefined : items.get(id)
  }

  function levelOf(itemId: number, locationId: number): LevelRecord | undefined {
    return levels.get(levelKey(itemId, locationId))
  }

  /** The level, made (empty) when there is none yet. */
  function openLevel(itemId: number, locationId: number, active: boolean): LevelRecord {
    const known = levelOf(itemId, locationId)
    if (known !== undefined) return known
    const quantities = Object.fromEntries(KEPT_QUANTITIES.map((name) => [name, 0])) as Record<KeptQuantity, number>
    const level: LevelRecord = {
      kind: 'InventoryLevel',
      itemId,
      locationId,
      isActive: active,
      quantities,
      createdAtMs: now(),
      updatedAtMs: now(),
    }
    levels.set(levelKey(itemId, locationId), level)
    return level
  }

  /** Adds `delta` units to one named quantity. May go below zero, as in the real store (oversold). */
  function book(itemId: number, locationId: number, name: KeptQuantity, delta: number): void {
    const level = openLevel(itemId, locationId, false)
    level.quantities[name] += delta
    level.updatedAtMs = now()
    if (name === 'available' && delta !== 0) onAvailableChanged(level)
  }

  return {
    now,
    nextId,
    nextOrderNumber: (): number => ++lastOrderNumber,
    locations,
    items,
    levels,
    orders,
    fulfillmentOrders,
    fulfillments,
    adjustments,
    returns,
    addLocation,
    addProduct,
    locationNamed,
    itemOfSku,
    levelOf,
    openLevel,
    book,
  }
}

function levelKey(itemId: number, locationId: number): string {
  return `${itemId}@${locationId}`
}

/** On hand = available + committed + reserved + damaged + safety stock + quality control (Shopify's inventory states). */
export function onHand(level: LevelRecord): number {
  return KEPT_QUANTITIES.reduce((sum, name) => (name === 'incoming' ? sum : sum + level.quantities[name]), 0)
}

/** Units of an order line that fulfillments carry. */
export function fulfilledUnits(order: OrderRecord, lineId: number): number {
  return order.fulfillments
    .flatMap((fulfillment) => fulfillment.lines)
    .filter((line) => line.lineId === lineId)
    .reduce((sum, line) => sum + line.quantity, 0)
}

/** Marks an order as changed; reconciliation polls read `updatedAt`. */
export function touchOrder(books: StoreBooks, orderId: number): OrderRecord {
  const order = books.orders.get(orderId)
  if (order === undefined) throw new Error(`the store has no order ${orderId}`)
  order.updatedAtMs = books.now()
  return order
}
