/**
 * Makes a CONTRL, the syntax acknowledgment of an interchange (UN/EDIFACT CONTRL, ISO 9735-4). It names what was rejected, down to
 * segment and element; what it does not name is acknowledged. Action 4: this level and all below rejected; 7: acknowledged.
 * Element positions count the tag as 1, as the directory says for 0098.
 */
import type { Issue } from '#core/issue.ts'
import type { ElementFaultKind, GuideFault, SegmentFaultKind } from '../guides/faults.ts'
import type { EdifactGroup, EdifactInterchange, EdifactMessage } from './interchange.ts'
import type { WritableEdifactMessage, WritableEdifactSegment } from './writable.ts'

export type ContrlAction = '4' | '7'

/** What the caller found in one message beyond its envelope. */
export type MessageFindings = {
  faults: readonly GuideFault[]
  /** 0085 for the message as a whole, e.g. `17`: nobody here reads this type. */
  error?: string
}

export type ContrlRequest = {
  interchange: EdifactInterchange
  /** 0062 of the CONTRL. */
  reference: string
  /** By index of the message in the interchange; a message without one is judged by its envelope alone. */
  findings?: ReadonlyMap<number, MessageFindings>
  /** 0085 for the interchange as a whole: `26` duplicate, `23` unknown sender. */
  interchangeError?: string
}

export type Contrl = {
  message: WritableEdifactMessage
  action: ContrlAction
  /** By index of the message; 4 for all when the interchange is rejected. */
  messageActions: ContrlAction[]
}

type Fault = { error: string; tag: string; element?: readonly [element: number, component?: number] }

/** 0085, 0013 and S011 for the issues of an interchange, group or message. */
const ENVELOPE: Readonly<Record<string, Fault>> = {
  'edifact.interchange.control-number': { error: '28', tag: 'UNZ', element: [3] },
  'edifact.interchange.count': { error: '29', tag: 'UNZ', element: [2] },
  'edifact.interchange.no-trailer': { error: '13', tag: 'UNZ' },
  'edifact.interchange.no-control-number': { error: '13', tag: 'UNB', element: [6] },
  'edifact.misplaced-segment': { error: '33', tag: '' },
  'edifact.group.control-number': { error: '28', tag: 'UNE', element: [3] },
  'edifact.group.count': { error: '29', tag: 'UNE', element: [2] },
  'edifact.group.no-trailer': { error: '13', tag: 'UNE' },
  'edifact.group.no-control-number': { error: '13', tag: 'UNG', element: [6] },
  'edifact.message.control-number': { error: '28', tag: 'UNT', element: [3] },
  'edifact.message.count': { error: '29', tag: 'UNT', element: [2] },
  'edifact.message.no-trailer': { error: '13', tag: 'UNT' },
  'edifact.message.no-control-number': { error: '13', tag: 'UNH', element: [2] },
  'edifact.message.duplicate-control-number': { error: '26', tag: 'UNH', element: [2] },
  'edifact.message.type': { error: '12', tag: 'UNH', element: [3, 1] },
  'edifact.control-character': { error: '21', tag: '' },
  'edifact.segment-id': { error: '15', tag: '' },
}
const UNSPECIFIED: Fault = { error: '18', tag: '' }

const SEGMENT_ERRORS: Readonly<Record<SegmentFaultKind, string>> = {
  'unknown-segment': '15',
  'not-in-set': '15',
  'out-of-order': '15',
  'unused-segment': '15',
  'segment-missing': '13',
  'too-many-segments': '35',
  'too-many-loops': '36',
}

const ELEMENT_ERRORS: Readonly<Record<ElementFaultKind, string>> = {
  'element-missing': '13',
  'conditional-missing': '13',
  exclusion: '14',
  'unused-element': '14',
  'too-many-elements': '16',
  'too-many-components': '16',
  'too-many-repetitions': '35',
  'too-short': '40',
  'too-long': '39',
  'bad-character': '21',
  'bad-number': '37',
  'bad-code': '12',
  'bad-date': '12',
  'bad-time': '12',
  'wrong-count': '29',
}

/** Null for an interchange of CONTRL messages: an acknowledgment is never acknowledged. */
export function buildContrl(request: ContrlRequest): Contrl | null {
  const { interchange, findings, interchangeError } = request
  const answered = interchange.messages.filter(({ header }) => header.type !== 'CONTRL')
  if (answered.length === 0 && interchange.messages.length > 0) return null

  const [issue] = interchange.issues
  const whole = interchangeError === undefined ? issue && faultOf(issue) : { error: interchangeError, tag: 'UNB' }
  const action: ContrlAction = whole === undefined ? '7' : '4'
  const { header } = interchange
  const segments: WritableEdifactSegment[] = [
    ['UCI', header.controlReference, party(header.sender), party(header.receiver), action, ...errorElements(whole)],
  ]
  const actions = interchange.messages.map((message, index) =>
    action === '4' || isRejected(message, findings?.get(index)) ? '4' : '7',
  )
  if (action === '7') {
    for (const [index, message] of interchange.messages.entries())
      if (message.group === null) addMessage(segments, message, findings?.get(index))
    for (const group of interchange.groups) addGroup(segments, group, interchange, findings)
  }
  return {
    action,
    messageActions: actions,
    message: {
      header: {
        reference: request.reference,
        type: 'CONTRL',
        version: 'D',
        release: '3',
        agency: 'UN',
        association: '',
        accessReference: '',
      },
      segments,
    },
  }
}

const party = ({ id, qualifier, internalId }: EdifactInterchange['header']['sender']): string[] => [
  id,
  qualifier,
  internalId,
]

const isRejected = (message: EdifactMessage, findings: MessageFindings | undefined): boolean =>
  message.header.type !== 'CONTRL' &&
  (message.issues.length > 0 ||
    (message.group?.issues.length ?? 0) > 0 ||
    findings?.error !== undefined ||
    (findings?.faults.length ?? 0) > 0)

function addGroup(
  segments: WritableEdifactSegment[],
  group: EdifactGroup,
  interchange: EdifactInterchange,
  findings: ContrlRequest['findings'],
): void {
  const { ung } = group
  const fault = group.issues[0] === undefined ? undefined : faultOf(group.issues[0])
  const own: WritableEdifactSegment[] = []
  if (fault === undefined)
    for (const [index, message] of interchange.messages.entries())
      if (message.group === group) addMessage(own, message, findings?.get(index))
  if (fault === undefined && own.length === 0) return
  segments.push([
    'UCF',
    group.reference,
    [ung.component(2, 1), ung.component(2, 2)],
    [ung.component(3, 1), ung.component(3, 2)],
    fault === undefined ? '7' : '4',
    ...errorElements(fault),
  ])
  segments.push(...own)
}

function addMessage(
  segments: WritableEdifactSegment[],
  message: EdifactMessage,
  findings: MessageFindings | undefined,
): void {
  if (!isRejected(message, findings)) return
  const { reference, type, version, release, agency, association } = message.header
  const [issue] = message.issues
  const whole = issue === undefined ? undefined : faultOf(issue)
  const fault = whole ?? (findings?.error === undefined ? undefined : { error: findings.error, tag: 'UNH' })
  segments.push(['UCM', reference, [type, version, release, agency, association], '4', ...errorElements(fault)])
  if (fault !== undefined) return
  const byPosition = Map.groupBy(findings?.faults ?? [], ({ segment }) => segment.position)
  for (const [position, faults] of [...byPosition].toSorted(([left], [right]) => left - right)) {
    const ofSegment = faults.filter(({ element }) => element === undefined)
    const ofElements = faults.filter(({ element }) => element !== undefined)
    for (const { kind } of ofSegment) segments.push(['UCS', String(position), SEGMENT_ERRORS[kind as SegmentFaultKind]])
    if (ofElements.length === 0) continue
    // A segment whose own fault is told needs no second UCS for its elements.
    if (ofSegment.length === 0) segments.push(['UCS', String(position)])
    for (const { kind, element } of ofElements)
      segments.push(['UCD', ELEMENT_ERRORS[kind as ElementFaultKind], position011(element)])
  }
}

function position011(element: GuideFault['element']): string[] {
  const place = String((element?.position ?? 0) + 1)
  return element?.component === undefined ? [place] : [place, String(element.component)]
}

const faultOf = ({ code }: Issue): Fault => ENVELOPE[code] ?? UNSPECIFIED

function errorElements(fault: Fault | undefined): (string | string[])[] {
  if (fault === undefined) return []
  const { error, tag, element } = fault
  if (tag === '') return [error]
  return element === undefined ? [error, tag] : [error, tag, element.map(String)]
}
