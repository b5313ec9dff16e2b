/** Checks EDIFACT messages against their guides: order, groups, repeats, elements, dates, control counts. */
import { placeIn } from '../../edifact/place.ts'
import type { EdifactMessage } from '../../edifact/interchange.ts'
import type { EdifactSegment } from '../../edifact/segment.ts'
import { checkElements } from '../elements.ts'
import type { ElementAccess, ElementFinding } from '../elements.ts'
import { elementFault, noteSentence, ruleSentence, segmentFault } from '../faults.ts'
import type { GuideFault } from '../faults.ts'
import type { GuideOverlayInput } from '../overlay.ts'
import type { Guide, SegmentRule } from '../types.ts'
import { isDate, isTime } from '../values.ts'
import { Walker } from '../walker.ts'
import type { WalkFault } from '../walker.ts'
import { edifactGuide } from './guide.ts'

/** A message lists this many faults; hostile files can have one a byte. */
const MAX_FAULTS = 100

export type MessageVerdict = {
  /** False: there is no guide for this message, so its content was not checked. */
  hasGuide: boolean
  faults: GuideFault[]
}

/** Checks one message that was read whole. */
export function validateEdifactMessage(message: EdifactMessage, overlay?: GuideOverlayInput): MessageVerdict {
  const validator = new EdifactMessageValidator(message.header.type, message.header.release, overlay)
  for (const segment of message.segments) validator.segment(segment)
  return validator.end()
}

/** Every message that an envelope builder meets, segment by segment: `onSegment` goes to the builder, `verdict` is asked in its `onMessage`. */
export function edifactMessagesAsTheyCome(overlay?: GuideOverlayInput) {
  let validator = new EdifactMessageValidator('', '')
  return {
    onSegment: (segment: EdifactSegment, { header }: EdifactMessage): void => {
      if (segment.id === 'UNH') validator = new EdifactMessageValidator(header.type, header.release, overlay)
      validator.segment(segment)
    },
    verdict: (): MessageVerdict => validator.end(),
  }
}

/** The same along a stream: give it every segment from UNH to UNT, then ask for the end. */
class EdifactMessageValidator {
  readonly #guide: Guide | undefined
  readonly #walker: Walker | undefined
  readonly #faults: GuideFault[] = []
  readonly #seen = new Map<string, number>()
  readonly #demanded = new Set<string>()
  #position = 0
  #current: EdifactSegment | undefined
  #rule: SegmentRule | undefined
  /** One for all segments: a closure a segment would cost as much as the check. */
  readonly #found = (finding: ElementFinding): void => {
    if (this.#current !== undefined && this.#rule !== undefined) this.#elementFault(finding, this.#current, this.#rule)
  }
  #access: ElementAccess = {
    decimalMark: '.',
    isComposite: (use, position) => use.parts !== undefined || this.#isSplit(position),
    repetitionsOf: (position) => this.#current?.repetitions(position) ?? [],
  }

  constructor(type: string, release: string, overlay?: GuideOverlayInput) {
    this.#guide = edifactGuide(type, release, overlay)
    this.#walker = this.#guide === undefined ? undefined : new Walker(this.#guide)
  }

  segment(segment: EdifactSegment): void {
    this.#position += 1
    this.#current = segment
    const guide = this.#guide
    const walker = this.#walker
    if (guide === undefined || walker === undefined) return
    if (segment.separators.decimal !== this.#access.decimalMark)
      this.#access = { ...this.#access, decimalMark: segment.separators.decimal }
    const { id } = segment
    if (id === 'UNT') this.#finish(segment, walker)
    else if (id !== 'UNH') {
      this.#seen.set(id, (this.#seen.get(id) ?? 0) + 1)
      for (const fault of walker.step(id)) this.#walkFault(fault, segment)
    }
    for (const demand of guide.demands)
      if (demand.id === id && segment.element(1) === demand.value) this.#demanded.add(`${id}*${demand.value}`)
    if (this.#faults.length >= MAX_FAULTS) return
    const rule = guide.segments.get(id)
    this.#rule = rule
    if (rule === undefined) return
    checkElements(segment, rule, this.#access, this.#found)
    if (id === 'DTM') this.#checkDate(segment, rule)
    else if (id === 'CNT') this.#checkCount(segment, rule)
  }

  end(): MessageVerdict {
    return { hasGuide: this.#guide !== undefined, faults: this.#faults.slice(0, MAX_FAULTS) }
  }

  #isSplit(position: number): boolean {
    const segment = this.#current
    return segment !== undefined && (segment.component(position, 2) !== '' || segment.repetitions(position).length > 1)
  }

  #finish(unt: EdifactSegment, walker: Walker): void {
    for (const fault of walker.end()) this.#walkFault(fault, unt)
    for (const { id, value } of this.#guide?.demands ?? []) {
      if (this.#demanded.has(`${id}*${value}`)) continue
      this.#walkFault({ kind: 'segment-missing', id, max: 1, byPartner: true }, unt, `${id} with ${value}`)
    }
  }

  /** 2380 in the form that 2379 names, where we know it. */
  #checkDate(dtm: EdifactSegment, rule: SegmentRule): void {
    const value = dtm.component(1, 2)
    if (value === '' || isInForm(value, dtm.component(1, 3))) return
    const finding: ElementFinding = { kind: 'bad-date', position: 1, component: 2, value }
    this.#elementFault(finding, dtm, rule, `DTM01.2 is a date in form ${dtm.component(1, 3)}`)
  }

  /** CNT 2 counts the LIN segments. */
  #checkCount(cnt: EdifactSegment, rule: SegmentRule): void {
    const stated = cnt.component(1, 2)
    const counted = this.#seen.get('LIN') ?? 0
    if (cnt.component(1, 1) !== '2' || !/^\d{1,10}$/.test(stated) || Number(stated) === counted) return
    const finding: ElementFinding = { kind: 'wrong-count', position: 1, component: 2, value: stated }
    this.#elementFault(finding, cnt, rule, `CNT 2 counts the LIN segments, here ${counted}`)
  }

  #walkFault(fault: WalkFault, segment: EdifactSegment, words?: string): void {
    if (this.#faults.length >= MAX_FAULTS) return
    const missing = fault.kind === 'segment-missing' ? fault.id : undefined
    const id = missing ?? segment.id
    const where = { id, position: this.#position }
    const place =
      missing === undefined
        ? placeIn(segment, undefined, this.#seen.get(segment.id) ?? 1)
        : { path: missing, byteOffset: segment.byteOffset }
    this.#faults.push(segmentFault('edifact', fault, where, place, words ?? this.#guide?.segments.get(id)?.name))
  }

  #elementFault(finding: ElementFinding, segment: EdifactSegment, rule: SegmentRule, words?: string): void {
    const { kind, position, component, repetition, use, value, note } = finding
    const path = `${segment.id}${String(position).padStart(2, '0')}${component === undefined ? '' : `.${component}`}`
    const sentence = words ?? (note === undefined ? ruleSentence(kind, use, path) : noteSentence(note, rule))
    this.#faults.push(
      elementFault(
        'edifact',
        kind,
        { id: segment.id, position: this.#position },
        {
          position,
          ...(component === undefined ? {} : { component }),
          ...(repetition === undefined ? {} : { repetition }),
          reference: use?.rule.ref ?? '',
          ...(value === undefined ? {} : { value }),
        },
        placeIn(segment, position, this.#seen.get(segment.id), component),
        sentence,
        use?.byPartner === true || (kind === 'bad-code' && use?.rule.codesByPartner === true),
      ),
    )
  }
}

/** Forms of 2379 that name a day or a moment; others are not judged. */
function isInForm(value: string, form: string): boolean {
  switch (form) {
    case '101':
    case '102':
      return value.length === (form === '101' ? 6 : 8) && isDate(value)
    case '201':
      return value.length === 10 && isDate(value.slice(0, 6)) && isTime(value.slice(6))
    case '203':
      return value.length === 12 && isDate(value.slice(0, 8)) && isTime(value.slice(8))
    case '204':
      return value.length === 14 && isDate(value.slice(0, 8)) && isTime(value.slice(8))
    default:
      return true
  }
}
