/**
 * What became of the hub's orders in Odoo: a sales order with its lines, deliveries and moves, as the connector reads them ↔ answers,
 * shipments and cancel answers. Odoo tells states, not events; each reading states everything, and what is known already changes nothing.
 */
import type {
  CancelResponse,
  FulfillmentResponse,
  Package,
  RejectReason,
  ShipmentNotice,
} from '#core/model/fulfillment.ts'
import type { TrackingNumber } from '#core/model/ids.ts'
import type { Trace } from '#core/model/trace.ts'
import { z } from 'zod'
import type { FieldMap, ForwardResult, RefusedPart } from '../engine/index.ts'
import { defineMap, enumTable, jsonPlace, rulesFor, runForward, text, wholeNumber } from '../engine/index.ts'
import { dateTime, requestId } from './leaves.ts'
import { lineNosOf } from './order.ts'

/** Odoo's null is `false`; a reference is `[id, name]`. */
const Reference = z.union([z.tuple([z.int(), z.string()]), z.literal(false)])
const Text = z.union([z.string(), z.literal(false)])

/** One document of the port `answers`: the records as `search_read` gave them. */
export const OrderRecord = z.object({
  order: z.object({
    id: z.int(),
    name: z.string(),
    client_order_ref: z.string(),
    origin: Text,
    state: z.string(),
    write_date: z.string(),
  }),
  lines: z.array(z.object({ id: z.int(), product_uom_qty: z.number() })),
  pickings: z.array(
    z.object({
      id: z.int(),
      name: z.string(),
      state: z.string(),
      date_done: Text,
      carrier_id: Reference.optional(),
      carrier_tracking_ref: Text.optional(),
    }),
  ),
  moves: z.array(z.object({ picking_id: Reference, sale_line_id: Reference, quantity: z.number(), state: z.string() })),
})
export type OrderRecord = z.infer<typeof OrderRecord>

export type OdooDelivery = {
  client_order_ref: string
  name: string
  date_done: string
  carrier?: string
  packages: { tracking?: string; lines: { line_no: number; quantity: number }[] }[]
}
export type OdooAnswer = {
  client_order_ref: string
  write_date: string
  lines: { line_no: number; kept: number; dropped: number; why?: string }[]
}
export type OdooCancel = { client_order_ref: string; write_date: string; state: string }

const scope = {
  forward: (_source: unknown, context: object) => context,
  back: (_target: unknown, context: object) => context,
}
const optional = { optional: true }

const packageLine = rulesFor<{ line_no: number; quantity: number }, Package['lines'][number], object>()
const pack = rulesFor<OdooDelivery['packages'][number], Package, object>()
const delivery = rulesFor<OdooDelivery, ShipmentNotice, object>()
export const deliveryMap: FieldMap<OdooDelivery, ShipmentNotice, object, object> = defineMap({
  name: 'odoo delivery',
  version: '1',
  scope,
  rules: [
    delivery.field('client_order_ref', 'requestId', requestId),
    delivery.field('name', 'externalId', text(100)),
    delivery.field('date_done', 'shippedAt', dateTime),
    delivery.field('carrier', 'carrier', text(50), optional),
    delivery.each(
      'packages',
      'packages',
      [
        pack.field('tracking', 'trackingNumber', text<TrackingNumber>(200), optional),
        pack.each(
          'lines',
          'lines',
          [
            packageLine.field('line_no', 'lineNo', wholeNumber(1)),
            packageLine.field('quantity', 'quantity', wholeNumber(1)),
          ],
          { minimum: 1 },
        ),
      ],
      { minimum: 1 },
    ),
  ],
})

const answerLine = rulesFor<OdooAnswer['lines'][number], FulfillmentResponse['lines'][number], object>()
const answer = rulesFor<OdooAnswer, FulfillmentResponse, object>()
export const answerMap: FieldMap<OdooAnswer, FulfillmentResponse, object, object> = defineMap({
  name: 'odoo answer',
  version: '1',
  scope,
  rules: [
    answer.field('client_order_ref', 'requestId', requestId),
    answer.field('write_date', 'answeredAt', dateTime),
    answer.each(
      'lines',
      'lines',
      [
        answerLine.field('line_no', 'lineNo', wholeNumber(1)),
        answerLine.field('kept', 'accepted', wholeNumber(0)),
        answerLine.field('dropped', 'rejected', wholeNumber(0)),
        answerLine.field(
          'why',
          'reason',
          enumTable<RejectReason>('reason', { short: 'outOfStock', cancelled: 'other' }),
          optional,
        ),
      ],
      { minimum: 1, key: 'lineNo' },
    ),
  ],
})

const cancel = rulesFor<OdooCancel, CancelResponse, object>()
export const cancelMap: FieldMap<OdooCancel, CancelResponse, object, object> = defineMap({
  name: 'odoo cancel',
  version: '1',
  scope,
  rules: [
    cancel.field('client_order_ref', 'requestId', requestId),
    cancel.field('write_date', 'answeredAt', dateTime),
    cancel.derive({
      name: 'cancelled or not',
      reads: ['state'],
      writes: ['accepted'],
      forward: ({ state }) => ({ accepted: state === 'cancel' }),
      back: ({ accepted }) => ({ state: accepted === true ? 'cancel' : 'sale' }),
    }),
  ],
})

export type AnswerDocument =
  | { kind: 'fulfillmentResponse'; part: string; value: FulfillmentResponse; trace?: () => Trace }
  | { kind: 'shipment'; part: string; value: ShipmentNotice; trace?: () => Trace }
  | { kind: 'cancelResponse'; part: string; value: CancelResponse; trace?: () => Trace }
export type AnswerReading = { documents: AnswerDocument[]; refused: RefusedPart[]; ignored?: string }

/** Deliveries first: what left is no longer anybody's to refuse or to cancel. */
export function readOrderRecord(raw: unknown): AnswerReading {
  const parsed = OrderRecord.safeParse(raw)
  if (!parsed.success) return refusedRecord(parsed.error.issues[0]?.path ?? [], parsed.error.issues[0]?.message ?? '')
  const record = parsed.data
  const { order } = record
  const lineNos = lineNosOf(order.origin)
  if (lineNos === undefined || record.lines.length < lineNos.length)
    return refusedRecord(['order', 'origin'], 'must name the hub’s lines, one for each of its own')
  if (order.state !== 'sale' && order.state !== 'cancel')
    return { documents: [], refused: [], ignored: `the order ${order.name} is not confirmed (${order.state})` }
  const reading: AnswerReading = { documents: [], refused: [] }
  const add = <T>(part: string, result: ForwardResult<T>, documentOf: (value: T) => AnswerDocument): void => {
    if (result.value === undefined) reading.refused.push({ part, issues: result.issues })
    else reading.documents.push({ ...documentOf(result.value), trace: result.trace })
  }
  const lineNoOf = new Map(byId(record.lines).map((line, index) => [line.id, lineNos[index]]))
  for (const [index, picking] of record.pickings.entries()) {
    const given = deliveryOf(record, picking, lineNoOf)
    const placeOf = (path: (string | number)[]) => jsonPlace(['pickings', index, ...path])
    if (given !== undefined)
      add(`/pickings/${index}`, runForward(deliveryMap, given, {}, { placeOf }), (value) => ({
        kind: 'shipment',
        part: `/pickings/${index}`,
        value,
      }))
  }
  const head = { client_order_ref: order.client_order_ref, write_date: order.write_date }
  const placeOf = (path: (string | number)[]) => jsonPlace(['order', ...path])
  if (order.state === 'cancel')
    add('/order', runForward(cancelMap, { ...head, state: order.state }, {}, { placeOf }), (value) => ({
      kind: 'cancelResponse',
      part: '/order',
      value,
    }))
  const answered = { ...head, lines: answerLines(record, lineNos, lineNoOf) }
  add('', runForward(answerMap, answered, {}), (value) => ({ kind: 'fulfillmentResponse', part: '', value }))
  return reading
}

type LineNos = Map<number, number | undefined>
type Picking = OrderRecord['pickings'][number]
const byId = <T extends { id: number }>(records: readonly T[]): T[] => records.toSorted((a, b) => a.id - b.id)
const idOf = (reference: z.infer<typeof Reference>): number | undefined =>
  reference === false ? undefined : reference[0]

/** A delivery that is done and took units of the hub's lines along. */
function deliveryOf(record: OrderRecord, picking: Picking, lineNoOf: LineNos): OdooDelivery | undefined {
  if (picking.state !== 'done' || picking.date_done === false) return undefined
  const left = new Map<number, number>()
  for (const move of record.moves) {
    const lineNo = lineNoOf.get(idOf(move.sale_line_id) ?? -1)
    if (idOf(move.picking_id) !== picking.id || move.state !== 'done' || move.quantity === 0 || lineNo === undefined)
      continue
    left.set(lineNo, (left.get(lineNo) ?? 0) + move.quantity)
  }
  if (left.size === 0) return undefined
  const { carrier_id: carrier = false, carrier_tracking_ref: tracking = false } = picking
  const lines = [...left].map(([line_no, quantity]) => ({ line_no, quantity }))
  return {
    client_order_ref: record.order.client_order_ref,
    name: picking.name,
    date_done: picking.date_done,
    ...(carrier === false ? {} : { carrier: carrier[1].slice(0, 50) }),
    packages: [{ ...(tracking === false || tracking === '' ? {} : { tracking }), lines }],
  }
}

/** What is neither delivered nor in a delivery still to come will not be delivered. */
function answerLines(
  { order, lines, moves, pickings }: OrderRecord,
  lineNos: number[],
  lineNoOf: LineNos,
): OdooAnswer['lines'] {
  const isOver = order.state === 'cancel' || (pickings.length > 0 && pickings.every(({ state }) => ENDED.has(state)))
  return byId(lines)
    .slice(0, lineNos.length)
    .map((line) => {
      const done = moves.filter((move) => idOf(move.sale_line_id) === line.id && move.state === 'done')
      const delivered = done.reduce((sum, move) => sum + move.quantity, 0)
      const dropped = isOver ? Math.max(0, line.product_uom_qty - delivered) : 0
      const why = order.state === 'cancel' ? 'cancelled' : 'short'
      return {
        line_no: lineNoOf.get(line.id) ?? 0,
        kept: line.product_uom_qty - dropped,
        dropped,
        ...(dropped === 0 ? {} : { why }),
      }
    })
}
const ENDED = new Set(['done', 'cancel'])

function refusedRecord(path: PropertyKey[], rule: string): AnswerReading {
  const issue = {
    code: 'odoo.order-record',
    class: 'data' as const,
    place: jsonPlace(path.map((step) => (typeof step === 'number' ? step : String(step)))),
    rule,
    cure: 'Leave the Source Document and the lines of orders that came from the hub as they are.',
  }
  return { documents: [], refused: [{ part: '', issues: [issue] }] }
}
