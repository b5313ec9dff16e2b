/**
 * What SAP sends back: DELVRY03 and its kin, of which DESADV tells what was shipped and SHPCON what became of a SHPORD. IDocs of one file
 * are read each on its own, and known by their DOCNUM.
 */
import type { FulfillmentResponse, RejectReason, ShipmentNotice } from '#core/model/fulfillment.ts'
import type { Issue } from '#core/issue.ts'
import type { Trace } from '#core/model/trace.ts'
import { parseWholeNumber } from '#core/model/quantity.ts'
import { isRefusal, runForward } from '../engine/index.ts'
import type { RefusedPart } from '../engine/index.ts'
import { readXml } from '../formats/xml/reader.ts'
import { elementsOf } from '../formats/xml/tree.ts'
import type { XmlElement } from '../formats/xml/tree.ts'
import { placeInXml, xmlToValue } from '../formats/xml/value.ts'
import { DELIVERY_SHAPE, deliveryMap } from './delvry03.ts'
import type { Delivery } from './delvry03.ts'
import { controlField, listsOf } from './idoc.ts'
import type { IdocContext } from './idoc.ts'
import { requestNumber } from './kit.ts'

export type ConfirmationDocument =
  | { kind: 'shipment'; part: string; value: ShipmentNotice; trace: () => Trace }
  | { kind: 'fulfillmentResponse'; part: string; value: FulfillmentResponse }

/** Which IDoc a part is: sender and DOCNUM name it for ever. */
export type IdocName = { part: string; sender: string; number: string; element: XmlElement }

export type ConfirmationReading = {
  documents: ConfirmationDocument[]
  refused: RefusedPart[]
  ignored?: string
  names: IdocName[]
}

export type ConfirmationOptions = {
  maxBytes: number
  /** A SHPCON is the last word on its delivery: what it does not confirm is refused for this reason. Undefined: it is still to come. */
  restIs?: RejectReason | undefined
}

const DELIVERY_TYPE = /^DELVRY0[1-9]$/
const CONFIRMED = new Set(['DESADV', 'SHPCON'])
const LISTS = [...listsOf(DELIVERY_SHAPE), 'E1EDL24']

export function readConfirmations(
  raw: Uint8Array,
  context: IdocContext,
  options: ConfirmationOptions,
): ConfirmationReading {
  const root = readXml(raw, { maxBytes: options.maxBytes })
  if (!root.ok) return { documents: [], refused: [{ part: '', issues: root.issues }], names: [] }
  const idocs = elementsOf(root.value, 'IDOC')
  if (idocs.length === 0) return { documents: [], refused: [{ part: '', issues: [noIdoc(root.value)] }], names: [] }
  if (!DELIVERY_TYPE.test(root.value.name)) return ignored(`IDocs of type ${root.value.name.slice(0, 30)} are not read`)
  const read = idocs.map((idoc, index) => readOne(idoc, index, context, options))
  const others = read.flatMap((reading) => reading.ignored ?? [])
  const reading = {
    documents: read.flatMap(({ documents }) => documents),
    refused: read.flatMap(({ refused }) => refused),
    names: read.flatMap(({ names }) => names),
  }
  const isSilent = reading.documents.length === 0 && reading.refused.length === 0
  return isSilent && others[0] !== undefined ? { ...reading, ignored: others[0] } : reading
}

const ignored = (why: string): ConfirmationReading => ({ documents: [], refused: [], names: [], ignored: why })

function readOne(
  idoc: XmlElement,
  index: number,
  context: IdocContext,
  { restIs }: ConfirmationOptions,
): ConfirmationReading {
  const message = controlField(idoc, 'MESTYP') ?? ''
  const number = controlField(idoc, 'DOCNUM')
  const part = `IDOC ${number ?? index + 1}`
  if (!CONFIRMED.has(message)) return ignored(`the message ${message.slice(0, 30) || '(none)'} is not read`)
  const names =
    number === undefined ? [] : [{ part, sender: controlField(idoc, 'SNDPRN') ?? '', number, element: idoc }]
  const value = xmlToValue(idoc, { lists: LISTS })
  if (!value.ok) return { documents: [], refused: [{ part, issues: value.issues }], names }
  const source = value.value as unknown as Confirmed
  if (message === 'SHPCON' && isEmpty(source)) return nothingConfirmed(part, names, source, context, restIs)
  const result = runForward(deliveryMap, packed(source), context, { placeOf: (path) => placeInXml(idoc, path) })
  if (result.value === undefined)
    return { documents: [], refused: [{ part, issues: result.issues }, ...result.refused], names }
  const shipment = { kind: 'shipment', part, value: result.value, trace: result.trace } as const
  const rest = message === 'SHPCON' && restIs !== undefined ? [restOf(part, result.value, restIs)] : []
  return { documents: [shipment, ...rest], refused: result.refused, names }
}

type Item = { POSNR?: string; LFIMG?: string }
type Confirmed = { E1EDL20?: Omit<Delivery['E1EDL20'], 'E1EDL37'> & { E1EDL37?: unknown; E1EDL24?: Item[] } }

const unitsOf = ({ LFIMG }: Item): number | undefined => parseWholeNumber(LFIMG ?? '')

const isEmpty = ({ E1EDL20: head }: Confirmed): boolean => {
  const items = head?.E1EDL24 ?? []
  return head?.E1EDL37 === undefined && items.length > 0 && items.every((item) => unitsOf(item) === 0)
}

/** Nothing went: there is no shipment, and where this is the last word nothing will. */
function nothingConfirmed(
  part: string,
  names: IdocName[],
  { E1EDL20: head }: Confirmed,
  { receivedAt }: IdocContext,
  restIs: RejectReason | undefined,
): ConfirmationReading {
  if (restIs === undefined) return { ...ignored('it confirms nothing yet'), names }
  const requestId = requestNumber.read(head?.LIFEX, undefined)
  if (isRefusal(requestId)) {
    const { code = 'idoc.order-unknown', rule, cure } = requestId.detail
    const issue = { code, class: 'data', place: { path: '/IDOC/E1EDL20/LIFEX' }, rule, cure } as const
    return { documents: [], refused: [{ part, issues: [issue] }], names }
  }
  const value = { requestId, answeredAt: receivedAt, refusesRest: restIs, lines: [NO_LINE] }
  return { documents: [{ kind: 'fulfillmentResponse', part, value }], refused: [], names }
}

const NO_LINE = { lineNo: 1, accepted: 0, rejected: 0 }

/** A delivery without handling units went as one package of all its items; an item of which nothing went is in none. */
function packed(source: Confirmed): Delivery {
  const head = source.E1EDL20
  const items = head?.E1EDL24 ?? []
  if (head === undefined || head.E1EDL37 !== undefined || items.length === 0) return source as Delivery
  const content = items
    .filter((item) => unitsOf(item) !== 0)
    .map(({ POSNR = '', LFIMG = '' }) => ({ POSNR, VEMNG: LFIMG }))
  return { E1EDL20: { ...head, E1EDL37: [{ E1EDL44: content }] } }
}

/** What the delivery does not confirm will not come from there. */
function restOf(
  part: string,
  { requestId, shippedAt, packages }: ShipmentNotice,
  reason: RejectReason,
): ConfirmationDocument {
  const lineNo = packages[0]?.lines[0]?.lineNo ?? 1
  const value = { requestId, answeredAt: shippedAt, refusesRest: reason, lines: [{ lineNo, accepted: 0, rejected: 0 }] }
  return { kind: 'fulfillmentResponse', part: `${part} rest`, value }
}

const noIdoc = (root: XmlElement): Issue => ({
  code: 'idoc.type',
  class: 'data',
  place: { path: `/${root.name}`, line: root.line, column: root.column },
  rule: 'must have at least one IDOC element',
  value: root.name.slice(0, 60),
  cure: 'Send IDocs as XML: <DELVRY03><IDOC BEGIN="1">…</IDOC></DELVRY03>.',
})
