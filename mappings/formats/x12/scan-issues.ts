/** The sentences of what the byte scan finds wrong. */
import { excerpt } from '#core/issue.ts'
import type { Issue } from '#core/issue.ts'
import type { X12Segment } from './segment.ts'

const JUNK_EXCERPT = 40

export const outsideInterchange = (text: string, byteOffset: number): Issue => ({
  code: 'x12.outside-interchange',
  class: 'data',
  place: { path: 'file', byteOffset },
  rule: 'Everything in an X12 file lies between an ISA segment and its IEA',
  value: excerpt(text, JUNK_EXCERPT),
  cure: 'Ask the partner to send whole interchanges only; what stands here was not read',
})

export const segmentTooLong = (id: string, raw: string, byteOffset: number, limit: number): Issue => ({
  code: 'x12.segment-too-long',
  class: 'data',
  place: { path: excerpt(id, 10), byteOffset },
  rule: `A segment has at most ${limit} bytes`,
  value: excerpt(raw, JUNK_EXCERPT),
  cure: 'Check that the segment terminator is the one the ISA announces; raise the limit for this partner if such segments are meant',
})

export const noInterchange = (text: string | undefined): Issue => ({
  code: 'x12.no-interchange',
  class: 'data',
  place: { path: 'file', byteOffset: 0 },
  rule: 'An X12 file begins with an ISA segment',
  ...(text === undefined ? {} : { value: excerpt(text, JUNK_EXCERPT) }),
  cure: 'Check that this is an X12 file and that it arrived whole',
})

export const malformedIsa = (rule: string, raw: string, byteOffset: number): Issue => ({
  code: 'x12.isa-malformed',
  class: 'data',
  place: { path: 'ISA', byteOffset },
  rule,
  value: excerpt(raw, 110),
  cure: 'Ask the partner for a proper ISA segment; the separators of the whole interchange are read from it',
})

export const tooManyElements = (segment: X12Segment, limit: number): Issue => ({
  code: 'x12.too-many-elements',
  class: 'data',
  place: { path: excerpt(segment.id), byteOffset: segment.byteOffset },
  rule: `A segment has at most ${limit} elements`,
  value: `${excerpt(segment.id)} with ${segment.elementCount} elements`,
  cure: 'Check the element separator of the ISA, or raise the limit for this partner if such segments are meant',
})
