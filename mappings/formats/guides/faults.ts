/** What a guide finds wrong with a set or message, said for people and kept in the words that acknowledgments are made from. */
import { excerpt } from '#core/issue.ts'
import type { Issue, Place } from '#core/issue.ts'
import type { ElementUse, SegmentRule, SyntaxNote } from './types.ts'
import type { ValueFault } from './values.ts'
import type { WalkFault } from './walker.ts'

export type ElementFaultKind =
  | ValueFault
  | 'element-missing'
  | 'conditional-missing'
  | 'exclusion'
  | 'too-many-elements'
  | 'too-many-components'
  | 'too-many-repetitions'
  | 'unused-element'
  | 'wrong-count'

export type SegmentFaultKind = WalkFault['kind']

export type GuideFault = {
  issue: Issue
  kind: SegmentFaultKind | ElementFaultKind
  /** Name, and position in the set counted from its header = 1. For what is missing: the name, and where that was noticed. */
  segment: { id: string; position: number; loop?: string }
  element?: { position: number; component?: number; repetition?: number; reference: string; value?: string }
  /** The standard allows it; the partner's guide does not. */
  byPartner: boolean
}

/** One sentence a kind: what the rule demands, and the cure. */
const SEGMENT_WORDS: Readonly<Record<SegmentFaultKind, readonly [rule: string, cure: string]>> = {
  'unknown-segment': [
    'is no segment of the standard',
    'Check for a delimiter inside data, or a segment of the partner’s own',
  ],
  'not-in-set': ['does not belong to this set', 'Leave it out, or ask which set it belongs to'],
  'out-of-order': ['stands where the set has no place for it', 'Put it in the order of the guide'],
  'unused-segment': ['is not used by the partner’s guide', 'Leave it out'],
  'segment-missing': ['must be there', 'Add it before this place'],
  'too-many-segments': ['stands more often than the guide allows', 'Leave out what is too many'],
  'too-many-loops': ['begins its loop more often than the guide allows', 'Split the document'],
}

const ELEMENT_CURES: Readonly<Record<ElementFaultKind, string>> = {
  'element-missing': 'Send a value',
  'conditional-missing': 'Send the elements that belong together, or leave all of them out',
  exclusion: 'Send one of them only',
  'too-many-elements': 'Check for a delimiter inside data, or another version of the standard',
  'too-many-components': 'Check for a delimiter inside data, or another version of the standard',
  'too-many-repetitions': 'Send fewer repetitions',
  'too-short': 'Send the value in its full length',
  'too-long': 'Shorten the value',
  'bad-character': 'Remove the character',
  'bad-number': 'Send digits, with a sign and a decimal mark where the element allows them',
  'bad-code': 'Send one of the codes, or agree on this one and add it to the partner overlay',
  'bad-date': 'Send a date of the calendar as CCYYMMDD (YYMMDD before 004010)',
  'bad-time': 'Send a time of day as HHMM or HHMMSS',
  'unused-element': 'Leave it out',
  'wrong-count': 'Send the count of what the document holds; if lines were lost, send it again',
}

export function segmentFault(
  standard: 'x12' | 'edifact',
  fault: WalkFault,
  segment: GuideFault['segment'],
  place: Place,
  name: string | undefined,
): GuideFault {
  const [rule, cure] = SEGMENT_WORDS[fault.kind]
  const most = 'max' in fault && fault.kind !== 'segment-missing' ? ` (at most ${fault.max})` : ''
  const byPartner = fault.kind === 'unused-segment' || ('byPartner' in fault && fault.byPartner)
  const named = name === undefined ? excerpt(segment.id, 10) : `${segment.id} (${name})`
  return {
    kind: fault.kind,
    segment,
    byPartner,
    issue: {
      code: `${standard}.guide.${fault.kind}`,
      class: 'data',
      place,
      rule: `${named} ${rule}${most}`,
      cure,
      subject: excerpt(segment.id, 10),
    },
  }
}

export function elementFault(
  standard: 'x12' | 'edifact',
  kind: ElementFaultKind,
  segment: GuideFault['segment'],
  element: NonNullable<GuideFault['element']>,
  place: Place,
  rule: string,
  byPartner: boolean,
): GuideFault {
  return {
    kind,
    segment,
    element,
    byPartner,
    issue: {
      code: `${standard}.guide.${kind}`,
      class: 'data',
      place,
      rule,
      ...(element.value === undefined ? {} : { value: excerpt(element.value) }),
      cure: ELEMENT_CURES[kind],
      subject: `${segment.id}-${String(element.position).padStart(2, '0')}`,
    },
  }
}

/** What the rule demands of one element, in a sentence. */
export function ruleSentence(kind: ElementFaultKind, use: ElementUse | undefined, where: string): string {
  const rule = use?.rule
  const named = rule === undefined || rule.name === rule.ref ? where : `${where} (${rule.name})`
  switch (kind) {
    case 'element-missing':
      return `${named} must be there`
    case 'too-long':
      return `${named} has at most ${rule?.max ?? 0} characters`
    case 'too-short':
      return `${named} has at least ${rule?.min ?? 0} characters`
    case 'bad-code':
      return `${named} is one of ${excerpt([...(rule?.codes ?? [])].join(', '), 120)}`
    case 'bad-number':
      return `${named} is a number`
    case 'bad-date':
      return `${named} is a date`
    case 'bad-time':
      return `${named} is a time`
    case 'bad-character':
      return `${named} holds no such character`
    case 'too-many-repetitions':
      return `${named} repeats at most ${use?.repeat ?? 1} times`
    case 'unused-element':
      return `${named} is not used by the partner’s guide`
    case 'too-many-elements':
      return `${named} is one element more than the segment has`
    case 'too-many-components':
      return `${named} is one component more than the element has`
    case 'conditional-missing':
    case 'exclusion':
    case 'wrong-count':
      return named
  }
}

export function noteSentence({ kind, positions, text }: SyntaxNote, { id }: SegmentRule): string {
  const names = positions.map((position) => `${id}${String(position).padStart(2, '0')}`)
  const [first = '', ...others] = names
  const rest = others.join(' and ')
  switch (kind) {
    case 'P':
      return `${names.join(', ')} stand together or not at all (${text})`
    case 'R':
      return `At least one of ${names.join(', ')} must be there (${text})`
    case 'E':
      return `At most one of ${names.join(', ')} may be there (${text})`
    case 'C':
      return `With ${first} goes ${rest} (${text})`
    case 'L':
      return `With ${first} goes one of ${others.join(', ')} (${text})`
  }
}
