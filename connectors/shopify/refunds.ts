/**
 * Tells Shopify to pay money back, once. `refundCreate` is taken and not `returnProcess`: only the former has an idempotency key. Beside
 * the key, our refund's id stands in the note, so that Shopify can be asked for it after a lost answer, however late.
 */
import { z } from 'zod'
import { formatDecimalMoney, parseDecimalMoney } from '#core/model/money.ts'
import { ChannelRefund } from '#core/model/return.ts'
import type { Lookup, Outcome } from '#core/outcome.ts'
import { noteOf, refundIdIn } from '#mappings/shopify/return.ts'
import type { Context, SendPort } from '../contract/connector.ts'
import type { ShopifyConfig } from './config.ts'
import { type Called, call } from './graphql.ts'
import { CREATE_REFUND, ORDER_MONEY } from './operations.ts'
import { issuesOf, UserError } from './user-errors.ts'

type ShopifyContext = Context<ShopifyConfig>

const refundIn = (bytes: Uint8Array): ChannelRefund =>
  ChannelRefund.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))

export const refunds: SendPort<ShopifyConfig, 'channelRefund'> = {
  name: 'refunds',
  summary: 'Pays back what is due for a return.',
  direction: 'out',
  transport: 'http',
  kind: 'channelRefund',
  batchMax: 1,
  duplicates: 'key',
  expectsAnswer: false,

  prepare: (_context, deliveries) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one refund')
    const bytes = new TextEncoder().encode(JSON.stringify(delivery.document))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },
  send: async (context, transmission) => ({
    all: await pay(context, transmission.name, refundIn(transmission.bytes)),
  }),
  lookup: async (context, transmission) => {
    const found = await find(context, refundIn(transmission.bytes))
    return Object.fromEntries(transmission.deliveries.map(({ instructionId }) => [instructionId, found]))
  },
}

const Money = z.object({
  order: z
    .object({
      refunds: z.array(z.object({ id: z.string(), note: z.string().nullish() })),
      transactions: z.array(
        z.object({
          id: z.string(),
          kind: z.string(),
          status: z.string(),
          gateway: z.string(),
          amountSet: z.object({ shopMoney: z.object({ amount: z.string() }) }),
          parentTransaction: z.object({ id: z.string() }).nullish(),
        }),
      ),
    })
    .nullish(),
})
type OrderMoney = NonNullable<z.output<typeof Money>['order']>

const readMoney = (context: ShopifyContext, orderId: string): Promise<Called<z.output<typeof Money>>> =>
  call(context, ORDER_MONEY, { id: orderId }, Money)

const known = (money: OrderMoney, refundId: string): string | undefined =>
  money.refunds.find((each) => refundIdIn(each.note) === refundId)?.id

async function find(context: ShopifyContext, refund: ChannelRefund): Promise<Lookup> {
  const read = await readMoney(context, refund.externalOrderId)
  if (!read.ok)
    return {
      kind: 'undecided',
      message: read.failure.kind === 'throttled' ? 'Shopify is throttled' : read.failure.message,
    }
  const reference = read.data.order == null ? undefined : known(read.data.order, refund.refundId)
  return reference === undefined ? { kind: 'absent' } : { kind: 'present', reference }
}

async function pay(context: ShopifyContext, key: string, refund: ChannelRefund): Promise<Outcome> {
  const read = await readMoney(context, refund.externalOrderId)
  if (!read.ok) return read.failure
  const money = read.data.order
  if (money == null) return rejected(refund, 'must be an order of this shop')
  const reference = known(money, refund.refundId)
  if (reference !== undefined) return { kind: 'duplicate', reference }
  const parts = spread(money, refund)
  if (parts === undefined)
    return rejected(refund, `must leave ${formatDecimalMoney(refund.amountMinor, refund.currency)} to pay back`)
  const input = {
    orderId: refund.externalOrderId,
    note: noteOf(refund.refundId),
    notify: context.config.notifyCustomer,
    refundLineItems: refund.lines.map((line) => ({
      lineItemId: line.externalLineId,
      quantity: line.quantity,
      restockType: 'NO_RESTOCK',
    })),
    ...(refund.shippingMinor === 0
      ? {}
      : { shipping: { amount: formatDecimalMoney(refund.shippingMinor, refund.currency) } }),
    ...(refund.feeMinor === 0 ? {} : { discrepancyReason: 'RESTOCK' }),
    transactions: parts.map(({ parent, amountMinor }) => ({
      orderId: refund.externalOrderId,
      kind: 'REFUND',
      gateway: parent.gateway,
      parentId: parent.id,
      amount: formatDecimalMoney(amountMinor, refund.currency),
    })),
  }
  const payload = z.object({
    refundCreate: z.object({ refund: z.object({ id: z.string() }).nullish(), userErrors: z.array(UserError) }),
  })
  const called = await call(context, CREATE_REFUND, { input, key }, payload)
  if (!called.ok) return called.failure
  const { refund: made, userErrors } = called.data.refundCreate
  if (userErrors.length > 0) return { kind: 'rejected', issues: issuesOf('refund', userErrors) }
  return made == null
    ? { kind: 'unknown', code: 'shopify.refund.empty', message: 'Shopify named no refund and no error' }
    : { kind: 'accepted', reference: made.id }
}

/** Over the payments of the order, oldest first, never more than is left of each; undefined when all together are too little. */
function spread(money: OrderMoney, { amountMinor, currency }: ChannelRefund) {
  const minor = (each: OrderMoney['transactions'][number]): number =>
    parseDecimalMoney(each.amountSet.shopMoney.amount, currency) ?? 0
  const done = money.transactions.filter((each) => each.status === 'SUCCESS')
  const paid = done.filter((each) => each.kind === 'SALE' || each.kind === 'CAPTURE')
  let left = amountMinor
  const parts = paid.flatMap((parent) => {
    const back = done
      .filter((each) => each.kind === 'REFUND' && each.parentTransaction?.id === parent.id)
      .reduce((sum, each) => sum + minor(each), 0)
    const part = Math.min(left, Math.max(0, minor(parent) - back))
    left -= part
    return part === 0 ? [] : [{ parent, amountMinor: part }]
  })
  return left === 0 ? parts : undefined
}

const rejected = (refund: ChannelRefund, rule: string): Outcome => ({
  kind: 'rejected',
  issues: [
    {
      code: 'shopify.refund.nothing-left',
      class: 'data',
      place: { path: '/orderId' },
      rule,
      value: refund.externalOrderId,
      cure: 'Compare the order’s payments in Shopify with the refund: it may have been paid back there.',
      subject: refund.externalOrderId,
    },
  ],
})
