/** Documents as they came and went, and what happened when one could not be used. */
import { z } from 'zod'
import { ConnectionId, EnvelopeId, ExceptionCaseId, InstructionId, OrderId, QuarantineId } from './ids.ts'
import { Instant } from './time.ts'

/** What a document is about; a connector's ports are named by these. */
export const DOCUMENT_KINDS = [
  'order',
  'orderAmendment',
  'stock',
  'stockChange',
  'supplies',
  'receipts',
  'fulfillmentInstruction',
  'fulfillmentCancel',
  'fulfillmentReminder',
  'fulfillmentResponse',
  'cancelResponse',
  'shipment',
  'tracking',
  'tillReturn',
  'inboundAdvice',
  'receiptAdvice',
  'stockAdjustment',
  'invoice',
  'channelAnswer',
  'amendmentAnswer',
  'channelShipment',
  'availability',
  'acknowledgement',
  'rejection',
  'returnRequest',
  'returnReceipt',
  'refundNotice',
  'returnInstruction',
  'channelReturn',
  'channelRefund',
  'channelChange',
  'channelTracking',
  'event',
] as const
export const DocumentKind = z.enum(DOCUMENT_KINDS)
export type DocumentKind = z.infer<typeof DocumentKind>

export const ENVELOPE_STATES = [
  'received',
  'held',
  'applied',
  'duplicate',
  'superseded',
  'quarantined',
  'ignored',
] as const
export type EnvelopeState = (typeof ENVELOPE_STATES)[number]

/** A received document: the raw bytes are kept beside it, never altered. */
export const Envelope = z.object({
  id: EnvelopeId,
  connectionId: ConnectionId,
  /** The connector's port that reads it. */
  port: z.string().max(63),
  /** Made from content: the same document has the same key for ever. */
  sourceKey: z.string().min(1).max(300),
  state: z.enum(ENVELOPE_STATES),
  /** Headers, file name: what the transport knew. */
  meta: z.record(z.string(), z.string()).default({}),
  receivedAt: Instant,
})
export type Envelope = z.infer<typeof Envelope>

export const INSTRUCTION_STATES = [
  'queued',
  'held',
  'sending',
  'sent',
  'rejected',
  'unknown',
  'parked',
  'cancelled',
] as const
export type InstructionState = (typeof INSTRUCTION_STATES)[number]

export const QUARANTINE_STATES = ['open', 'replaying', 'resolved', 'discarded'] as const
export type QuarantineState = (typeof QUARANTINE_STATES)[number]

/** What a quarantined part of an order is about; a later revision of the same order settles it. */
export const aboutOrder = (externalId: string): string => `order ${externalId}`

/** A document, or one part of it, that could not be applied. Items of one `cause` are cured together. */
export const QuarantineItem = z.object({
  id: QuarantineId,
  envelopeId: EnvelopeId,
  /** Which part of the document: the transaction set, row or element; empty for the whole. */
  part: z.string().max(200),
  code: z.string().max(100),
  cause: z.string().max(300),
  place: z.string().max(300),
  rule: z.string().max(500),
  value: z.string().max(200).optional(),
  cure: z.string().max(500),
  state: z.enum(QUARANTINE_STATES),
  openedAt: Instant,
})
export type QuarantineItem = z.infer<typeof QuarantineItem>

export const CASE_KINDS = [
  'unroutable',
  'answerOverdue',
  'rejectedByNode',
  'stockShort',
  'outcomeUnknown',
  'cancelTooLate',
  'sendRejected',
  'receiptMissing',
  'invoiceDiffers',
  'connectionBroken',
  'unexpectedShipment',
  'deliveryException',
  'promiseSlipped',
  'feedHeld',
  'invariantBroken',
  'holdOverdue',
  'channelUntold',
  'returnNeedsPerson',
  'returnUnmatched',
  'returnOverdue',
  'restockBlocked',
  'refundRefused',
] as const
export type CaseKind = (typeof CASE_KINDS)[number]

export const CASE_STATES = ['open', 'resolved'] as const

/** Work that needs a person: what, whose, until when. */
export const ExceptionCase = z.object({
  id: ExceptionCaseId,
  kind: z.enum(CASE_KINDS),
  subject: z.string().max(100),
  orderId: OrderId.optional(),
  instructionId: InstructionId.optional(),
  detail: z.string().max(1000),
  cure: z.string().max(500),
  owner: z.enum(['operator', 'integrator', 'partner']),
  state: z.enum(CASE_STATES),
  openedAt: Instant,
  dueAt: Instant,
})
export type ExceptionCase = z.infer<typeof ExceptionCase>

/** What a partner is told when a person refuses a part of its document for good: a business answer, not a technical receipt. */
export const DocumentRejection = z.object({
  rejectionId: z.string().max(63),
  rejectedAt: Instant,
  /** What the part is in the partner's words, and its number there: `856`, `SHP-0042`. Absent where the format names none. */
  documentType: z.string().min(1).max(20).optional(),
  reference: z.string().min(1).max(100).optional(),
  /** Which part of which document, as the hub names them. */
  document: z.string().max(300),
  part: z.string().max(200),
  reason: z.string().max(500),
  faults: z.array(z.object({ place: z.string(), rule: z.string(), value: z.string().optional() })),
})
export type DocumentRejection = z.infer<typeof DocumentRejection>
