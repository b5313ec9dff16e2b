/**
 * The search syntax of `query:` arguments, as much as the hub needs: terms joined by blanks or AND, each `name:value` with an optional
 * comparison (`updated_at:>='2026-11-22T10:00:00Z'`). A name the simulator does not know is refused, where the real store would ignore it.
 */
import { requestError } from './resolver-table.ts'

export type Comparison = '=' | '>' | '>=' | '<' | '<='
export type SearchTerm = { name: string; comparison: Comparison; value: string }

const TERM = /^([a-z_]+):(>=|<=|>|<)?(?:'([^']*)'|"([^"]*)"|(\S+))$/

export function parseSearch(query: unknown, known: readonly string[]): SearchTerm[] {
  if (typeof query !== 'string' || query.trim() === '') return []
  const words = query.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []
  return words
    .filter((word) => word !== 'AND')
    .map((word) => {
      const match = TERM.exec(word)
      if (match?.[1] === undefined || !known.includes(match[1])) {
        throw requestError(`the simulator does not implement the search term ${word}`, 'SIMULATOR_NOT_IMPLEMENTED')
      }
      const value = match[3] ?? match[4] ?? match[5] ?? ''
      return { name: match[1], comparison: (match[2] ?? '=') as Comparison, value }
    })
}

const COMPARE: Record<Comparison, (left: number, right: number) => boolean> = {
  '=': (left, right) => left === right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
}

/** Compares whole seconds, the precision in which the store shows times. */
export function timeMatches(timeMs: number, term: SearchTerm): boolean {
  const wanted = Date.parse(term.value)
  if (Number.isNaN(wanted)) throw requestError(`${term.name}: ${term.value} is no time`, 'BAD_REQUEST')
  return COMPARE[term.comparison](Math.floor(timeMs / 1000), Math.floor(wanted / 1000))
}
