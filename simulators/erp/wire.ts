/** What travels between the hub and this ERP as JSON: requests in, events out. */
import { z } from 'zod'
import type { RejectReason } from '#core/model/fulfillment.ts'
import { PositiveQuantity } from '#core/model/quantity.ts'

const text = (max: number) => z.string().min(1).max(max)

/** A decimal as text, such as `"12.50"`: money never travels as a JSON number. */
const DecimalText = z.string().regex(/^-?\d{1,13}(\.\d{1,6})?$/, 'must be a decimal number as text, such as "12.50"')

export const RequestLine = z.object({
  lineNo: z.int().min(1),
  sku: text(100),
  name: z.string().max(300).optional(),
  quantity: PositiveQuantity,
  unitPrice: DecimalText,
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR'),
})

/** A fulfillment request as the hub sends it. `node` is this ERP's own code of a warehouse or store. */
export const RequestWire = z
  .object({
    requestId: text(100),
    orderId: text(100),
    orderNumber: text(100),
    node: text(100),
    method: z.enum(['ship', 'pickup']),
    shipTo: z.record(z.string(), z.unknown()).nullish(),
    service: z.string().max(100).nullish(),
    neededBy: z.string().max(64).nullish(),
    lines: z.array(RequestLine).min(1).max(1000),
  })
  .refine((request) => request.method === 'pickup' || request.shipTo != null, {
    path: ['shipTo'],
    message: 'must be given when the method is ship',
  })
  .refine((request) => new Set(request.lines.map((line) => line.lineNo)).size === request.lines.length, {
    path: ['lines'],
    message: 'must not name a line number twice',
  })
export type RequestWire = z.infer<typeof RequestWire>

/** Items are judged one by one, so that a bad one does not stop its neighbours. */
export const BatchWire = z.object({ requests: z.array(z.unknown()).min(1).max(5000) })

export const CancelWire = z.object({ reason: z.string().max(500).optional() })

/**
 * The ERP's word on one line, counted over the whole line: `accepted + rejected` is the quantity requested.
 * A later answer replaces the earlier one (a short pick is found after acceptance).
 */
export type AnswerLine = {
  lineNo: number
  accepted: number
  rejected: number
  reason?: RejectReason
  /** ISO 8601 instant; absent where nothing is accepted. */
  expectedShipAt?: string
}

export type PackageWire = {
  /** Absent for what was collected at a counter. */
  trackingNumber?: string
  trackingUrl?: string
  weightGrams?: number
  lines: { lineNo: number; quantity: number }[]
}

/** The bodies of the ERP's webhooks. */
export type ErpEvent =
  | {
      type: 'request.accepted' | 'request.partial' | 'request.rejected'
      requestId: string
      at: string
      lines: AnswerLine[]
    }
  | {
      type: 'shipment.created'
      requestId: string
      shipmentId: string
      shippedAt: string
      carrier: string
      service: string
      packages: PackageWire[]
    }
  | {
      type: 'pickup.collected'
      requestId: string
      shipmentId: string
      shippedAt: string
      packages: PackageWire[]
    }
  | { type: 'cancel.answered'; requestId: string; at: string; accepted: boolean; reason?: string }

export type ErpEventType = ErpEvent['type']
