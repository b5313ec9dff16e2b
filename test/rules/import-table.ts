/** The import table of docs/architecture.md, read as rules. The page is what people read; so it is what the check reads too. */

/** One row: files whose path begins with `files` may import what is listed, and nothing else. */
export type ImportRule = {
  /** `core/`, `workers/pump.ts`, or `connectors/<partner>/`. */
  files: string
  allowed: { what: string; typesOnly: boolean }[]
  /** What to do instead, shown with each violation. */
  cure: string
}

const PARTNER = '<partner>'

/** Rows of the first table after the heading `## Who may import whom`. */
export function importTable(markdown: string): ImportRule[] {
  const section = /^## Who may import whom\n([\s\S]*?)(?=^## )/m.exec(`${markdown}\n## `)?.[1] ?? ''
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
  return rows.map((row) => {
    const [files, allowed, cure] = row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    return { files: ticked(files)[0]?.what ?? '', allowed: ticked(allowed), cure: cure ?? '' }
  })
}

/** Backticked words of a cell; `(types)` after one narrows it. */
function ticked(cell: string | undefined): ImportRule['allowed'] {
  return [...(cell ?? '').matchAll(/`([^`]+)`(\s*\(types\))?/g)].map((match) => ({
    what: match[1] ?? '',
    typesOnly: match[2] !== undefined,
  }))
}

/** The narrowest row that covers a file, with `<partner>` replaced by the file's own partner. */
export function ruleFor(rules: readonly ImportRule[], path: string): ImportRule | undefined {
  let best: ImportRule | undefined
  for (const rule of rules) {
    const bound = bind(rule, path)
    if (bound !== undefined && (best === undefined || isNarrower(bound, best))) best = bound
  }
  return best
}

/** A row that names a folder or file outright is narrower than one with `<partner>` in the same place. */
const isNarrower = (a: ImportRule, b: ImportRule): boolean => a.files.length > b.files.length

function bind(rule: ImportRule, path: string): ImportRule | undefined {
  if (!rule.files.includes(PARTNER)) return covers(rule.files, path) ? rule : undefined
  const [before = '', after = ''] = rule.files.split(PARTNER)
  const partner = path.startsWith(before) ? path.slice(before.length).split('/')[0] : undefined
  if (partner === undefined || !path.startsWith(`${before}${partner}${after}`)) return undefined
  const own = (text: string): string => text.replace(PARTNER, partner)
  // The length of the unbound pattern stays below that of an outright one, so that an outright row wins.
  return {
    ...rule,
    allowed: rule.allowed.map((each) => ({ ...each, what: own(each.what) })),
    files: `${before}*${after}`,
  }
}

/** A name that ends in `/` covers the folder; `node:*` covers every module of Node; anything else covers itself. */
export function covers(pattern: string, name: string): boolean {
  if (pattern === 'node:*') return name.startsWith('node:')
  return pattern.endsWith('/') ? name.startsWith(pattern) : pattern === name
}
