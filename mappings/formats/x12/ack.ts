/**
 * Makes a 997 or a 999 for a group that was read. It says that the group was readable, not that its business content is accepted. Faults of the envelope are taken from the issues of the parts; faults of the content come from the caller.
 * Codes: facts of the 997 (AK304, AK403, AK502, AK715/AK905) from partners' public guides.
 */
import type { Issue } from '#core/issue.ts'
import type { X12Group, X12Set } from './interchange.ts'
import type { WritableElement, WritableSegment, WritableSet } from './writable.ts'

export type AckElementError = {
  /** AK401: element position, and position of the component where it is in one. */
  position: number
  component?: number
  /** IK401-03: which repetition, where the element repeats. */
  repetition?: number
  /** AK402: the data element's reference number, where the guide names it. */
  reference?: string
  /** AK403: 1 mandatory missing, 2 conditional missing, 3 too many, 4 short, 5 long, 6 bad character, 7 bad code, 8 bad date, 9 bad time, 10 exclusion broken. */
  code: string
  /** IK403 where it differs: only the partner's guide is broken. */
  code999?: string
  byPartner?: boolean
  /** AK404: the bad value; left out when the receiver could not read it back. */
  value?: string
}

export type AckSegmentError = {
  /** AK301 and AK302: name, and position in the set counted from ST = 1. */
  id: string
  position: number
  /** AK303. */
  loop?: string
  /** AK304: 1 unknown, 2 unexpected, 3 mandatory missing, 4 loop too often, 5 too often, 6 not in set, 7 wrong order, 8 has element errors. */
  code: string
  /** IK304 where it differs: only the partner's guide is broken. */
  code999?: string
  byPartner?: boolean
  elements?: readonly AckElementError[]
}

/** What the caller found in one set beyond its envelope. */
export type AckVerdict = {
  segmentErrors: readonly AckSegmentError[]
  /** AK502 codes to add, e.g. `1` for a set type that is not supported. */
  setErrors?: readonly string[]
  /** True: the errors are noted (AK501 = E), the set is used all the same. Only for errors of content, never of the envelope. */
  acceptedWithErrors?: boolean
}

export type AckRequest = {
  group: X12Group
  /** ST02 of the 997. */
  controlNumber: string
  /** By index of the set in the group; a set without one is judged by its envelope alone. */
  verdicts?: ReadonlyMap<number, AckVerdict>
  /** AK905 codes the caller adds, e.g. `1` for a group type that is not supported. */
  groupErrors?: readonly string[]
}

export type SetStatus = 'A' | 'E' | 'R'
export type GroupStatus = 'A' | 'E' | 'P' | 'R'

/**
 * `set` goes into a group with functional id `FA`. A set may be used only when its own status and the group's are not `R`:
 * in a rejected group nothing is accepted, whatever its sets look like.
 */
export type Acknowledgment = { set: WritableSet; groupStatus: GroupStatus; setStatuses: SetStatus[] }
export type Ack997 = Acknowledgment

/** AK502 for the issues of a set's envelope and of its segments' form. */
const SET_CODES: Readonly<Record<string, string>> = {
  'x12.set.no-trailer': '2',
  'x12.set.control-number': '3',
  'x12.set.count': '4',
  'x12.segment-id': '5',
  'x12.control-character': '5',
  'x12.segment-too-long': '5',
  'x12.too-many-elements': '5',
  'x12.too-many-issues': '5',
  'x12.set.id': '6',
  'x12.set.no-control-number': '7',
  'x12.set.duplicate-control-number': '23',
}

/** AK905 for the issues of a group's envelope. */
const GROUP_CODES: Readonly<Record<string, string>> = {
  'x12.group.no-trailer': '3',
  'x12.group.control-number': '4',
  'x12.group.count': '5',
  'x12.group.no-control-number': '6',
}

const SEGMENTS_IN_ERROR = '5'
const GUIDE_SEGMENTS_IN_ERROR = 'I5'
/** AK5 and AK9 have room for five codes. */
const MAX_CODES = 5
const MAX_COPY = 99

/** What differs between the two: names of the segments, and codes for what only a partner's guide demands. */
type Dialect = { id: '997' | '999'; implementation: string; segment: string; element: string; verdict: string }

const DIALECT_997: Dialect = { id: '997', implementation: '', segment: 'AK3', element: 'AK4', verdict: 'AK5' }
const DIALECT_999: Dialect = {
  id: '999',
  implementation: '005010X231A1',
  segment: 'IK3',
  element: 'IK4',
  verdict: 'IK5',
}

/** Null for a group of acknowledgments: an acknowledgment is never acknowledged, or two systems would never stop. */
export const build997 = (request: AckRequest): Ack997 | null => build(request, DIALECT_997)

/** The same as a 999, which tells faults of the standard from faults of the partner's guide only. One of the two per group, never both. */
export const build999 = (request: AckRequest): Acknowledgment | null => build(request, DIALECT_999)

function build(request: AckRequest, dialect: Dialect): Acknowledgment | null {
  const { group } = request
  const { functionalId, controlNumber, version } = group.header
  if (functionalId === 'FA') return null

  const about: WritableSegment = ['AK1', functionalId, controlNumber]
  const segments: WritableSegment[] = [dialect.id === '997' ? about : [...about, version]]
  const setStatuses = group.sets.map((set, index) => addSet(segments, set, request.verdicts?.get(index), dialect))
  const groupCodes = unique([...codesOf(group.issues, GROUP_CODES), ...(request.groupErrors ?? [])])
  const noted = codesOf(group.assumptions ?? [], GROUP_CODES)
  const groupStatus = statusOfGroup(setStatuses, group.issues.length > 0 || groupCodes.length > 0, noted.length > 0)
  const received = group.sets.length
  const accepted = groupStatus === 'R' ? 0 : setStatuses.filter((status) => status !== 'R').length
  segments.push([
    'AK9',
    groupStatus,
    String(group.statedSetCount ?? received),
    String(received),
    String(accepted),
    ...unique([...groupCodes, ...noted]),
  ])
  const header = { id: dialect.id, controlNumber: request.controlNumber, implementation: dialect.implementation }
  return { set: { header, segments }, groupStatus, setStatuses }
}

function addSet(
  segments: WritableSegment[],
  set: X12Set,
  verdict: AckVerdict | undefined,
  dialect: Dialect,
): SetStatus {
  const found = verdict?.segmentErrors ?? []
  const content = [...errorCodes(found, dialect), ...(verdict?.setErrors ?? [])]
  const envelope = codesOf(set.issues, SET_CODES)
  const codes = unique([...envelope, ...codesOf(set.assumptions ?? [], SET_CODES), ...content])
  const used = content.length === 0 || verdict?.acceptedWithErrors === true
  const status = statusOfSet(envelope.length > 0 || set.issues.length > 0, codes.length > 0, used)

  const { id, controlNumber, implementation } = set.header
  const guide = dialect.id === '999' && implementation !== '' ? [implementation] : []
  segments.push(['AK2', id, controlNumber, ...guide])
  for (const error of found) addSegmentError(segments, error, dialect)
  segments.push([dialect.verdict, status, ...codes])
  return status
}

/** 5 where the standard is broken, I5 (999 only) where the partner's guide is. */
function errorCodes(found: readonly AckSegmentError[], dialect: Dialect): string[] {
  if (dialect.id === '997') return found.length > 0 ? [SEGMENTS_IN_ERROR] : []
  const each = found.flatMap((error) => error.elements ?? [error])
  return [
    ...(each.some(({ byPartner }) => byPartner !== true) ? [SEGMENTS_IN_ERROR] : []),
    ...(each.some(({ byPartner }) => byPartner === true) ? [GUIDE_SEGMENTS_IN_ERROR] : []),
  ]
}

function statusOfSet(envelopeFault: boolean, anyFault: boolean, used: boolean): SetStatus {
  if (envelopeFault) return 'R'
  if (!anyFault) return 'A'
  return used ? 'E' : 'R'
}

function statusOfGroup(sets: readonly SetStatus[], groupFault: boolean, noted: boolean): GroupStatus {
  if (groupFault) return 'R'
  if (sets.length > 0 && sets.every((status) => status === 'R')) return 'R'
  if (sets.includes('R')) return 'P'
  return noted || sets.includes('E') ? 'E' : 'A'
}

function addSegmentError(segments: WritableSegment[], error: AckSegmentError, dialect: Dialect): void {
  const pick = (codes: { code: string; code999?: string }): string =>
    dialect.id === '999' ? (codes.code999 ?? codes.code) : codes.code
  segments.push([dialect.segment, error.id, String(error.position), error.loop ?? '', pick(error)])
  for (const element of error.elements ?? []) {
    const { position, component, repetition } = element
    const where: WritableElement =
      component === undefined && repetition === undefined
        ? String(position)
        : [String(position), String(component ?? ''), ...(repetition === undefined ? [] : [String(repetition)])]
    segments.push([dialect.element, where, element.reference ?? '', pick(element), copyable(element.value)])
  }
}

/** A bad value is repeated only where any interchange can carry it: it may be bad for holding a delimiter. */
function copyable(value: string | undefined): string {
  return value !== undefined && value.length <= MAX_COPY && /^[A-Za-z0-9 .,/-]*$/.test(value) ? value : ''
}

const codesOf = (issues: readonly Issue[], table: Readonly<Record<string, string>>): string[] =>
  issues.map((issue) => table[issue.code]).filter((code) => code !== undefined)

const unique = (codes: readonly string[]): string[] => [...new Set(codes)].slice(0, MAX_CODES)
