/** Checks transaction sets against their guides: order, loops, repeats, elements, rules between elements, counts. */
import type { Issue } from '#core/issue.ts'
import type { X12Group, X12Set } from '../../x12/interchange.ts'
import { placeIn } from '../../x12/place.ts'
import type { X12Segment } from '../../x12/segment.ts'
import { checkElements } from '../elements.ts'
import type { ElementAccess, ElementFinding } from '../elements.ts'
import { elementFault, noteSentence, ruleSentence, segmentFault } from '../faults.ts'
import type { GuideFault } from '../faults.ts'
import type { GuideOverlayInput } from '../overlay.ts'
import type { ElementUse, Guide, SegmentRule } from '../types.ts'
import { Walker } from '../walker.ts'
import type { WalkFault } from '../walker.ts'
import { x12Guide } from './guide.ts'

/** A set lists this many faults; hostile files can have one a byte. */
const MAX_FAULTS = 100

/** Lines that CTT01 counts: any of these is right, because partners count levels or items of a ship notice. */
const COUNTED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  '810': [['IT1']],
  '846': [['LIN']],
  '850': [['PO1']],
  '855': [['PO1']],
  '856': [['HL'], ['LIN']],
  '860': [['POC']],
  '865': [['POC']],
}

export type SetVerdict = {
  /** False: there is no guide for this set, so its content was not checked. */
  hasGuide: boolean
  faults: GuideFault[]
}

/** Checks one set that was read whole. `gs08` is the version its group states. */
export function validateX12Set(set: X12Set, gs08: string, overlay?: GuideOverlayInput): SetVerdict {
  const validator = new X12SetValidator(set.header.id, gs08, overlay)
  for (const segment of set.segments) validator.segment(segment)
  return validator.end()
}

export const issuesOf = (verdict: SetVerdict): Issue[] => verdict.faults.map(({ issue }) => issue)

/** Every set that an envelope builder meets, segment by segment: `onSegment` goes to the builder, `verdict` is asked in its `onSet`. */
export function x12SetsAsTheyCome(overlay?: GuideOverlayInput) {
  let validator = new X12SetValidator('', '')
  return {
    onSegment: (segment: X12Segment, { header }: X12Set, group: X12Group): void => {
      if (segment.id === 'ST') validator = new X12SetValidator(header.id, group.header.version, overlay)
      validator.segment(segment)
    },
    verdict: (): SetVerdict => validator.end(),
  }
}

/** The same along a stream: give it every segment from ST to SE, then ask for the end. */
class X12SetValidator {
  readonly #setId: string
  readonly #guide: Guide | undefined
  readonly #walker: Walker | undefined
  readonly #faults: GuideFault[] = []
  readonly #seen = new Map<string, number>()
  readonly #demanded = new Set<string>()
  #position = 0
  #current: X12Segment | undefined
  #rule: SegmentRule | undefined
  /** One for all segments: a closure a segment would cost as much as the check. */
  readonly #found = (finding: ElementFinding): void => {
    if (this.#current !== undefined && this.#rule !== undefined) this.#elementFault(finding, this.#current, this.#rule)
  }
  readonly #access: ElementAccess = {
    decimalMark: '.',
    isComposite: (use) => use.parts !== undefined,
    repetitionsOf: (position) => {
      const segment = this.#current
      return segment === undefined
        ? []
        : segment.repetitions(position).map((_, index) => segment.components(position, index))
    },
  }

  constructor(setId: string, gs08: string, overlay?: GuideOverlayInput) {
    this.#setId = setId
    this.#guide = x12Guide(setId, gs08, overlay)
    this.#walker = this.#guide === undefined ? undefined : new Walker(this.#guide)
  }

  segment(segment: X12Segment): void {
    this.#position += 1
    this.#current = segment
    const guide = this.#guide
    const walker = this.#walker
    if (guide === undefined || walker === undefined) return
    const { id } = segment
    if (id === 'SE') this.#finish(segment, walker)
    else if (id !== 'ST') {
      this.#seen.set(id, (this.#seen.get(id) ?? 0) + 1)
      const faults = walker.step(id)
      for (const fault of faults) this.#walkFault(fault, segment)
    }
    for (const demand of guide.demands)
      if (demand.id === id && segment.element(1) === demand.value) this.#demanded.add(`${id}*${demand.value}`)
    if (this.#faults.length >= MAX_FAULTS) return
    const rule = guide.segments.get(id)
    this.#rule = rule
    if (rule !== undefined) {
      checkElements(segment, rule, this.#access, this.#found)
      if (id === 'CTT') this.#checkTotal(segment, rule)
    }
  }

  end(): SetVerdict {
    return { hasGuide: this.#guide !== undefined, faults: this.#faults.slice(0, MAX_FAULTS) }
  }

  #finish(se: X12Segment, walker: Walker): void {
    for (const fault of walker.end()) this.#walkFault(fault, se)
    for (const { id, value } of this.#guide?.demands ?? []) {
      if (this.#demanded.has(`${id}*${value}`)) continue
      const fault: WalkFault = { kind: 'segment-missing', id, max: 1, byPartner: true }
      this.#walkFault(fault, se, `${id} with ${value}`)
    }
  }

  #walkFault(fault: WalkFault, segment: X12Segment, words?: string): void {
    if (this.#faults.length >= MAX_FAULTS) return
    const missing = fault.kind === 'segment-missing' ? fault.id : undefined
    const id = missing ?? segment.id
    const loop = this.#walker?.loopId ?? ''
    const where = { id, position: this.#position, ...(loop === '' ? {} : { loop }) }
    const place =
      missing === undefined
        ? placeIn(segment, undefined, this.#seen.get(segment.id) ?? 1)
        : { path: missing, byteOffset: segment.byteOffset }
    const name = words ?? this.#guide?.segments.get(id)?.name
    this.#faults.push(segmentFault('x12', fault, where, place, name))
  }

  #elementFault(finding: ElementFinding, segment: X12Segment, rule: SegmentRule, words?: string): void {
    const { kind, position, component, repetition, use, value, note } = finding
    const loop = this.#walker?.loopId ?? ''
    const path = `${segment.id}${String(position).padStart(2, '0')}${component === undefined ? '' : `.${component}`}`
    const sentence = words ?? (note === undefined ? ruleSentence(kind, use, path) : noteSentence(note, rule))
    const byPartner = use?.byPartner === true || (kind === 'bad-code' && use?.rule.codesByPartner === true)
    this.#faults.push(
      elementFault(
        'x12',
        kind,
        { id: segment.id, position: this.#position, ...(loop === '' ? {} : { loop }) },
        {
          position,
          ...(component === undefined ? {} : { component }),
          ...(repetition === undefined ? {} : { repetition }),
          reference: referenceOf(use ?? rule.elements[position - 1]),
          ...(value === undefined ? {} : { value }),
        },
        placeIn(segment, position, this.#seen.get(segment.id)),
        sentence,
        byPartner,
      ),
    )
  }

  /** CTT01 against the lines that were counted, where the set has a settled meaning for it. */
  #checkTotal(ctt: X12Segment, rule: SegmentRule): void {
    const ways = COUNTED[this.#setId]
    const stated = ctt.element(1)
    if (ways === undefined || !/^\d{1,6}$/.test(stated)) return
    const counts = ways.map((ids) => ids.reduce((sum, id) => sum + (this.#seen.get(id) ?? 0), 0))
    if (counts.includes(Number(stated))) return
    const use = rule.elements[0]
    this.#elementFault(
      { kind: 'wrong-count', position: 1, value: stated, ...(use === undefined ? {} : { use }) },
      ctt,
      rule,
      `CTT01 counts the lines, here ${counts.join(' or ')}`,
    )
  }
}

/** AK402 and IK402 name data elements by number; what has no number has none. */
function referenceOf(use: ElementUse | undefined): string {
  const reference = use?.rule.ref ?? ''
  return /^\d+$/.test(reference) ? reference : ''
}
