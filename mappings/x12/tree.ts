/** A transaction set as a tree of segments (engine/segment-tree.ts), with the places of X12: elements are `'01'`, `'02'` … */
import type { Place } from '#core/issue.ts'
import type { Elements, PlaceOf, SetTree, Shape } from '../engine/index.ts'
import * as segmentTree from '../engine/segment-tree.ts'
import { occurrenceOf, placeIn } from '../formats/x12/place.ts'
import type { X12Segment } from '../formats/x12/segment.ts'
import type { WritableSegment } from '../formats/x12/writable.ts'

export type { Elements, SetTree, Shape } from '../engine/index.ts'

export function elementsOf(segment: X12Segment): Elements {
  const elements = segmentTree.sourced(segment)
  const values = segment.elements()
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]
    if (value !== undefined && value !== '') elements[NAMES[i] ?? positionName(i + 1)] = value
  }
  return elements
}

export const positionName = (position: number): string => String(position).padStart(2, '0')

/** Names of the usual positions, made once. */
const NAMES = Array.from({ length: 40 }, (_, index) => positionName(index + 1))

export const treeOf = (segments: readonly X12Segment[], shape: Shape): SetTree =>
  segmentTree.treeOf(segments, shape, elementsOf)

/** A tree as segments in the shape's order. Segments of empty elements are left out. */
export const segmentsOf = (tree: SetTree, shape: Shape): WritableSegment[] =>
  segmentTree.segmentsOf(tree, shape, segmentOf)

export function segmentOf(name: string, elements: Elements): WritableSegment[] {
  const positions = Object.keys(elements).filter((key) => elements[key] !== '')
  const last = Math.max(0, ...positions.map(Number))
  if (last === 0) return []
  return [[name, ...Array.from({ length: last }, (_, i) => elements[positionName(i + 1)] ?? '')]]
}

/** `PO1[3]-04` with its byte. */
export function placesIn(tree: unknown, segments: readonly X12Segment[]): PlaceOf {
  return segmentTree.placesIn(tree, (segment: X12Segment, position) => placeOfSegment(segment, position, segments))
}

function placeOfSegment(segment: X12Segment, position: string | undefined, segments: readonly X12Segment[]): Place {
  const once = segments.filter((other) => other.id === segment.id).length === 1
  const occurrence = once ? undefined : occurrenceOf(segments, segments.indexOf(segment))
  return placeIn(segment, position === undefined ? undefined : Number(position), occurrence)
}
