/** The source tree as the rule tests see it: every TypeScript file of the top folders, read from disk. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Path from the repository's root, with `/`. */
export type SourceFile = { path: string; text: string }

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The folders that hold source; the same names as in `imports` of package.json. */
export const TOP_FOLDERS = [
  'app',
  'bench',
  'conformance',
  'connectors',
  'core',
  'http',
  'mappings',
  'simulators',
  'store',
  'test',
  'workers',
] as const

export const readText = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8')

export function sourceFiles(): SourceFile[] {
  return TOP_FOLDERS.flatMap((folder) => filesUnder(folder))
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readText(path) }))
}

/** Every file under a folder of the repository; none when the folder is not there (a container carries no docs). */
export function filesUnder(folder: string): string[] {
  try {
    return readdirSync(`${ROOT}${folder}`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.length))
      .sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** Beside the code, and imported by tests only. Named in docs/architecture.md. */
const TEST_SUPPORT = [/^test-.*\.ts$/, /\.test-data\.ts$/, /^(testing|golden|laws|brute-force)\.ts$/] as const

export const isTest = (path: string): boolean => path.endsWith('.test.ts')

export const isTestSupport = (path: string): boolean => TEST_SUPPORT.some((pattern) => pattern.test(basename(path)))

/** Files that may import anything: tests, what supports them, and the two folders that stand beside the product. */
export const isTestSide = (path: string): boolean =>
  isTest(path) || isTestSupport(path) || path.startsWith('test/') || path.startsWith('bench/')

export const folderOf = (path: string): string => `${dirname(path)}/`
