/** An order of the hub as ShipHero's query `orders` shows it: what its webhooks told, for whoever missed one. */
import { z } from 'zod'
import { jsonPlace } from '../engine/index.ts'
import { isCanceled } from './answers.ts'
import type { ShipHeroShipment } from './answers.ts'
import { canceled, readShipment, refuseShort } from './events.ts'
import type { AnswerReading, EventOptions } from './events.ts'
import { lineRefOf } from './leaves.ts'

const edges = <T extends z.ZodType>(node: T) => z.object({ edges: z.array(z.object({ node })) })
const Text = z.string().nullish()

export const OrderRecord = z.object({
  id: z.string(),
  partner_order_id: z.string(),
  fulfillment_status: Text,
  line_items: edges(
    z.object({
      id: z.string(),
      partner_line_item_id: Text,
      quantity: z.int(),
      quantity_allocated: z.int().nullish(),
      quantity_shipped: z.int().nullish(),
      backorder_quantity: z.int().nullish(),
    }),
  ),
  shipments: z
    .array(
      z.object({
        id: z.string(),
        created_date: z.string(),
        shipping_labels: z
          .array(z.object({ id: Text, tracking_number: Text, carrier: Text, shipping_method: Text }))
          .nullish(),
        line_items: edges(
          z.object({
            quantity: z.unknown(),
            shipping_label_id: Text,
            line_item: z.object({ partner_line_item_id: Text }).nullish(),
          }),
        ),
      }),
    )
    .nullish(),
})
export type OrderRecord = z.infer<typeof OrderRecord>
type Shipped = NonNullable<OrderRecord['shipments']>[number]

/** Fields of `orders` that the reading wants. */
export const ORDER_RECORD_FIELDS = `
id partner_order_id fulfillment_status
line_items(first: 100) {
  edges { node { id partner_line_item_id quantity quantity_allocated quantity_shipped backorder_quantity updated_at } }
}
shipments {
  id created_date
  shipping_labels { id tracking_number carrier shipping_method }
  line_items(first: 100) { edges { node { quantity shipping_label_id line_item { partner_line_item_id } } } }
}`

/** Shipments first: what left is nobody's to refuse. */
export function readRecord(raw: unknown, { receivedAt, backorders }: EventOptions): AnswerReading {
  const parsed = OrderRecord.safeParse(raw)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = (issue?.path ?? []).map((step) => (typeof step === 'number' ? step : String(step)))
    const rule = issue?.message ?? 'must be an order of ShipHero'
    const cure = 'Read the detail; then replay.'
    const told = { code: 'shiphero.order-record', class: 'data', place: jsonPlace(path), rule, cure } as const
    return { documents: [], refused: [{ part: '', issues: [told] }] }
  }
  const order = parsed.data
  const shipped = (order.shipments ?? []).map((each, index) =>
    readShipment(shipmentOf(order.partner_order_id, each), `shipments/${index}`),
  )
  const end = isCanceled(order.fulfillment_status)
    ? canceled(order.partner_order_id, receivedAt)
    : answerOf(order, receivedAt, backorders, shipped.length > 0)
  const readings = end === undefined ? shipped : [...shipped, end]
  if (readings.length === 0) return { documents: [], refused: [], ignored: 'nothing has become of the order yet' }
  const drop = end?.drop
  return {
    documents: readings.flatMap((reading) => reading.documents),
    refused: readings.flatMap((reading) => reading.refused),
    ...(drop === undefined ? {} : { drop }),
  }
}

/** What is short, where it does not wait; and what is set aside, as long as no shipment says more. */
function answerOf(
  order: OrderRecord,
  receivedAt: string,
  backorders: EventOptions['backorders'],
  hasShipped: boolean,
): AnswerReading | undefined {
  const lines = order.line_items.edges.flatMap(({ node }) => {
    const id = node.partner_line_item_id
    if (typeof id !== 'string' || lineRefOf(id) === undefined) return []
    const { quantity, backorder_quantity: short, quantity_allocated: allocated } = node
    // Where it waits, nothing is refused.
    const backorder_quantity = backorders === 'wait' ? 0 : (short ?? 0)
    return [{ partner_line_item_id: id, quantity, backorder_quantity, isTaken: (allocated ?? 0) > 0 }]
  })
  const isShort = lines.some((line) => line.backorder_quantity > 0)
  const isTaken = !hasShipped && lines.some((line) => line.isTaken)
  if (!isShort && !isTaken) return undefined
  return refuseShort({ partner_order_id: order.partner_order_id, received_at: receivedAt, line_items: lines })
}

/** Units by the label they went under; those of no label went in a package of their own. */
function shipmentOf(partnerOrderId: string, shipped: Shipped): ShipHeroShipment {
  const labels = shipped.shipping_labels ?? []
  const units = shipped.line_items.edges.flatMap(({ node }) => {
    const id = node.line_item?.partner_line_item_id
    return typeof id === 'string' && lineRefOf(id) !== undefined
      ? [
          {
            id,
            quantity: node.quantity as number,
            label: labels.findIndex((each) => each.id === node.shipping_label_id),
          },
        ]
      : []
  })
  const indexes = [...new Set(units.map(({ label }) => label))]
  const [first] = labels
  return {
    partner_order_id: partnerOrderId,
    shipment_uuid: shipped.id,
    created_at: shipped.created_date,
    ...(first?.carrier == null ? {} : { shipping_carrier: first.carrier }),
    ...(first?.shipping_method == null ? {} : { shipping_method: first.shipping_method }),
    packages: indexes.map((index) => {
      const tracking = labels[index]?.tracking_number
      return {
        ...(tracking == null || tracking === '' ? {} : { tracking_number: tracking }),
        line_items: units.filter(({ label }) => label === index).map(({ id, quantity }) => ({ id, quantity })),
      }
    }),
  }
}
