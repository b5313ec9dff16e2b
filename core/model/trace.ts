/** Where the values of a canonical document came from: kept with what was captured, so that a dispute can be settled by the byte. */
import type { Place } from '../issue.ts'

export type Origin = {
  /** JSON pointer into the canonical document. */
  target: string
  /** JSON pointer into the document as the map saw it; '' for a value that the map itself gives. */
  source: string
  /** The same in the words of the raw document's format: `PO1[2]-04` with its byte, `row 7, column qty`, a JSON pointer. */
  place: Place
  /** The rule that made the value, as one line. */
  rule: string
  /** The overlay that the rule came from; absent for the base map. */
  layer?: string | undefined
}

export type Trace = {
  map: string
  mapVersion: string
  /** Overlays in force, the last one wins. */
  layers: string[]
  /** Version of the tables that codes were looked up in. */
  crosswalkVersion?: string
  /** In the order in which the values were made; where one was made twice, the later counts. */
  origins: readonly Origin[]
  /** What the partner expects to see again in our answers: the fields of its document that maps carry, as they came. */
  carried?: unknown
}

/**
 * Origins of a field: a pointer (`/lines/0/sku`), the same with dots (`lines.0.sku`), or the end of one (`sku`, `shipTo.postcode`),
 * which finds it on every line.
 */
export function originsOf(trace: Trace, field: string): Origin[] {
  const wanted = `/${field.replaceAll('.', '/').replace(/^\/+/, '')}`
  const found = new Map<string, Origin>()
  for (const origin of trace.origins)
    if (field.startsWith('/') ? origin.target === wanted : origin.target.endsWith(wanted))
      found.set(origin.target, origin)
  return [...found.values()]
}
