/** What our pages promise: commands, links and paths, with the line each stands on. */
import { existsSync } from 'node:fs'
import { filesUnder, readText, ROOT, TOP_FOLDERS } from './files.ts'

export type Page = { path: string; text: string }
export type Found = { page: string; line: number; text: string }

export function pages(): Page[] {
  const paths = ['README.md', ...['docs', ...TOP_FOLDERS].flatMap(filesUnder)].filter((path) => path.endsWith('.md'))
  return paths.filter((path) => existsSync(`${ROOT}${path}`)).map((path) => ({ path, text: readText(path) }))
}

/** Code of a page: inline code, fenced blocks and indented blocks, a line each. Output shown in a block is code too. */
export function codeOf(page: Page): Found[] {
  const found: Found[] = []
  let fenced = false
  for (const [index, text] of page.text.split('\n').entries()) {
    const at = { page: page.path, line: index + 1 }
    if (/^\s*```/.test(text)) fenced = !fenced
    else if (fenced || /^ {4}\S/.test(text)) found.push({ ...at, text })
    else for (const match of text.matchAll(/`([^`]+)`/g)) found.push({ ...at, text: match[1] ?? '' })
  }
  return found
}

/** Links to files of the repository, as paths from its root; web addresses and anchors in the same page are left out. */
export function linksOf(page: Page): Found[] {
  const folder = page.path.split('/').slice(0, -1)
  return page.text.split('\n').flatMap((text, index) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => (match[1] ?? '').replace(/#.*$/, ''))
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
      .map((target) => ({ page: page.path, line: index + 1, text: resolve(folder, target) })),
  )
}

function resolve(folder: readonly string[], target: string): string {
  const parts = [...folder]
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

export type Call = Found & {
  /** `npm`: a script of package.json; `crossdock`: a command of the command line; `file`: a program of the repository. */
  kind: 'npm' | 'crossdock' | 'file'
  name: string
  /** `--orders`, `--role` … */
  flags: string[]
}

const CALLS: [RegExp, Call['kind']][] = [
  [/\bnpm run ([\w:-]+)([^&|;#`]*)/g, 'npm'],
  [/\bnpm (test|start)\b([^&|;#`]*)/g, 'npm'],
  [/(?:^|[\s`(])(?:npx )?crossdock ([a-z][\w-]*)([^&|;#`]*)/g, 'crossdock'],
  [/\bnode app\/cli\/main\.ts ([a-z][\w-]*)([^&|;#`]*)/g, 'crossdock'],
  [/(?:^|[\s`(])((?:node |bash )?(?:\.\/)?(?:app|bench|deploy|test|\.ci)\/[\w./-]+)([^&|;#`]*)/g, 'file'],
]

/** A call ends at `&&`, a pipe, a semicolon or a comment. */
export function callsOf(page: Page): Call[] {
  return codeOf(page).flatMap((found) =>
    CALLS.flatMap(([pattern, kind]) =>
      [...found.text.matchAll(pattern)].map((match) => ({
        ...found,
        kind,
        name: (match[1] ?? '').replace(/^(?:node |bash )/, '').replace(/^\.\//, ''),
        flags: [...(match[2] ?? '').matchAll(/(?<=\s)--[a-z][\w-]*/g)].map((flag) => flag[0]),
      })),
    ),
  )
}
