/** Checks the first row of a CSV file against what was agreed. */
import type { Issue } from '#core/issue.ts'
import { duplicateColumn, missingColumn, unknownColumn } from './issues.ts'
import type { RowPlace } from './row-place.ts'

export type CsvHeaderRule = {
  /** Columns that must be there, in any order; names are compared without blanks around them, by the letter. */
  required: readonly string[]
  /** Columns that may be there. Left out: any other column is let through. */
  optional?: readonly string[]
}

/** Column names without blanks around them, and what is wrong with them. Unnamed columns are let through. */
export function readHeader(
  cells: readonly string[],
  place: RowPlace,
  rule: CsvHeaderRule,
): { columns: string[]; issues: Issue[] } {
  const columns = cells.map((cell) => cell.trim())
  const issues: Issue[] = []
  const seen = new Set<string>()
  const agreed = rule.optional === undefined ? undefined : new Set([...rule.required, ...rule.optional])
  columns.forEach((name, index) => {
    if (name === '') return
    if (seen.has(name)) issues.push(duplicateColumn(place, name, index + 1))
    else if (agreed !== undefined && !agreed.has(name)) issues.push(unknownColumn(place, name, index + 1))
    seen.add(name)
  })
  for (const name of rule.required) if (!seen.has(name)) issues.push(missingColumn(place, name, columns))
  return { columns, issues }
}
