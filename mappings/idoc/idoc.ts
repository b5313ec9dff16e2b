/**
 * SAP IDocs as XML: one IDOC element of segments in the order of the IDoc type, each with SEGMENT="1", after the control record.
 * Values are text in SAP's own spelling: dates CCYYMMDD, times HHMMSS, decimals with a point.
 */
import type { z } from 'zod'
import type { Issue, Parsed } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import type { FieldMap, MapReading, WithCrosswalk } from '../engine/index.ts'
import { readingOf, refusedWhole, runBack, runForward } from '../engine/index.ts'
import { readXml } from '../formats/xml/reader.ts'
import { elementsOf } from '../formats/xml/tree.ts'
import type { XmlElement } from '../formats/xml/tree.ts'
import { placeInXml, xmlToValue } from '../formats/xml/value.ts'
import { writeXml } from '../formats/xml/writer.ts'
import type { WritableXml } from '../formats/xml/writer.ts'
import { dateText, timeText } from './kit.ts'

/** The control record EDI_DC40: who sends what to whom. Differs by connection. */
export type IdocPartners = { sender: string; receiver: string; senderPort: string; receiverPort: string }

export const NO_PARTNERS: IdocPartners = {
  sender: 'CROSSDOCK',
  receiver: 'SAP',
  senderPort: 'CROSSDOCK',
  receiverPort: 'SAPPRD',
}

/** What a control record says of one IDoc that is sent: DOCNUM, CREDAT and CRETIM, and the SAP client. */
export type IdocControl = { number: string; at: Instant; client?: string | undefined }

export type IdocContext = WithCrosswalk & {
  receivedAt: Instant
  partners?: IdocPartners
  control?: IdocControl
  /** VBELN of a delivery that is sent, ten digits. */
  deliveryNumber?: string
}

/** Fields are text, `many` segments lists; order is the order of writing, fields first, as the IDoc type has them. */
export type IdocShape = {
  fields?: readonly string[]
  one?: Record<string, IdocShape>
  many?: Record<string, IdocShape>
}

export type IdocDocument = {
  type: string
  message: string
  summary: string
  kind: string
  schema: z.ZodType
  map: FieldMap<never, unknown, IdocContext, IdocContext>
  read: (bytes: Uint8Array, context: IdocContext) => MapReading<string, unknown>
  write: (value: unknown, context: IdocContext) => Parsed<Uint8Array>
  treesOf: (bytes: Uint8Array) => unknown[]
}

export function idocDocument<S, T>(definition: {
  /** IDOCTYP and MESTYP. */
  type: string
  message: string
  summary: string
  kind: string
  schema: z.ZodType<T>
  shape: IdocShape
  map: FieldMap<S, T, IdocContext, IdocContext>
}): IdocDocument {
  const { type, kind, map, shape } = definition
  const lists = listsOf(shape)
  return {
    ...definition,
    map: map as unknown as IdocDocument['map'],
    treesOf: (bytes) => {
      const idocs = idocsOf(bytes, type)
      return idocs.ok ? idocs.value.flatMap((idoc) => treeOf(idoc, lists) ?? []) : []
    },
    read: (bytes, context) => {
      const idocs = idocsOf(bytes, type)
      if (!idocs.ok) return refusedWhole('', idocs.issues)
      const readings = idocs.value.map((idoc, index): MapReading<string, unknown> => {
        const part = `IDOC ${numberOf(idoc) ?? index + 1}`
        const value = xmlToValue(idoc, { lists })
        if (!value.ok) return refusedWhole(part, value.issues)
        const result = runForward(map, value.value as S, context, { placeOf: (path) => placeInXml(idoc, path) })
        return readingOf(kind, part, result)
      })
      return {
        documents: readings.flatMap((reading) => reading.documents),
        refused: readings.flatMap((reading) => reading.refused),
      }
    },
    write: (value, context) => {
      const result = runBack(map, value as T, context)
      if (!result.ok) return result
      const body = segmentsOf(result.document as Tree, shape)
      const control = segment('EDI_DC40', controlRecord(definition, context))
      const idoc: WritableXml = { name: 'IDOC', attributes: { BEGIN: '1' }, children: [control, ...body] }
      return writeXml({ name: type, children: [idoc] }, { indent: '  ' })
    },
  }
}

type Tree = Record<string, unknown>

function treeOf(idoc: XmlElement, lists: readonly string[]): unknown {
  const value = xmlToValue(idoc, { lists })
  return value.ok ? value.value : undefined
}

const numberOf = (idoc: XmlElement): string | undefined => controlField(idoc, 'DOCNUM')

/** A field of the control record; undefined where it has none. */
export function controlField(idoc: XmlElement, name: string): string | undefined {
  const control = elementsOf(idoc, 'EDI_DC40')[0]
  const field = control === undefined ? undefined : elementsOf(control, name)[0]?.children[0]
  return typeof field === 'string' ? field : undefined
}

function idocsOf(bytes: Uint8Array, type: string): Parsed<XmlElement[]> {
  const root = readXml(bytes)
  if (!root.ok) return root
  const idocs = root.value.name === type ? elementsOf(root.value, 'IDOC') : []
  return idocs.length > 0 ? { ok: true, value: idocs } : { ok: false, issues: [wrongType(root.value, type)] }
}

const wrongType = (root: XmlElement, type: string): Issue => ({
  code: 'idoc.type',
  class: 'data',
  place: { path: `/${root.name}`, line: root.line, column: root.column },
  rule: `must be ${type} with at least one IDOC element`,
  value: root.name.slice(0, 60),
  cure: `Send an IDoc of type ${type} as XML.`,
})

const controlRecord = (
  { type, message }: { type: string; message: string },
  { partners = NO_PARTNERS, control }: IdocContext,
): Tree => ({
  ...(control === undefined ? {} : { TABNAM: 'EDI_DC40', ...clientOf(control), DOCNUM: control.number, DIRECT: '2' }),
  IDOCTYP: type,
  MESTYP: message,
  SNDPOR: partners.senderPort,
  SNDPRT: 'LS',
  SNDPRN: partners.sender,
  RCVPOR: partners.receiverPort,
  RCVPRT: 'LS',
  RCVPRN: partners.receiver,
  ...(control === undefined ? {} : { CREDAT: dateText(control.at), CRETIM: timeText(control.at) }),
})

const clientOf = ({ client }: IdocControl): Tree => (client === undefined ? {} : { MANDT: client })

/** Names of the segments that are lists. */
export function listsOf(shape: IdocShape): string[] {
  const inner = [...Object.values(shape.one ?? {}), ...Object.values(shape.many ?? {})]
  return [...Object.keys(shape.many ?? {}), ...inner.flatMap(listsOf)]
}

function segmentsOf(tree: Tree, shape: IdocShape): WritableXml[] {
  const of = (name: string, value: unknown, inner: IdocShape): WritableXml =>
    segment(name, pick(value as Tree, inner.fields ?? []), segmentsOf(value as Tree, inner))
  const one = Object.entries(shape.one ?? {}).flatMap(([name, inner]) =>
    tree[name] === undefined ? [] : [of(name, tree[name], inner)],
  )
  const many = Object.entries(shape.many ?? {}).flatMap(([name, inner]) =>
    ((tree[name] ?? []) as unknown[]).map((value) => of(name, value, inner)),
  )
  return [...one, ...many]
}

const pick = (tree: Tree, fields: readonly string[]): Tree =>
  Object.fromEntries(fields.flatMap((field) => (tree[field] === undefined ? [] : [[field, tree[field]]])))

const segment = (name: string, fields: Tree, inner: WritableXml[] = []): WritableXml => ({
  name,
  attributes: { SEGMENT: '1' },
  children: [
    ...Object.entries(fields).map(([field, value]): WritableXml => ({ name: field, children: [String(value)] })),
    ...inner,
  ],
})
