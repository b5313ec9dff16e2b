/** Every GraphQL operation this connector sends. A test validates each against Shopify's own 2026-10 schema. */
import { ORDER_NODE_FIELDS } from '#mappings/shopify/order-graphql.ts'
import { RETURN_NODE_FIELDS } from '#mappings/shopify/return.ts'

export const SHOP_CHECK = `
query CrossdockCheck {
  shop { name myshopifyDomain }
}`

/** Far more than one app has. */
export const SUBSCRIPTIONS = `
query CrossdockSubscriptions {
  webhookSubscriptions(first: 250) { nodes { id topic uri } }
}`

export const SUBSCRIBE = `
mutation CrossdockSubscribe($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
    webhookSubscription { id }
    userErrors { field message }
  }
}`

/** Changed orders, oldest change first. */
export const CHANGED_ORDERS = `
query CrossdockChangedOrders($query: String!, $first: Int!, $after: String) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { ${ORDER_NODE_FIELDS} }
    pageInfo { hasNextPage endCursor }
  }
}`

/** What is left to ship of an order, where, and what was shipped already. */
export const ORDER_FULFILLMENT = `
query CrossdockOrderFulfillment($id: ID!) {
  order(id: $id) {
    id
    cancelledAt
    fulfillments(first: 100) {
      id
      status
      trackingInfo { number }
      fulfillmentLineItems(first: 100) {
        nodes { quantity lineItem { id } }
        pageInfo { hasNextPage }
      }
    }
    fulfillmentOrders(first: 20) {
      nodes {
        id
        status
        requestStatus
        assignedLocation { location { id } }
        supportedActions { action }
        lineItems(first: 100) {
          nodes { id totalQuantity remainingQuantity lineItem { id } }
          pageInfo { hasNextPage }
        }
      }
      pageInfo { hasNextPage }
    }
  }
}`

export const MOVE_FULFILLMENT_ORDER = `
mutation CrossdockMove($id: ID!, $newLocationId: ID!, $lines: [FulfillmentOrderLineItemInput!]) {
  fulfillmentOrderMove(id: $id, newLocationId: $newLocationId, fulfillmentOrderLineItems: $lines) {
    movedFulfillmentOrder { id }
    userErrors { field message }
  }
}`

/** Of a fulfillment service: what the shop asked for is taken, before anything of it can be fulfilled. */
export const ACCEPT_REQUEST = `
mutation CrossdockAcceptRequest($id: ID!) {
  fulfillmentOrderAcceptFulfillmentRequest(id: $id) {
    fulfillmentOrder { id requestStatus }
    userErrors { field message }
  }
}`

/** The goods have left: the shop's wish to have the request back comes too late. */
export const REJECT_CANCELLATION = `
mutation CrossdockRejectCancellation($id: ID!, $message: String) {
  fulfillmentOrderRejectCancellationRequest(id: $id, message: $message) {
    fulfillmentOrder { id requestStatus }
    userErrors { field message }
  }
}`

export const CREATE_FULFILLMENT = `
mutation CrossdockFulfill($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id }
    userErrors { field message }
  }
}`

/** The key makes a resend harmless; since 2026-04 it is compulsory at run time, which the schema does not say. */
export const SET_QUANTITIES = `
mutation CrossdockSetQuantities($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { field message code }
  }
}`

/** What was paid for an order, and every refund of it: asked before each refund, and after a lost answer. */
export const ORDER_MONEY = `
query CrossdockOrderMoney($id: ID!) {
  order(id: $id) {
    id
    refunds(first: 250) { id note }
    transactions(first: 250) {
      id kind status gateway
      amountSet { shopMoney { amount } }
      parentTransaction { id }
    }
  }
}`

/** The key makes a resend harmless; compulsory since 2026-04. Nothing is restocked here: the hub tells availability itself. */
export const CREATE_REFUND = `
mutation CrossdockRefund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id }
    userErrors { field message }
  }
}`

export const RETURN_STATUS = `
query CrossdockReturn($id: ID!) {
  return(id: $id) { id status }
}`

export const APPROVE_RETURN = `
mutation CrossdockApproveReturn($input: ReturnApproveRequestInput!) {
  returnApproveRequest(input: $input) { return { id status } userErrors { field message code } }
}`

export const DECLINE_RETURN = `
mutation CrossdockDeclineReturn($input: ReturnDeclineRequestInput!) {
  returnDeclineRequest(input: $input) { return { id status } userErrors { field message code } }
}`

export const CLOSE_RETURN = `
mutation CrossdockCloseReturn($id: ID!) {
  returnClose(id: $id) { return { id status } userErrors { field message code } }
}`

/** Returns and refunds of changed orders, oldest change first. */
export const CHANGED_RETURNS = `
query CrossdockChangedReturns($query: String!, $first: Int!, $after: String) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { ${RETURN_NODE_FIELDS} }
    pageInfo { hasNextPage endCursor }
  }
}`

/** Looks up `count` inventory items at once, as `i0`, `i1` …, each by a search of its own. */
export function findItems(count: number): string {
  const indexes = Array.from({ length: count }, (_, index) => index)
  return `
query CrossdockItems(${indexes.map((i) => `$q${i}: String!`).join(', ')}) {
${indexes.map((i) => `  i${i}: inventoryItems(first: 2, query: $q${i}) { nodes { id sku } }`).join('\n')}
}`
}

/** Reads `count` available quantities at once, as `l0`, `l1` …. */
export function readLevels(count: number): string {
  const indexes = Array.from({ length: count }, (_, index) => index)
  return `
query CrossdockLevels(${indexes.map((i) => `$item${i}: ID!, $location${i}: ID!`).join(', ')}) {
${indexes
  .map(
    (i) => `  l${i}: inventoryItem(id: $item${i}) {
    inventoryLevel(locationId: $location${i}, includeInactive: true) {
      quantities(names: ["available"]) { name quantity }
    }
  }`,
  )
  .join('\n')}
}`
}

/** What of an order a change can be held against. */
export const ORDER_AS_IT_IS = `
query CrossdockOrderAsItIs($id: ID!) {
  order(id: $id) {
    id
    cancelledAt
    shippingAddress { firstName lastName company address1 address2 city provinceCode zip countryCodeV2 phone }
    lineItems(first: 250) {
      nodes { id sku currentQuantity }
      pageInfo { hasNextPage }
    }
  }
}`

export const VARIANT_OF_SKU = `
query CrossdockVariant($query: String!) {
  productVariants(first: 5, query: $query) { nodes { id sku } }
}`

/** Runs in the background there. Nothing is restocked: the hub tells availability itself. */
export const CANCEL_ORDER = `
mutation CrossdockCancel($id: ID!, $refund: Boolean!, $notify: Boolean!, $note: String!) {
  orderCancel(
    orderId: $id
    reason: OTHER
    refundMethod: { originalPaymentMethodsRefund: $refund }
    restock: false
    notifyCustomer: $notify
    staffNote: $note
  ) {
    job { id }
    orderCancelUserErrors { field message code }
  }
}`

export const SET_ADDRESS = `
mutation CrossdockAddress($input: OrderInput!) {
  orderUpdate(input: $input) { order { id } userErrors { field message } }
}`

/** An edit is begun, filled and committed; one that is never committed changes nothing. */
export const BEGIN_EDIT = `
mutation CrossdockBeginEdit($id: ID!) {
  orderEditBegin(id: $id) {
    calculatedOrder {
      id
      lineItems(first: 250) { nodes { id sku } }
    }
    userErrors { field message }
  }
}`

export const EDIT_QUANTITY = `
mutation CrossdockEditQuantity($id: ID!, $lineItemId: ID!, $quantity: Int!) {
  orderEditSetQuantity(id: $id, lineItemId: $lineItemId, quantity: $quantity, restock: false) {
    calculatedOrder { id }
    userErrors { field message }
  }
}`

export const EDIT_ADD = `
mutation CrossdockEditAdd($id: ID!, $variantId: ID!, $quantity: Int!) {
  orderEditAddVariant(id: $id, variantId: $variantId, quantity: $quantity, allowDuplicates: true) {
    calculatedLineItem { id }
    userErrors { field message }
  }
}`

export const COMMIT_EDIT = `
mutation CrossdockCommitEdit($id: ID!, $notify: Boolean!, $note: String!) {
  orderEditCommit(id: $id, notifyCustomer: $notify, staffNote: $note) {
    order { id }
    userErrors { field message }
  }
}`

/** What was told of an order's parcels, to tell each word once. */
export const FULFILLMENT_EVENTS = `
query CrossdockFulfillmentEvents($id: ID!) {
  order(id: $id) {
    fulfillments(first: 100) {
      id
      trackingInfo { number }
      fulfillmentLineItems(first: 100) { nodes { quantity lineItem { id } } }
      events(first: 100) { nodes { status happenedAt } }
    }
  }
}`

export const ADD_FULFILLMENT_EVENT = `
mutation CrossdockFulfillmentEvent($event: FulfillmentEventInput!) {
  fulfillmentEventCreate(fulfillmentEvent: $event) {
    fulfillmentEvent { id }
    userErrors { field message }
  }
}`
