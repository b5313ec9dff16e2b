/** The canonical documents that connectors read and send, and what stands beside them: code tables and cursors. */
import type {
  CancelRequest,
  CancelResponse,
  FulfillmentInstruction,
  FulfillmentReminder,
  FulfillmentResponse,
  ShipmentNotice,
  TrackingEvent,
} from '#core/model/fulfillment.ts'
import type { ChannelShipment } from '#core/model/channel-shipment.ts'
import type { DocumentRejection } from '#core/model/document.ts'
import type { OrderEvent } from '#core/model/fact.ts'
import type { NodeId, Sku } from '#core/model/ids.ts'
import type { OrderInput } from '#core/model/order.ts'
import type { AmendmentAnswer, ChannelAnswer, ChannelChange, OrderAmendment } from '#core/model/order-change.ts'
import type { GoodsReceipts, StockChange, StockFeed, SupplyStatement } from '#core/model/stock.ts'
import type {
  ChannelRefund,
  ChannelReturn,
  RefundNotice,
  ReturnInstruction,
  ReturnReceipt,
  ReturnRequest,
  TillReturn,
} from '#core/model/return.ts'
import type { InboundAdvice, Invoice, ReceiptAdvice, StockAdjustment, Told } from '#core/model/trade.ts'
import type { Trace } from '#core/model/trace.ts'
import type { Instant } from '#core/model/time.ts'

/** Translation tables of one connection, loaded before reading. Pure look-ups: `undefined` means there is no row. */
export type Crosswalk = {
  /** Version of the tables, kept with what was read through them. */
  version: string
  /** The partner's product code (or a GTIN, or our own SKU) → our SKU. */
  skuOf: (partnerCode: string) => Sku | undefined
  /** Our SKU → the partner's product code; our own SKU where the partner uses ours. */
  partnerSkuOf: (sku: Sku) => string
  nodeOf: (partnerCode: string) => NodeId | undefined
  partnerNodeOf: (nodeId: NodeId) => string | undefined
  /** Any other code table by name: carriers, reject reasons, services. */
  code: (table: string, partnerCode: string) => string | undefined
  /** The way back: our word → the partner's code in that table. */
  partnerCode: (table: string, word: string) => string | undefined
}

/** What a document says about availability to a channel: absolute sellable units of a SKU at a node. */
export type AvailabilityNotice = {
  sku: Sku
  nodeId: NodeId
  available: number
  /** What the channel was last told, for compare-and-set; absent on the first time. */
  lastTold?: number
}

/** What became of a shipment that was told before. */
export type ChannelTracking = {
  externalOrderId: string
  shipmentId: string
  event: 'delivered' | 'exception' | 'resumed'
  at: Instant
  detail?: string
  trackingNumbers: string[]
  lines: { externalLineId: string; quantity: number }[]
}

/** Every canonical document, by kind. */
export type Documents = {
  order: OrderInput
  orderAmendment: OrderAmendment
  stock: StockFeed
  stockChange: StockChange
  supplies: SupplyStatement
  receipts: GoodsReceipts
  fulfillmentInstruction: FulfillmentInstruction
  /** `carried`: what the node's own answer said and wants to see again. Only that partner's maps can read it. */
  fulfillmentCancel: CancelRequest & { carried?: unknown }
  fulfillmentReminder: FulfillmentReminder
  fulfillmentResponse: FulfillmentResponse
  cancelResponse: CancelResponse
  shipment: ShipmentNotice
  tracking: TrackingEvent
  tillReturn: TillReturn
  /** Goods on their way to a node, told to whoever runs it. */
  inboundAdvice: InboundAdvice
  receiptAdvice: Told<ReceiptAdvice>
  stockAdjustment: Told<StockAdjustment>
  /** What a supplier bills for a request. */
  invoice: Invoice
  channelAnswer: ChannelAnswer
  /** What became of a change that the channel wanted of its order. */
  amendmentAnswer: AmendmentAnswer
  channelShipment: ChannelShipment
  availability: AvailabilityNotice
  /** A technical receipt for a document we read: its bytes are ready to send. */
  acknowledgement: { for: string; bytes: string }
  /** A part of the partner's own document is refused for good. */
  rejection: DocumentRejection
  /** A channel's customer wants to send goods back. */
  returnRequest: ReturnRequest
  /** What a node found in a parcel that came back. */
  returnReceipt: ReturnReceipt
  /** A channel paid money back. */
  refundNotice: RefundNotice
  /** A node is told what to expect. */
  returnInstruction: ReturnInstruction
  channelReturn: ChannelReturn
  channelRefund: ChannelRefund
  /** An order was changed here: how it is to stand there. */
  channelChange: ChannelChange
  /** A parcel that the channel knows arrived, or is in trouble. */
  channelTracking: ChannelTracking
  /** What happened to an order, told to whoever follows. Events of one order go one after the other. */
  event: OrderEvent
}

export type InboundKind =
  | 'order'
  | 'orderAmendment'
  | 'stock'
  | 'stockChange'
  | 'supplies'
  | 'receipts'
  | 'fulfillmentResponse'
  | 'cancelResponse'
  | 'shipment'
  | 'tracking'
  | 'returnRequest'
  | 'returnReceipt'
  | 'refundNotice'
  | 'receiptAdvice'
  | 'stockAdjustment'
  | 'invoice'
  | 'tillReturn'

export type InboundDocument = {
  [K in InboundKind]: {
    kind: K
    /** Which part of the raw document: transaction set, row, element. Empty for the whole. */
    part: string
    value: Documents[K]
    /** Where its values came from, and what the partner wants echoed; computed when the document is kept. */
    trace?: () => Trace
  }
}[InboundKind]

/** A typed, versioned bookmark; only a function of what was delivered. The runtime stores it after the documents. */
export type Cursor = { version: number; watermark: string; seenAtWatermark: string[] }
