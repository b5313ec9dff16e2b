/** Where a value lies in an X12 file, in the words partners use: segment, occurrence in its set, element. */
import { excerpt } from '#core/issue.ts'
import type { Place } from '#core/issue.ts'
import type { X12Segment } from './segment.ts'

/**
 * Place of a segment, or of its element at a 1-based position. `occurrence` counts segments of that name in the set from 1:
 * `PO1[3]-04`. Without it the path is `SE-01`, for segments that occur once.
 */
export function placeIn(segment: X12Segment, position?: number, occurrence?: number): Place {
  const name = excerpt(segment.id, 10)
  const nth = occurrence === undefined ? '' : `[${occurrence}]`
  const element = position === undefined ? '' : `-${String(position).padStart(2, '0')}`
  const place: Place = {
    path: `${name}${nth}${element}`,
    byteOffset: segment.elementOffset(position ?? 0),
  }
  if (position !== undefined) place.column = position
  return place
}

/** Which segment of its name in the set this is, from 1. `index` is the segment's index in `segments`. */
export function occurrenceOf(segments: readonly X12Segment[], index: number): number {
  const id = segments[index]?.id
  let count = 0
  for (let i = 0; i <= index; i += 1) if (segments[i]?.id === id) count += 1
  return count
}
