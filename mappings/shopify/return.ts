/**
 * Returns and refunds of a Shopify shop → the canonical wish and notice. Field names: shopify.dev/docs/api/webhooks (returns/request,
 * returns/approve, refunds/create) and GraphQL Admin API 2026-10. Nothing is written back here: what the hub says of a return is a mutation.
 */
import { z } from 'zod'
import type { Issue } from '#core/issue.ts'
import { parseDecimalMoney } from '#core/model/money.ts'
import { RefundNotice, RETURN_REASONS, ReturnRequest } from '#core/model/return.ts'
import type { ReturnReason } from '#core/model/return.ts'
import { parseInstant } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import type { ShopifyOrderContext } from './order-context.ts'

export type ReturnContext = Pick<ShopifyOrderContext, 'channelId'> & { receivedAt: Instant }

export type ReturnReading = {
  documents: (
    | { kind: 'returnRequest'; part: string; value: ReturnRequest }
    | { kind: 'refundNotice'; part: string; value: RefundNotice }
  )[]
  refused: { part: string; issues: Issue[] }[]
  ignored?: string
}

/** What the poll has to select of each order. */
export const RETURN_NODE_FIELDS = `
  id updatedAt currencyCode
  returns(first: 50) {
    nodes {
      id status createdAt
      returnLineItems(first: 100) {
        nodes { ... on ReturnLineItem { id quantity returnReason returnReasonNote fulfillmentLineItem { lineItem { id } } } }
      }
    }
  }
  refunds(first: 50) { id note createdAt totalRefundedSet { shopMoney { amount } } }`

/** Our own refunds carry their id in the note, so that the channel's word on them is known again. */
export const noteOf = (refundId: string): string => `Crossdock refund ${refundId}`
export const refundIdIn = (note: string | null | undefined): string | undefined =>
  /^Crossdock refund (rfd_[0-9A-Za-z-]{1,60})$/.exec(note ?? '')?.[1]

const REASONS: Record<string, ReturnReason> = {
  COLOR: 'style',
  DEFECTIVE: 'defective',
  NOT_AS_DESCRIBED: 'notAsDescribed',
  SIZE_TOO_LARGE: 'size',
  SIZE_TOO_SMALL: 'size',
  STYLE: 'style',
  UNWANTED: 'unwanted',
  WRONG_ITEM: 'wrongItem',
}
/** Shopify adds reasons from time to time; one that is not known is `other`, never a refusal. */
const reasonOf = (code: string): ReturnReason => REASONS[code.toUpperCase()] ?? RETURN_REASONS[4]

/** Statuses in which the goods are to be expected. The others need nothing of us. */
const AGREED: Record<string, boolean> = { REQUESTED: false, OPEN: true }

type Wanted = { lineItemId: string; quantity: number; reason: string; note: string | null | undefined }

function requestOf(
  context: ReturnContext,
  part: string,
  from: { id: string; orderId: string; status: string; requestedAt: Instant; lines: Wanted[] },
): ReturnReading {
  const agreed = AGREED[from.status.toUpperCase()]
  if (agreed === undefined)
    return { documents: [], refused: [], ignored: `a return that is ${from.status} needs nothing` }
  return parsed('returnRequest', part, ReturnRequest, {
    channelId: context.channelId,
    externalOrderId: from.orderId,
    externalId: from.id,
    requestedAt: from.requestedAt,
    agreed,
    lines: from.lines.map((line) => ({
      externalLineId: line.lineItemId,
      quantity: line.quantity,
      reason: reasonOf(line.reason),
      ...(line.note == null || line.note === '' ? {} : { note: line.note.slice(0, 500) }),
    })),
  })
}

const RestReturn = z.object({
  admin_graphql_api_id: z.string(),
  status: z.string(),
  order: z.object({ admin_graphql_api_id: z.string() }),
  return_line_items: z.array(
    z.object({
      quantity: z.int(),
      return_reason: z.string(),
      return_reason_note: z.string().nullish(),
      fulfillment_line_item: z.object({ line_item: z.object({ admin_graphql_api_id: z.string() }) }),
    }),
  ),
})

/** The body of `returns/request` and `returns/approve`. It has no time of its own: its arrival stands for it. */
export function readRestReturn(body: unknown, context: ReturnContext): ReturnReading {
  const read = RestReturn.safeParse(body)
  if (!read.success) return unreadable('', read.error)
  const { data } = read
  return requestOf(context, '', {
    id: data.admin_graphql_api_id,
    orderId: data.order.admin_graphql_api_id,
    status: data.status,
    requestedAt: context.receivedAt,
    lines: data.return_line_items.map((line) => ({
      lineItemId: line.fulfillment_line_item.line_item.admin_graphql_api_id,
      quantity: line.quantity,
      reason: line.return_reason,
      note: line.return_reason_note,
    })),
  })
}

const RestRefund = z.object({
  admin_graphql_api_id: z.string(),
  order_id: z.int(),
  created_at: z.string(),
  note: z.string().nullish(),
  transactions: z.array(
    z.object({ kind: z.string(), status: z.string(), amount: z.string(), currency: z.string().optional() }),
  ),
})

/** The body of `refunds/create`. Only money that really went back counts. */
export function readRestRefund(body: unknown, context: ReturnContext): ReturnReading {
  const read = RestRefund.safeParse(body)
  if (!read.success) return unreadable('', read.error)
  const { data } = read
  const paid = data.transactions.filter((each) => each.kind === 'refund' && each.status === 'success')
  const currency = paid[0]?.currency
  if (currency === undefined) return { documents: [], refused: [], ignored: 'no money went back with this refund' }
  const amounts = paid.map((each) => parseDecimalMoney(each.amount, currency))
  return noticeOf(context, '', {
    id: data.admin_graphql_api_id,
    orderId: `gid://shopify/Order/${data.order_id}`,
    note: data.note,
    at: data.created_at,
    currency,
    amountMinor: amounts.reduce((sum: number, each) => sum + (each ?? Number.NaN), 0),
  })
}

function noticeOf(
  context: ReturnContext,
  part: string,
  from: {
    id: string
    orderId: string
    note: string | null | undefined
    at: string
    currency: string
    amountMinor: number | undefined
  },
): ReturnReading {
  const refundId = refundIdIn(from.note)
  return parsed('refundNotice', part, RefundNotice, {
    channelId: context.channelId,
    externalOrderId: from.orderId,
    externalId: from.id,
    ...(refundId === undefined ? {} : { refundId }),
    refundedAt: parseInstant(from.at) ?? from.at,
    currency: from.currency,
    amountMinor: from.amountMinor,
  })
}

const money = z.object({ shopMoney: z.object({ amount: z.string() }) })
const ReturnsNode = z.object({
  id: z.string(),
  currencyCode: z.string(),
  returns: z.object({
    nodes: z.array(
      z.object({
        id: z.string(),
        status: z.string(),
        createdAt: z.string(),
        returnLineItems: z.object({
          nodes: z.array(
            z.object({
              quantity: z.int(),
              returnReason: z.string(),
              returnReasonNote: z.string().nullish(),
              fulfillmentLineItem: z.object({ lineItem: z.object({ id: z.string() }) }),
            }),
          ),
        }),
      }),
    ),
  }),
  refunds: z.array(
    z.object({ id: z.string(), note: z.string().nullish(), createdAt: z.string(), totalRefundedSet: money }),
  ),
})

/** One order of the poll: every return and refund it has. What is known already changes nothing. */
export function readReturnsNode(node: unknown, context: ReturnContext): ReturnReading {
  const read = ReturnsNode.safeParse(node)
  if (!read.success) return unreadable('', read.error)
  const { id: orderId, currencyCode: currency, returns, refunds } = read.data
  const readings = [
    ...returns.nodes.map((each) =>
      requestOf(context, each.id, {
        id: each.id,
        orderId,
        status: each.status,
        requestedAt: parseInstant(each.createdAt) ?? context.receivedAt,
        lines: each.returnLineItems.nodes.map((line) => ({
          lineItemId: line.fulfillmentLineItem.lineItem.id,
          quantity: line.quantity,
          reason: line.returnReason,
          note: line.returnReasonNote,
        })),
      }),
    ),
    ...refunds.map((each) =>
      noticeOf(context, each.id, {
        id: each.id,
        orderId,
        note: each.note,
        at: each.createdAt,
        currency,
        amountMinor: parseDecimalMoney(each.totalRefundedSet.shopMoney.amount, currency),
      }),
    ),
  ]
  const documents = readings.flatMap((each) => each.documents)
  const refused = readings.flatMap((each) => each.refused)
  return documents.length + refused.length === 0
    ? { documents, refused, ignored: 'nothing of this order is on its way back' }
    : { documents, refused }
}

function parsed(
  kind: 'returnRequest' | 'refundNotice',
  part: string,
  schema: z.ZodType,
  value: unknown,
): ReturnReading {
  const read = schema.safeParse(value)
  if (!read.success) return unreadable(part, read.error)
  return { documents: [{ kind, part, value: read.data } as ReturnReading['documents'][number]], refused: [] }
}

const unreadable = (part: string, error: z.ZodError): ReturnReading => ({
  documents: [],
  refused: [
    {
      part,
      issues: error.issues.map((issue): Issue => ({
        code: issue.path[0] === 'channelId' ? 'return.channel-missing' : 'return.unreadable',
        class: issue.path[0] === 'channelId' ? 'config' : 'data',
        place: { path: `/${issue.path.join('/')}` },
        rule: issue.message,
        cure:
          issue.path[0] === 'channelId'
            ? 'Set the channel of this connection, then replay.'
            : 'Compare the document with shopify.dev/docs/api/webhooks; settle the return by hand, then discard it.',
      })),
    },
  ],
})
