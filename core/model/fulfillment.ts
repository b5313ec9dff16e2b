/**
 * Fulfillment requests, shipments and what nodes answer. A request has two axes: the work (what is done to the goods) and the
 * negotiation (what the node said). Shopify's fulfillment orders and OpenLinker's fulfillment work have the same two.
 */
import { z } from 'zod'
import {
  ConnectionId,
  DecisionId,
  FulfillmentRequestId,
  NodeId,
  OrderId,
  ShipmentId,
  Sku,
  TrackingNumber,
} from './ids.ts'
import { FulfillmentMethod } from './node.ts'
import { Address } from './party.ts'
import { KitComponent } from './product.ts'
import { PositiveQuantity, Quantity } from './quantity.ts'
import { Instant } from './time.ts'

export const WORK_STATES = ['open', 'inProgress', 'closed', 'incomplete', 'cancelled'] as const
export type WorkState = (typeof WORK_STATES)[number]

export const NEGOTIATION_STATES = [
  'unsubmitted',
  'submitted',
  'accepted',
  'rejected',
  'cancelRequested',
  'cancelAccepted',
  'cancelRejected',
] as const
export type NegotiationState = (typeof NEGOTIATION_STATES)[number]

/** Why a node cannot do it; partners' own words are translated by crosswalks. */
export const REJECT_REASONS = [
  'outOfStock',
  'ineligibleProduct',
  'undeliverable',
  'incorrectAddress',
  'capacity',
  'damaged',
  'closed',
  'timeout',
  'other',
] as const
export const RejectReason = z.enum(REJECT_REASONS)
export type RejectReason = z.infer<typeof RejectReason>

/**
 * Units of a request's line that its order wants back from the node. `cancel` of them are not wanted any more, `recall` are to be
 * planned anew; both are still outstanding. `asked` of them are in the question that the node has not answered. `refused` counts what
 * the node would not give up: the same units are not asked for again.
 */
export const WantedBack = z.object({ cancel: Quantity, recall: Quantity, asked: Quantity, refused: Quantity })
export type WantedBack = z.infer<typeof WantedBack>

/** Exclusive counters of a request's line; they add up to `requested`. */
export const FulfillmentRequestLine = z.object({
  lineNo: z.int().min(1),
  sku: Sku,
  /** Where the SKU is a kit: what one unit of it was made of when the request was made. The ledger only knows these. */
  components: z.array(KitComponent).min(1).optional(),
  requested: PositiveQuantity,
  /** Still the node's to do. */
  outstanding: Quantity,
  /** Refused or short picked; went back to the order as open. */
  rejected: Quantity,
  shipped: Quantity,
  cancelled: Quantity,
  /** Absent: nothing is wanted back, and nothing was refused. */
  back: WantedBack.optional(),
})
export type FulfillmentRequestLine = z.infer<typeof FulfillmentRequestLine>

export const FulfillmentRequest = z.object({
  id: FulfillmentRequestId,
  orderId: OrderId,
  nodeId: NodeId,
  connectionId: ConnectionId.optional(),
  /** Absent for a sale at the till: nobody decided, the customer stood there. */
  decisionId: DecisionId.optional(),
  method: FulfillmentMethod,
  /** The parcel goes to this node first, which ships it on or hands it over. */
  viaNodeId: NodeId.optional(),
  /** What another node sent here is shipped on or handed over: the goods are none of this node's stock. */
  onward: z.boolean().optional(),
  /** The node's own goods for a parcel with what others send it: it is told when those are there. */
  awaitsOthers: z.boolean().optional(),
  work: z.enum(WORK_STATES),
  negotiation: z.enum(NEGOTIATION_STATES),
  lines: z.array(FulfillmentRequestLine).min(1),
  createdAt: Instant,
  /** The node is not told before this: the grace period of its order. */
  releaseAt: Instant.optional(),
  /** Requests of one group go to one customer and leave in one parcel. */
  packGroup: z.string().max(63).optional(),
  /** When it was told. */
  submittedAt: Instant.optional(),
  /** The node's next word is overdue after this; absent as long as it was not told. */
  answerDueAt: Instant.optional(),
  /** The node was asked to give it back, so that it can be sent from elsewhere. Its units return to the order when it agrees. */
  moving: z.boolean().optional(),
  version: z.int().min(1),
})
export type FulfillmentRequest = z.infer<typeof FulfillmentRequest>

/** The canonical document a node receives; outbound maps turn it into an 850, a JSON call or a file row. */
export const FulfillmentInstruction = z.object({
  requestId: FulfillmentRequestId,
  orderId: OrderId,
  orderNumber: z.string().max(100),
  placedAt: Instant,
  nodeId: NodeId,
  method: FulfillmentMethod,
  shipTo: Address.optional(),
  shippingService: z.string().max(100).optional(),
  neededBy: Instant.optional(),
  /** Pack it together with all others of this group: one customer, one address, one service. Each can still be cancelled alone. */
  packGroup: z.string().max(63).optional(),
  lines: z
    .array(
      z.object({
        lineNo: z.int().min(1),
        sku: Sku,
        /** What the receiving partner calls it, when it has a name of its own. */
        partnerSku: z.string().max(100).optional(),
        name: z.string().max(300).optional(),
        /** What one unit is to be packed of, where the line is a kit. */
        components: z.array(KitComponent).min(1).optional(),
        quantity: PositiveQuantity,
        unitPriceMinor: z.int(),
        currency: z.string().length(3),
      }),
    )
    .min(1),
})
export type FulfillmentInstruction = z.infer<typeof FulfillmentInstruction>

/** A node's answer to a request, line by line. It states whole lines: a later answer replaces an earlier one. */
export const FulfillmentResponse = z.object({
  requestId: FulfillmentRequestId,
  answeredAt: Instant,
  /**
   * The node does nothing more of the request: what is outstanding after this answer, on any line, is refused for its line's reason,
   * or for this one. A warehouse that tells what it shipped, and not what it lacks, says a short pick so.
   */
  refusesRest: RejectReason.optional(),
  lines: z
    .array(
      z.object({
        lineNo: z.int().min(1),
        accepted: Quantity,
        rejected: Quantity,
        reason: RejectReason.optional(),
        expectedShipAt: Instant.optional(),
      }),
    )
    .min(1),
})
export type FulfillmentResponse = z.infer<typeof FulfillmentResponse>

/** What a node is asked to leave out. Without `lines` it is asked for all that is left of the request. */
export const CancelRequest = z.object({
  requestId: z.string(),
  nodeId: NodeId,
  reason: z.string().max(500),
  /** Counts the questions about one request, from 1; absent in those of earlier versions of the hub. */
  sequence: z.int().min(1).optional(),
  /** Only these units; the rest is still wanted. A partner that can only take out the whole must refuse such a document. */
  lines: z
    .array(
      z.object({
        lineNo: z.int().min(1),
        sku: Sku,
        quantity: PositiveQuantity,
        /** What the line asks for once they are out, whatever has left included; absent as `sequence` is. */
        remaining: Quantity.optional(),
      }),
    )
    .min(1)
    .optional(),
})
export type CancelRequest = z.infer<typeof CancelRequest>

/** A node owes a word and is late: it is reminded once, before the work goes elsewhere or to a person. */
export const FulfillmentReminder = z.object({
  requestId: FulfillmentRequestId,
  nodeId: NodeId,
  /** When the word was due, and until when the hub waits now. */
  missedAt: Instant,
  dueAt: Instant,
})
export type FulfillmentReminder = z.infer<typeof FulfillmentReminder>

/** A node's answer to "please do not": which units it could still take out. */
export const CancelResponse = z.object({
  requestId: FulfillmentRequestId,
  answeredAt: Instant,
  accepted: z.boolean(),
  reason: z.string().max(500).optional(),
  /** The units that it took out, where it did so with some of those asked for; absent: all of them, if `accepted`. */
  lines: z.array(z.object({ lineNo: z.int().min(1), quantity: Quantity })).optional(),
  /**
   * Where it answers line by line: whether it agrees to what was asked of the line, and the units of it that it has on order then, those
   * it shipped with them; absent: as it was asked. Lines that are not named go as `accepted` says.
   */
  lineAnswers: z
    .array(z.object({ lineNo: z.int().min(1), agreed: z.boolean(), remaining: Quantity.optional() }))
    .optional(),
})
export type CancelResponse = z.infer<typeof CancelResponse>

export const Package = z.object({
  trackingNumber: TrackingNumber.optional(),
  trackingUrl: z.url().optional(),
  /** SSCC-18 or the node's own carton id. */
  containerCode: z.string().max(50).optional(),
  weightGrams: z.int().min(0).optional(),
  lines: z.array(z.object({ lineNo: z.int().min(1), quantity: PositiveQuantity })).min(1),
})
export type Package = z.infer<typeof Package>

/** What left a node (or was handed over at its counter), as the node tells it. */
export const ShipmentNotice = z.object({
  requestId: FulfillmentRequestId,
  /** The node's own name of the shipment; the same name twice is the same shipment. */
  externalId: z.string().min(1).max(100),
  shippedAt: Instant,
  /** SCAC or the carrier's name. */
  carrier: z.string().max(50).optional(),
  service: z.string().max(100).optional(),
  packages: z.array(Package).min(1),
})
export type ShipmentNotice = z.infer<typeof ShipmentNotice>

export const SHIPMENT_STATES = ['shipped', 'delivered', 'exception'] as const

export const Shipment = ShipmentNotice.extend({
  id: ShipmentId,
  orderId: OrderId,
  nodeId: NodeId,
  state: z.enum(SHIPMENT_STATES),
})
export type Shipment = z.infer<typeof Shipment>

export const TRACKING_CODES = ['inTransit', 'outForDelivery', 'delivered', 'attempted', 'failed', 'returned'] as const
export type TrackingCode = (typeof TRACKING_CODES)[number]

/** A carrier's word on a parcel after it left. Told by whoever runs the node, by a carrier, or by a service that asks carriers. */
export const TrackingEvent = z.object({
  trackingNumber: TrackingNumber,
  code: z.enum(TRACKING_CODES),
  at: Instant,
  place: z.string().max(200).optional(),
  /** The carrier's own words. */
  detail: z.string().max(500).optional(),
})
export type TrackingEvent = z.infer<typeof TrackingEvent>
