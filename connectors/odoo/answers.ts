/** What Odoo did with the hub's orders: changed orders and changed deliveries, each read back as the whole order with all it has. */
import { z } from 'zod'
import { readJson } from '#mappings/formats/json/reader.ts'
import { readOrderRecord } from '#mappings/odoo/answers.ts'
import type { Fetched, PullPort, Reading } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import { changesSince } from './changes.ts'
import type { Changed, Watch } from './changes.ts'
import { callOrFault } from './client.ts'
import type { OdooContext } from './client.ts'
import type { OdooConfig } from './config.ts'

const EVERY_MS = 15_000
const DAY_MS = 86_400_000
/** `\_`: an underscore stands for any character in Odoo's `=like`. */
const OURS = 'ful\\_%'

const Rows = z.array(z.looseObject({ id: z.int() }))
type Row = z.output<typeof Rows>[number]
const Reference = z.tuple([z.int(), z.string()])

function answersPort(name: string, summary: string, watch: Watch, orderIdOf: (changed: Changed) => number | undefined) {
  const port: PullPort<OdooConfig> = {
    name,
    summary,
    direction: 'in',
    transport: 'pull',
    kind: 'fulfillmentResponse',
    everyMs: EVERY_MS,
    pull: async (context, cursor) => {
      const { fresh, ...rest } = await changesSince(context, cursor, watch, DAY_MS)
      const ids = [...new Set(fresh.flatMap((changed) => orderIdOf(changed) ?? []))]
      return { documents: ids.length === 0 ? [] : await orderRecords(context, ids), ...rest }
    },
    read: (raw): Reading => {
      const record = readJson(raw)
      return record.ok
        ? { ...readOrderRecord(record.value), receipts: [] }
        : { documents: [], refused: [{ part: '', issues: record.issues }], receipts: [] }
    },
  }
  return port
}

export const orders = answersPort(
  'orders',
  'Sales orders of the hub that were confirmed, changed or cancelled.',
  { model: 'sale.order', domain: [['client_order_ref', '=like', OURS]], fields: ['state'] },
  (changed) => changed.id,
)

export const deliveries = answersPort(
  'deliveries',
  'Deliveries of the hub’s sales orders, done or cancelled.',
  {
    model: 'stock.picking',
    domain: [
      ['picking_type_code', '=', 'outgoing'],
      ['sale_id.client_order_ref', '=like', OURS],
    ],
    fields: ['state', 'sale_id'],
  },
  (changed) => Reference.safeParse(changed['sale_id']).data?.[0],
)

/** Each order with its lines, outgoing deliveries and moves. The same state is the same document, whichever port saw it. */
async function orderRecords(context: OdooContext, ids: number[]): Promise<Fetched[]> {
  const read = (model: string, domain: unknown[], fields: string[]): Promise<Row[]> =>
    callOrFault(context, `${model}/search_read`, { domain, fields, order: 'id' }, Rows)
  const ofOrder = (field: string): unknown[] => [[field, 'in', ids]]
  const found = await read('sale.order', ofOrder('id'), ['name', 'client_order_ref', 'origin', 'state', 'write_date'])
  const lines = await read('sale.order.line', ofOrder('order_id'), ['order_id', 'product_uom_qty'])
  const carrier = context.config.tracking ? ['carrier_id', 'carrier_tracking_ref'] : []
  const pickings = await read(
    'stock.picking',
    [...ofOrder('sale_id'), ['picking_type_code', '=', 'outgoing']],
    ['sale_id', 'name', 'state', 'date_done', ...carrier],
  )
  const moves = await read(
    'stock.move',
    [['picking_id', 'in', pickings.map((picking) => picking.id)]],
    ['picking_id', 'sale_line_id', 'quantity', 'state'],
  )
  return found.map((order) => {
    const own = pickings.filter((picking) => refersTo(picking['sale_id'], [order.id]))
    const record = {
      order,
      lines: lines.filter((line) => refersTo(line['order_id'], [order.id])),
      pickings: own,
      moves: moves.filter((move) =>
        refersTo(
          move['picking_id'],
          own.map((picking) => picking.id),
        ),
      ),
    }
    const raw = new TextEncoder().encode(JSON.stringify(record))
    return { sourceKey: `order:${order.id}:${sha256(raw)}`, meta: { order: String(order['name']) }, raw }
  })
}

const refersTo = (reference: unknown, ids: number[]): boolean =>
  ids.includes(Reference.safeParse(reference).data?.[0] ?? -1)
