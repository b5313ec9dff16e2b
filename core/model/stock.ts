/** Stock: double-entry positions per SKU and node, what feeds say about them, and what is claimed. */
import { z } from 'zod'
import {
  ChannelId,
  ConnectionId,
  FulfillmentRequestId,
  NodeId,
  OrderId,
  ReservationId,
  Sku,
  type SupplyId,
} from './ids.ts'
import { PositiveQuantity, Quantity } from './quantity.ts'
import { Instant } from './time.ts'

/**
 * Where a unit can be. The first six are on hand and add up to it; `incoming` (a supplier owes it) and `inTransit` (another
 * node sent it) are on their way here; the rest are accounts of the world outside. Every posting moves a quantity from one of
 * these to another. `transfer` links two nodes: over all nodes, what went into it has come out of it.
 */
export const STOCK_STATES = [
  'available',
  'reserved',
  'allocated',
  'picked',
  'damaged',
  'qualityControl',
  'incoming',
  'inTransit',
  'customer',
  'supplier',
  'transfer',
  'adjustment',
] as const
export type StockState = (typeof STOCK_STATES)[number]
export const ON_HAND_STATES = STOCK_STATES.slice(0, 6) as readonly StockState[]

/** Why a quantity moved. */
export const POSTING_CAUSES = [
  'feed',
  'claim',
  'reserve',
  'release',
  'expire',
  'ship',
  'sale',
  'cancel',
  'shortPick',
  'return',
  'supply',
  'receipt',
  'transfer',
  'movement',
  'repair',
] as const
export type PostingCause = (typeof POSTING_CAUSES)[number]

export const Posting = z.object({
  sku: Sku,
  nodeId: NodeId,
  from: z.enum(STOCK_STATES),
  to: z.enum(STOCK_STATES),
  quantity: PositiveQuantity,
  cause: z.enum(POSTING_CAUSES),
  /** The document behind it: the request, envelope, supply, reservation or check run. */
  reference: z.string().max(100),
  /** Who did it: a connection, `routing`, `api:<key name>`, `timers`; `hub` where nobody in particular did. */
  actor: z.string().max(100).optional(),
  /** When it was true in the world; `postedAt` in the store says when we learned of it. */
  effectiveAt: Instant,
})
export type Posting = z.infer<typeof Posting>

export const StockPosition = z.object({
  sku: Sku,
  nodeId: NodeId,
  /** May fall below zero by `shortfall`, when the world has less than was claimed. */
  available: z.int(),
  reserved: Quantity,
  allocated: Quantity,
  picked: Quantity,
  damaged: Quantity,
  qualityControl: Quantity,
  /** Units claimed that are not there: each has an open exception case. */
  shortfall: Quantity,
  safetyStock: Quantity,
  /** What the last feed knew, and when. Absent when no feed ever spoke: unknown stock is not zero stock. */
  asOf: Instant.optional(),
  source: ConnectionId.optional(),
})
export type StockPosition = z.infer<typeof StockPosition>

/**
 * What a person moves by hand, and where it may come from and go to. Goods that are found or written off come out of `adjustment` and
 * go into it; claimed units are moved by what claims them, never by hand.
 */
export const HAND_MOVES = {
  available: ['damaged', 'qualityControl', 'adjustment'],
  damaged: ['available', 'qualityControl', 'adjustment'],
  qualityControl: ['available', 'damaged', 'adjustment'],
  adjustment: ['available', 'damaged', 'qualityControl'],
} as const satisfies Partial<Record<StockState, readonly StockState[]>>

export const StockMovement = z
  .object({
    sku: Sku,
    nodeId: NodeId,
    from: z.enum(['available', 'damaged', 'qualityControl', 'adjustment']),
    to: z.enum(['available', 'damaged', 'qualityControl', 'adjustment']),
    quantity: PositiveQuantity,
    /** The count sheet, inspection or case behind it. */
    reference: z.string().min(1).max(100),
    movedAt: Instant.optional(),
  })
  .refine((move) => (HAND_MOVES[move.from] as readonly string[]).includes(move.to), {
    path: ['to'],
    message: 'units do not go this way by hand',
  })
export type StockMovement = z.infer<typeof StockMovement>

/** One row of a stock feed: the units on hand at a node as its book-keeper counts them, sold ones included until they leave. */
export const StockRow = z.object({ sku: Sku, nodeId: NodeId, onHand: Quantity })
export type StockRow = z.infer<typeof StockRow>

/**
 * A stock feed. `full` states every SKU of its nodes; `delta` only those that changed.
 * `absentMeansZero` is the source's contract for full feeds; without it an absent SKU keeps its quantity.
 */
export const StockFeed = z.object({
  mode: z.enum(['full', 'delta']),
  asOf: Instant,
  absentMeansZero: z.boolean().default(false),
  rows: z.array(StockRow),
})
export type StockFeed = z.infer<typeof StockFeed>

/**
 * Units that were found, lost or put away at a node, told as the change and not as the count. It adds to the last count that was taken
 * before it; a count that was taken after it has it already.
 */
export const StockChange = z.object({
  sku: Sku,
  nodeId: NodeId,
  delta: z.int().refine((delta) => delta !== 0, 'must not be 0'),
  at: Instant,
  /** The book-keeper's own word for why. */
  reason: z.string().max(200).optional(),
})
export type StockChange = z.infer<typeof StockChange>

export const SUPPLY_KINDS = ['purchaseOrder', 'asn', 'transfer'] as const
export const SUPPLY_STATES = ['open', 'received', 'cancelled'] as const
export type SupplyState = (typeof SUPPLY_STATES)[number]

/**
 * Future stock as its owner states it: units that will be at the node by `expectedAt`. One for each (kind, reference, sku, node);
 * stating it again changes it. Quantity 0 takes back whatever was not received.
 */
export const SupplyInput = z
  .object({
    kind: z.enum(SUPPLY_KINDS),
    /** The purchase order's, ASN's or transfer's own number. */
    reference: z.string().min(1).max(100),
    sku: Sku,
    nodeId: NodeId,
    /** Where a transfer comes from. */
    fromNodeId: NodeId.optional(),
    /** For an ASN: the purchase order whose units it brings; they are not expected twice. */
    purchaseOrder: z.string().min(1).max(100).optional(),
    quantity: Quantity,
    expectedAt: Instant,
  })
  .refine((supply) => (supply.kind === 'transfer') === (supply.fromNodeId !== undefined), {
    path: ['fromNodeId'],
    message: 'a transfer names the node it comes from, and nothing else does',
  })
  .refine((supply) => supply.fromNodeId !== supply.nodeId, {
    path: ['fromNodeId'],
    message: 'a transfer goes to another node',
  })
  .refine((supply) => supply.purchaseOrder === undefined || supply.kind === 'asn', {
    path: ['purchaseOrder'],
    message: 'only an ASN brings units of a purchase order',
  })
export type SupplyInput = z.infer<typeof SupplyInput>

/** Supplies as their sender knew them at `statedAt`: what is older than what is known of a supply does not change it. */
export const SupplyStatement = z.object({ statedAt: Instant, supplies: z.array(SupplyInput) })
export type SupplyStatement = z.infer<typeof SupplyStatement>

/** Goods that came in against a supply, named by its own reference. `reference` is the receipt's: the same one twice is one. */
export const SupplyReceipt = z.object({
  kind: z.enum(SUPPLY_KINDS),
  supply: z.string().min(1).max(100),
  sku: Sku,
  nodeId: NodeId,
  reference: z.string().min(1).max(100),
  quantity: PositiveQuantity,
  receivedAt: Instant,
})
export type SupplyReceipt = z.infer<typeof SupplyReceipt>
export const GoodsReceipts = z.object({ receipts: z.array(SupplyReceipt) })
export type GoodsReceipts = z.infer<typeof GoodsReceipts>

export type Supply = SupplyInput & {
  id: SupplyId
  /** Units of a transfer that have left. */
  dispatched: number
  received: number
  /** Units of a purchase order that ASNs have taken over. */
  advised: number
  /** Units promised to backorders and not received yet. */
  pegged: number
  state: SupplyState
  /** When its sender knew it so. */
  statedAt?: Instant
}

/**
 * `advisory` says what somebody wants and claims nothing. `timed` is a cart's claim and ends by its time. `hard` is an order's claim:
 * its time is extended as long as the order lives.
 */
export const RESERVATION_BINDINGS = ['advisory', 'timed', 'hard'] as const
export type ReservationBinding = (typeof RESERVATION_BINDINGS)[number]
export const RESERVATION_STATES = ['held', 'allocated', 'released', 'expired', 'consumed'] as const
export type ReservationState = (typeof RESERVATION_STATES)[number]

/** A claim on units of a SKU at a node: `held` units are reserved in the ledger, `allocated` ones have a fulfillment request. */
export const Reservation = z.object({
  id: ReservationId,
  /** The cart: `channelId` and the channel's own key. */
  channelId: ChannelId.optional(),
  cartKey: z.string().min(1).max(200).optional(),
  orderId: OrderId.optional(),
  lineNo: z.int().min(1).optional(),
  fulfillmentRequestId: FulfillmentRequestId.optional(),
  sku: Sku,
  nodeId: NodeId,
  quantity: PositiveQuantity,
  /** The kit that these units are a component of, and how many of them one kit takes. */
  kit: Sku.optional(),
  perUnit: PositiveQuantity.default(1),
  binding: z.enum(RESERVATION_BINDINGS),
  state: z.enum(RESERVATION_STATES),
  segment: z.string().max(63).optional(),
  expiresAt: Instant.optional(),
})
export type Reservation = z.infer<typeof Reservation>
