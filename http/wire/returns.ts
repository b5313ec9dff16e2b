/** What the API shows of returns, receipts and refunds. */
import { z } from '@hono/zod-openapi'
import {
  CONDITIONS,
  CUSTODY_STATES,
  DISPOSITIONS,
  ExchangeLine,
  REFUND_STATES,
  RETURN_KINDS,
  RETURN_REASONS,
} from '#core/model/return.ts'
import { instantOut } from './basics.ts'

const units = z.int()

export const ReturnLineView = z
  .object({
    lineNo: units,
    orderLineNo: units,
    sku: z.string(),
    reason: z.enum(RETURN_REASONS),
    note: z.string().optional(),
    quantity: units.openapi({ description: '= expected + missing + received' }),
    expected: units.openapi({ description: 'Still to come.' }),
    missing: units.openapi({ description: 'Did not come in time, or the return was declined.' }),
    received: units.openapi({ description: '= ungraded + blocked + disposed' }),
    ungraded: units.openapi({ description: 'Nobody has looked at them yet.' }),
    blocked: units.openapi({
      description: 'They wait in quality control, because their restock has no book to go to.',
    }),
    disposed: units,
    denied: units.openapi({ description: 'Found in a condition that is not refunded.' }),
    settled: units.openapi({ description: 'Paid back, or set off against an exchange.' }),
    terms: z.record(z.string(), z.unknown()).openapi({ description: 'The rule of the return policy, as it was.' }),
  })
  .openapi('ReturnLine')

export const RefundView = z
  .object({
    id: z.string(),
    state: z.enum(REFUND_STATES),
    amountMinor: z.int(),
    plan: z.record(z.string(), z.unknown()).openapi({ description: 'How it is made up, line by line.' }),
    reference: z.string().nullable().openapi({ description: 'The channel’s own name of it.' }),
    createdAt: instantOut,
    settledAt: instantOut.nullable(),
  })
  .openapi('Refund')

const CandidateView = z
  .object({
    nodeId: z.string(),
    bookId: z.string(),
    chosen: z.boolean(),
    reason: z.string().optional().openapi({ description: 'Why not; absent when it has a cost.' }),
    cost: z
      .object({ wayMinor: z.int(), distanceMinor: z.int(), handlingMinor: z.int(), totalMinor: z.int() })
      .optional(),
  })
  .openapi('ReturnCandidate')

export const ReturnView = z
  .object({
    id: z.string(),
    orderId: z.string(),
    channelId: z.string(),
    externalId: z.string().nullable(),
    kind: z.enum(RETURN_KINDS),
    way: z.enum(['parcel', 'inStore']),
    custody: z.enum(CUSTODY_STATES),
    nodeId: z.string().nullable(),
    bookId: z.string().nullable().openapi({ description: 'The node whose book the goods belong to.' }),
    choice: z
      .object({ policyVersion: z.string(), candidates: z.array(CandidateView) })
      .nullable()
      .openapi({ description: 'Every node with its cost or the reason against it.' }),
    exchange: z.array(ExchangeLine),
    exchangeOrderId: z.string().nullable(),
    creditMinor: z.int().openapi({ description: 'Of the exchange’s value, what was not set off yet.' }),
    labelFeeMinor: z.int(),
    carrier: z.string().nullable(),
    trackingNumber: z.string().nullable(),
    labelUrl: z.string().nullable(),
    requestedAt: instantOut,
    authorisedAt: instantOut.nullable(),
    expiresAt: instantOut.nullable(),
    dueAt: instantOut.nullable(),
    closedAt: instantOut.nullable(),
    lines: z.array(ReturnLineView),
    refunds: z.array(RefundView),
    dispositions: z.array(
      z.object({
        lineNo: units,
        quantity: units,
        condition: z.string(),
        disposition: z.enum(DISPOSITIONS),
        rule: z.string(),
        bookId: z.string(),
        blocked: z.string().nullable(),
        decidedAt: instantOut,
      }),
    ),
  })
  .openapi('Return')

export const ReceiptView = z
  .object({
    id: z.string(),
    nodeId: z.string(),
    bookId: z.string(),
    receiptNumber: z.string(),
    references: z.array(z.string()),
    receivedAt: instantOut,
    recordedAt: instantOut,
    actor: z.string(),
    lines: z.array(
      z.object({
        lineNo: units,
        sku: z.string().nullable(),
        item: z.string(),
        quantity: units,
        matched: units.openapi({ description: 'Belong to a return.' }),
        cleared: units.openapi({ description: 'A person said what became of them.' }),
        waiting: units.openapi({ description: 'Wait for a person: each has an exception case.' }),
        condition: z.enum(CONDITIONS).nullable(),
        reason: z.enum(RETURN_REASONS).nullable(),
        note: z.string().nullable(),
      }),
    ),
  })
  .openapi('ReturnReceipt')
