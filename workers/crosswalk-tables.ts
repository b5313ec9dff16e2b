/** Code tables of one connection as they stand at a time. Rows have a day from which they count; none is ever overwritten by it. */
import type { Instant } from '#core/model/time.ts'
import type { CrosswalkRow } from '#store/master-data.ts'

export type Tables = {
  has: (table: string) => boolean
  word: (table: string, partnerCode: string) => string | undefined
  partnerCode: (table: string, word: string) => string | undefined
}

/** `make` is called once for each period between two dates, when somebody first asks for that period. */
export function crosswalksByTime<T>(rows: readonly CrosswalkRow[], make: (tables: Tables) => T): (at: Instant) => T {
  const dates = [...new Set(rows.map((row) => row.validFrom))].sort()
  const made = new Map<number, T>()
  return (at) => {
    const period = dates.findLastIndex((date) => date <= at)
    const known = made.get(period)
    if (known !== undefined) return known
    const from = dates[period]
    const fresh = make(tablesOf(from === undefined ? [] : rows.filter((row) => row.validFrom <= from)))
    made.set(period, fresh)
    return fresh
  }
}

function tablesOf(rows: readonly CrosswalkRow[]): Tables {
  const words = new Map<string, Map<string, string>>()
  // Later rows come last and so have the last word on their code.
  for (const row of rows.toSorted((a, b) => (a.validFrom < b.validFrom ? -1 : 1)))
    tableIn(words, row.name).set(row.partnerCode, row.canonical)
  const codes = new Map<string, Map<string, string>>()
  for (const [name, table] of words) for (const [code, word] of table) tableIn(codes, name).set(word, code)
  return {
    has: (table) => words.has(table),
    word: (table, code) => words.get(table)?.get(code),
    partnerCode: (table, word) => codes.get(table)?.get(word),
  }
}

function tableIn(tables: Map<string, Map<string, string>>, name: string): Map<string, string> {
  const table = tables.get(name) ?? new Map<string, string>()
  tables.set(name, table)
  return table
}
