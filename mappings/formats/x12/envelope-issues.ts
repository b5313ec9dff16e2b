/** The sentences of the envelope's faults. Codes are stable: acknowledgments are made from them (ack.ts). */
import { excerpt } from '#core/issue.ts'
import type { Issue, Place } from '#core/issue.ts'
import { placeIn } from './place.ts'
import type { X12Segment } from './segment.ts'

type Part = 'interchange' | 'group' | 'set'

/** First and last segment of each part, and the elements that must agree. */
const PARTS = {
  interchange: { opens: 'ISA', closes: 'IEA', number: 'ISA13', counts: 'groups' },
  group: { opens: 'GS', closes: 'GE', number: 'GS06', counts: 'transaction sets' },
  set: { opens: 'ST', closes: 'SE', number: 'ST02', counts: 'segments, ST and SE included' },
} as const

const issue = (code: string, place: Place, rule: string, value: string | undefined, cure: string): Issue => ({
  code,
  class: 'data',
  place,
  rule,
  ...(value === undefined ? {} : { value: excerpt(value) }),
  cure,
})

export const noTrailer = (part: Part, opening: X12Segment): Issue =>
  issue(
    `x12.${part}.no-trailer`,
    placeIn(opening),
    `${PARTS[part].opens} is closed by ${PARTS[part].closes}`,
    opening.raw,
    'The file was cut off or a segment is missing: ask the partner to send it again',
  )

export const numbersDiffer = (part: Part, closing: X12Segment, opened: string): Issue =>
  issue(
    `x12.${part}.control-number`,
    placeIn(closing, 2),
    `${PARTS[part].closes}02 repeats ${PARTS[part].number}, here ${excerpt(opened, 20)}`,
    closing.element(2),
    'Parts of two transmissions may be mixed: ask the partner to send it again',
  )

export const countDiffers = (part: Part, closing: X12Segment, counted: number): Issue =>
  issue(
    `x12.${part}.count`,
    placeIn(closing, 1),
    `${PARTS[part].closes}01 is the number of ${PARTS[part].counts}, here ${counted}`,
    closing.element(1),
    'Something was lost or added on the way: ask the partner to send it again',
  )

export const duplicateNumber = (opening: X12Segment): Issue =>
  issue(
    'x12.set.duplicate-control-number',
    placeIn(opening, 2),
    'ST02 is unique in its group',
    opening.element(2),
    'Ask the partner to number the transaction sets of a group one by one',
  )

export const missingNumber = (part: Part, opening: X12Segment, position: number): Issue =>
  issue(
    `x12.${part}.no-control-number`,
    placeIn(opening, position),
    `${PARTS[part].number} holds a control number`,
    undefined,
    'Ask the partner to send it again with control numbers',
  )

export const badSetId = (opening: X12Segment): Issue =>
  issue(
    'x12.set.id',
    placeIn(opening, 1),
    'ST01 is the three-digit number of a transaction set',
    opening.element(1),
    'Ask the partner for the set number, e.g. 850',
  )

export const misplaced = (segment: X12Segment, rule: string): Issue =>
  issue(
    'x12.misplaced-segment',
    placeIn(segment),
    rule,
    segment.raw,
    'The segment was not read, nor were others like it up to the next proper one: ask the partner for a whole interchange',
  )

export const badSegmentId = (segment: X12Segment, occurrence: number): Issue =>
  issue(
    'x12.segment-id',
    placeIn(segment, undefined, occurrence),
    'A segment begins with a name of two or three capitals and digits',
    segment.raw,
    'Check for a delimiter inside data, or a line that was wrapped',
  )

export const controlCharacter = (segment: X12Segment, position: number, occurrence: number): Issue =>
  issue(
    'x12.control-character',
    placeIn(segment, position, occurrence),
    'An element holds no control characters',
    JSON.stringify(segment.element(position)),
    'Check for a wrapped line or a wrong terminator, then ask the partner to send it again',
  )

export const notPadded = (closing: X12Segment, opened: string): Issue =>
  issue(
    'x12.interchange.control-number-width',
    placeIn(closing, 2),
    `IEA02 repeats ISA13 to the letter, here ${opened}`,
    closing.element(2),
    'Nothing to do here: the numbers are equal. Tell the partner when stricter readers complain',
  )

export const wrapped = (segment: X12Segment): Issue =>
  issue(
    'x12.wrapped',
    placeIn(segment),
    'No line ends stand inside a segment',
    JSON.stringify(segment.raw.slice(0, 60)),
    'Lines were taken for wrapped and joined, as repair was asked for. Ask the partner to send unwrapped files',
  )

export const tooManyIssues = (limit: number): Issue =>
  issue(
    'x12.too-many-issues',
    { path: 'file' },
    `At most ${limit} issues of one part are listed`,
    undefined,
    'Mend the first ones; the others often have the same cause',
  )
