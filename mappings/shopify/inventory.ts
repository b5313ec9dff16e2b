/** A change of availability as one item of `inventorySetQuantities(input.quantities)`, with compare-and-set (2026-04 and later). */
import type { NodeId, Sku } from '#core/model/ids.ts'
import type { BackResult, FieldMap, WithCrosswalk } from '../engine/index.ts'
import { defineMap, lookup, nodeLookup, rulesFor, runBack, wholeNumber } from '../engine/index.ts'

/** The contract's AvailabilityNotice. */
export type Availability = { sku: Sku; nodeId: NodeId; available: number; lastTold?: number }

export type InventoryQuantity = {
  inventoryItemId: string
  locationId: string
  quantity: number
  /** Always sent: leaving it out is an error at run time; null skips the comparison. */
  changeFromQuantity: number | null
}

/** Inventory items are no product codes: the connector knows them from its own look-ups or a crosswalk table. */
export type InventoryContext = WithCrosswalk & {
  inventoryItemOf: (sku: Sku) => string | undefined
  skuOfInventoryItem?: (inventoryItemId: string) => Sku | undefined
}

const inventoryItem = lookup<Sku, InventoryContext>({
  name: 'inventory item',
  issueCode: 'availability.inventory-item-unknown',
  rule: 'must be a SKU with an inventory item in the shop',
  cure: 'Create the product in the shop, or correct its SKU there.',
  read: (item, { skuOfInventoryItem }) => skuOfInventoryItem?.(item),
  write: (sku, { inventoryItemOf }) => inventoryItemOf(sku),
})

const head = rulesFor<InventoryQuantity, Availability, InventoryContext>()

export const inventoryMap: FieldMap<InventoryQuantity, Availability, InventoryContext, InventoryContext> = defineMap({
  name: 'shopify inventory quantity',
  version: '1',
  scope: { forward: (_item, context) => context, back: (_notice, context) => context },
  rules: [
    head.field('inventoryItemId', 'sku', inventoryItem),
    head.field('locationId', 'nodeId', nodeLookup('availability')),
    head.field('quantity', 'available', wholeNumber(0)),
    head.derive({
      name: 'compare with what was last told',
      reads: ['changeFromQuantity'],
      writes: ['lastTold'],
      forward: ({ changeFromQuantity: from }) => (typeof from === 'number' ? { lastTold: from } : {}),
      back: ({ lastTold }) => ({ changeFromQuantity: lastTold ?? null }),
    }),
  ],
})

/** Issues: `availability.inventory-item-unknown`, `availability.node-unknown`. */
export function inventoryQuantity(notice: Availability, context: InventoryContext): BackResult<InventoryQuantity> {
  return runBack(inventoryMap, notice, context)
}
