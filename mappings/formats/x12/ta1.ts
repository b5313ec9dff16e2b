/**
 * Makes a TA1, the acknowledgment of ISA and IEA alone. It says whether the interchange could be opened; what lies in it is for 997
 * and 999. Codes: TA104 and TA105 from partners' public guides.
 */
import type { Issue } from '#core/issue.ts'
import { isDate, isTime } from '../guides/values.ts'
import type { X12Interchange } from './interchange.ts'
import type { WritableSegment } from './writable.ts'

export type Ta1Status = 'A' | 'E' | 'R'

/** TA105 for the issues of an interchange. */
const NOTES: Readonly<Record<string, string>> = {
  'x12.interchange.control-number': '001',
  'x12.interchange.no-control-number': '018',
  'x12.interchange.count': '021',
  'x12.misplaced-segment': '022',
  'x12.interchange.no-trailer': '023',
  'x12.segment-too-long': '024',
  'x12.too-many-elements': '024',
}
const NO_ERROR = '000'
const INVALID_CONTENT = '024'

export type Ta1Options = {
  /** What the receiver found beyond the envelope: `duplicate` (025), or a sender or receiver it does not know (005 to 008). */
  note?: '005' | '006' | '007' | '008' | '009' | '025'
}

export type Ta1 = { segment: WritableSegment; status: Ta1Status; note: string }

/**
 * Null for an interchange that holds nothing but acknowledgments (TA1, FA groups): an acknowledgment is never acknowledged. The
 * interchange may be used unless the status is R.
 */
export function buildTa1(interchange: X12Interchange, options: Ta1Options = {}): Ta1 | null {
  const { header, groups, interchangeAcks } = interchange
  const isOnlyAcks = groups.length === 0 ? interchangeAcks.length > 0 : groups.every(isAck)
  if (isOnlyAcks) return null
  const { status, note } = judge(interchange, options)
  return { segment: ['TA1', header.controlNumber, header.date, header.time, status, note], status, note }
}

const isAck = ({ header }: X12Interchange['groups'][number]): boolean => header.functionalId === 'FA'

function judge(interchange: X12Interchange, { note }: Ta1Options): { status: Ta1Status; note: string } {
  if (note !== undefined) return { status: 'R', note }
  const [issue] = interchange.issues
  if (issue !== undefined) return { status: 'R', note: noteOf(issue) }
  const [assumed] = (interchange.assumptions ?? []).filter(({ code }) => NOTES[code] !== undefined)
  if (assumed !== undefined) return { status: 'E', note: noteOf(assumed) }
  const odd = oddElement(interchange)
  return odd === undefined ? { status: 'A', note: NO_ERROR } : { status: 'E', note: odd }
}

const noteOf = ({ code }: Issue): string => NOTES[code] ?? INVALID_CONTENT

/** Elements of ISA that are not what they should be and that nothing hangs on. */
function oddElement({ isa, header }: X12Interchange): string | undefined {
  if (header.authorization.qualifier.length !== 2) return '010'
  if (header.security.qualifier.length !== 2) return '012'
  if (header.date.length !== 6 || !isDate(header.date)) return '014'
  if (!isTime(header.time)) return '015'
  if (!/^\d{5}$/.test(header.version)) return '017'
  if (!/^[01]$/.test(isa.element(14).trim())) return '019'
  if (!/^[PTI]$/.test(header.usage)) return '020'
  return undefined
}
