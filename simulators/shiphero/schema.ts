/**
 * The part of ShipHero's GraphQL schema that the hub uses, written down from the vendor's reference (developer.shiphero.com/schema): names,
 * types and what must be given. Everything else ShipHero has is left out, so that a call of it fails here.
 */
import { buildSchema } from 'graphql'

export const SHIPHERO_SCHEMA = buildSchema(`
scalar ISODateTime
scalar GenericScalar
scalar Decimal

type Query {
  account(analyze: Boolean): AccountQueryResult
  orders(
    shop_name: String, partner_order_id: String, order_number: String, warehouse_id: String, customer_account_id: String
    fulfillment_status: String, updated_from: ISODateTime, updated_to: ISODateTime, analyze: Boolean
  ): OrdersQueryResult
  warehouse_products(
    sku: String, warehouse_id: String, customer_account_id: String, updated_from: ISODateTime, updated_to: ISODateTime
    active: Boolean, analyze: Boolean
  ): WarehouseProductsQueryResult
}

type Mutation {
  order_create(data: CreateOrderInput!): OrderMutationOutput
  order_cancel(data: CancelOrderInput!): OrderMutationOutput
  order_update_line_items(data: UpdateLineItemsInput!): OrderMutationOutput
  order_remove_line_items(data: RemoveLineItemsInput!): OrderMutationOutput
}

type AccountQueryResult { request_id: String complexity: Int data: Account }
type Account { id: String email: String warehouses: [Warehouse] }
type Warehouse { id: String legacy_id: Int identifier: String }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }

type OrdersQueryResult {
  request_id: String complexity: Int
  data(first: Int, last: Int, before: String, after: String, sort: String): OrderConnection
}
type OrderConnection { pageInfo: PageInfo! edges: [OrderEdge]! }
type OrderEdge { node: Order cursor: String! }
type Order {
  id: String legacy_id: Int order_number: String partner_order_id: String shop_name: String fulfillment_status: String
  order_date: ISODateTime required_ship_date: ISODateTime
  line_items(first: Int, last: Int, before: String, after: String, sort: String): LineItemConnection
  shipments: [Shipment]
}
type LineItemConnection { pageInfo: PageInfo! edges: [LineItemEdge]! }
type LineItemEdge { node: LineItem cursor: String! }
type LineItem {
  id: String legacy_id: Int sku: String partner_line_item_id: String quantity: Int quantity_allocated: Int
  quantity_pending_fulfillment: Int quantity_shipped: Int backorder_quantity: Int fulfillment_status: String
  warehouse_id: String updated_at: ISODateTime
}
type Shipment {
  id: String legacy_id: Int order_id: String warehouse_id: String created_date: ISODateTime
  shipping_labels: [ShippingLabel]
  line_items(first: Int, last: Int, before: String, after: String, sort: String): ShipmentLineItemConnection
}
type ShipmentLineItemConnection { pageInfo: PageInfo! edges: [ShipmentLineItemEdge]! }
type ShipmentLineItemEdge { node: ShipmentLineItem cursor: String! }
type ShipmentLineItem { id: String line_item_id: String line_item: LineItem shipping_label_id: String quantity: Int }
type ShippingLabel { id: String tracking_number: String carrier: String shipping_method: String }

type WarehouseProductsQueryResult {
  request_id: String complexity: Int
  data(first: Int, last: Int, before: String, after: String, sort: String): WarehouseProductConnection
}
type WarehouseProductConnection { pageInfo: PageInfo! edges: [WarehouseProductEdge]! }
type WarehouseProductEdge { node: WarehouseProduct cursor: String! }
type WarehouseProduct {
  id: String sku: String warehouse_id: String warehouse_identifier: String on_hand: Int allocated: Int available: Int
  backorder: Int reserve_inventory: Int sell_ahead: Int non_sellable_quantity: Int updated_at: ISODateTime
}

type OrderMutationOutput { request_id: String complexity: Int order: Order }

input CreateOrderInput {
  customer_account_id: String shop_name: String order_number: String partner_order_id: String order_date: ISODateTime
  fulfillment_status: String currency: String subtotal: String total_price: String email: String packing_note: String
  required_ship_date: ISODateTime hold_until_date: ISODateTime allow_partial: Boolean ready_to_ship: Boolean
  note_attributes: [OrderNoteAttributeInput] tags: [String] shipping_lines: CreateShippingLinesInput
  shipping_address: CreateOrderAddressInput! line_items: [CreateLineItemInput]
}
input OrderNoteAttributeInput { name: String value: String }
input CreateShippingLinesInput { title: String! price: String! carrier: String method: String }
input CreateOrderAddressInput {
  first_name: String last_name: String company: String address1: String address2: String city: String state: String
  state_code: String zip: String country: String country_code: String email: String phone: String
}
input CreateLineItemInput {
  sku: String! partner_line_item_id: String! quantity: Int! price: String! product_name: String warehouse_id: String
  fulfillment_status: String quantity_pending_fulfillment: Int
}
input CancelOrderInput {
  customer_account_id: String order_id: String! reason: String void_on_platform: Boolean force: Boolean
}
input UpdateLineItemsInput { customer_account_id: String order_id: String! line_items: [UpdateLineItemInput] }
input UpdateLineItemInput {
  id: String! quantity: Int quantity_pending_fulfillment: Int fulfillment_status: String price: String warehouse_id: String
}
input RemoveLineItemsInput { customer_account_id: String order_id: String! line_item_ids: [String] }
`)
