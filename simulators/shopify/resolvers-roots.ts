/** The entry points: `QueryRoot` and `Mutation`, with the run-time rules that the schema alone does not hold. */
import { getDirectiveValues } from 'graphql'
import type { GraphQLResolveInfo } from 'graphql'
import { PAGE_ARGUMENTS, connection } from './connection.ts'
import { addEvent, createFulfillment, updateTracking } from './fulfillments.ts'
import type { EventInput, FulfillmentInput } from './fulfillments.ts'
import { cancelByApp, createEdits, updateOrder } from './edits.ts'
import type { AddressChange, CancelInput, Edits } from './edits.ts'
import { acceptRequest, rejectCancellation } from './fulfillment-requests.ts'
import { createIdempotencyKeys } from './idempotency.ts'
import { gid, partsOfLevelGid, splitGid } from './ids.ts'
import { activate, setQuantities } from './inventory.ts'
import type { ActivateInput, SetQuantitiesInput } from './inventory.ts'
import { moveFulfillmentOrder } from './move.ts'
import type { MoveInput } from './move.ts'
import { createRefund } from './refunds.ts'
import type { RefundInput } from './refunds.ts'
import { approveReturn, closeReturn, declineReturn } from './returns.ts'
import { INVENTORY_ROWS, inventoryProperties, searchItems } from './resolvers-inventory.ts'
import { ORDER_ROWS, openFirst, pageOfOrders, searchFulfillmentOrders } from './resolvers-orders.ts'
import { answer, requestError, rowsOf } from './resolver-table.ts'
import { SUBSCRIPTION_ROWS } from './subscriptions.ts'
import type { ResolverContext, ResolverTable } from './resolver-table.ts'
import type { StoreBooks } from './books.ts'
import { refusal } from './user-error.ts'
import type { UserError } from './user-error.ts'
import type { TrackingInput } from './tracking.ts'

const MAX_INPUT_ROWS = 250

type Payload = { userErrors: UserError[] }
type IdempotencyKeys = ReturnType<typeof createIdempotencyKeys<Payload>>

/** What happens to the books is told here, so that the store can send webhooks and count refusals. */
export type MutationObserver = {
  applied: (mutation: string, payload: Payload) => void
  refused: (mutation: string) => void
}

export function createResolverTable(books: StoreBooks, now: () => number, observer: MutationObserver): ResolverTable {
  const keys = createIdempotencyKeys<Payload>(now)
  return new Map([
    ...ORDER_ROWS,
    ...INVENTORY_ROWS,
    ...SUBSCRIPTION_ROWS,
    ...shopRows(),
    ...queryRows(),
    ...mutationRows(keys, createEdits(books), observer),
  ])
}

function shopRows() {
  return rowsOf<ResolverContext['shop']>('Shop', {
    id: () => gid('Shop', 1),
    name: (shop) => shop.name,
    myshopifyDomain: (shop) => shop.domain,
    currencyCode: (shop) => shop.currency,
  })
}

function queryRows() {
  const byId = (record: { id: number }): string => `${record.id}`
  return rowsOf<unknown>('QueryRoot', {
    shop: (_source, _args, { shop }) => shop,
    node: { accepts: ['id'], resolve: (_source, args, { books }) => nodeOf(books, args['id']) },
    nodes: {
      accepts: ['ids'],
      resolve: (_source, args, { books }) => (args['ids'] as string[]).map((id) => nodeOf(books, id)),
    },
    order: { accepts: ['id'], resolve: (_source, args, { books }) => nodeOf(books, args['id'], 'Order') },
    orders: {
      accepts: [...PAGE_ARGUMENTS, 'query', 'sortKey'],
      resolve: (_source, args, { books }) => pageOfOrders(books, args),
    },
    return: { accepts: ['id'], resolve: (_source, args, { books }) => nodeOf(books, args['id'], 'Return') },
    fulfillmentOrder: {
      accepts: ['id'],
      resolve: (_source, args, { books }) => nodeOf(books, args['id'], 'FulfillmentOrder'),
    },
    fulfillmentOrders: {
      accepts: [...PAGE_ARGUMENTS, 'query', 'includeClosed'],
      resolve: (_source, args, { books }) => {
        const records = openFirst([...books.fulfillmentOrders.values()], args['includeClosed'])
        return connection(searchFulfillmentOrders(records, args), args, byId)
      },
    },
    fulfillment: { accepts: ['id'], resolve: (_source, args, { books }) => nodeOf(books, args['id'], 'Fulfillment') },
    location: { accepts: ['id'], resolve: (_source, args, { books }) => nodeOf(books, args['id'], 'Location') },
    locations: {
      accepts: PAGE_ARGUMENTS,
      resolve: (_source, args, { books }) => {
        const byName = [...books.locations.values()].sort((left, right) => left.name.localeCompare(right.name, 'en'))
        return connection(byName, args, byId)
      },
    },
    inventoryItem: {
      accepts: ['id'],
      resolve: (_source, args, { books }) => nodeOf(books, args['id'], 'InventoryItem'),
    },
    inventoryItems: {
      accepts: [...PAGE_ARGUMENTS, 'query'],
      resolve: (_source, args, { books }) => connection(searchItems(books, args), args, byId),
    },
    productVariants: {
      accepts: [...PAGE_ARGUMENTS, 'query'],
      resolve: (_source, args, { books }) => {
        const variants = searchItems(books, args).map((item) => ({ kind: 'ProductVariant', id: item.variantId, item }))
        return connection(variants, args, byId)
      },
    },
    inventoryLevel: {
      accepts: ['id'],
      resolve: (_source, args, { books }) => nodeOf(books, args['id'], 'InventoryLevel'),
    },
    inventoryProperties: () => inventoryProperties(),
  })
}

/** The record behind a gid; null when there is none, as the real store answers. */
function nodeOf(books: StoreBooks, id: unknown, wanted?: string): object | null {
  const parts = splitGid(id)
  if (parts === undefined || (wanted !== undefined && parts.type !== wanted))
    throw requestError(`Invalid global id '${String(id)}'`, 'BAD_REQUEST')
  switch (parts.type) {
    case 'Order':
      return books.orders.get(parts.id) ?? null
    case 'FulfillmentOrder':
      return books.fulfillmentOrders.get(parts.id) ?? null
    case 'Fulfillment':
      return books.fulfillments.get(parts.id) ?? null
    case 'Return':
      return books.returns.get(parts.id) ?? null
    case 'Location':
      return books.locations.get(parts.id) ?? null
    case 'InventoryItem':
      return books.items.get(parts.id) ?? null
    case 'InventoryAdjustmentGroup':
      return books.adjustments.get(parts.id) ?? null
    case 'InventoryLevel': {
      const level = partsOfLevelGid(id)
      return level === undefined ? null : (books.levelOf(level.itemId, level.locationId) ?? null)
    }
    default:
      throw requestError(`the simulator does not implement node(id) of ${parts.type}`, 'SIMULATOR_NOT_IMPLEMENTED')
  }
}

function mutationRows(keys: IdempotencyKeys, edits: Edits, observer: MutationObserver) {
  const finish = (mutation: string, payload: Payload): object => {
    if (payload.userErrors.length > 0) observer.refused(mutation)
    else observer.applied(mutation, payload)
    return asAnswer(payload)
  }
  return rowsOf<unknown>('Mutation', {
    fulfillmentCreate: {
      accepts: ['fulfillment', 'message'],
      resolve: (_source, args, { books }) =>
        finish('fulfillmentCreate', createFulfillment(books, args['fulfillment'] as FulfillmentInput)),
    },
    fulfillmentTrackingInfoUpdate: {
      accepts: ['fulfillmentId', 'trackingInfoInput', 'notifyCustomer'],
      resolve: (_source, args, { books }) =>
        finish(
          'fulfillmentTrackingInfoUpdate',
          updateTracking(books, String(args['fulfillmentId']), args['trackingInfoInput'] as TrackingInput),
        ),
    },
    fulfillmentOrderMove: {
      accepts: ['id', 'newLocationId', 'fulfillmentOrderLineItems'],
      resolve: (_source, args, { books }) =>
        finish('fulfillmentOrderMove', moveFulfillmentOrder(books, args as MoveInput)),
    },
    fulfillmentOrderAcceptFulfillmentRequest: {
      accepts: ['id', 'message', 'estimatedShippedAt'],
      resolve: (_source, args, { books }) =>
        finish('fulfillmentOrderAcceptFulfillmentRequest', acceptRequest(books, String(args['id']))),
    },
    fulfillmentOrderRejectCancellationRequest: {
      accepts: ['id', 'message'],
      resolve: (_source, args, { books }) =>
        finish('fulfillmentOrderRejectCancellationRequest', rejectCancellation(books, String(args['id']))),
    },
    refundCreate: {
      accepts: ['input'],
      resolve: (_source, args, { books }, info) =>
        once(keys, observer, args, info, { refund: null, order: null }, () =>
          createRefund(books, args['input'] as RefundInput),
        ),
    },
    returnApproveRequest: {
      accepts: ['input'],
      resolve: (_source, args, { books }) =>
        finish('returnApproveRequest', approveReturn(books, (args['input'] as { id: string }).id)),
    },
    returnDeclineRequest: {
      accepts: ['input'],
      resolve: (_source, args, { books }) =>
        finish('returnDeclineRequest', declineReturn(books, (args['input'] as { id: string }).id)),
    },
    returnClose: {
      accepts: ['id'],
      resolve: (_source, args, { books }) => finish('returnClose', closeReturn(books, String(args['id']))),
    },
    fulfillmentEventCreate: {
      accepts: ['fulfillmentEvent'],
      resolve: (_source, args, { books }) =>
        finish('fulfillmentEventCreate', addEvent(books, args['fulfillmentEvent'] as EventInput)),
    },
    orderUpdate: {
      accepts: ['input'],
      resolve: (_source, args, { books }) => finish('orderUpdate', updateOrder(books, args['input'] as AddressChange)),
    },
    orderCancel: {
      accepts: ['orderId', 'reason', 'refundMethod', 'restock', 'notifyCustomer', 'staffNote'],
      resolve: (_source, args, { books }) => {
        const payload = cancelByApp(books, args as CancelInput)
        const orderCancelUserErrors = payload.userErrors.map((error) => answer({ ...error }))
        return Object.assign(finish('orderCancel', payload), { orderCancelUserErrors })
      },
    },
    orderEditBegin: {
      accepts: ['id'],
      resolve: (_source, args) => finish('orderEditBegin', edits.begin(args['id'])),
    },
    orderEditSetQuantity: {
      accepts: ['id', 'lineItemId', 'quantity', 'restock'],
      resolve: (_source, args) =>
        finish('orderEditSetQuantity', edits.setQuantity(args['id'], args['lineItemId'], Number(args['quantity']))),
    },
    orderEditAddVariant: {
      accepts: ['id', 'variantId', 'quantity', 'allowDuplicates'],
      resolve: (_source, args) =>
        finish('orderEditAddVariant', edits.addVariant(args['id'], args['variantId'], Number(args['quantity']))),
    },
    orderEditCommit: {
      accepts: ['id', 'notifyCustomer', 'staffNote'],
      resolve: (_source, args) => finish('orderEditCommit', edits.commit(args['id'])),
    },
    inventorySetQuantities: {
      accepts: ['input'],
      resolve: (_source, args, { books }, info) => {
        const input = args['input'] as SetQuantitiesInput
        if (input.quantities.length > MAX_INPUT_ROWS) throw tooManyRows(input.quantities.length)
        return once(keys, observer, args, info, { inventoryAdjustmentGroup: null }, () => {
          demandChangeFromQuantity(input)
          return setQuantities(books, input)
        })
      },
    },
    inventoryActivate: {
      accepts: ['inventoryItemId', 'locationId', 'available', 'onHand'],
      resolve: (_source, args, { books }, info) =>
        once(keys, observer, args, info, { inventoryLevel: null }, () => activate(books, args as ActivateInput)),
    },
  })
}

function asAnswer(payload: Payload): object {
  return answer({ ...payload, userErrors: payload.userErrors.map((error) => answer({ ...error })) })
}

function tooManyRows(count: number): Error {
  return requestError(
    `The input array size of ${count} is greater than the maximum allowed of ${MAX_INPUT_ROWS}.`,
    'MAX_INPUT_SIZE_EXCEEDED',
  )
}

/** The schema lets it be absent; the store does not: a number to compare with, or an explicit null. Wording as recorded. */
function demandChangeFromQuantity(input: SetQuantitiesInput): void {
  if (input.quantities.every((row) => Object.hasOwn(row, 'changeFromQuantity'))) return
  throw requestError(
    'InventoryQuantityInput must include the following argument: changeFromQuantity.',
    'INVALID_FIELD_ARGUMENTS',
  )
}

/** Runs a mutation under its `@idempotent(key:)`, which the schema does not demand but the store does since 2026-04. */
function once(
  keys: IdempotencyKeys,
  observer: MutationObserver,
  args: Record<string, unknown>,
  info: GraphQLResolveInfo,
  empty: object,
  run: () => Payload,
): object {
  const key = idempotencyKey(info)
  const fingerprint = `${info.fieldName} ${JSON.stringify(args)}`
  const verdict = keys.look(key, fingerprint)
  if (verdict.use === 'replay') return asAnswer(verdict.answer)
  if (verdict.use === 'refuse') {
    observer.refused(info.fieldName)
    return asAnswer({ ...empty, userErrors: [refusal(null, verdict.message, verdict.code)] })
  }
  const payload = run()
  const failed = payload.userErrors.length > 0
  keys.remember(key, fingerprint, structuredClone(payload), failed)
  if (failed) observer.refused(info.fieldName)
  else observer.applied(info.fieldName, payload)
  return asAnswer(payload)
}

function idempotencyKey(info: GraphQLResolveInfo): string {
  const directive = info.schema.getDirective('idempotent')
  const [field] = info.fieldNodes
  const values =
    directive == null || field === undefined ? undefined : getDirectiveValues(directive, field, info.variableValues)
  if (values === undefined)
    throw requestError('The @idempotent directive is required for this mutation but was not provided.', 'BAD_REQUEST')
  const key = String(values['key'])
  if (key.trim() === '')
    throw requestError('The idempotency key cannot be an empty string or whitespace only.', 'BAD_REQUEST')
  return key
}
