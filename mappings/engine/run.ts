/** The state of one run of a map: where it is, what it found wrong. Shared by both directions. */
import type { Issue, Place } from '#core/issue.ts'
import { excerpt } from '#core/issue.ts'
import type { Refusal } from './leaf.ts'
import type { Segments, Tree } from './path.ts'
import { isAbsent, jsonPointer, segmentsOf } from './path.ts'

/** A refused element of a list, under the name its own document gives it. */
export type RefusedPart = { part: string; issues: Issue[] }

/** Where a value of the source lies, in the words of its own format. */
export type PlaceOf = (path: Segments) => Place

/** JSON's own words: an RFC 6901 pointer. */
export const jsonPlace: PlaceOf = (path) => ({ path: jsonPointer(path) })

/** Source fields kept for the way back, by level: this level's own, and those of each named list's elements. */
export type Carried = { fields?: Tree; lists?: Record<string, Record<string, Carried>> }

/** A level of the document under work: an object in it, or one element of a list. */
export type Level = {
  up: Level | undefined
  source: Segments
  target: Segments
  index: number
  targetIndex: number
}

export const rootLevel: Level = { up: undefined, source: [], target: [], index: -1, targetIndex: -1 }

export type Run = {
  scope: unknown
  placeOf: PlaceOf
  issues: Issue[]
  refused: RefusedPart[]
  /** What made each value, and at which level: two words a value, so that every run can note it. */
  ways: Way[]
  levels: Level[]
}

export const newRun = (scope: unknown, placeOf: PlaceOf): Run => ({
  scope,
  placeOf,
  issues: [],
  refused: [],
  ways: [],
  levels: [],
})

/** The full path of a field at a level, on one side. */
export function fullPath(level: Level, side: 'source' | 'target', path: string): Segments {
  const parts: Segments[] = path === '' ? [] : [segmentsOf(path)]
  for (let at: Level | undefined = level; at !== undefined; at = at.up) {
    const index = side === 'source' ? at.index : at.targetIndex
    if (index >= 0) parts.push([index])
    parts.push(at[side])
  }
  return parts.reverse().flat()
}

export function sourceIssue(run: Run, level: Level, path: string, raw: unknown, refusal: Refusal): void {
  run.issues.push(issueOf(run.placeOf(fullPath(level, 'source', path)), raw, refusal))
}

/** On the way back the value at fault is canonical: its place is a pointer into the canonical document. */
export function targetIssue(run: Run, level: Level, path: string, value: unknown, refusal: Refusal): void {
  run.issues.push(issueOf(jsonPlace(fullPath(level, 'target', path)), value, refusal))
}

/** What is wrong, at its place: for readers that work without a map. */
export function issueOf(place: Place, raw: unknown, { detail }: Refusal): Issue {
  return {
    code: detail.code ?? 'map.value',
    class: detail.class ?? 'data',
    place,
    rule: detail.rule,
    ...(isAbsent(raw) ? {} : { value: excerpt(asText(raw)) }),
    cure: detail.cure,
    ...(detail.subject === undefined ? {} : { subject: detail.subject }),
  }
}

export const asText = (raw: unknown): string => (typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? String(raw)))

/** What a trace says of a rule. */
export type RuleLabel = { rule: string; layer?: string }

/** One rule's way from a source field to a target field, its pointers made once, because it is noted for every value. */
export type Way = { label: RuleLabel; source: string; sourceEnd: string; targetEnd: string }

export const wayOf = (label: RuleLabel, source: string, target: string): Way => ({
  label,
  source,
  sourceEnd: source === '' ? '' : jsonPointer(segmentsOf(source)),
  targetEnd: target === '' ? '' : jsonPointer(segmentsOf(target)),
})

/** Notes where a canonical value came from; called on every value. */
export function trace(run: Run, level: Level, way: Way): void {
  run.ways.push(way)
  run.levels.push(level)
}

/** A refused element's place in the list goes to the next one: what was noted for it would lie. `before`: how much was noted before it. */
export function forgetTraces(run: Run, before: number): void {
  run.ways.length = before
  run.levels.length = before
}
