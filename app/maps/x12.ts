/** X12 documents as entries of the catalogue: whole interchanges in and out. */
import type { Issue } from '#core/issue.ts'
import type { ChannelId } from '#core/model/ids.ts'
import type { Instant } from '#core/model/time.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import type { X12Set } from '#mappings/formats/x12/interchange.ts'
import type { WritableSegment } from '#mappings/formats/x12/writable.ts'
import { writeX12 } from '#mappings/formats/x12/writer.ts'
import type { X12Document } from '#mappings/x12/document.ts'
import { X12_DOCUMENTS } from '#mappings/x12/documents.ts'
import { BASE_PROFILE, PARTNER_PROFILES } from '#mappings/x12/profile.ts'
import type { X12Profile } from '#mappings/x12/profile.ts'
import { profileOf } from '#mappings/x12/profiles.ts'
import type { MapContext, MapEntry, MapReadResult } from './entry.ts'

/** A 940 has no prices: it cannot be read into a whole instruction. What retailers are told the hub never reads. */
const WRITE_ONLY: ReadonlySet<string> = new Set([
  '940',
  '855 to a retailer',
  '856 to a retailer',
  '865 to a retailer',
  '865-answer to a retailer',
])

/** Its lines must name products, and a return names lines of the order. */
const READ_ONLY: ReadonlySet<string> = new Set(['180 of a retailer'])

export const x12Entries: MapEntry[] = X12_DOCUMENTS.map((document) => ({
  name: `x12 ${document.name}`,
  summary: document.summary,
  kind: document.kind,
  schema: document.schema,
  map: document.map(BASE_PROFILE) as unknown as MapEntry['map'],
  ...(WRITE_ONLY.has(document.name)
    ? {}
    : { read: (bytes: Uint8Array, context: MapContext) => read(document, bytes, context) }),
  treesOf: (bytes) =>
    readX12Interchanges(bytes)
      .interchanges.flatMap(({ groups }) => groups.flatMap((group) => group.sets))
      .filter((set) => set.header.id === document.set)
      .flatMap((set) => document.treesOf(set)),
  ...(READ_ONLY.has(document.name) ? {} : { write: writer(document) }),
}))

function writer(document: X12Document) {
  return (value: unknown, context: MapContext) => {
    const segments = document.write(value, contextOf(context), profile(context))
    return segments.ok ? envelope(document, segments.value, context.receivedAt) : segments
  }
}

/** The channel is the connection's; a file run by hand has none. */
const CHANNEL = 'shop' as ChannelId

const contextOf = (context: MapContext) => ({
  crosswalk: context.crosswalk,
  receivedAt: context.receivedAt as Instant,
  channelId: CHANNEL,
})

function profile({ partner }: MapContext): X12Profile {
  if (partner === undefined) return BASE_PROFILE
  const known = profileOf(partner)
  if (known === undefined)
    throw new RangeError(`there is no profile "${partner}"; there are ${Object.keys(PARTNER_PROFILES).join(', ')}`)
  return known
}

function read(document: X12Document, bytes: Uint8Array, context: MapContext): MapReadResult {
  const file = readX12Interchanges(bytes)
  const result: MapReadResult = {
    documents: [],
    refused: file.issues.length > 0 ? [{ part: '', issues: file.issues }] : [],
  }
  for (const { header, groups, issues } of file.interchanges) {
    const sets = groups.flatMap((group) => group.sets)
    if (issues.length > 0) result.refused.push({ part: `ISA ${header.controlNumber}`, issues })
    for (const set of sets) {
      if (set.header.id !== document.set)
        result.refused.push({ part: `ST ${set.header.controlNumber}`, issues: [otherSet(set, document)] })
      else {
        const reading = document.read(set, contextOf(context), profile(context))
        result.documents.push(...reading.documents)
        result.refused.push(...reading.refused)
      }
    }
  }
  return result
}

const otherSet = (set: X12Set, document: X12Document): Issue => ({
  code: 'x12.set-type',
  class: 'config',
  place: { path: 'ST-01' },
  rule: `must be ${document.set}`,
  value: set.header.id,
  cure: `Run the map of this set: crossdock map run "x12 ${set.header.id}" <file>.`,
})

/** Between nobody and nobody: a connection's own envelope comes from its config. */
function envelope(document: X12Document, segments: WritableSegment[], at: string) {
  const party = (id: string) => ({ qualifier: 'ZZ', id })
  const date = at.slice(0, 10).replaceAll('-', '')
  const time = at.slice(11, 16).replace(':', '')
  const written = writeX12(
    {
      separators: { element: '*', component: '>', repetition: null, terminator: '~' },
      envelope: {
        authorization: { qualifier: '00', id: '' },
        security: { qualifier: '00', id: '' },
        sender: party('SENDER'),
        receiver: party('RECEIVER'),
        date: date.slice(2),
        time,
        standardsId: 'U',
        version: '00401',
        controlNumber: '000000001',
        acknowledgmentRequested: false,
        usage: 'T',
      },
      groups: [
        {
          header: {
            functionalId: document.functionalId,
            sender: 'SENDER',
            receiver: 'RECEIVER',
            date,
            time,
            controlNumber: '1',
            agency: 'X',
            version: '004010',
          },
          sets: [{ header: { id: document.set, controlNumber: '0001', implementation: '' }, segments }],
        },
      ],
    },
    { lineEnd: '\n' },
  )
  return written.ok ? { ok: true as const, value: written.value.bytes } : written
}
