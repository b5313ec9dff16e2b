/** A field map: a name, a version, rules, and what its leaves may know. Defined once as data, run both ways. */
import type { Issue } from '#core/issue.ts'
import type { Origin, Trace } from '#core/model/trace.ts'
import { compileBack } from './back.ts'
import type { BackStep } from './back.ts'
import { compileForward, NOT_AN_OBJECT } from './forward.ts'
import type { Step } from './forward.ts'
import type { Tree } from './path.ts'
import type { AnyRule, Rule } from './rules.ts'
import { originsOfRun } from './origins.ts'
import { jsonPlace, newRun, rootLevel, sourceIssue } from './run.ts'
import type { Carried, PlaceOf, RefusedPart } from './run.ts'

/**
 * `S` the partner's document, `T` the canonical one, `C` the context of a run, `X` the scope its leaves see. The scope is made
 * once a run, so that a leaf deep in a list can know a field of the head (the currency of a price).
 */
export type FieldMap<S, T, C, X> = {
  name: string
  version: string
  /** Overlays over the base map, in the order they were laid; the last one wins. */
  layers: string[]
  rules: AnyRule[]
  scope: { forward: (source: S, context: C) => X; back: (target: T, context: C) => X }
  forward: Step
  back: BackStep
}

export function defineMap<S, T, C, X>(definition: {
  name: string
  version: string
  scope: { forward: (source: S, context: C) => X; back: (target: T, context: C) => X }
  rules: Rule<S, T, X>[]
}): FieldMap<S, T, C, X> {
  const rules = definition.rules as AnyRule[]
  return { ...definition, layers: [], rules, forward: compileForward(rules), back: compileBack(rules) }
}

/** What reading gave. `value` is absent exactly when `issues` (of the document as a whole) are not empty. */
export type ForwardResult<T> = {
  value?: T
  issues: Issue[]
  /** Elements refused alone, where a list's rule isolates them. */
  refused: RefusedPart[]
  carried: Carried
  /** Where each value came from: noted as the map runs, put into words when asked. */
  trace: () => Trace
}

export type RunOptions = { placeOf?: PlaceOf }

/** Reads a partner's document. Nothing in it is trusted: wrong shapes become issues with a place. */
export function runForward<S, T, C, X>(
  map: FieldMap<S, T, C, X>,
  source: S,
  context: C,
  options: RunOptions = {},
): ForwardResult<T> {
  const placeOf = options.placeOf ?? jsonPlace
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return notADocument(map, source, placeOf)
  const run = newRun(map.scope.forward(source, context), placeOf)
  const target: Tree = {}
  const carried: Carried = {}
  map.forward(source, target, run, rootLevel, carried)
  const found = {
    issues: run.issues,
    refused: run.refused,
    carried,
    trace: () => traceOf(map, context, originsOfRun(run), carried),
  }
  return run.issues.length === 0 ? { value: target as T, ...found } : found
}

function traceOf<S, T, C, X>(map: FieldMap<S, T, C, X>, context: C, origins: Origin[], carried: Carried): Trace {
  const version = (context as { crosswalk?: { version?: unknown } } | undefined)?.crosswalk?.version
  return {
    map: map.name,
    mapVersion: map.version,
    layers: map.layers,
    ...(typeof version === 'string' ? { crosswalkVersion: version } : {}),
    origins,
    ...(Object.keys(carried).length === 0 ? {} : { carried }),
  }
}

function notADocument<S, T, C, X>(map: FieldMap<S, T, C, X>, source: unknown, placeOf: PlaceOf): ForwardResult<T> {
  const run = newRun(undefined, placeOf)
  sourceIssue(run, rootLevel, '', source, NOT_AN_OBJECT)
  const trace = (): Trace => ({ map: map.name, mapVersion: map.version, layers: map.layers, origins: [] })
  return { issues: run.issues, refused: [], carried: {}, trace }
}

export type BackResult<S> = { ok: true; document: S } | { ok: false; issues: Issue[] }

/** Writes a canonical document as the partner spells it; `carried` gives back what the partner expects to see again. */
export function runBack<S, T, C, X>(map: FieldMap<S, T, C, X>, value: T, context: C, carried?: Carried): BackResult<S> {
  const scope = map.scope.back(value, context)
  const run = newRun(scope, jsonPlace)
  const source: Tree = {}
  map.back(value, source, run, rootLevel, carried)
  return run.issues.length === 0 ? { ok: true, document: source as S } : { ok: false, issues: run.issues }
}
