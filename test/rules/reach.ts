/** What is reached from where: dead files, and the packages that a running hub needs. */
import { isTest, isTestSide, type SourceFile } from './files.ts'
import { fileOf, importsOf, packageOf } from './imports.ts'

/** Files that a command of package.json or its `bin` starts, and what those import that only prepare the engine (`app/bin.js`). */
export function entriesOf(
  packageJson: { scripts: Record<string, string>; bin: Record<string, string> },
  read: (path: string) => string,
): string[] {
  const commands = [...Object.values(packageJson.scripts), ...Object.values(packageJson.bin)].join(' ')
  const started = [...commands.matchAll(/(?:\.\/)?([\w./-]+\.(?:ts|js))\b/g)].map((match) => match[1] ?? '')
  const prepared = started
    .filter((path) => path.endsWith('.js'))
    .flatMap((path) => importsOf(read(path)).flatMap(({ specifier }) => fileOf({ path }, specifier) ?? []))
  return [...started, ...prepared]
}

/**
 * Files that nobody needs: no entry, and imported by no other file; or a file of the product that only tests import.
 * bench/ holds scripts that are started by name, so there a file may stand alone; simulators/ is there for tests and integrators. `waiting` names exceptions, each with its reason.
 */
export function deadFiles(
  files: readonly SourceFile[],
  entries: readonly string[],
  waiting: Readonly<Record<string, string>>,
): string[] {
  const importers = new Map<string, string[]>()
  for (const file of files) {
    for (const each of importsOf(file.text)) {
      const target = fileOf(file, each.specifier)
      if (target !== undefined) importers.set(target, [...(importers.get(target) ?? []), file.path])
    }
  }
  return files
    .map((file) => file.path)
    .filter((path) => !isTest(path) && !entries.includes(path) && !path.startsWith('bench/'))
    .flatMap((path) => {
      const by = importers.get(path) ?? []
      if (by.length === 0 && path in waiting) return []
      if (by.length === 0) return [`${path} is imported by nobody: use it or remove it.`]
      const isUsed = by.some((importer) => !isTestSide(importer))
      if (isUsed && path in waiting) return [`${path} is used now: take it off the list of files that wait.`]
      if (isUsed || isTestSide(path) || path.startsWith('simulators/') || path in waiting) return []
      return [`${path} is imported by tests only (${by.join(', ')}): use it, remove it, or name it as test support.`]
    })
}

/** What `entry` needs at run time: files, and packages by name. Types are gone by then; a dynamic import ends the search. */
function reachedFrom(files: readonly SourceFile[], entry: string): { files: Set<string>; packages: Set<string> } {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const reached = { files: new Set<string>(), packages: new Set<string>() }
  const open = [entry]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const file = byPath.get(path)
    if (file === undefined || reached.files.has(path)) continue
    reached.files.add(path)
    for (const each of importsOf(file.text)) {
      if (each.typeOnly || each.dynamic) continue
      const target = fileOf(file, each.specifier)
      if (target !== undefined) open.push(target)
      else if (!each.specifier.startsWith('node:')) reached.packages.add(packageOf(each.specifier))
    }
  }
  return reached
}

export const packagesReachedFrom = (files: readonly SourceFile[], entry: string): Set<string> =>
  reachedFrom(files, entry).packages

export const filesReachedFrom = (files: readonly SourceFile[], entry: string): Set<string> =>
  reachedFrom(files, entry).files

/** Every package that any file imports, types too. */
export function importedPackages(files: readonly SourceFile[]): Set<string> {
  return new Set(
    files.flatMap((file) =>
      importsOf(file.text)
        .filter((each) => fileOf(file, each.specifier) === undefined && !each.specifier.startsWith('node:'))
        .map((each) => packageOf(each.specifier)),
    ),
  )
}
