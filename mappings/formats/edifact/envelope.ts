/**
 * The envelope of EDIFACT: interchanges hold messages, sometimes in groups. Every fault is an issue of the part that has it, so a
 * bad message never hides its good neighbours, and a CONTRL can name each.
 */
import type { Issue } from '#core/issue.ts'
import { EdifactEnvelopeBuilder } from './envelope-builder.ts'
import type { EdifactBuilderOptions } from './envelope-builder.ts'
import type { EdifactFile, EdifactInterchange } from './interchange.ts'
import type { EdifactReadOptions } from './reader.ts'
import { EDIFACT_LIMITS, EdifactScanner } from './scanner.ts'

/** `repair`: a wrong count or reference is an assumption, not an issue; everything else stays as strict as it is. */
export type EdifactFileOptions = EdifactReadOptions & Pick<EdifactBuilderOptions, 'repair'>

/** Reads a whole file. Never throws on bad input; memory stays within a small multiple of the input. */
export function readEdifactInterchanges(bytes: Uint8Array, options: EdifactFileOptions = {}): EdifactFile {
  const { charset, repair, ...limits } = options
  const interchanges: EdifactInterchange[] = []
  const builder = new EdifactEnvelopeBuilder(
    (interchange) => interchanges.push(interchange),
    repair === undefined ? {} : { repair },
  )
  const scanner = new EdifactScanner(builder, { ...EDIFACT_LIMITS, ...limits }, charset)
  scanner.push(bytes)
  scanner.end()
  builder.end()
  for (const interchange of interchanges) interchange.lineEnd = lineEndAt(bytes, interchange.unb.byteEnd)
  return { interchanges, issues: builder.fileIssues }
}

/** Every issue of a file, outermost first: for a report, or to see whether there is any. */
export function allEdifactIssues(file: EdifactFile): Issue[] {
  return [
    ...file.issues,
    ...file.interchanges.flatMap((interchange) => [
      ...interchange.issues,
      ...interchange.groups.flatMap((group) => group.issues),
      ...interchange.messages.flatMap((message) => message.issues),
    ]),
  ]
}

function lineEndAt(bytes: Uint8Array, offset: number): EdifactInterchange['lineEnd'] {
  if (bytes[offset] === 10) return '\n'
  if (bytes[offset] !== 13) return ''
  return bytes[offset + 1] === 10 ? '\r\n' : '\r'
}
