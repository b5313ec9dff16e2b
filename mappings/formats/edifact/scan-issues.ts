/** The sentences of what the scan of an EDIFACT file finds wrong. */
import { excerpt } from '#core/issue.ts'
import type { Issue } from '#core/issue.ts'

const JUNK_EXCERPT = 40

const issue = (code: string, path: string, byteOffset: number, rule: string, value: string, cure: string): Issue => ({
  code,
  class: 'data',
  place: { path, byteOffset },
  rule,
  value: excerpt(value, JUNK_EXCERPT),
  cure,
})

export const outsideInterchange = (text: string, byteOffset: number): Issue =>
  issue(
    'edifact.outside-interchange',
    'file',
    byteOffset,
    'Everything in an EDIFACT file lies between a UNB segment and its UNZ',
    text,
    'Ask the partner to send whole interchanges only; what stands here was not read',
  )

export const noInterchange = (text: string): Issue =>
  issue(
    'edifact.no-interchange',
    'file',
    0,
    'An EDIFACT file begins with UNA or UNB',
    text,
    'Check that this is an EDIFACT file and that it arrived whole',
  )

export const malformedUna = (rule: string, text: string, byteOffset: number): Issue =>
  issue(
    'edifact.una-malformed',
    'UNA',
    byteOffset,
    rule,
    text,
    'Ask the partner for a proper UNA; the service characters of the whole interchange are read from it',
  )

export const malformedUnb = (text: string, byteOffset: number): Issue =>
  issue(
    'edifact.unb-malformed',
    'UNB',
    byteOffset,
    'Without UNA, UNB is followed by + (level A) or by the control character 1D (level B)',
    text,
    'Ask the partner to send a UNA that names its service characters',
  )

export const segmentTooLong = (text: string, byteOffset: number, limit: number): Issue =>
  issue(
    'edifact.segment-too-long',
    excerpt(text.split(/[^A-Z0-9]/)[0] ?? '', 10),
    byteOffset,
    `A segment has at most ${limit} bytes`,
    text,
    'Check that the terminator is the one UNA announces and that no release character stands before it; raise the limit for this partner if such segments are meant',
  )

export const tooManyElements = (id: string, count: number, byteOffset: number, limit: number): Issue =>
  issue(
    'edifact.too-many-elements',
    excerpt(id, 10),
    byteOffset,
    `A segment has at most ${limit} elements and components`,
    `${excerpt(id, 10)} with ${count}`,
    'Check the service characters, or raise the limit for this partner if such segments are meant',
  )
