/** Every GraphQL operation this connector sends. Names and types are those of ShipHero's schema; see docs/connectors/shiphero.md. */
import { ORDER_RECORD_FIELDS } from '#mappings/shiphero/record.ts'
import { STOCK_RECORD_FIELDS } from '#mappings/shiphero/stock.ts'

export const ACCOUNT_CHECK = `
query CrossdockCheck {
  account { request_id complexity data { id email warehouses { id identifier } } }
}`

/** At most one order of the hub has this id; a second one would be a lost repeat. */
export const FIND_ORDER = `
query CrossdockFindOrder($partnerOrderId: String!, $customerAccountId: String) {
  orders(partner_order_id: $partnerOrderId, customer_account_id: $customerAccountId) {
    request_id complexity
    data(first: 2) {
      edges {
        node {
          id order_number fulfillment_status
          line_items(first: 100) { edges { node { id partner_line_item_id quantity quantity_shipped } } }
        }
      }
    }
  }
}`

export const CREATE_ORDER = `
mutation CrossdockCreateOrder($data: CreateOrderInput!) {
  order_create(data: $data) { request_id complexity order { id order_number } }
}`

export const CANCEL_ORDER = `
mutation CrossdockCancelOrder($data: CancelOrderInput!) {
  order_cancel(data: $data) { request_id complexity order { id fulfillment_status } }
}`

export const UPDATE_LINES = `
mutation CrossdockUpdateLines($data: UpdateLineItemsInput!) {
  order_update_line_items(data: $data) { request_id complexity order { id } }
}`

export const REMOVE_LINES = `
mutation CrossdockRemoveLines($data: RemoveLineItemsInput!) {
  order_remove_line_items(data: $data) { request_id complexity order { id } }
}`

export const CHANGED_ORDERS = `
query CrossdockChangedOrders($from: ISODateTime, $shopName: String, $customerAccountId: String, $first: Int, $after: String) {
  orders(updated_from: $from, shop_name: $shopName, customer_account_id: $customerAccountId) {
    request_id complexity
    data(first: $first, after: $after) {
      edges { node { ${ORDER_RECORD_FIELDS} } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`

export const WAREHOUSE_PRODUCTS = `
query CrossdockStock($from: ISODateTime, $customerAccountId: String, $first: Int, $after: String) {
  warehouse_products(updated_from: $from, customer_account_id: $customerAccountId) {
    request_id complexity
    data(first: $first, after: $after) {
      edges { node { ${STOCK_RECORD_FIELDS} } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`
