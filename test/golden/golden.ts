/** Golden files: what a program says today, kept to be read in review. `UPDATE_GOLDEN=1` writes them anew. */
import { readFileSync, writeFileSync } from 'node:fs'

/** The text of `test/golden/<name>`; with UPDATE_GOLDEN=1 it is first made to be `actual`. */
export function golden(name: string, actual: string): string {
  const path = new URL(name, import.meta.url)
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, actual)
  return readFileSync(path, 'utf8')
}
