/** What a 997 or a 999 says of the faults a guide found. Codes: AK304, AK403 and their 999 kin, from partners' public guides. */
import type { AckElementError, AckSegmentError, AckVerdict } from '../../x12/ack.ts'
import type { ElementFaultKind, GuideFault, SegmentFaultKind } from '../faults.ts'

/** AK304 and IK304. */
const SEGMENT_CODES: Readonly<Record<SegmentFaultKind, string>> = {
  'unknown-segment': '1',
  'unused-segment': '2',
  'segment-missing': '3',
  'too-many-loops': '4',
  'too-many-segments': '5',
  'not-in-set': '6',
  'out-of-order': '7',
}

/** AK403 and IK403. A count that is off is a value that is not the right one. */
const ELEMENT_CODES: Readonly<Record<ElementFaultKind, string>> = {
  'element-missing': '1',
  'conditional-missing': '2',
  'too-many-elements': '3',
  'too-short': '4',
  'too-long': '5',
  'bad-character': '6',
  'bad-number': '6',
  'bad-code': '7',
  'wrong-count': '7',
  'bad-date': '8',
  'bad-time': '9',
  exclusion: '10',
  'unused-element': '10',
  'too-many-repetitions': '12',
  'too-many-components': '13',
}

/** IK304 and IK403 where only the partner's guide is broken, not the standard. */
const PARTNER_CODES: Readonly<Partial<Record<GuideFault['kind'], string>>> = {
  'unused-segment': 'I4',
  'segment-missing': 'I8',
  'bad-code': 'I6',
  'element-missing': 'I9',
  'unused-element': 'I10',
}

const HAS_ELEMENT_ERRORS = '8'

/** Undefined when nothing is wrong. `acceptedWithErrors`: the set is used all the same, and the partner is told so. */
export function ackVerdict(faults: readonly GuideFault[], acceptedWithErrors = false): AckVerdict | undefined {
  if (faults.length === 0) return undefined
  const errors: AckSegmentError[] = []
  const byPosition = new Map<number, AckElementError[]>()
  for (const fault of faults) {
    const { segment, element } = fault
    const base = {
      id: segment.id,
      position: segment.position,
      ...(segment.loop === undefined ? {} : { loop: segment.loop }),
      byPartner: fault.byPartner,
    }
    if (element === undefined) errors.push({ ...base, ...codesOf(fault) })
    else {
      const elements = byPosition.get(segment.position)
      if (elements === undefined) {
        const first = [elementError(fault, element)]
        byPosition.set(segment.position, first)
        errors.push({ ...base, code: HAS_ELEMENT_ERRORS, elements: first })
      } else elements.push(elementError(fault, element))
    }
  }
  return {
    segmentErrors: errors.toSorted((left, right) => left.position - right.position),
    ...(acceptedWithErrors ? { acceptedWithErrors } : {}),
  }
}

function codesOf({ kind, byPartner }: GuideFault): { code: string; code999?: string } {
  const code = SEGMENT_CODES[kind as SegmentFaultKind] ?? ELEMENT_CODES[kind as ElementFaultKind]
  const other = byPartner ? PARTNER_CODES[kind] : undefined
  return other === undefined ? { code } : { code, code999: other }
}

function elementError(fault: GuideFault, element: NonNullable<GuideFault['element']>): AckElementError {
  return {
    position: element.position,
    ...(element.component === undefined ? {} : { component: element.component }),
    ...(element.repetition === undefined ? {} : { repetition: element.repetition }),
    ...(element.reference === '' ? {} : { reference: element.reference }),
    ...codesOf(fault),
    ...(element.value === undefined ? {} : { value: element.value }),
    byPartner: fault.byPartner,
  }
}
