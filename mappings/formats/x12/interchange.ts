/** What a file of X12 holds once its envelopes are read: interchanges, groups, transaction sets, each with its own issues. */
import type { Issue } from '#core/issue.ts'
import type { X12Segment } from './segment.ts'
import type { X12Separators } from './separators.ts'
import type { X12Envelope, X12GroupHeader, X12SetHeader } from './types.ts'

/** One transaction set, ST to SE. Fit for use when `issues` is empty; its guide (content) is not checked here. */
export type X12Set = {
  header: X12SetHeader
  /** All segments from ST to SE, both included. Position in the set, as AK302 counts it, is the index plus one. */
  segments: X12Segment[]
  /** Faults of this set's envelope and of the form of its segments. */
  issues: Issue[]
  /** What was wrong and read all the same, because repair was asked for. */
  assumptions?: Issue[]
}

export type X12Group = {
  header: X12GroupHeader
  /** The GS segment. */
  gs: X12Segment
  sets: X12Set[]
  /** GE01 as the sender stated it; null when there is no GE, or no number in it. AK902 repeats it. */
  statedSetCount: number | null
  issues: Issue[]
  assumptions?: Issue[]
}

export type X12Interchange = {
  header: X12Envelope
  /** The ISA segment. */
  isa: X12Segment
  separators: X12Separators
  groups: X12Group[]
  /** TA1 segments: the partner's acknowledgments of our interchanges. */
  interchangeAcks: X12Segment[]
  /** Faults of the ISA, the IEA and of what lies between groups. */
  issues: Issue[]
  /** What departs from the standard but was read without doubt about its meaning, e.g. an unpadded ISA. */
  tolerated: Issue[]
  assumptions?: Issue[]
  /** Line end after the ISA's terminator, '' for none: with it, the writer can repeat the file's look. */
  lineEnd: string
  /** Offset of the first byte after the interchange's last segment. */
  byteEnd: number
}

/** `issues` belong to the file as a whole: no interchange found, text between interchanges, an unreadable ISA. */
export type X12File = { interchanges: X12Interchange[]; issues: Issue[] }
