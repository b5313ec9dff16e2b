/**
 * The two laws of a two-way map, as checks that tests (and later `crossdock connector test`) run on samples and generated
 * documents. Each gives undefined, or the first thing that broke.
 */
import { runBack, runForward } from './map.ts'
import type { FieldMap } from './map.ts'
import type { Issue } from '#core/issue.ts'

export type Broken = { law: string; issues?: Issue[]; before?: unknown; after?: unknown }

/** Canonical → partner → canonical changes nothing. */
export function thereAndBack<S, T, C, X>(map: FieldMap<S, T, C, X>, value: T, context: C): Broken | undefined {
  const law = `${map.name}: canonical, written and read again, is the same`
  const written = runBack(map, value, context)
  if (!written.ok) return { law, issues: written.issues }
  const read = runForward(map, written.document, context)
  if (read.value === undefined) return { law, issues: read.issues, before: written.document }
  if (read.refused.length > 0) return { law, issues: read.refused.flatMap((part) => part.issues) }
  return same(value, read.value) ? undefined : { law, before: value, after: read.value }
}

/**
 * Partner → canonical → partner. Partners spell one thing in several ways (`5.0`, `5.00`), so the law is held from the first
 * rewriting on: what we write is read to the same value and written the same again.
 */
export function backAndThere<S, T, C, X>(map: FieldMap<S, T, C, X>, document: S, context: C): Broken | undefined {
  const law = `${map.name}: a document, read and written, settles at once`
  const first = runForward(map, document, context)
  if (first.value === undefined) return { law, issues: first.issues }
  const written = runBack(map, first.value, context, first.carried)
  if (!written.ok) return { law, issues: written.issues }
  const second = runForward(map, written.document, context)
  if (second.value === undefined) return { law, issues: second.issues, before: written.document }
  if (!same(first.value, second.value)) return { law, before: first.value, after: second.value }
  const again = runBack(map, second.value, context, second.carried)
  if (!again.ok) return { law, issues: again.issues }
  return same(written.document, again.document) ? undefined : { law, before: written.document, after: again.document }
}

/** Equal as documents: key order does not count, a field that is `undefined` is absent. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
}
