/** The state of one run of a map: where it is, what it found wrong. Shared by both directions. */
import type { Issue, Place } from '#core/issue.ts'
import type { Origin } from '#core/model/trace.ts'
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

/** By canonical JSON pointer. */
export type Provenance = Map<string, Origin>

/** Source fields kept for the way back, by level: this level's own, and those of each named list's elements. */
export type Carried = { fields?: Tree; lists?: Record<string, Record<string, Carried>> }

/** A level of the document under work. `index` moves as a list is walked, so that the happy path allocates once a list. */
export type Level = {
  up: Level | undefined
  source: Segments
  target: Segments
  index: number
  targetIndex: number
  /** Pointers up to the level, without its index: made when a trace first asks. */
  sourceBase?: string
  targetBase?: string
}

export const rootLevel: Level = { up: undefined, source: [], target: [], index: -1, targetIndex: -1 }

export type Run = {
  scope: unknown
  placeOf: PlaceOf
  issues: Issue[]
  refused: RefusedPart[]
  provenance: Provenance | undefined
}

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

/** Notes where a canonical value came from; called on every value, so it does nothing unless provenance was asked for. */
export function trace(run: Run, level: Level, way: Way): void {
  if (run.provenance === undefined) return
  const source = sourcePointer(level) + way.sourceEnd
  const place = run.placeOf === jsonPlace ? { path: source } : run.placeOf(fullPath(level, 'source', way.source))
  const { rule, layer } = way.label
  const origin = layer === undefined ? { source, place, rule } : { source, place, rule, layer }
  run.provenance.set(targetPointer(level) + way.targetEnd, origin)
}

function sourcePointer(level: Level): string {
  if (level.up === undefined) return ''
  level.sourceBase ??= sourcePointer(level.up) + jsonPointer(level.source)
  return level.index < 0 ? level.sourceBase : `${level.sourceBase}/${level.index}`
}

function targetPointer(level: Level): string {
  if (level.up === undefined) return ''
  level.targetBase ??= targetPointer(level.up) + jsonPointer(level.target)
  return level.targetIndex < 0 ? level.targetBase : `${level.targetBase}/${level.targetIndex}`
}
