/**
 * A message of segments (X12, EDIFACT) as maps read it: segments under their names, loops as lists, values under positions
 * (`PO1.0.PO1.02`). A shape says which segments a document has; segments it does not name are passed over.
 */
import type { Place } from '#core/issue.ts'
import { jsonPlace } from './run.ts'
import type { PlaceOf } from './run.ts'

/** Values by position; empty ones are left out. X12: `'02'`; EDIFACT: element and component, `'0102'`. */
export type Elements = { [position: string]: string }

/** `one` segment, `many` of a name, or a loop that its first segment opens. Order is the standard's order. */
export type Shape = { [name: string]: 'one' | 'many' | Shape }

export type SetTree = { [name: string]: unknown }

const SOURCE: unique symbol = Symbol('segment')
type Sourced = Elements & { [SOURCE]?: unknown }

/** Notes which segment the values came from, so that a place can be told later. */
export function sourced(segment: unknown): Elements {
  const elements: Sourced = { [SOURCE]: segment }
  return elements
}

/** A shape as reading needs it: the place of each segment by name, and the segment that opens the loop. */
type Level = { opens: string; places: Map<string, 'one' | 'many' | Level> }

const levels = new WeakMap<Shape, Level>()

function levelOf(shape: Shape): Level {
  const known = levels.get(shape)
  if (known !== undefined) return known
  const entries = Object.entries(shape)
  const places = new Map(
    entries.map(([name, place]): [string, 'one' | 'many' | Level] => [
      name,
      typeof place === 'string' ? place : levelOf(place),
    ]),
  )
  const level = { opens: entries[0]?.[0] ?? '', places }
  levels.set(shape, level)
  return level
}

/** Loops nest as the shape does; a segment closes every open loop that has no place for it. */
export function treeOf<S extends { readonly id: string }>(
  segments: readonly S[],
  shape: Shape,
  elementsOf: (segment: S) => Elements,
): SetTree {
  const root: SetTree = {}
  const open: { level: Level; tree: SetTree }[] = [{ level: levelOf(shape), tree: root }]
  for (const segment of segments) {
    const { id } = segment
    let depth = open.length - 1
    while (depth >= 0 && !takes(open[depth]?.level, id, depth > 0)) depth -= 1
    const at = open[depth]
    if (at === undefined) continue
    open.length = depth + 1
    const place = at.level.places.get(id)
    if (place === 'one') at.tree[id] ??= elementsOf(segment)
    else if (place === 'many') listIn(at.tree, id).push(elementsOf(segment))
    else if (place !== undefined) {
      const inner: SetTree = { [id]: elementsOf(segment) }
      listIn(at.tree, id).push(inner)
      open.push({ level: place, tree: inner })
    }
  }
  return root
}

/** The segment that opens a loop belongs to the loop once only: the next one of its name opens the next loop. */
const takes = (level: Level | undefined, id: string, isLoop: boolean): boolean =>
  level?.places.has(id) === true && !(isLoop && level.opens === id)

function listIn(tree: SetTree, name: string): unknown[] {
  const list = tree[name]
  if (Array.isArray(list)) return list as unknown[]
  const made: unknown[] = []
  tree[name] = made
  return made
}

/** A tree as segments in the shape's order; `segmentOf` gives none for a segment without values. */
export function segmentsOf<W>(tree: SetTree, shape: Shape, segmentOf: (name: string, elements: Elements) => W[]): W[] {
  return Object.entries(shape).flatMap(([name, place]) => {
    const value = tree[name]
    if (value === undefined) return []
    if (place === 'one') return segmentOf(name, value as Elements)
    const list = value as unknown[]
    if (place === 'many') return list.flatMap((one) => segmentOf(name, one as Elements))
    return list.flatMap((loop) => segmentsOf(loop as SetTree, place, segmentOf))
  })
}

/** The deepest segment on a path, and the position named after it; `placeOf` says it in the format's words. */
export function placesIn(tree: unknown, placeOf: (segment: never, position: string | undefined) => Place): PlaceOf {
  return (path) => {
    let at = tree
    let found: { segment: unknown; rest: string } | undefined
    path.forEach((key, i) => {
      at = (at as Record<string | number, unknown> | undefined)?.[key]
      const segment = (at as Sourced | undefined)?.[SOURCE]
      if (segment !== undefined) found = { segment, rest: String(path[i + 1] ?? '') }
    })
    if (found === undefined) return missingPlace(path)
    return placeOf(found.segment as never, /^\d+$/.test(found.rest) ? found.rest : undefined)
  }
}

/** A segment that is not there has no byte: its name and position are all there is to say. */
function missingPlace(path: (string | number)[]): Place {
  const names = path.filter((key) => typeof key === 'string')
  const [segment, element] = names.slice(-2)
  if (segment === undefined) return jsonPlace(path)
  return { path: element === undefined ? segment : /^\d\d/.test(element) ? `${segment}-${element}` : element }
}
