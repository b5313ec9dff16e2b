/** What an ERP tells about requests ↔ answers, shipments and cancel answers. One JSON object an event, or `{events: […]}`. */
import type {
  CancelResponse,
  FulfillmentResponse,
  Package,
  RejectReason,
  ShipmentNotice,
} from '#core/model/fulfillment.ts'
import { REJECT_REASONS } from '#core/model/fulfillment.ts'
import { z } from 'zod'
import type { TrackingNumber } from '#core/model/ids.ts'
import type { Trace } from '#core/model/trace.ts'
import type { FieldMap, ForwardResult, Leaf, RefusedPart, WithCrosswalk } from '../engine/index.ts'
import {
  defineMap,
  flag,
  instant,
  isAbsent,
  jsonPlace,
  jsonPointer,
  lookup,
  refuse,
  requestId,
  rulesFor,
  runForward,
  text,
  wholeNumber,
  zodLeaf,
} from '../engine/index.ts'

export type ErpAnswer = {
  type: string
  requestId: string
  at: string
  lines: { lineNo: number; accepted?: number; rejected?: number; reason?: string; expectedShipAt?: string }[]
}

export type ErpShipment = {
  type: string
  requestId: string
  shipmentId: string
  shippedAt: string
  carrier?: string
  service?: string
  packages: {
    trackingNumber?: string
    trackingUrl?: string
    containerCode?: string
    weightGrams?: number
    lines: { lineNo: number; quantity: number }[]
  }[]
}

export type ErpCancelAnswer = { type: string; requestId: string; at: string; accepted: boolean; reason?: string }

type Scope = WithCrosswalk
const optional = { optional: true }
const scope = {
  forward: (_event: unknown, context: Scope): Scope => context,
  back: (_document: unknown, context: Scope): Scope => context,
}

/** Our own words are understood as they are; an ERP's own go through the crosswalk table `reject-reason`. */
const reason: Leaf<string, RejectReason, Scope> = lookup({
  name: 'reject reason',
  issueCode: 'answer.reason-unknown',
  rule: `must be ${REJECT_REASONS.join(', ')}, or a code with a row in the crosswalk table reject-reason`,
  cure: 'Add a row for this code to the crosswalk table reject-reason, then replay.',
  read: (code, { crosswalk }) => knownReason(code) ?? knownReason(crosswalk.code('reject-reason', code) ?? ''),
  write: (word) => word,
})
const knownReason = (word: string): RejectReason | undefined => REJECT_REASONS.find((known) => known === word)

const answerLine = rulesFor<ErpAnswer['lines'][number], FulfillmentResponse['lines'][number], Scope>()
const answer = rulesFor<ErpAnswer, FulfillmentResponse, Scope>()
export const answerMap: FieldMap<ErpAnswer, FulfillmentResponse, Scope, Scope> = defineMap({
  name: 'erp answer',
  version: '1',
  scope,
  rules: [
    answer.field('requestId', 'requestId', requestId),
    answer.field('at', 'answeredAt', instant),
    answer.each(
      'lines',
      'lines',
      [
        answerLine.field('lineNo', 'lineNo', wholeNumber(1)),
        answerLine.field('accepted', 'accepted', wholeNumber(0), { fallback: 0 }),
        answerLine.field('rejected', 'rejected', wholeNumber(0), { fallback: 0 }),
        answerLine.field('reason', 'reason', reason, optional),
        answerLine.field('expectedShipAt', 'expectedShipAt', instant, optional),
      ],
      { minimum: 1, key: 'lineNo' },
    ),
    answer.derive({
      name: 'the type says what the lines add up to',
      reads: ['type', 'lines'],
      writes: ['lines'],
      forward: ({ type, lines }) => {
        const sums = Array.isArray(lines)
          ? answerType(lines as { accepted?: unknown; rejected?: unknown }[])
          : undefined
        if (sums === undefined || type === sums) return {}
        return refuse({
          rule: `must agree with its lines, which say ${sums}`,
          cure: 'Send accepted and rejected units of every line, and the type they add up to.',
          code: 'answer.contradiction',
        })
      },
      back: ({ lines = [] }) => ({ type: answerType(lines) }),
    }),
  ],
})

/** Undefined when no line says anything, or says it in no number; other rules report that. */
function answerType(lines: { accepted?: unknown; rejected?: unknown }[]): string {
  const total = (field: 'accepted' | 'rejected'): number =>
    lines.reduce((sum, line) => sum + (Number(line?.[field] ?? 0) || 0), 0)
  if (total('rejected') === 0) return 'request.accepted'
  return total('accepted') === 0 ? 'request.rejected' : 'request.partial'
}

const packageLine = rulesFor<{ lineNo: number; quantity: number }, Package['lines'][number], Scope>()
const lineRules = [
  packageLine.field('lineNo', 'lineNo', wholeNumber(1)),
  packageLine.field('quantity', 'quantity', wholeNumber(1)),
]
const pack = rulesFor<ErpShipment['packages'][number], Package, Scope>()
const shipment = rulesFor<ErpShipment, ShipmentNotice, Scope>()

/** `pickup.collected` is a shipment handed over at the counter: its service is `pickup`, and it has no carrier. */
const PICKUP = 'pickup'

const packages = shipment.each(
  'packages',
  'packages',
  [
    pack.field('trackingNumber', 'trackingNumber', text<TrackingNumber>(200), optional),
    pack.field('trackingUrl', 'trackingUrl', zodLeaf('web address', z.url(), 'Send a whole web address.'), optional),
    pack.field('containerCode', 'containerCode', text(50), optional),
    pack.field('weightGrams', 'weightGrams', wholeNumber(0), optional),
    pack.each('lines', 'lines', lineRules, { minimum: 1 }),
  ],
  { minimum: 1 },
)

const shipmentHead = [
  shipment.field('requestId', 'requestId', requestId),
  shipment.field('shipmentId', 'externalId', text(100)),
  shipment.field('shippedAt', 'shippedAt', instant),
]

export const shipmentMap: FieldMap<ErpShipment, ShipmentNotice, Scope, Scope> = defineMap({
  name: 'erp shipment',
  version: '1',
  scope,
  rules: [
    shipment.fixed('type', 'shipment.created'),
    ...shipmentHead,
    shipment.field('carrier', 'carrier', text(50), optional),
    shipment.field('service', 'service', text(100), optional),
    packages,
  ],
})

export const collectionMap: FieldMap<ErpShipment, ShipmentNotice, Scope, Scope> = defineMap({
  name: 'erp collection',
  version: '1',
  scope,
  rules: [shipment.fixed('type', 'pickup.collected'), ...shipmentHead, shipment.constant('service', PICKUP), packages],
})

/** Which of the two maps writes a notice. */
export const isCollection = (notice: ShipmentNotice): boolean => notice.service === PICKUP

const cancel = rulesFor<ErpCancelAnswer, CancelResponse, Scope>()
export const cancelAnswerMap: FieldMap<ErpCancelAnswer, CancelResponse, Scope, Scope> = defineMap({
  name: 'erp cancel answer',
  version: '1',
  scope,
  rules: [
    cancel.fixed('type', 'cancel.answered'),
    cancel.field('requestId', 'requestId', requestId),
    cancel.field('at', 'answeredAt', instant),
    cancel.field('accepted', 'accepted', flag),
    cancel.field('reason', 'reason', text(500), optional),
  ],
})

export type EventDocument =
  | { kind: 'fulfillmentResponse'; part: string; value: FulfillmentResponse; trace?: () => Trace }
  | { kind: 'shipment'; part: string; value: ShipmentNotice; trace?: () => Trace }
  | { kind: 'cancelResponse'; part: string; value: CancelResponse; trace?: () => Trace }

export type EventReading = { documents: EventDocument[]; refused: RefusedPart[] }

type Path = (string | number)[]

/** Reads one event, or a list under `events`; each stands for itself, refused ones under their pointer. */
export function readEvents(body: unknown, context: WithCrosswalk): EventReading {
  const events = (body as { events?: unknown } | null)?.events
  const reading: EventReading = { documents: [], refused: [] }
  if (!Array.isArray(events)) readEvent(body, [], context, reading)
  else events.forEach((event, i) => readEvent(event, ['events', i], context, reading))
  return reading
}

function readEvent(event: unknown, at: Path, context: WithCrosswalk, reading: EventReading): void {
  const type = (event as { type?: unknown } | null)?.type
  const read = typeof type === 'string' && Object.hasOwn(READERS, type) ? READERS[type] : undefined
  if (read === undefined) reading.refused.push(unknownType(type, at))
  else read(event, at, context, reading)
}

type EventReader = (event: unknown, at: Path, context: WithCrosswalk, reading: EventReading) => void

function reader<S, T>(
  map: FieldMap<S, T, Scope, Scope>,
  documentOf: (part: string, value: T) => EventDocument,
): EventReader {
  return (event, at, context, reading) => {
    const placeOf = (path: Path) => jsonPlace([...at, ...path])
    const result: ForwardResult<T> = runForward(map, event as S, context, { placeOf })
    const part = jsonPointer(at)
    if (result.value === undefined) reading.refused.push({ part, issues: result.issues })
    else reading.documents.push({ ...documentOf(part, result.value), trace: result.trace })
  }
}

const answerReader = reader(answerMap, (part, value) => ({ kind: 'fulfillmentResponse', part, value }))

const READERS: Record<string, EventReader> = {
  'request.accepted': answerReader,
  'request.rejected': answerReader,
  'request.partial': answerReader,
  'shipment.created': reader(shipmentMap, (part, value) => ({ kind: 'shipment', part, value })),
  'pickup.collected': reader(collectionMap, (part, value) => ({ kind: 'shipment', part, value })),
  'cancel.answered': reader(cancelAnswerMap, (part, value) => ({ kind: 'cancelResponse', part, value })),
}

function unknownType(type: unknown, at: Path): RefusedPart {
  const issue = {
    code: 'erp.event-type',
    class: 'data' as const,
    place: jsonPlace([...at, 'type']),
    rule: `must be one of ${Object.keys(READERS).join(', ')}`,
    ...(isAbsent(type) ? {} : { value: JSON.stringify(type).slice(0, 60) }),
    cure: 'Send an event type of mappings/erp/README.md.',
  }
  return { part: jsonPointer(at), issues: [issue] }
}
