/** Where the values of a canonical document came from: kept with what was captured, so that a dispute can be settled by the byte. */
import type { Place } from '../issue.ts'

export type Origin = {
  /** JSON pointer into the document as the map saw it; '' for a value that the map itself gives. */
  source: string
  /** The same in the words of the raw document's format: `PO1[2]-04` with its byte, `row 7, column qty`, a JSON pointer. */
  place: Place
  /** The rule that made the value, as one line. */
  rule: string
  /** The overlay that the rule came from; absent for the base map. */
  layer?: string
}

/** `origins` by JSON pointer into the canonical document. */
export type Trace = {
  map: string
  mapVersion: string
  /** Overlays in force, the last one wins. */
  layers: string[]
  /** Version of the tables that codes were looked up in. */
  crosswalkVersion?: string
  origins: ReadonlyMap<string, Origin>
  /** What the partner expects to see again in our answers: the fields of its document that maps carry, as they came. */
  carried?: unknown
}

/**
 * Origins of a field: a pointer (`/lines/0/sku`), the same with dots (`lines.0.sku`), or the end of one (`sku`, `shipTo.postcode`),
 * which finds it on every line.
 */
export function originsOf(trace: Trace, field: string): { pointer: string; origin: Origin }[] {
  const wanted = `/${field.replaceAll('.', '/').replace(/^\/+/, '')}`
  return [...trace.origins]
    .filter(([pointer]) => (field.startsWith('/') ? pointer === wanted : pointer.endsWith(wanted)))
    .map(([pointer, origin]) => ({ pointer, origin }))
}
