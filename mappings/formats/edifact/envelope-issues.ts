/** The sentences of the envelope's faults. Codes are stable: a CONTRL is made from them (contrl.ts). */
import { excerpt } from '#core/issue.ts'
import type { Issue, Place } from '#core/issue.ts'
import { placeIn } from './place.ts'
import type { EdifactSegment } from './segment.ts'

export type Part = 'interchange' | 'group' | 'message'

/** First and last segment of each part, the reference both repeat, and what the trailer counts. */
const PARTS = {
  interchange: { opens: 'UNB', closes: 'UNZ', number: 'UNB 0020', position: 5, counts: 'messages (or groups)' },
  group: { opens: 'UNG', closes: 'UNE', number: 'UNG 0048', position: 5, counts: 'messages' },
  message: { opens: 'UNH', closes: 'UNT', number: 'UNH 0062', position: 1, counts: 'segments, UNH and UNT included' },
} as const

const issue = (code: string, place: Place, rule: string, value: string | undefined, cure: string): Issue => ({
  code: `edifact.${code}`,
  class: 'data',
  place,
  rule,
  ...(value === undefined ? {} : { value: excerpt(value) }),
  cure,
})

export const noTrailer = (part: Part, opening: EdifactSegment): Issue =>
  issue(
    `${part}.no-trailer`,
    placeIn(opening),
    `${PARTS[part].opens} is closed by ${PARTS[part].closes}`,
    opening.raw,
    'The file was cut off or a segment is missing: ask the partner to send it again',
  )

export const numbersDiffer = (part: Part, closing: EdifactSegment, opened: string): Issue =>
  issue(
    `${part}.control-number`,
    placeIn(closing, 2),
    `${PARTS[part].closes} repeats the reference of ${PARTS[part].number}, here ${excerpt(opened, 20)}`,
    closing.element(2),
    'Parts of two transmissions may be mixed: ask the partner to send it again',
  )

export const countDiffers = (part: Part, closing: EdifactSegment, counted: number): Issue =>
  issue(
    `${part}.count`,
    placeIn(closing, 1),
    `${PARTS[part].closes} counts ${PARTS[part].counts}, here ${counted}`,
    closing.element(1),
    'Something was lost or added on the way: ask the partner to send it again',
  )

export const missingNumber = (part: Part, opening: EdifactSegment): Issue =>
  issue(
    `${part}.no-control-number`,
    placeIn(opening, PARTS[part].position),
    `${PARTS[part].number} holds a reference`,
    undefined,
    'Ask the partner to send it again with a reference',
  )

export const duplicateNumber = (opening: EdifactSegment): Issue =>
  issue(
    'message.duplicate-control-number',
    placeIn(opening, 1),
    'The message reference is unique in its interchange',
    opening.element(1),
    'Ask the partner to number the messages of an interchange one by one',
  )

export const badType = (opening: EdifactSegment): Issue =>
  issue(
    'message.type',
    placeIn(opening, 2, undefined, 1),
    'UNH names the message type in six capitals',
    opening.component(2, 1),
    'Ask the partner for the type, e.g. ORDERS',
  )

export const misplaced = (segment: EdifactSegment, rule: string): Issue =>
  issue(
    'misplaced-segment',
    placeIn(segment),
    rule,
    segment.raw,
    'The segment was not read, nor were others like it up to the next proper one: ask the partner for a whole interchange',
  )

export const badSegmentId = (segment: EdifactSegment, occurrence: number): Issue =>
  issue(
    'segment-id',
    placeIn(segment, undefined, occurrence),
    'A segment begins with a tag of three capitals and digits',
    segment.raw,
    'Check for a terminator inside data that no release character takes',
  )

export const controlCharacter = (segment: EdifactSegment, occurrence: number): Issue =>
  issue(
    'control-character',
    placeIn(segment, undefined, occurrence),
    'Data holds no control characters',
    JSON.stringify(segment.raw.slice(0, 60)),
    'Check for a wrong terminator, then ask the partner to send it again',
  )

export const wrapped = (segment: EdifactSegment): Issue =>
  issue(
    'wrapped',
    placeIn(segment),
    'No line ends stand inside a segment',
    JSON.stringify(segment.raw.slice(0, 60)),
    'Nothing to do here: line ends belong to no data and were left out. Tell the partner when stricter readers complain',
  )

export const undeclaredCharacters = (segment: EdifactSegment, syntaxId: string, read: string): Issue =>
  issue(
    'character-set',
    placeIn(segment),
    `Data holds only characters of the declared set ${excerpt(syntaxId, 10)}`,
    segment.raw,
    `It was read as ${read}, by the bytes themselves. Ask the partner to declare the set it sends (UNOC is latin-1, UNOY is UTF-8)`,
  )

export const tooManyIssues = (limit: number): Issue =>
  issue(
    'too-many-issues',
    { path: 'file' },
    `At most ${limit} issues of one part are listed`,
    undefined,
    'Mend the first ones; the others often have the same cause',
  )
