/** Builds interchanges from segments as they come. One object per file; whole files and streams of messages share it. */
import { isUtf8 } from 'node:buffer'
import type { Issue } from '#core/issue.ts'
import { assumed, MAX_ISSUES, noterOf, wholeNumber } from '../edi/findings.ts'
import { NumbersSeen } from '../edi/numbers-seen.ts'
import {
  badSegmentId,
  badType,
  controlCharacter,
  countDiffers,
  duplicateNumber,
  misplaced,
  missingNumber,
  noTrailer,
  numbersDiffer,
  tooManyIssues,
  undeclaredCharacters,
  wrapped,
} from './envelope-issues.ts'
import type { Part } from './envelope-issues.ts'
import { envelopeOf, messageHeaderOf } from './headers.ts'
import type { EdifactGroup, EdifactInterchange, EdifactMessage } from './interchange.ts'
import { occurrenceOf } from './place.ts'
import type { EdifactSink } from './scanner.ts'
import type { EdifactSegment } from './segment.ts'

const note = noterOf(tooManyIssues)

/** Issues of the scan that stand for a segment which could not be taken over. */
const LOST_SEGMENT = new Set(['edifact.segment-too-long', 'edifact.too-many-elements'])

/** What repair may read all the same: the content is whole, only the sender's own count or number is off. */
const REPAIRABLE = new Set(['count', 'control-number'])

export type EdifactBuilderOptions = {
  /** Wrong counts and references become assumptions instead of issues. */
  repair?: boolean
  /** Called with each message once its UNT was read, for streams. The message stays in the interchange unless `drop` is set. */
  onMessage?: (message: EdifactMessage, interchange: EdifactInterchange) => void
  /** Called with each segment of a message, UNH and UNT too, before `onMessage`. */
  onSegment?: (segment: EdifactSegment, message: EdifactMessage) => void
  /** Do not keep messages in the interchange: memory then holds one message. */
  drop?: boolean
  /** Count the segments between UNH and UNT and keep none, for messages of any size: whoever wants them sees them as they come. */
  countOnly?: boolean
}

export class EdifactEnvelopeBuilder implements EdifactSink {
  readonly fileIssues: Issue[] = []
  readonly #done: (interchange: EdifactInterchange) => void
  readonly #options: EdifactBuilderOptions
  #una: { raw: string; byteOffset: number } | undefined
  #interchange: EdifactInterchange | undefined
  #group: EdifactGroup | undefined
  #message: EdifactMessage | undefined
  #messageCount = 0
  #inGroup = 0
  /** Segments of the open message that could not be taken over; they count in UNT. */
  #lost = 0
  #references = new NumbersSeen()
  /** Of a message whose segments are not kept: how many there were of each name. */
  readonly #occurrences = new Map<string, number>()
  /** True after a misplaced segment was reported, until a proper one comes: one issue for the run. */
  #astray = false
  #saidWrapped = false
  #saidCharset = false

  constructor(done: (interchange: EdifactInterchange) => void, options: EdifactBuilderOptions = {}) {
    this.#done = done
    this.#options = options
  }

  una(raw: string, byteOffset: number): void {
    this.#leaveInterchange()
    this.#una = { raw, byteOffset }
  }

  issue(issue: Issue): void {
    if (!LOST_SEGMENT.has(issue.code)) return note(this.fileIssues, issue)
    if (this.#message !== undefined) this.#lost += 1
    note((this.#message ?? this.#group ?? this.#interchange)?.issues ?? this.fileIssues, issue)
  }

  segment(segment: EdifactSegment): void {
    if (this.#interchange !== undefined) this.#interchange.byteEnd = segment.byteEnd
    switch (segment.id) {
      case 'UNB':
        this.#openInterchange(segment)
        break
      case 'UNG':
        this.#openGroup(segment)
        break
      case 'UNH':
        this.#openMessage(segment)
        break
      case 'UNT':
        this.#closeMessage(segment)
        break
      case 'UNE':
        this.#closeGroup(segment)
        break
      case 'UNZ':
        this.#closeInterchange(segment)
        break
      default:
        this.#content(segment)
    }
  }

  end(): void {
    this.#leaveInterchange()
  }

  #openInterchange(unb: EdifactSegment): void {
    this.#leaveInterchange()
    this.#astray = false
    this.#saidWrapped = false
    this.#saidCharset = false
    this.#messageCount = 0
    this.#references = new NumbersSeen()
    this.#interchange = {
      header: envelopeOf(unb),
      unb,
      separators: unb.separators,
      una: this.#una?.raw ?? '',
      messages: [],
      groups: [],
      issues: unb.element(5) === '' ? [missingNumber('interchange', unb)] : [],
      tolerated: [],
      assumptions: [],
      lineEnd: '',
      byteOffset: this.#una?.byteOffset ?? unb.byteOffset,
      byteEnd: unb.byteEnd,
    }
    this.#una = undefined
    this.#look(unb)
  }

  #closeInterchange(unz: EdifactSegment): void {
    const interchange = this.#interchange
    if (interchange === undefined) return this.#misplaced(unz, 'UNZ closes an interchange that UNB opened')
    this.#leaveGroup()
    const opened = interchange.header.controlReference
    if (unz.element(2) !== opened) this.#fault(interchange, 'interchange', numbersDiffer('interchange', unz, opened))
    const counted = interchange.groups.length > 0 ? interchange.groups.length : this.#messageCount
    if (wholeNumber(unz.element(1)) !== counted)
      this.#fault(interchange, 'interchange', countDiffers('interchange', unz, counted))
    this.#finish(interchange)
  }

  #leaveInterchange(): void {
    if (this.#interchange === undefined) return
    this.#leaveGroup()
    note(this.#interchange.issues, noTrailer('interchange', this.#interchange.unb))
    this.#finish(this.#interchange)
  }

  #finish(interchange: EdifactInterchange): void {
    this.#interchange = undefined
    this.#done(interchange)
  }

  #openGroup(ung: EdifactSegment): void {
    if (this.#interchange === undefined) return this.#misplaced(ung, 'A group lies in an interchange')
    this.#leaveGroup()
    this.#astray = false
    const group: EdifactGroup = { type: ung.element(1), reference: ung.element(5), ung, issues: [] }
    if (group.reference === '') group.issues.push(missingNumber('group', ung))
    this.#inGroup = 0
    this.#interchange.groups.push(group)
    this.#group = group
  }

  #closeGroup(une: EdifactSegment): void {
    this.#leaveMessage()
    const group = this.#group
    if (group === undefined) return this.#misplaced(une, 'UNE closes a group that UNG opened')
    if (une.element(2) !== group.reference) note(group.issues, numbersDiffer('group', une, group.reference))
    if (wholeNumber(une.element(1)) !== this.#inGroup) note(group.issues, countDiffers('group', une, this.#inGroup))
    this.#group = undefined
    this.#astray = false
  }

  #leaveGroup(): void {
    this.#leaveMessage()
    if (this.#group !== undefined) note(this.#group.issues, noTrailer('group', this.#group.ung))
    this.#group = undefined
  }

  #openMessage(unh: EdifactSegment): void {
    this.#leaveMessage()
    const interchange = this.#interchange
    if (interchange === undefined) return this.#misplaced(unh, 'A message lies in an interchange, between UNB and UNZ')
    this.#astray = false
    const message: EdifactMessage = {
      header: messageHeaderOf(unh),
      segments: [unh],
      group: this.#group ?? null,
      issues: [],
      assumptions: [],
    }
    const { reference, type } = message.header
    if (!/^[A-Z]{6}$/.test(type)) message.issues.push(badType(unh))
    if (reference === '') message.issues.push(missingNumber('message', unh))
    else if (!this.#references.isNew(reference)) message.issues.push(duplicateNumber(unh))
    this.#lost = 0
    this.#occurrences.clear()
    this.#messageCount += 1
    this.#inGroup += 1
    this.#message = message
    if (this.#options.drop !== true) interchange.messages.push(message)
    this.#options.onSegment?.(unh, message)
    this.#look(unh)
  }

  #closeMessage(unt: EdifactSegment): void {
    const message = this.#message
    if (message === undefined) return this.#misplaced(unt, 'UNT closes a message that UNH opened')
    message.segments.push(unt)
    this.#options.onSegment?.(unt, message)
    const counted = message.segments.length + this.#lost
    if (wholeNumber(unt.element(1)) !== counted) this.#fault(message, 'message', countDiffers('message', unt, counted))
    if (unt.element(2) !== message.header.reference)
      this.#fault(message, 'message', numbersDiffer('message', unt, message.header.reference))
    this.#deliver(message)
  }

  #leaveMessage(): void {
    const message = this.#message
    const [unh] = message?.segments ?? []
    if (message === undefined || unh === undefined) return
    note(message.issues, noTrailer('message', unh))
    this.#deliver(message)
  }

  #deliver(message: EdifactMessage): void {
    this.#message = undefined
    if (this.#interchange !== undefined) this.#options.onMessage?.(message, this.#interchange)
  }

  #count(id: string): void {
    this.#lost += 1
    this.#occurrences.set(id, (this.#occurrences.get(id) ?? 0) + 1)
  }

  #content(segment: EdifactSegment): void {
    const message = this.#message
    if (message === undefined) return this.#misplaced(segment, 'Outside a message stand only UNG, UNE and UNZ')
    this.#options.onSegment?.(segment, message)
    if (this.#options.countOnly === true) this.#count(segment.id)
    else message.segments.push(segment)
    const wellNamed = isTag(segment.id)
    if (wellNamed && !segment.hasControlByte && !segment.hasHighByte && !segment.isWrapped) return
    this.#look(segment)
    if (message.issues.length > MAX_ISSUES) return
    const occurrence =
      this.#options.countOnly === true
        ? (this.#occurrences.get(segment.id) ?? 1)
        : occurrenceOf(message.segments, message.segments.length - 1)
    if (!wellNamed) note(message.issues, badSegmentId(segment, occurrence))
    else if (segment.hasControlByte) note(message.issues, controlCharacter(segment, occurrence))
  }

  /** Says once an interchange that lines were wrapped, and that the declared character set was not the one sent. */
  #look(segment: EdifactSegment): void {
    const interchange = this.#interchange
    if (interchange === undefined) return
    if (!this.#saidWrapped && segment.isWrapped) {
      this.#saidWrapped = true
      interchange.tolerated.push(wrapped(segment))
    }
    if (!this.#saidCharset && segment.hasHighByte && segment.charset === 'evidence') {
      this.#saidCharset = true
      const read = isUtf8(Buffer.from(segment.raw, 'latin1')) ? 'UTF-8' : 'latin-1'
      interchange.tolerated.push(undeclaredCharacters(segment, interchange.header.syntaxId, read))
    }
  }

  #fault(part: { issues: Issue[]; assumptions: Issue[] }, name: Part, issue: Issue): void {
    const kind = issue.code.replace(`edifact.${name}.`, '')
    if (this.#options.repair === true && REPAIRABLE.has(kind)) part.assumptions.push(assumed(issue))
    else note(part.issues, issue)
  }

  #misplaced(segment: EdifactSegment, rule: string): void {
    if (this.#astray) return
    this.#astray = true
    note((this.#group ?? this.#interchange)?.issues ?? this.fileIssues, misplaced(segment, rule))
  }
}

/** Three characters, a capital first: checked by hand because it runs for every segment. */
function isTag(id: string): boolean {
  if (id.length !== 3) return false
  const first = id.charCodeAt(0)
  if (first < 65 || first > 90) return false
  for (let i = 1; i < 3; i += 1) {
    const code = id.charCodeAt(i)
    if (!((code >= 65 && code <= 90) || (code >= 48 && code <= 57))) return false
  }
  return true
}
