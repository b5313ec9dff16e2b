/** Holds every import statement of a tree against the import table. Answers with sentences that say which line breaks which rule. */
import { isTestSide, type SourceFile } from './files.ts'
import { fileOf, importsOf, type Import, packageOf } from './imports.ts'
import { covers, type ImportRule, ruleFor } from './import-table.ts'

/** Nobody imports these: they stand on top of everything. */
const TOP = ['app/', 'bench/', 'test/'] as const

export function brokenImports(files: readonly SourceFile[], rules: readonly ImportRule[]): string[] {
  const known = new Set(files.map((file) => file.path))
  return files.flatMap((file) =>
    importsOf(file.text).flatMap((each) => {
      const wrong = isTestSide(file.path)
        ? brokenForm(file, each, known)
        : (brokenForm(file, each, known) ?? brokenTop(file, each) ?? brokenRule(file, each, rules))
      return wrong === undefined ? [] : [`${file.path}:${each.line} ${wrong}`]
    }),
  )
}

const topOf = (path: string): string => `${path.split('/')[0]}/`

/** What holds for tests too: the spelling, and that the file is there. */
function brokenForm(file: SourceFile, { specifier }: Import, known: ReadonlySet<string>): string | undefined {
  if (specifier === '') return 'imports a name made at run time. Cure: write the module as a plain string.'
  const target = fileOf(file, specifier)
  if (target === undefined) return undefined
  const crosses = topOf(target) !== topOf(file.path)
  if (crosses && specifier.startsWith('.'))
    return `imports "${specifier}" across top folders. Cure: write "#${target}".`
  if (!crosses && specifier.startsWith('#'))
    return `imports "${specifier}" from its own top folder. Cure: write it relative, with "./" or "../".`
  if (target.endsWith('.ts') && !known.has(target)) return `imports "${specifier}", which is not there.`
  return undefined
}

function brokenTop(file: SourceFile, { specifier }: Import): string | undefined {
  const target = fileOf(file, specifier)
  if (target === undefined) return undefined
  if (isTestSide(target))
    return `imports "${specifier}", which is there for tests. Cure: move what production needs into a file of its own.`
  const top = TOP.find((folder) => target.startsWith(folder))
  if (top === undefined || file.path.startsWith(top)) return undefined
  return `imports "${specifier}", but nobody imports ${top}. Cure: let app/ hand it in as a value or a function.`
}

function brokenRule(file: SourceFile, each: Import, rules: readonly ImportRule[]): string | undefined {
  const rule = ruleFor(rules, file.path)
  if (rule === undefined) return 'has no row in the import table of docs/architecture.md. Cure: add one.'
  const target = fileOf(file, each.specifier)
  const name = target ?? (each.specifier.startsWith('node:') ? each.specifier : packageOf(each.specifier))
  const allowed = rule.allowed.filter((entry) => covers(entry.what, name))
  if (allowed.some((entry) => !entry.typesOnly || each.typeOnly)) return undefined
  if (allowed.length > 0)
    return `imports a value from "${each.specifier}"; ${rule.files} may take only types from there. Cure: ${rule.cure}`
  const list = rule.allowed.map((entry) => entry.what + (entry.typesOnly ? ' (types)' : '')).join(', ')
  return `imports "${each.specifier}"; ${rule.files} may import only ${list}. Cure: ${rule.cure}`
}

/** Import cycles as `a.ts → b.ts → a.ts`, at least one of each knot. Types count: a cycle of types is one thing in two files. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const targets = new Map(
    files.map((file) => [file.path, importsOf(file.text).flatMap((each) => fileOf(file, each.specifier) ?? [])]),
  )
  const cycles: string[] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    if (done.has(file)) return
    const start = path.indexOf(file)
    if (start !== -1) {
      cycles.push([...path.slice(start), file].join(' → '))
      return
    }
    path.push(file)
    for (const target of targets.get(file) ?? []) visit(target)
    path.pop()
    done.add(file)
  }
  for (const file of targets.keys()) visit(file)
  return cycles
}
