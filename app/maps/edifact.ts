/** EDIFACT messages as entries of the catalogue: whole interchanges in and out. */
import type { ChannelId } from '#core/model/ids.ts'
import type { Instant } from '#core/model/time.ts'
import type { EdifactDocument } from '#mappings/edifact/document.ts'
import { EDIFACT_DOCUMENTS } from '#mappings/edifact/documents.ts'
import { EDIFACT_BASE } from '#mappings/edifact/profile.ts'
import { readEdifactInterchanges } from '#mappings/formats/edifact/envelope.ts'
import type { WritableEdifactSegment } from '#mappings/formats/edifact/writable.ts'
import { writeEdifact } from '#mappings/formats/edifact/writer.ts'
import type { MapContext, MapEntry, MapReadResult } from './entry.ts'

/** What retailers are told of shipments, cancels and refusals of ours the hub never reads. */
const WRITE_ONLY: ReadonlySet<string> = new Set([
  'ORDRSP-CANCEL to a retailer',
  'ORDRSP-REJECTION to a retailer',
  'DESADV to a retailer',
])

export const edifactEntries: MapEntry[] = EDIFACT_DOCUMENTS.map((document) => ({
  name: `edifact ${document.name.toLowerCase()}`,
  summary: document.summary,
  kind: document.kind,
  schema: document.schema,
  map: document.map(EDIFACT_BASE) as unknown as MapEntry['map'],
  treesOf: (bytes) =>
    readEdifactInterchanges(bytes)
      .interchanges.flatMap((interchange) => interchange.messages)
      .filter((message) => message.header.type === document.type)
      .map((message) => document.treeOf(message)),
  ...(WRITE_ONLY.has(document.name)
    ? {}
    : { read: (bytes: Uint8Array, context: MapContext) => read(document, bytes, context) }),
  write: (value, context) => {
    const segments = document.write(value, contextOf(context), EDIFACT_BASE)
    return segments.ok ? envelope(document, segments.value, context.receivedAt) : segments
  },
}))

/** The channel is the connection's; a file run by hand has none. */
const CHANNEL = 'shop' as ChannelId

const contextOf = (context: MapContext) => ({
  crosswalk: context.crosswalk,
  receivedAt: context.receivedAt as Instant,
  channelId: CHANNEL,
})

function read(document: EdifactDocument, bytes: Uint8Array, context: MapContext): MapReadResult {
  const file = readEdifactInterchanges(bytes)
  const result: MapReadResult = {
    documents: [],
    refused: file.issues.length > 0 ? [{ part: '', issues: file.issues }] : [],
  }
  for (const { header, messages, issues } of file.interchanges) {
    if (issues.length > 0) result.refused.push({ part: `UNB ${header.controlReference}`, issues })
    for (const message of messages) {
      const part = `UNH ${message.header.reference}`
      if (message.header.type === document.type) {
        const reading = document.read(message, contextOf(context), EDIFACT_BASE)
        result.documents.push(...reading.documents)
        result.refused.push(...reading.refused)
      } else
        result.refused.push({
          part,
          issues: [
            {
              code: 'edifact.message-type',
              class: 'config',
              place: { path: 'UNH-02' },
              rule: `must be ${document.type}`,
              value: message.header.type,
              cure: `Run the map of this message: crossdock map run "edifact ${message.header.type.toLowerCase()}" <file>.`,
            },
          ],
        })
    }
  }
  return result
}

/** Between nobody and nobody: a connection's own envelope comes from its config. */
function envelope(document: EdifactDocument, segments: WritableEdifactSegment[], at: string) {
  const party = (id: string) => ({ id, qualifier: '14', internalId: '' })
  const written = writeEdifact(
    {
      envelope: {
        syntaxId: 'UNOC',
        syntaxVersion: '3',
        sender: party('SENDER'),
        receiver: party('RECEIVER'),
        date: at.slice(2, 10).replaceAll('-', ''),
        time: at.slice(11, 16).replace(':', ''),
        controlReference: '1',
        password: '',
        passwordQualifier: '',
        applicationReference: '',
        priority: '',
        acknowledgmentRequested: false,
        agreementId: '',
        isTest: true,
      },
      messages: [
        {
          header: {
            reference: '1',
            type: document.type,
            version: 'D',
            release: '96A',
            agency: 'UN',
            association: 'EAN008',
            accessReference: '',
          },
          segments,
        },
      ],
    },
    { lineEnd: '\n' },
  )
  return written.ok ? { ok: true as const, value: written.value.bytes } : written
}
