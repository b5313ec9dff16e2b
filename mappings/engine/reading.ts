/** From a map's result to what a connector hands on: good documents and refused parts side by side. */
import type { Issue } from '#core/issue.ts'
import type { Trace } from '#core/model/trace.ts'
import type { ForwardResult } from './map.ts'
import type { RefusedPart } from './run.ts'

/** Fits the connector contract's Reading once `receipts` are added. */
export type MapReading<K extends string, T> = {
  documents: { kind: K; part: string; value: T; trace: () => Trace }[]
  refused: RefusedPart[]
}

/** `part` names the piece of the raw document that was mapped: empty for the whole. */
export function readingOf<K extends string, T>(kind: K, part: string, result: ForwardResult<T>): MapReading<K, T> {
  if (result.value === undefined) return refusedWhole(part, result.issues, result.refused)
  return { documents: [{ kind, part, value: result.value, trace: result.trace }], refused: result.refused }
}

export function refusedWhole<K extends string, T>(
  part: string,
  issues: Issue[],
  others: RefusedPart[] = [],
): MapReading<K, T> {
  return { documents: [], refused: [{ part, issues }, ...others] }
}
