/** Builds interchanges from segments as they come. One object per file; the reader of whole files and later streams share it. */
import type { Issue } from '#core/issue.ts'
import { assumed, MAX_ISSUES, noterOf, wholeNumber } from '../edi/findings.ts'
import type { X12Group, X12Interchange, X12Set } from './interchange.ts'
import {
  badSegmentId,
  badSetId,
  controlCharacter,
  countDiffers,
  duplicateNumber,
  misplaced,
  missingNumber,
  noTrailer,
  notPadded,
  numbersDiffer,
  tooManyIssues,
  wrapped,
} from './envelope-issues.ts'
import { NumbersSeen } from '../edi/numbers-seen.ts'
import { envelopeOf, groupHeaderOf, isaWidthNotes, setHeaderOf } from './headers.ts'
import { occurrenceOf } from './place.ts'
import type { X12Sink } from './scanner.ts'
import { isSegmentId } from './segment.ts'
import type { X12Segment } from './segment.ts'

const note = noterOf(tooManyIssues)

/** Issues of the scan that stand for a segment which could not be taken over. */
const LOST_SEGMENT = new Set(['x12.segment-too-long', 'x12.too-many-elements'])

/** What repair may read all the same: the content is whole, only the sender's own count or number is off. */
const REPAIRABLE = /^x12\.(interchange|group|set)\.(count|control-number)$/

export type X12BuilderOptions = {
  /** Wrong counts and control numbers become assumptions instead of issues. */
  repair?: boolean
  /** Called with each set once its SE was read, for streams. */
  onSet?: (set: X12Set, group: X12Group, interchange: X12Interchange) => void
  /** Called with each segment of a set, ST and SE too, before `onSet`. */
  onSegment?: (segment: X12Segment, set: X12Set, group: X12Group) => void
  /** Do not keep sets in their group, only their number: memory then holds one set. */
  drop?: boolean
  /** Count the segments between ST and SE and keep none, for sets of any size: whoever wants them sees them as they come. */
  countOnly?: boolean
}

export class X12EnvelopeBuilder implements X12Sink {
  readonly fileIssues: Issue[] = []
  readonly #done: (interchange: X12Interchange) => void
  readonly #options: X12BuilderOptions
  #interchange: X12Interchange | undefined
  #group: X12Group | undefined
  #set: X12Set | undefined
  /** Segments of the open set that were not kept; they count in SE01. */
  #lost = 0
  #setNumbers = new NumbersSeen()
  /** Sets of the open group. */
  #setCount = 0
  /** Of a set whose segments are not kept: how many there were of each name. */
  readonly #occurrences = new Map<string, number>()
  /** True after a misplaced segment was reported, until a proper one comes: one issue for the run. */
  #astray = false

  constructor(done: (interchange: X12Interchange) => void, options: X12BuilderOptions = {}) {
    this.#done = done
    this.#options = options
  }

  issue(issue: Issue): void {
    if (!LOST_SEGMENT.has(issue.code)) return note(this.fileIssues, issue)
    if (this.#set !== undefined) this.#lost += 1
    note((this.#set ?? this.#group ?? this.#interchange)?.issues ?? this.fileIssues, issue)
  }

  segment(segment: X12Segment): void {
    if (this.#interchange !== undefined) this.#interchange.byteEnd = segment.byteEnd
    if (segment.isWrapped) this.#noteWrap(segment)
    switch (segment.id) {
      case 'ISA':
        return this.#openInterchange(segment)
      case 'GS':
        return this.#openGroup(segment)
      case 'ST':
        return this.#openSet(segment)
      case 'SE':
        return this.#closeSet(segment)
      case 'GE':
        return this.#closeGroup(segment)
      case 'IEA':
        return this.#closeInterchange(segment)
      default:
        return this.#content(segment)
    }
  }

  end(): void {
    this.#leaveInterchange()
  }

  #openInterchange(isa: X12Segment): void {
    this.#leaveInterchange()
    this.#astray = false
    this.#interchange = {
      header: envelopeOf(isa),
      isa,
      separators: isa.separators,
      groups: [],
      interchangeAcks: [],
      issues: isa.element(13).trim() === '' ? [missingNumber('interchange', isa, 13)] : [],
      tolerated: isaWidthNotes(isa),
      lineEnd: '',
      byteEnd: isa.byteEnd,
    }
  }

  #closeInterchange(iea: X12Segment): void {
    const interchange = this.#interchange
    if (interchange === undefined) return
    this.#leaveGroup()
    const opened = interchange.header.controlNumber
    if (iea.element(2) !== opened) {
      if (sameNumber(iea.element(2), opened)) interchange.tolerated.push(notPadded(iea, opened))
      else this.#fault(interchange, numbersDiffer('interchange', iea, opened))
    }
    // A TA1 may travel alone: then there are no groups and IEA01 is 0, or 1 from senders who count it.
    const ackOnly = interchange.groups.length === 0 && interchange.interchangeAcks.length > 0
    if (!ackOnly && !sameNumber(iea.element(1), String(interchange.groups.length))) {
      this.#fault(interchange, countDiffers('interchange', iea, interchange.groups.length))
    }
    this.#finish(interchange)
  }

  #leaveInterchange(): void {
    if (this.#interchange === undefined) return
    this.#leaveGroup()
    note(this.#interchange.issues, noTrailer('interchange', this.#interchange.isa))
    this.#finish(this.#interchange)
  }

  #finish(interchange: X12Interchange): void {
    this.#interchange = undefined
    this.#done(interchange)
  }

  #openGroup(gs: X12Segment): void {
    if (this.#interchange === undefined) return
    this.#leaveGroup()
    this.#astray = false
    const group: X12Group = { header: groupHeaderOf(gs), gs, sets: [], statedSetCount: null, issues: [] }
    if (group.header.controlNumber === '') group.issues.push(missingNumber('group', gs, 6))
    this.#setNumbers = new NumbersSeen()
    this.#setCount = 0
    this.#interchange.groups.push(group)
    this.#group = group
  }

  #closeGroup(ge: X12Segment): void {
    this.#leaveSet()
    const group = this.#group
    if (group === undefined) return this.#misplaced(ge, 'GE closes a group that GS opened')
    group.statedSetCount = wholeNumber(ge.element(1))
    if (!sameNumber(ge.element(2), group.header.controlNumber))
      this.#fault(group, numbersDiffer('group', ge, group.header.controlNumber))
    if (group.statedSetCount !== this.#setCount) this.#fault(group, countDiffers('group', ge, this.#setCount))
    this.#group = undefined
    this.#astray = false
  }

  #leaveGroup(): void {
    this.#leaveSet()
    if (this.#group !== undefined) note(this.#group.issues, noTrailer('group', this.#group.gs))
    this.#group = undefined
  }

  #openSet(st: X12Segment): void {
    this.#leaveSet()
    const group = this.#group
    if (group === undefined) return this.#misplaced(st, 'A transaction set lies in a group, between GS and GE')
    this.#astray = false
    const set: X12Set = { header: setHeaderOf(st), segments: [st], issues: [] }
    const { id, controlNumber } = set.header
    if (!/^\d{3}$/.test(id)) set.issues.push(badSetId(st))
    if (controlNumber === '') set.issues.push(missingNumber('set', st, 2))
    else if (!this.#setNumbers.isNew(controlNumber)) set.issues.push(duplicateNumber(st))
    this.#lost = 0
    this.#setCount += 1
    this.#occurrences.clear()
    if (this.#options.drop !== true) group.sets.push(set)
    this.#set = set
    this.#options.onSegment?.(st, set, group)
  }

  #closeSet(se: X12Segment): void {
    const set = this.#set
    if (set === undefined) return this.#misplaced(se, 'SE closes a transaction set that ST opened')
    set.segments.push(se)
    if (this.#group !== undefined) this.#options.onSegment?.(se, set, this.#group)
    const counted = set.segments.length + this.#lost
    if (wholeNumber(se.element(1)) !== counted) this.#fault(set, countDiffers('set', se, counted))
    if (se.element(2) !== set.header.controlNumber) this.#fault(set, numbersDiffer('set', se, set.header.controlNumber))
    this.#deliver(set)
  }

  #leaveSet(): void {
    const [st] = this.#set?.segments ?? []
    if (this.#set === undefined || st === undefined) return
    note(this.#set.issues, noTrailer('set', st))
    this.#deliver(this.#set)
  }

  #deliver(set: X12Set): void {
    this.#set = undefined
    if (this.#group !== undefined && this.#interchange !== undefined)
      this.#options.onSet?.(set, this.#group, this.#interchange)
  }

  #content(segment: X12Segment): void {
    if (this.#set !== undefined) return this.#takeIntoSet(this.#set, segment)
    if (segment.id === 'TA1' && this.#interchange !== undefined) {
      this.#interchange.interchangeAcks.push(segment)
      return
    }
    this.#misplaced(segment, 'Outside a transaction set stand only TA1, GS, GE and IEA')
  }

  #takeIntoSet(set: X12Set, segment: X12Segment): void {
    if (this.#group !== undefined) this.#options.onSegment?.(segment, set, this.#group)
    if (this.#options.countOnly === true) this.#count(segment.id)
    else set.segments.push(segment)
    const wellNamed = isSegmentId(segment.id)
    if (wellNamed && !segment.hasControlByte) return
    if (set.issues.length > MAX_ISSUES) return
    const occurrence =
      this.#options.countOnly === true
        ? (this.#occurrences.get(segment.id) ?? 1)
        : occurrenceOf(set.segments, set.segments.length - 1)
    note(
      set.issues,
      wellNamed ? controlCharacter(segment, controlPosition(segment), occurrence) : badSegmentId(segment, occurrence),
    )
  }

  #count(id: string): void {
    this.#lost += 1
    this.#occurrences.set(id, (this.#occurrences.get(id) ?? 0) + 1)
  }

  #fault(part: { issues: Issue[]; assumptions?: Issue[] }, issue: Issue): void {
    if (this.#options.repair !== true || !REPAIRABLE.test(issue.code)) return note(part.issues, issue)
    part.assumptions = [...(part.assumptions ?? []), assumed(issue)]
  }

  /** Says once an interchange that lines were wrapped. */
  #noteWrap(segment: X12Segment): void {
    const interchange = this.#interchange
    if (interchange === undefined || interchange.assumptions?.some(({ code }) => code === 'x12.wrapped')) return
    interchange.assumptions = [...(interchange.assumptions ?? []), wrapped(segment)]
  }

  #misplaced(segment: X12Segment, rule: string): void {
    if (this.#astray) return
    this.#astray = true
    note((this.#group ?? this.#interchange)?.issues ?? this.fileIssues, misplaced(segment, rule))
  }
}

/** Control numbers are numbers: `3439` and `000003439` are one. */
function sameNumber(left: string, right: string): boolean {
  return left === right || (wholeNumber(left) !== null && wholeNumber(left) === wholeNumber(right))
}

function controlPosition(segment: X12Segment): number {
  for (let position = 1; position <= segment.elementCount; position += 1) {
    for (const character of segment.element(position))
      if (character < ' ' && !isSeparator(segment, character)) return position
  }
  return 0
}

const isSeparator = (segment: X12Segment, character: string): boolean =>
  character === segment.separators.component || character === segment.separators.repetition
