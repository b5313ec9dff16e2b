/** What the warehouse sends: bytes in, canonical documents and refused parts out, each at the line of its XML. */
import type { Issue } from '#core/issue.ts'
import type { CancelResponse, FulfillmentResponse, ShipmentNotice } from '#core/model/fulfillment.ts'
import type { ReturnReceipt } from '#core/model/return.ts'
import type { StockChange, StockFeed } from '#core/model/stock.ts'
import type { Trace } from '#core/model/trace.ts'
import type { FieldMap, PlaceOf, RefusedPart } from '../engine/index.ts'
import { issueOf, readingOf, runForward } from '../engine/index.ts'
import type { XmlElement } from '../formats/xml/tree.ts'
import { cancelMap, returnMap } from './answers.ts'
import type { QuietContext } from './leaves.ts'
import { CARTONS_DIFFER, shipmentMap, shortPickMap, unitsInCartons } from './result.ts'
import type { SoResult } from './result.ts'
import { DOCUMENTS } from './schema.ts'
import { eventMap, summaryMap } from './stock.ts'
import type { InventoryEvent } from './stock.ts'
import { childrenOf, elementTree, openDocument, treeOf, treeOfParts } from './xml.ts'
import type { OpenTree, QuietDocument } from './xml.ts'

type Kinds = {
  shipment: ShipmentNotice
  fulfillmentResponse: FulfillmentResponse
  cancelResponse: CancelResponse
  stock: StockFeed
  stockChange: StockChange
  returnReceipt: ReturnReceipt
}
export type QuietPart = {
  [K in keyof Kinds]: { kind: K; part: string; value: Kinds[K]; trace: () => Trace }
}[keyof Kinds]

export type QuietReading = {
  documents: QuietPart[]
  refused: RefusedPart[]
  /** Why nothing follows from it. */
  ignored?: string
  /** An event that counts once, however often it is sent. */
  event?: { id: string; type: string }
}

export type ReadSettings = {
  /** A result is the warehouse's last word on its order: what it does not ship is refused. */
  resultIsLast: boolean
  maxBytes: number
}

export function readDocument(bytes: Uint8Array, context: QuietContext, settings: ReadSettings): QuietReading {
  const opened = openDocument(bytes, settings.maxBytes)
  if (!opened.ok) return refused(opened.issues)
  const document = opened.value
  switch (document.name) {
    case 'SOResult':
      return readResult(document, context, settings)
    case 'SOCancelResult':
      return readWith(document, cancelMap, 'cancelResponse', context)
    case 'InventorySummary':
      return readSummary(document, context)
    case 'InventoryEventMessage':
      return readEvent(document, context)
    case 'RMAResult':
      return readReturn(document.root, '', context)
    case 'RMAResultDocument':
      return readReturns(document, context)
    case 'Acknowledgment':
      return {
        documents: [],
        refused: [],
        ignored: `the warehouse has read ${document.root.attributes['OriginalDocumentName'] ?? 'a document of ours'}`,
      }
    case 'ErrorMessage':
      return readError(document)
    case 'EventMessage':
      return { documents: [], refused: [], ignored: 'it announces a document, which comes by itself' }
    case 'ShipOrderDocument':
    case 'ShipmentOrderCancel':
    case 'RMADocument':
      return { documents: [], refused: [], ignored: 'it is a document of ours' }
  }
}

function readWith<S, K extends keyof Kinds, X>(
  document: QuietDocument,
  map: FieldMap<S, Kinds[K], QuietContext, X>,
  kind: K,
  context: QuietContext,
): QuietReading {
  const opened = treeOf(document)
  if (!opened.ok) return refused(opened.issues)
  return mapped(map, kind, '', opened.value, context)
}

function mapped<S, K extends keyof Kinds, X>(
  map: FieldMap<S, Kinds[K], QuietContext, X>,
  kind: K,
  part: string,
  { tree, placeOf }: OpenTree,
  context: QuietContext,
): QuietReading {
  const reading = readingOf(kind, part, runForward(map, tree as S, context, { placeOf }))
  return { documents: reading.documents as QuietPart[], refused: reading.refused }
}

/** The shipment first, so that what is left after it is what the warehouse lacks. */
function readResult(document: QuietDocument, context: QuietContext, { resultIsLast }: ReadSettings): QuietReading {
  const opened = treeOf(document)
  if (!opened.ok) return refused(opened.issues)
  const { placeOf } = opened.value
  const tree = opened.value.tree as SoResult
  const inCartons = unitsInCartons(tree)
  const wrong = tree.Line.flatMap((line, index) =>
    Number(line['@Quantity']) === (inCartons.get(line['@Line']) ?? 0)
      ? []
      : [issueOf(placeOf(['Line', index, '@Quantity']), line['@Quantity'], CARTONS_DIFFER)],
  )
  if (wrong.length > 0) return refused(wrong)
  const left = inCartons.size === 0 ? NOTHING : mapped(shipmentMap, 'shipment', '', opened.value, context)
  if (inCartons.size === 0 && !resultIsLast)
    return { ...NOTHING, ignored: 'nothing has left yet, and a result is not the last word here' }
  const lacked = resultIsLast ? mapped(shortPickMap, 'fulfillmentResponse', 'Line', opened.value, context) : NOTHING
  return { documents: [...left.documents, ...lacked.documents], refused: [...left.refused, ...lacked.refused] }
}

const NOTHING: QuietReading = { documents: [], refused: [] }

/** An item that was refused is not absent: setting it to zero would be a loss that nobody ordered. */
function readSummary(document: QuietDocument, context: QuietContext): QuietReading {
  const opened = treeOfParts(document, 'Inventory', 'ItemNumber')
  if (!opened.ok) return refused(opened.issues)
  const read = mapped(summaryMap, 'stock', '', opened.value, context)
  const reading = { ...read, refused: [...opened.value.refused, ...read.refused] }
  if (reading.refused.length === 0) return reading
  const documents = reading.documents.map((each) =>
    each.kind === 'stock' ? { ...each, value: { ...each.value, absentMeansZero: false } } : each,
  )
  return { ...reading, documents }
}

/** What an event means for the count is each warehouse's own: the crosswalk table `inventory-event` judges its type. */
function readEvent(document: QuietDocument, context: QuietContext): QuietReading {
  const opened = treeOf(document)
  if (!opened.ok) return refused(opened.issues)
  const { '@EventType': type, '@EventId': id } = opened.value.tree as InventoryEvent
  const meaning = context.crosswalk.code('inventory-event', type)
  if (meaning === 'ignore')
    return { documents: [], refused: [], ignored: `events of type ${type} change no count (crosswalk inventory-event)` }
  if (meaning !== 'adjust') return refused([unjudged(type, opened.value.placeOf)])
  return { ...mapped(eventMap, 'stockChange', '', opened.value, context), event: { id, type } }
}

const unjudged = (type: string, placeOf: PlaceOf): Issue => ({
  code: 'quiet.event-unknown',
  class: 'crosswalk',
  place: placeOf(['@EventType']),
  rule: 'must have a row in the crosswalk table inventory-event, to adjust or ignore',
  value: type,
  cure: 'Add a row for this type: adjust where nothing else tells the change, ignore where a result does; then replay.',
  subject: type,
})

function readReturns({ root }: QuietDocument, context: QuietContext): QuietReading {
  const results = childrenOf(root, 'RMAResult')
  const readings = results.map((each) => readReturn(each, `RMA ${each.attributes['RMANumber'] ?? '?'}`, context))
  return {
    documents: readings.flatMap((each) => each.documents),
    refused: readings.flatMap((each) => each.refused),
    ...(results.length === 0 ? { ignored: 'it holds no result' } : {}),
  }
}

function readReturn(element: XmlElement, part: string, context: QuietContext): QuietReading {
  const opened = elementTree(element, DOCUMENTS.RMAResult)
  if (!opened.ok) return refused(opened.issues, part)
  return mapped(returnMap, 'returnReceipt', part, opened.value, context)
}

/** The warehouse could not use something of ours. Which document it means stands in its own words only. */
function readError({ root }: QuietDocument): QuietReading {
  const { ResultCode: code = '', ResultDescription: words = '' } = root.attributes
  return refused([
    {
      code: 'quiet.error-message',
      class: 'data',
      place: { path: '/ErrorMessage/@ResultDescription', line: root.line, column: root.column },
      rule: `must not be: the warehouse could not use a document of ours (${code})`,
      value: words.slice(0, 200),
      cure: 'Find the document that these words mean, correct what they name, and requeue its instruction; then discard this item.',
      ...(code === '' ? {} : { subject: code }),
    },
  ])
}

const refused = (issues: Issue[], part = ''): QuietReading => ({ documents: [], refused: [{ part, issues }] })
