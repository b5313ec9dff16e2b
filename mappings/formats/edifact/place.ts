/** Where a value lies in an EDIFACT file, in the words partners use: segment, occurrence in its message, element, component. */
import { excerpt } from '#core/issue.ts'
import type { Place } from '#core/issue.ts'
import type { EdifactSegment } from './segment.ts'

/**
 * `QTY[3]-01.2`: third QTY of its message, first element, second component. Without `occurrence` the path is `UNT-01`, for
 * segments that occur once; `component` is left out where the whole element is meant.
 */
export function placeIn(segment: EdifactSegment, position?: number, occurrence?: number, component?: number): Place {
  const nth = occurrence === undefined ? '' : `[${occurrence}]`
  const element = position === undefined ? '' : `-${String(position).padStart(2, '0')}`
  const part = component === undefined ? '' : `.${component}`
  const place: Place = {
    path: `${excerpt(segment.id, 10)}${nth}${element}${part}`,
    byteOffset: segment.offsetOf(position ?? 0, component ?? 1),
  }
  if (position !== undefined) place.column = position
  return place
}

/** Which segment of its tag in the message this is, from 1. */
export function occurrenceOf(segments: readonly EdifactSegment[], index: number): number {
  const id = segments[index]?.id
  let count = 0
  for (let i = 0; i <= index; i += 1) if (segments[i]?.id === id) count += 1
  return count
}
