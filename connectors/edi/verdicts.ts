/**
 * What a 997 says of a set that could not be used. It judges the form of the set: a purchase order that nobody knows, or a code
 * without a crosswalk row, is perfect X12, and the partner could not mend it by sending it again.
 */
import type { Issue } from '#core/issue.ts'
import type { AckSegmentError, AckVerdict } from '#mappings/formats/x12/ack.ts'
import type { X12Set } from '#mappings/formats/x12/interchange.ts'

const NOT_ABOUT_FORM: ReadonlySet<string> = new Set(['x12.po-unknown', 'edi.rejected-by-partner'])

/** AK502: the set type is not supported. */
const NOT_SUPPORTED = '1'
/** AK304: a mandatory segment is missing; the segment has element errors. */
const SEGMENT_MISSING = '3'
const ELEMENT_ERRORS = '8'
/** AK403: a mandatory element is missing; its value is not one that is known. */
const ELEMENT_MISSING = '1'
const INVALID_CODE = '7'

/** Undefined when the set is acknowledged as it is. `issues` undefined: nobody reads sets of this kind. */
export function verdictOf(set: X12Set, issues: readonly Issue[] | undefined): AckVerdict | undefined {
  if (issues === undefined) return { segmentErrors: [], setErrors: [NOT_SUPPORTED] }
  const ofForm = issues.filter((issue) => issue.class === 'data' && !NOT_ABOUT_FORM.has(issue.code))
  if (ofForm.length === 0 || set.issues.length > 0) return undefined
  return { segmentErrors: ofForm.map((issue) => segmentError(set, issue)) }
}

/** Places are `ACK[2]-01`: segment, occurrence, element. */
function segmentError(set: X12Set, issue: Issue): AckSegmentError {
  const [, id = '', occurrence = '1', element] =
    /^([A-Z0-9]{2,3})(?:\[(\d+)\])?(?:-(\d+))?/.exec(issue.place.path) ?? []
  const segments = set.segments.flatMap((segment, index) => (segment.id === id ? [index + 1] : []))
  const position = segments[Number(occurrence) - 1]
  if (position === undefined) return { id: id || 'ST', position: set.segments.length, code: SEGMENT_MISSING }
  if (element === undefined) return { id, position, code: ELEMENT_ERRORS }
  const code = issue.value === undefined ? ELEMENT_MISSING : INVALID_CODE
  const value = issue.value === undefined ? {} : { value: issue.value }
  return { id, position, code: ELEMENT_ERRORS, elements: [{ position: Number(element), code, ...value }] }
}

export const unsupportedSet = (set: X12Set, read: readonly string[]): Issue => ({
  code: 'edi.set-type',
  class: 'config',
  place: { path: 'ST-01' },
  rule: `must be ${read.join(', ')} or 997`,
  value: set.header.id,
  cure: 'Agree with the partner on the documents of this connection.',
  subject: set.header.id,
})
