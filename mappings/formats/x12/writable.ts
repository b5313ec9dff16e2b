/** What the X12 writer takes: segments as plain arrays, with components and repetitions already apart. */
import type { X12Segment } from './segment.ts'
import type { X12Separators } from './separators.ts'
import type { X12Envelope, X12GroupHeader, X12SetHeader } from './types.ts'

/** Text, components of one element, or several repetitions (each text or components). */
export type WritableElement =
  | string
  | readonly string[]
  | { readonly repetitions: readonly (string | readonly string[])[] }

/** Name first, then the elements: `['REF', 'CO', 'A-1']`. */
export type WritableSegment = readonly [id: string, ...elements: WritableElement[]]

/** `segments` without ST and SE: the writer makes these, with the count. */
export type WritableSet = { header: X12SetHeader; segments: readonly WritableSegment[] }

/** The writer makes GS and GE. */
export type WritableGroup = { header: X12GroupHeader; sets: readonly WritableSet[] }

export type WritableInterchange = {
  envelope: X12Envelope
  groups: readonly WritableGroup[]
  separators: X12Separators
  /** TA1 segments, before the groups. */
  interchangeAcks?: readonly WritableSegment[]
}

/** A segment that was read, ready to be written, also with other separators. */
export function toWritable(segment: X12Segment): WritableSegment {
  const elements: WritableElement[] = []
  for (let position = 1; position <= segment.elementCount; position += 1)
    elements.push(writableElement(segment, position))
  return [segment.id, ...elements]
}

function writableElement(segment: X12Segment, position: number): WritableElement {
  const { component, repetition } = segment.separators
  const text = segment.element(position)
  const repeats = repetition !== null && text.includes(repetition)
  if (!repeats) return component !== null && text.includes(component) ? segment.components(position) : text
  return { repetitions: segment.repetitions(position).map((_, index) => segment.components(position, index)) }
}
