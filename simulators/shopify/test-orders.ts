/** What the tests about orders share: an order as a client sees it, and the mutations on its fulfillment orders. */
import { gid } from './ids.ts'
import type { PlacedOrder, ShopifyStore } from './store.ts'
import { callGraphQL, payloadOf } from './test-kit.ts'

export type FulfillmentOrderView = {
  id: string
  status: string
  requestStatus: string
  supportedActions: { action: string }[]
  deliveryMethod: { methodType: string }
  assignedLocation: { location: { id: string; name: string } }
  lineItems: {
    nodes: { id: string; remainingQuantity: number; totalQuantity: number; lineItem: { id: string; sku: string } }[]
  }
}
export type OrderView = {
  displayFulfillmentStatus: string
  cancelledAt: string | null
  fulfillmentOrders: { nodes: FulfillmentOrderView[] }
  fulfillments: {
    id: string
    status: string
    trackingInfo: object[]
    fulfillmentLineItems: { nodes: { quantity: number; lineItem: { sku: string } }[] }
  }[]
}

export const ORDER = `query($id: ID!) { order(id: $id) {
  id name displayFulfillmentStatus cancelledAt updatedAt lineItems(first: 10) { nodes { id sku quantity currentQuantity } }
  fulfillmentOrders(first: 10) { nodes { id status requestStatus supportedActions { action } deliveryMethod { methodType }
    assignedLocation { location { id name } }
    lineItems(first: 10) { nodes { id remainingQuantity totalQuantity lineItem { id sku } } } } }
  fulfillments { id status trackingInfo { number company url } fulfillmentLineItems(first: 10) { nodes { quantity lineItem { sku } } } } } }`

const CREATE = `mutation($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) {
  fulfillment { id status trackingInfo { number company url } } userErrors { field message } } }`

export const MOVE = `mutation($id: ID!, $to: ID!, $lines: [FulfillmentOrderLineItemInput!]) {
  fulfillmentOrderMove(id: $id, newLocationId: $to, fulfillmentOrderLineItems: $lines) {
    movedFulfillmentOrder { id assignedLocation { location { name } } lineItems(first: 9) { nodes { id totalQuantity lineItem { sku } } } }
    originalFulfillmentOrder { id status } remainingFulfillmentOrder { id lineItems(first: 9) { nodes { remainingQuantity } } }
    userErrors { field message code } } }`

export async function view(store: ShopifyStore, placed: PlacedOrder): Promise<OrderView> {
  const reply = await callGraphQL(store, ORDER, { id: placed.gid })
  if (reply.errors.length > 0) throw new Error(JSON.stringify(reply.errors))
  return reply.data?.['order'] as OrderView
}

export async function routed(store: ShopifyStore, placed: PlacedOrder): Promise<FulfillmentOrderView[]> {
  await store.idle()
  return (await view(store, placed)).fulfillmentOrders.nodes
}

export function only<T>(list: T[]): T {
  const [first] = list
  if (first === undefined || list.length !== 1) throw new Error(`expected one, got ${list.length}`)
  return first
}

export async function create(
  store: ShopifyStore,
  groups: { fulfillmentOrderId: string; fulfillmentOrderLineItems?: { id: string; quantity: number }[] }[],
  trackingInfo = {},
) {
  return payloadOf(
    await callGraphQL(store, CREATE, { fulfillment: { lineItemsByFulfillmentOrder: groups, trackingInfo } }),
  )
}

export async function move(store: ShopifyStore, id: string, to: string, lines?: { id: string; quantity: number }[]) {
  return payloadOf(await callGraphQL(store, MOVE, { id, to: gid('Location', store.location(to).id), lines }))
}

export function committed(store: ShopifyStore, sku: string, location: string): number | undefined {
  return store.books().stock.find((level) => level.sku === sku && level.locationName === location)?.quantities.committed
}

export const placeTwo = (store: ShopifyStore): PlacedOrder =>
  store.placeOrder({
    lines: [
      { sku: 'SHOE-1', quantity: 2, priceMinor: 9900 },
      { sku: 'SHOE-2', quantity: 1, priceMinor: 25_000 },
    ],
  })
