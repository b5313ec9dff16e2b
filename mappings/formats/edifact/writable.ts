/** What the EDIFACT writer takes: segments as plain arrays, with components and repetitions already apart. */
import type { EdifactEnvelope, EdifactInterchange, EdifactMessageHeader } from './interchange.ts'
import type { EdifactSegment } from './segment.ts'
import type { EdifactSeparators } from './separators.ts'

/** Text, components of one element, or several repetitions (each text or components). */
export type WritableEdifactElement =
  | string
  | readonly string[]
  | { readonly repetitions: readonly (string | readonly string[])[] }

/** Tag first, then the elements: `['QTY', ['21', '100', 'PCE']]`. */
export type WritableEdifactSegment = readonly [id: string, ...elements: WritableEdifactElement[]]

/** `segments` without UNH and UNT: the writer makes these, with the count. */
export type WritableEdifactMessage = { header: EdifactMessageHeader; segments: readonly WritableEdifactSegment[] }

export type WritableEdifact = {
  envelope: EdifactEnvelope
  messages: readonly WritableEdifactMessage[]
  /** Level A where left out. */
  separators?: EdifactSeparators
}

/** A segment that was read, ready to be written, also with other service characters. */
export function toWritableEdifact(segment: EdifactSegment): WritableEdifactSegment {
  const elements: WritableEdifactElement[] = []
  for (let position = 1; position <= segment.elementCount; position += 1) {
    const repetitions = segment.repetitions(position)
    const [first = []] = repetitions
    if (repetitions.length > 1) elements.push({ repetitions })
    else elements.push(first.length > 1 ? first : (first[0] ?? ''))
  }
  return [segment.id, ...elements]
}

/** An interchange that was read, ready to be written again. Groups (UNG) are not written. */
export const writableOf = (interchange: EdifactInterchange): WritableEdifact => ({
  envelope: interchange.header,
  separators: interchange.separators,
  messages: interchange.messages.map(({ header, segments }) => ({
    header,
    segments: segments.slice(1, -1).map(toWritableEdifact),
  })),
})
