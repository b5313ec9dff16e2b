/**
 * Documents of trade partners around a fulfillment request: changes, invoices, receipts, adjustments, returns, payments and verdicts
 * on documents. Days are local to the partner and stay days (`2026-11-22`). Money is integer minor units.
 */
import { z } from 'zod'
import { FulfillmentRequestId, NodeId, Sku } from './ids.ts'
import { PositiveQuantity, Quantity } from './quantity.ts'
import type { Instant } from './time.ts'

/** Numbers that partners give their documents: at most 22 characters, which X12's shortest reference takes. */
const DocumentNumber = z.string().min(1).max(22)
const Day = z.iso.date()
const lineNo = z.int().min(1).max(999_999)
const Currency = z.string().regex(/^[A-Z]{3}$/)

/** With the moment at which its sender told it: documents of days are put in order by it. */
export type Told<T> = T & { toldAt: Instant }

/** "Please change or cancel": 860, ORDCHG. `cancel` without lines takes the whole request out. */
export const ChangeRequest = z.object({
  requestId: FulfillmentRequestId,
  action: z.enum(['cancel', 'change']),
  /** Counts the changes of one request from 1; an older one never overtakes a newer. */
  sequence: z.int().min(1).max(9999),
  requestedOn: Day,
  lines: z.array(
    z.object({
      lineNo,
      sku: Sku,
      change: z.enum(['delete', 'quantity']),
      /** What the line asks for from now on; 0 with `delete`. */
      quantity: Quantity,
    }),
  ),
})
export type ChangeRequest = z.infer<typeof ChangeRequest>

/** What a supplier bills: 810, INVOIC. */
export const Invoice = z.object({
  invoiceNumber: DocumentNumber,
  invoicedOn: Day,
  requestId: FulfillmentRequestId,
  currency: Currency,
  /** Lines and charges together. */
  totalMinor: z.int(),
  lines: z.array(z.object({ lineNo, sku: Sku, quantity: PositiveQuantity, unitPriceMinor: z.int().min(0) })).min(1),
  charges: z.array(z.object({ kind: z.enum(['freight', 'handling', 'tax', 'discount']), amountMinor: z.int().min(0) })),
})
export type Invoice = z.infer<typeof Invoice>

/** Goods on their way to a node, told before they come: 943. */
export const InboundAdvice = z.object({
  adviceNumber: DocumentNumber,
  advisedOn: Day,
  expectedOn: Day.optional(),
  nodeId: NodeId,
  lines: z.array(z.object({ lineNo, sku: Sku, quantity: PositiveQuantity })).min(1),
})
export type InboundAdvice = z.infer<typeof InboundAdvice>

/** What a node received: 944, RECADV. Stock moves on this, never on the advice. */
export const ReceiptAdvice = z.object({
  receiptNumber: DocumentNumber,
  receivedOn: Day,
  /** The advice or purchase order that it answers. */
  reference: DocumentNumber,
  nodeId: NodeId,
  lines: z.array(z.object({ lineNo, sku: Sku, received: Quantity, damaged: Quantity })).min(1),
})
export type ReceiptAdvice = z.infer<typeof ReceiptAdvice>

export const ADJUSTMENT_REASONS = ['count', 'damage', 'loss', 'found', 'return', 'hold', 'other'] as const

/** A node corrects its book: 947. */
export const StockAdjustment = z.object({
  adjustmentNumber: DocumentNumber,
  adjustedOn: Day,
  nodeId: NodeId,
  lines: z
    .array(
      z.object({
        sku: Sku,
        /** Units that came (above zero) or went. */
        change: z.int().min(-999_999_999).max(999_999_999),
        reason: z.enum(ADJUSTMENT_REASONS),
      }),
    )
    .min(1),
})
export type StockAdjustment = z.infer<typeof StockAdjustment>

export const RETURN_REASONS = ['damaged', 'wrongItem', 'unwanted', 'late', 'other'] as const

/** Goods that come back, or are wanted back: 180. */
export const ReturnNotice = z.object({
  returnNumber: DocumentNumber,
  noticedOn: Day,
  requestId: FulfillmentRequestId,
  reason: z.enum(RETURN_REASONS),
  lines: z.array(z.object({ lineNo, sku: Sku, quantity: PositiveQuantity })).min(1),
})
export type ReturnNotice = z.infer<typeof ReturnNotice>

/** A payment and the invoices it closes: 820. */
export const Remittance = z.object({
  traceNumber: DocumentNumber,
  paidOn: Day,
  currency: Currency,
  totalMinor: z.int().min(0),
  payments: z.array(z.object({ invoiceNumber: DocumentNumber, paidMinor: z.int() })).min(1),
})
export type Remittance = z.infer<typeof Remittance>

/** A partner's verdict on the content of a document it could read: 824. */
export const ApplicationAdvice = z.object({
  adviceNumber: DocumentNumber,
  advisedOn: Day,
  verdict: z.enum(['accepted', 'acceptedWithChanges', 'rejected']),
  /** The document's own number, and its type in the words of its format (`856`, `DESADV`). */
  reference: DocumentNumber,
  documentType: z.string().min(1).max(6),
  errors: z.array(z.object({ code: z.string().min(1).max(3), text: z.string().min(1).max(60) })),
})
export type ApplicationAdvice = z.infer<typeof ApplicationAdvice>
