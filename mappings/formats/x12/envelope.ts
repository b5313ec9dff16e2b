/**
 * The envelope of X12: interchanges hold groups, groups hold transaction sets. Every fault of an envelope is an issue of the
 * part that has it, so a bad set never hides its good neighbours, and an acknowledgment can name each.
 */
import type { Issue } from '#core/issue.ts'
import { X12EnvelopeBuilder } from './envelope-builder.ts'
import type { X12ReadOptions } from './reader.ts'
import { X12_LIMITS, X12Scanner } from './scanner.ts'
import type { X12File, X12Interchange } from './interchange.ts'

/**
 * `repair`: wrapped lines are joined, and a wrong count or control number is an assumption, not an issue. Everything else stays as
 * strict as it is, and an acknowledgment still tells of it (AK501 = E).
 */
export type X12FileOptions = X12ReadOptions & { repair?: boolean }

/** Reads a whole file. Never throws on bad input; memory stays within a small multiple of the input. */
export function readX12Interchanges(bytes: Uint8Array, { repair = false, ...limits }: X12FileOptions = {}): X12File {
  const interchanges: X12Interchange[] = []
  const builder = new X12EnvelopeBuilder((interchange) => interchanges.push(interchange), { repair })
  const scanner = new X12Scanner(builder, { ...X12_LIMITS, unwrap: repair, ...limits })
  scanner.push(bytes)
  scanner.end()
  builder.end()
  for (const interchange of interchanges) interchange.lineEnd = lineEndAt(bytes, interchange.isa.byteEnd)
  return { interchanges, issues: builder.fileIssues }
}

/** Every issue of a file, outermost first: for a report, or to see whether there is any. */
export function allIssues(file: X12File): Issue[] {
  return [
    ...file.issues,
    ...file.interchanges.flatMap((interchange) => [
      ...interchange.issues,
      ...interchange.groups.flatMap((group) => [...group.issues, ...group.sets.flatMap((set) => set.issues)]),
    ]),
  ]
}

function lineEndAt(bytes: Uint8Array, offset: number): string {
  if (bytes[offset] === 10) return '\n'
  if (bytes[offset] !== 13) return ''
  return bytes[offset + 1] === 10 ? '\r\n' : '\r'
}
