/** ShipHero's webhooks about orders: told apart by `webhook_type`, for no header names the topic. developer.shiphero.com/webhooks */
import type { FulfillmentResponse, ShipmentNotice, CancelResponse } from '#core/model/fulfillment.ts'
import type { Trace } from '#core/model/trace.ts'
import { z } from 'zod'
import type { ForwardResult, RefusedPart } from '../engine/index.ts'
import { jsonPlace, runForward } from '../engine/index.ts'
import { allocationMap, backorderMap, cancelMap, restIsOver, shipmentMap } from './answers.ts'
import type { ShipHeroBackorder, ShipHeroShipment } from './answers.ts'
import { isOurs, lineRefOf } from './leaves.ts'

export type AnswerDocument =
  | { kind: 'fulfillmentResponse'; part: string; value: FulfillmentResponse; trace?: () => Trace }
  | { kind: 'shipment'; part: string; value: ShipmentNotice; trace?: () => Trace }
  | { kind: 'cancelResponse'; part: string; value: CancelResponse; trace?: () => Trace }

/** What of an order's lines is to be taken out at ShipHero, because the hub sends it from elsewhere. */
export type Drop = { partner_order_id: string; lines: { partner_line_item_id: string; kept: number }[] }

export type AnswerReading = { documents: AnswerDocument[]; refused: RefusedPart[]; ignored?: string; drop?: Drop }

export type EventOptions = {
  receivedAt: string
  /** `wait`: what is short stays at ShipHero until it has stock. `reject`: it is sent from elsewhere. */
  backorders: 'wait' | 'reject'
}

const Event = z.looseObject({
  webhook_type: z.string().optional(),
  test: z.union([z.string(), z.number(), z.boolean()]).optional(),
  partner_order_id: z.string().nullish(),
})
type Event = z.infer<typeof Event>

const nothing = (ignored: string): AnswerReading => ({ documents: [], refused: [], ignored })

export function readEvent(raw: unknown, options: EventOptions): AnswerReading {
  const parsed = Event.safeParse(raw)
  if (!parsed.success) return refusedEvent(parsed.error.issues[0])
  const event = parsed.data
  if (event.test === '1' || event.test === 1 || event.test === true) return nothing('it is a test of the webhook')
  const reader = Object.hasOwn(READERS, event.webhook_type ?? '') ? READERS[event.webhook_type ?? ''] : undefined
  if (reader === undefined)
    return nothing(`the webhook ${(event.webhook_type ?? '').slice(0, 60) || '(none)'} is not read`)
  return reader(event, options)
}

const NOT_OURS = 'the order did not come from the hub'

const READERS: Record<string, (event: Event, options: EventOptions) => AnswerReading> = {
  'Order Allocated': (event) => {
    if (!isOurs(event.partner_order_id)) return nothing(NOT_OURS)
    const ours = ourLines(event['line_items'])
    if (ours.length === 0) return nothing('it allocates no line of the hub')
    return oneOf('fulfillmentResponse', '', runForward(allocationMap, { ...event, line_items: ours } as never, {}))
  },
  Backorder: readBackorder,
  'Shipment Update': (event) => {
    const shipped = shipmentOf(event)
    if ('issue' in shipped) return refusedEvent(shipped.issue)
    if (!isOurs(shipped.partner_order_id)) return nothing(NOT_OURS)
    return readShipment(shipped, 'fulfillment')
  },
  'Order Canceled': (event, { receivedAt }) => {
    if (!isOurs(event.partner_order_id)) return nothing(NOT_OURS)
    return canceled(event.partner_order_id, receivedAt)
  },
}

/** One shipment, wherever it was read from. `at` is where in the document it stands. */
export function readShipment(shipped: ShipHeroShipment, at: string): AnswerReading {
  const placeOf = (path: (string | number)[]) => jsonPlace([at, ...path])
  return oneOf('shipment', at, runForward(shipmentMap, shipped, {}, { placeOf }))
}

/** The order is over there: an answer for whoever asked, and the end of what was still to come. */
export function canceled(partnerOrderId: string, receivedAt: string): AnswerReading {
  const source = { partner_order_id: partnerOrderId, received_at: receivedAt, status: 'canceled' }
  const answer = runForward(cancelMap, source, {})
  const reading = oneOf('cancelResponse', '', answer)
  if (answer.value === undefined) return reading
  const rest = { kind: 'fulfillmentResponse', part: 'rest', value: restIsOver(answer.value) } as const
  return { ...reading, documents: [...reading.documents, rest] }
}

function readBackorder(event: Event, { receivedAt, backorders }: EventOptions): AnswerReading {
  if (!isOurs(event.partner_order_id)) return nothing(NOT_OURS)
  if (backorders === 'wait') return nothing('what is short waits at ShipHero until there is stock')
  const line_items = ourLines(event['line_items'])
  if (line_items.length === 0) return nothing('it has no line of the hub')
  return refuseShort({ partner_order_id: event.partner_order_id, received_at: receivedAt, line_items } as never)
}

/** The answer, and what ShipHero is told to leave out so that it is not sent twice. */
export function refuseShort(source: ShipHeroBackorder): AnswerReading {
  const result = runForward(backorderMap, source, {})
  const reading = oneOf('fulfillmentResponse', '', result)
  if (result.value === undefined) return reading
  const kept = new Map(result.value.lines.map((line) => [line.lineNo, line.accepted]))
  const lines = source.line_items.flatMap(({ partner_line_item_id: id, backorder_quantity: short }) =>
    Number(short) > 0 ? [{ partner_line_item_id: id, kept: kept.get(lineRefOf(id)?.lineNo ?? 0) ?? 0 }] : [],
  )
  return lines.length === 0 ? reading : { ...reading, drop: { partner_order_id: source.partner_order_id, lines } }
}

function oneOf<K extends AnswerDocument['kind']>(
  kind: K,
  part: string,
  result: ForwardResult<Extract<AnswerDocument, { kind: K }>['value']>,
): AnswerReading {
  if (result.value === undefined)
    return { documents: [], refused: [{ part, issues: result.issues }, ...result.refused] }
  const document = { kind, part, value: result.value, trace: result.trace } as unknown as AnswerDocument
  return { documents: [document], refused: result.refused }
}

type Loose = { [field: string]: unknown }
const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null
const listOf = (value: unknown): Loose[] => (Array.isArray(value) ? value.filter(isObject) : [])

/**
 * Lines that came from the hub, under one name for their id: it is `partner_line_item_id` in some webhooks and `id` in others. An id that
 * looks like the hub's and is broken is not passed over: the map refuses it.
 */
function ourLines(value: unknown): (Loose & { partner_line_item_id: string })[] {
  return listOf(value).flatMap((line) => {
    const id = [line['partner_line_item_id'], line['id']].find(looksLikeOurs)
    return typeof id === 'string' ? [{ ...line, partner_line_item_id: id }] : []
  })
}

const looksLikeOurs = (id: unknown): boolean => typeof id === 'string' && id.startsWith('ful_')

const Fulfillment = z.looseObject({
  shipment_uuid: z.string().optional(),
  shipment_id: z.union([z.string(), z.int()]).optional(),
  partner_order_id: z.string().nullish(),
  created_at: z.string().optional(),
})

/** The packages say it best; the fields beside them are older, and true only where there are no packages. */
function shipmentOf(event: Event): ShipHeroShipment | { issue: z.core.$ZodIssue | undefined } {
  const parsed = Fulfillment.safeParse(event['fulfillment'])
  if (!parsed.success) return { issue: parsed.error.issues[0] }
  const told = parsed.data
  const lines = ourLines(told['line_items'])
  const boxes = listOf(event['packages'] ?? told['packages'])
  const first = boxes[0]
  const legacy = {
    ...optionalText('tracking_number', told['tracking_number']),
    ...optionalText('tracking_url', told['custom_tracking_url']),
    line_items: lines.map(unitsOf),
  }
  return {
    partner_order_id: told.partner_order_id ?? '',
    shipment_uuid: told.shipment_uuid ?? `Shipment:${String(told.shipment_id ?? '')}`,
    created_at: told.created_at ?? '',
    ...optionalText('shipping_carrier', carrierOf(first) ?? told['shipping_carrier']),
    ...optionalText('shipping_method', methodOf(first) ?? told['shipping_method']),
    packages: boxes.length === 0 ? [legacy] : packagesOf(boxes, lines),
  }
}

const labelOf = (box: Loose | undefined): Loose => {
  const label = box?.['shipping_label']
  return isObject(label) ? label : {}
}
const carrierOf = (box: Loose | undefined): unknown => box?.['shipping_carrier'] ?? labelOf(box)['carrier']
const methodOf = (box: Loose | undefined): unknown => box?.['shipping_method'] ?? labelOf(box)['shipping_method']

function packagesOf(boxes: Loose[], lines: (Loose & { partner_line_item_id: string })[]): ShipHeroShipment['packages'] {
  const names = boxes.map((box) => box['name'])
  const filled = boxes.map((box, index) => {
    const label = labelOf(box)
    const inside = ourLines(box['line_items'])
    // A line that names no package is in the first one.
    const named = lines.filter(({ package: name }) => Math.max(0, names.indexOf(name)) === index)
    return {
      ...optionalText('tracking_number', label['tracking_number'] ?? box['tracking_number']),
      ...optionalText('tracking_url', label['tracking_url'] ?? box['tracking_url']),
      line_items: (inside.length > 0 ? inside : named).map(unitsOf),
    }
  })
  const full = filled.filter((box) => box.line_items.length > 0)
  return full.length > 0 ? full : filled
}

const unitsOf = (line: Loose & { partner_line_item_id: string }): { id: string; quantity: number } => ({
  id: line.partner_line_item_id,
  quantity: line['quantity'] as number,
})

const optionalText = <K extends string>(name: K, value: unknown): { [name in K]?: string } =>
  typeof value === 'string' && value !== '' ? ({ [name]: value } as { [name in K]?: string }) : {}

function refusedEvent(issue: z.core.$ZodIssue | undefined): AnswerReading {
  const path = (issue?.path ?? []).map((step) => (typeof step === 'number' ? step : String(step)))
  const rule = issue?.message ?? 'must be a webhook of ShipHero'
  const cure = 'Read the detail; then replay.'
  return {
    documents: [],
    refused: [{ part: '', issues: [{ code: 'shiphero.event', class: 'data', place: jsonPlace(path), rule, cure }] }],
  }
}
