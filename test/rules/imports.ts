/**
 * Reads the import statements of a TypeScript file. It relies on the formatter, which the same test command checks: a statement
 * begins at the start of its line. So no parser is needed, and `import type` (which a JavaScript lexer never sees) is read too.
 */
import { posix } from 'node:path'
import type { SourceFile } from './files.ts'
import { mask } from './mask.ts'

export type Import = {
  /** As written: `./x.ts`, `#core/x.ts`, `node:fs`, `zod`. */
  specifier: string
  /** 1-based. */
  line: number
  /** `import type …`: gone when the program runs. */
  typeOnly: boolean
  dynamic: boolean
}

/** `import … from 'x'` and `export … from 'x'`; the clause holds only names, braces, commas and a star. */
const FROM = /^(?:import|export)\s+(type\s)?[\w$*\s{},]*?\bfrom\s*['"]([^'"\n]+)['"]/gm
const BARE = /^import\s*['"]([^'"\n]+)['"]/gm
const CALL = /(?<![\w$.])import\(/g
const ARGUMENT = /^\s*['"]([^'"\n]+)['"]/

/** An example in a comment is no import, and neither is one in a string. */
export function importsOf(source: string): Import[] {
  const { withoutComments: text, codeOnly } = mask(source)
  const found: Import[] = []
  for (const match of text.matchAll(FROM)) {
    const line = lineAt(text, match.index + match[0].length)
    found.push({ specifier: match[2] ?? '', line, typeOnly: match[1] !== undefined, dynamic: false })
  }
  for (const match of text.matchAll(BARE))
    found.push({ specifier: match[1] ?? '', line: lineAt(text, match.index), typeOnly: false, dynamic: false })
  for (const match of codeOnly.matchAll(CALL)) {
    const specifier = ARGUMENT.exec(text.slice(match.index + match[0].length))?.[1] ?? ''
    found.push({ specifier, line: lineAt(text, match.index), typeOnly: false, dynamic: true })
  }
  return found.sort((a, b) => a.line - b.line)
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length

/** The file of this repository that a specifier names; undefined for a package and for `node:`. */
export function fileOf(from: Pick<SourceFile, 'path'>, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from.path), specifier)
  return undefined
}

/** `@hono/zod-openapi/x` → `@hono/zod-openapi`; `csv-parse/sync` → `csv-parse`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}
