/** Locations, inventory items, levels and booked changes. */
import { onHand } from './books.ts'
import type { StoreBooks } from './books.ts'
import { PAGE_ARGUMENTS, connection } from './connection.ts'
import { dateTime, gid, levelGid, numberInGid } from './ids.ts'
import { KEPT_QUANTITIES } from './records.ts'
import type { AdjustmentGroupRecord, ItemRecord, KeptQuantity, LevelRecord, LocationRecord } from './records.ts'
import { answer, requestError, rowsOf } from './resolver-table.ts'
import { parseSearch, timeMatches } from './search.ts'

/** Quantity names with what they are made of, as `inventoryProperties` tells them. */
const ON_HAND_PARTS: KeptQuantity[] = KEPT_QUANTITIES.filter((name) => name !== 'incoming')

const locationRows = rowsOf<LocationRecord>('Location', {
  id: (location) => gid('Location', location.id),
  legacyResourceId: (location) => `${location.id}`,
  name: (location) => location.name,
  isActive: (location) => location.isActive,
  isFulfillmentService: (location) => location.isFulfillmentService,
  fulfillsOnlineOrders: (location) => location.isActive,
  shipsInventory: (location) => location.isActive && !location.isFulfillmentService,
  createdAt: (location) => dateTime(location.createdAtMs),
  updatedAt: (location) => dateTime(location.updatedAtMs),
  address: ({ address }) =>
    answer({
      address1: address.address1 ?? null,
      address2: address.address2 ?? null,
      city: address.city ?? null,
      province: address.province ?? null,
      provinceCode: address.province_code ?? null,
      zip: address.zip ?? null,
      country: address.country ?? null,
      countryCode: address.country_code,
      latitude: address.latitude ?? null,
      longitude: address.longitude ?? null,
      phone: address.phone ?? null,
    }),
  inventoryLevel: {
    accepts: ['inventoryItemId', 'includeInactive'],
    resolve: (location, args, { books }) =>
      visibleLevel(books.levelOf(numberInGid(args['inventoryItemId'], 'InventoryItem') ?? -1, location.id), args),
  },
  inventoryLevels: {
    accepts: [...PAGE_ARGUMENTS, 'includeInactive'],
    resolve: (location, args, { books }) => levels(books, args, (level) => level.locationId === location.id),
  },
})

const itemRows = rowsOf<ItemRecord>('InventoryItem', {
  id: (item) => gid('InventoryItem', item.id),
  legacyResourceId: (item) => `${item.id}`,
  sku: (item) => item.sku,
  tracked: () => true,
  requiresShipping: (item) => item.requiresShipping,
  createdAt: (item) => dateTime(item.createdAtMs),
  updatedAt: (item) => dateTime(item.updatedAtMs),
  inventoryLevel: {
    accepts: ['locationId', 'includeInactive'],
    resolve: (item, args, { books }) =>
      visibleLevel(books.levelOf(item.id, numberInGid(args['locationId'], 'Location') ?? -1), args),
  },
  inventoryLevels: {
    accepts: [...PAGE_ARGUMENTS, 'includeInactive'],
    resolve: (item, args, { books }) => levels(books, args, (level) => level.itemId === item.id),
  },
})

const levelRows = rowsOf<LevelRecord>('InventoryLevel', {
  id: levelGid,
  isActive: (level) => level.isActive,
  createdAt: (level) => dateTime(level.createdAtMs),
  updatedAt: (level) => dateTime(level.updatedAtMs),
  item: (level, _args, { books }) => books.items.get(level.itemId),
  location: (level, _args, { books }) => books.locations.get(level.locationId),
  quantities: { accepts: ['names'], resolve: (level, args) => quantities(level, args['names'] as string[]) },
})

const adjustmentRows = rowsOf<AdjustmentGroupRecord>('InventoryAdjustmentGroup', {
  id: (group) => gid('InventoryAdjustmentGroup', group.id),
  reason: (group) => group.reason,
  referenceDocumentUri: (group) => group.referenceDocumentUri,
  createdAt: (group) => dateTime(group.createdAtMs),
  changes: (group, _args, { books }) =>
    group.changes.map((change) =>
      answer({
        name: change.name,
        delta: change.delta,
        // Recorded answers carry null here as well.
        quantityAfterChange: null,
        ledgerDocumentUri: null,
        item: books.items.get(change.itemId) ?? null,
        location: books.locations.get(change.locationId) ?? null,
      }),
    ),
})

/** Every item is the stock-keeping face of one variant. */
const variantRows = rowsOf<{ item: ItemRecord }>('ProductVariant', {
  id: ({ item }) => gid('ProductVariant', item.variantId),
  sku: ({ item }) => item.sku,
})

export const INVENTORY_ROWS = [...variantRows, ...locationRows, ...itemRows, ...levelRows, ...adjustmentRows]

function visibleLevel(level: LevelRecord | undefined, args: Record<string, unknown>): LevelRecord | null {
  return level !== undefined && (level.isActive || args['includeInactive'] === true) ? level : null
}

function levels(books: StoreBooks, args: Record<string, unknown>, belongs: (level: LevelRecord) => boolean): object {
  const found = [...books.levels.values()].filter((level) => belongs(level) && visibleLevel(level, args) !== null)
  return connection(found, args, levelGid)
}

function quantities(level: LevelRecord, names: string[]): object[] {
  return names.map((name) => {
    const kept = KEPT_QUANTITIES.find((known) => known === name)
    if (kept === undefined && name !== 'on_hand')
      throw requestError(`The quantity name ${name} is invalid.`, 'BAD_REQUEST')
    return answer({
      id: `${gid('InventoryQuantity', level.locationId)}?inventory_item_id=${level.itemId}&name=${name}`,
      name,
      quantity: kept === undefined ? onHand(level) : level.quantities[kept],
      // The real store tells no time for the sum.
      updatedAt: kept === undefined ? null : dateTime(level.updatedAtMs),
    })
  })
}

export function inventoryProperties(): object {
  const kept = KEPT_QUANTITIES.map((name) =>
    answer({
      name,
      displayName: null,
      isInUse: true,
      comprises: [],
      belongsTo: name === 'incoming' ? [] : ['on_hand'],
    }),
  )
  const sum = answer({ name: 'on_hand', displayName: null, isInUse: true, comprises: ON_HAND_PARTS, belongsTo: [] })
  return answer({ quantityNames: [...kept, sum] })
}

/** `QueryRoot.inventoryItems(query:)`: by id, SKU and time of change. */
export function searchItems(books: StoreBooks, args: Record<string, unknown>): ItemRecord[] {
  const terms = parseSearch(args['query'], ['id', 'sku', 'updated_at', 'created_at'])
  return [...books.items.values()].filter((item) =>
    terms.every((term) => {
      if (term.name === 'sku') return item.sku === term.value
      if (term.name === 'id') return `${item.id}` === term.value
      return timeMatches(term.name === 'created_at' ? item.createdAtMs : item.updatedAtMs, term)
    }),
  )
}
