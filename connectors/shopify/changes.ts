/**
 * Tells Shopify what was changed in the hub: cancels, quantities, new lines, the address. Nothing of it has an idempotency key, so each
 * attempt looks at the order and does only what is missing; after a lost answer the order is asked first.
 */
import { z } from 'zod'
import { ChannelChange } from '#core/model/order-change.ts'
import type { Lookup, Outcome } from '#core/outcome.ts'
import type { Context, SendPort } from '../contract/connector.ts'
import { type AddressInput, isNothing, type Missing, missingOf, OrderAsItIs } from './change-plan.ts'
import type { ShopifyConfig } from './config.ts'
import { call, type Called } from './graphql.ts'
import { quotedSku } from './inventory.ts'
import {
  BEGIN_EDIT,
  CANCEL_ORDER,
  COMMIT_EDIT,
  EDIT_ADD,
  EDIT_QUANTITY,
  ORDER_AS_IT_IS,
  SET_ADDRESS,
  VARIANT_OF_SKU,
} from './operations.ts'
import { issuesOf, UserError } from './user-errors.ts'

type ShopifyContext = Context<ShopifyConfig>

const changeIn = (bytes: Uint8Array): ChannelChange =>
  ChannelChange.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))

export const changes: SendPort<ShopifyConfig, 'channelChange'> = {
  name: 'changes',
  summary: 'Cancels and edits that were made in the hub.',
  direction: 'out',
  transport: 'http',
  kind: 'channelChange',
  batchMax: 1,
  duplicates: 'lookup',
  expectsAnswer: false,

  prepare: (_context, [delivery]) => {
    if (delivery === undefined) throw new Error('a transmission holds one change')
    const bytes = new TextEncoder().encode(JSON.stringify(delivery.document))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },
  send: async (context, transmission) => ({ all: await tell(context, changeIn(transmission.bytes)) }),
  lookup: async (context, transmission) => {
    const found = await find(context, changeIn(transmission.bytes))
    return Object.fromEntries(transmission.deliveries.map(({ instructionId }) => [instructionId, found]))
  },
}

async function missing(context: ShopifyContext, change: ChannelChange): Promise<Called<Missing | undefined>> {
  const shape = z.object({ order: OrderAsItIs.nullish() })
  const read = await call(context, ORDER_AS_IT_IS, { id: change.externalOrderId }, shape)
  if (!read.ok) return read
  const order = read.data.order ?? undefined
  const skuThere = (sku: string): string => context.crosswalk.partnerSkuOf(sku as never)
  return { ok: true, data: order === undefined ? undefined : missingOf(order, change, skuThere) }
}

async function find(context: ShopifyContext, change: ChannelChange): Promise<Lookup> {
  const left = await missing(context, change)
  if (!left.ok)
    return {
      kind: 'undecided',
      message: left.failure.kind === 'throttled' ? 'Shopify is throttled' : left.failure.message,
    }
  return left.data !== undefined && isNothing(left.data)
    ? { kind: 'present', reference: change.externalOrderId }
    : { kind: 'absent' }
}

async function tell(context: ShopifyContext, change: ChannelChange): Promise<Outcome> {
  const left = await missing(context, change)
  if (!left.ok) return left.failure
  if (left.data === undefined) return refused(change.externalOrderId, 'must be an order of this shop')
  if (isNothing(left.data)) return { kind: 'duplicate', reference: change.externalOrderId }
  const { cancel, address, quantities, added } = left.data
  if (cancel) return cancelOrder(context, change)
  if (address !== undefined) {
    const set = await setAddress(context, change.externalOrderId, address)
    if (set !== undefined) return set
  }
  if (quantities.length + added.length > 0) return edit(context, change, { quantities, added })
  return { kind: 'accepted', reference: change.externalOrderId }
}

async function cancelOrder(context: ShopifyContext, change: ChannelChange): Promise<Outcome> {
  const shape = z.object({ orderCancel: z.object({ orderCancelUserErrors: z.array(UserError) }) })
  const { notifyCustomer, refundCancelled } = context.config
  const variables = { id: change.externalOrderId, refund: refundCancelled, notify: notifyCustomer, note: change.reason }
  const called = await call(context, CANCEL_ORDER, variables, shape)
  if (!called.ok) return called.failure
  const errors = called.data.orderCancel.orderCancelUserErrors
  return errors.length === 0
    ? { kind: 'accepted', reference: change.externalOrderId }
    : { kind: 'rejected', issues: issuesOf('cancel', errors) }
}

const Said = z.object({ userErrors: z.array(UserError) })

/** Undefined when it stands there. */
async function setAddress(context: ShopifyContext, id: string, shippingAddress: AddressInput) {
  const variables = { input: { id, shippingAddress } }
  return failureOf('address', await call(context, SET_ADDRESS, variables, z.object({ orderUpdate: Said })))
}

async function edit(
  context: ShopifyContext,
  change: ChannelChange,
  { quantities, added }: Pick<Missing, 'quantities' | 'added'>,
): Promise<Outcome> {
  const variants: { variantId: string; quantity: number }[] = []
  for (const { sku, quantity } of added) {
    const variant = await variantOf(context, sku)
    if (!variant.ok) return variant.failure
    if (variant.data === undefined) return refused(sku, 'must be the SKU of one variant of this shop')
    variants.push({ variantId: variant.data, quantity })
  }
  const begun = await begin(context, change.externalOrderId)
  if (!('id' in begun)) return begun
  for (const { lineItemId, quantity } of quantities) {
    const line = begun.lines.find((each) => numberOf(each) === numberOf(lineItemId))
    if (line === undefined) return refused(lineItemId, 'must be a line of the order that can be edited')
    const failed = failureOf(
      'edit',
      await call(
        context,
        EDIT_QUANTITY,
        { id: begun.id, lineItemId: line, quantity },
        z.object({ orderEditSetQuantity: Said }),
      ),
    )
    if (failed !== undefined) return failed
  }
  for (const each of variants) {
    const failed = failureOf(
      'edit',
      await call(context, EDIT_ADD, { id: begun.id, ...each }, z.object({ orderEditAddVariant: Said })),
    )
    if (failed !== undefined) return failed
  }
  const variables = { id: begun.id, notify: context.config.notifyCustomer, note: change.reason }
  const called = await call(context, COMMIT_EDIT, variables, z.object({ orderEditCommit: Said }))
  // Only this step changes the order: whether it did is asked before anything is tried again.
  if (!called.ok) return called.failure
  return failureOf('edit', called) ?? { kind: 'accepted', reference: change.externalOrderId }
}

/** The edit and its lines, or why there is none. */
async function begin(context: ShopifyContext, orderId: string): Promise<{ id: string; lines: string[] } | Outcome> {
  const order = z.object({
    id: z.string(),
    lineItems: z.object({ nodes: z.array(z.object({ id: z.string() })) }),
  })
  const shape = z.object({ orderEditBegin: Said.extend({ calculatedOrder: order.nullish() }) })
  const called = await call(context, BEGIN_EDIT, { id: orderId }, shape)
  const failed = failureOf('edit', called)
  if (failed !== undefined || !called.ok)
    return failed ?? { kind: 'unavailable', fault: 'bug', code: 'shopify.edit', message: 'an edit that did not fail' }
  const begun = called.data.orderEditBegin.calculatedOrder
  return begun == null
    ? { kind: 'unavailable', fault: 'transient', code: 'shopify.edit.empty', message: 'Shopify began no edit' }
    : { id: begun.id, lines: begun.lineItems.nodes.map((line) => line.id) }
}

async function variantOf(context: ShopifyContext, sku: string): Promise<Called<string | undefined>> {
  const shape = z.object({
    productVariants: z.object({ nodes: z.array(z.object({ id: z.string(), sku: z.string().nullish() })) }),
  })
  const called = await call(context, VARIANT_OF_SKU, { query: quotedSku(sku) }, shape)
  if (!called.ok) return called
  // The search is not exact (case, tokens), so the SKU is compared here.
  const [only, second] = called.data.productVariants.nodes.filter((node) => node.sku === sku)
  return { ok: true, data: second === undefined ? only?.id : undefined }
}

/** Undefined when the step was taken. One that may have been taken does no harm: the next attempt looks at the order again. */
function failureOf(
  operation: string,
  called: Called<Record<string, { userErrors: UserError[] }>>,
): Outcome | undefined {
  if (called.ok) {
    const errors = Object.values(called.data).flatMap((payload) => payload.userErrors)
    return errors.length === 0 ? undefined : { kind: 'rejected', issues: issuesOf(operation, errors) }
  }
  if (called.failure.kind !== 'unknown') return called.failure
  const { code, message } = called.failure
  return { kind: 'unavailable', fault: 'transient', code, message }
}

/** `gid://shopify/LineItem/7` and `gid://shopify/CalculatedLineItem/7` are one line. */
const numberOf = (gid: string): string => gid.slice(gid.lastIndexOf('/') + 1)

const refused = (value: string, rule: string): Outcome => ({
  kind: 'rejected',
  issues: [
    {
      code: 'shopify.change',
      class: 'data',
      place: { path: '' },
      rule,
      value,
      cure: 'Change the order in Shopify by hand as the timeline says, then resolve the case.',
      subject: value,
    },
  ],
})
