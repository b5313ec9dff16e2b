/**
 * What the store keeps in its books. Ids are plain numbers, as in REST bodies; GraphQL shows them as gids.
 * `kind` is the GraphQL type's name, so that `node(id)` and interfaces know what they hold. Times are Unix milliseconds.
 */

/** The quantity names of an inventory level. `on_hand` is not kept: it is the sum of all but `incoming`. */
export const KEPT_QUANTITIES = [
  'available',
  'committed',
  'reserved',
  'damaged',
  'safety_stock',
  'quality_control',
  'incoming',
] as const
export type KeptQuantity = (typeof KEPT_QUANTITIES)[number]

export type PostalAddress = {
  first_name?: string
  last_name?: string
  company?: string
  address1?: string
  address2?: string
  city?: string
  province?: string
  province_code?: string
  zip?: string
  country?: string
  country_code: string
  phone?: string
  latitude?: number
  longitude?: number
}

export type LocationRecord = {
  kind: 'Location'
  id: number
  name: string
  address: PostalAddress
  isActive: boolean
  isFulfillmentService: boolean
  createdAtMs: number
  updatedAtMs: number
}

/** One variant's stock-keeping face. Every variant has exactly one. */
export type ItemRecord = {
  kind: 'InventoryItem'
  id: number
  variantId: number
  productId: number
  sku: string
  title: string
  vendor: string
  weightGrams: number
  requiresShipping: boolean
  createdAtMs: number
  updatedAtMs: number
}

export type LevelRecord = {
  kind: 'InventoryLevel'
  itemId: number
  locationId: number
  /** Stocked there. Since 2026-04 an inactive level keeps quantities too; plain queries do not show it. */
  isActive: boolean
  quantities: Record<KeptQuantity, number>
  createdAtMs: number
  updatedAtMs: number
}

export type LineRecord = {
  kind: 'LineItem'
  id: number
  orderId: number
  itemId: number
  sku: string
  title: string
  quantity: number
  /** Ordered minus cancelled. */
  currentQuantity: number
  priceMinor: number
  weightGrams: number
  requiresShipping: boolean
  properties: { name: string; value: string }[]
  /** Where routing puts the line first. */
  locationId: number
  pickup: boolean
}

export type TrackingRecord = { company: string | null; number: string | null; url: string | null }

export type FulfillmentRecord = {
  kind: 'Fulfillment'
  id: number
  orderId: number
  locationId: number
  name: string
  status: 'SUCCESS'
  tracking: TrackingRecord[]
  lines: { kind: 'FulfillmentLineItem'; id: number; orderId: number; lineId: number; quantity: number }[]
  fulfillmentOrderIds: number[]
  notifiedCustomer: boolean
  /** What was told of the parcels on their way. */
  events: { kind: 'FulfillmentEvent'; id: number; status: string; happenedAtMs: number; message: string | null }[]
  createdAtMs: number
  updatedAtMs: number
}

export type FulfillmentOrderStatus =
  | 'OPEN'
  | 'IN_PROGRESS'
  | 'ON_HOLD'
  | 'SCHEDULED'
  | 'INCOMPLETE'
  | 'CLOSED'
  | 'CANCELLED'
export type FulfillmentRequestStatus =
  | 'UNSUBMITTED'
  | 'SUBMITTED'
  | 'ACCEPTED'
  | 'REJECTED'
  | 'CANCELLATION_REQUESTED'
  | 'CANCELLATION_ACCEPTED'
  | 'CANCELLATION_REJECTED'
  | 'CLOSED'

export type FulfillmentOrderLineRecord = {
  kind: 'FulfillmentOrderLineItem'
  id: number
  orderId: number
  lineId: number
  totalQuantity: number
  remainingQuantity: number
}

export type FulfillmentOrderRecord = {
  kind: 'FulfillmentOrder'
  id: number
  orderId: number
  locationId: number
  status: FulfillmentOrderStatus
  requestStatus: FulfillmentRequestStatus
  /** Somebody reported progress by hand; such an order cannot be moved. */
  progressReported: boolean
  pickup: boolean
  lines: FulfillmentOrderLineRecord[]
  createdAtMs: number
  updatedAtMs: number
}

export type ReturnStatus = 'REQUESTED' | 'OPEN' | 'CLOSED' | 'DECLINED' | 'CANCELED'

/** What a customer wants to send back. */
export type ReturnRecord = {
  kind: 'Return'
  id: number
  orderId: number
  name: string
  status: ReturnStatus
  lines: ReturnLineRecord[]
  createdAtMs: number
}

export type ReturnLineRecord = {
  kind: 'ReturnLineItem'
  id: number
  orderId: number
  fulfillmentLineId: number
  lineId: number
  quantity: number
  reason: string
  note: string
}

export type RefundRecord = {
  kind: 'Refund'
  id: number
  orderId: number
  note: string | null
  lines: { lineId: number; quantity: number }[]
  shippingMinor: number
  transactions: TransactionRecord[]
  createdAtMs: number
}

/** Money that moved: the sale, and what went back of it. */
export type TransactionRecord = {
  kind: 'OrderTransaction'
  id: number
  orderId: number
  type: 'SALE' | 'REFUND'
  amountMinor: number
  parentId: number | null
  createdAtMs: number
}

export type OrderRecord = {
  kind: 'Order'
  id: number
  number: number
  name: string
  currency: string
  email: string | null
  lines: LineRecord[]
  shippingAddress: PostalAddress | null
  billingAddress: PostalAddress | null
  shippingLines: { id: number; title: string; code: string; priceMinor: number }[]
  noteAttributes: { name: string; value: string }[]
  note: string | null
  tags: string[]
  financialStatus: 'paid' | 'pending' | 'authorized'
  test: boolean
  fulfillmentOrders: FulfillmentOrderRecord[]
  fulfillments: FulfillmentRecord[]
  returns: ReturnRecord[]
  refunds: RefundRecord[]
  sale: TransactionRecord
  createdAtMs: number
  updatedAtMs: number
  cancelledAtMs: number | null
  cancelReason: CancelReason | null
}

export type CancelReason = 'customer' | 'declined' | 'fraud' | 'inventory' | 'other' | 'staff'

/** One booked change of stock; `Mutation.inventorySetQuantities` answers with it. */
export type AdjustmentGroupRecord = {
  kind: 'InventoryAdjustmentGroup'
  id: number
  reason: string
  referenceDocumentUri: string | null
  createdAtMs: number
  changes: { name: string; delta: number; itemId: number; locationId: number }[]
}
