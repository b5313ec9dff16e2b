import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { bannedCalls } from './banned.ts'
import { readText, sourceFiles } from './files.ts'
import { mask } from './mask.ts'
import { deadFiles, entriesOf, importedPackages, packagesReachedFrom } from './reach.ts'

const packageJson = z
  .object({
    scripts: z.record(z.string(), z.string()),
    bin: z.record(z.string(), z.string()),
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readText('package.json')))
const files = sourceFiles()
const production = Object.keys(packageJson.dependencies)
const development = Object.keys(packageJson.devDependencies)

/** Packages that are used without being imported. */
const USED_BY_NAME: Record<string, string> = {
  node: 'brings Node 24: every npm script runs on it',
  typescript: 'npm run types',
  oxlint: 'npm run lint',
  oxfmt: 'npm run lint',
  'oxlint-tsgolint': 'oxlint --type-aware looks for it',
  '@types/node': 'types of node:*',
}

/** Files that only tests import, for now. */
const WAITING: Record<string, string> = {
  'test/processes/claimer.ts': 'a process that test/processes/last-unit.test.ts starts by name',
}

test('nothing in the tree makes a banned call, and no exception is left over', () => {
  expect(bannedCalls(files)).toEqual([])
})

test('no file is dead', () => {
  const setup = [...readText('vitest.config.ts').matchAll(/'(test\/[\w./-]+\.ts)'/g)].map(([, path = '']) => path)
  expect(deadFiles(files, [...entriesOf(packageJson, readText), ...setup], WAITING)).toEqual([])
})

test('every import is of a package that package.json names', () => {
  const known = new Set([...production, ...development])
  expect([...importedPackages(files)].filter((name) => !known.has(name) && !known.has(`@types/${name}`))).toEqual([])
})

test('every package of package.json is used', () => {
  const used = importedPackages(files)
  const isUsed = (name: string): boolean =>
    used.has(name) || name in USED_BY_NAME || (name.startsWith('@types/') && used.has(name.slice('@types/'.length)))
  expect([...production, ...development].filter((name) => !isUsed(name))).toEqual([])
})

test('every package of package.json has one line of reason in docs/decisions/0002-dependencies.md, and no other has', () => {
  const named = readText('docs/decisions/0002-dependencies.md')
    .split('\n')
    .flatMap((line) => /^\| `([^`]+)`\s*\|/.exec(line)?.[1] ?? [])
  expect(named.toSorted()).toEqual([...production, ...development].toSorted())
})

test('a hub started without development packages finds all it imports', () => {
  const hubs = entriesOf(packageJson, readText).filter((entry) => entry.startsWith('app/cli/'))
  expect(hubs).not.toEqual([])
  const needed = hubs.flatMap((entry) => [...packagesReachedFrom(files, entry)])
  expect([...new Set(needed)].filter((name) => !production.includes(name))).toEqual([])
})

describe('the checks find what is planted', () => {
  const found = (path: string, text: string): string[] => bannedCalls([{ path, text }], [])

  test.each([
    ['core/x.ts', 'const now = Date.now()', 'has Date.now'],
    ['workers/x.ts', 'const now = new Date()', 'has new Date()'],
    ['mappings/erp/x.ts', 'Math.random()', 'has Math.random'],
    ['store/x.ts', "process.env['HOME']", 'has process.env'],
    ['workers/x.ts', "console.log('sent')", 'has console'],
    ['connectors/erp/x.ts', 'JSON.parse(text)', 'has JSON.parse'],
    ['connectors/erp/x.ts', 'await fetch(url)', 'has fetch'],
    ['core/x.test.ts', "test.skip('later', () => {})", 'has a skipped or lone test'],
    ['core/x.test.ts', "describe.only('this', () => {})", 'has a skipped or lone test'],
    ['core/x.ts', ['// TO', 'DO: later'].join(''), 'has a note of unfinished work'],
  ])('%s: %s', (path, text, complaint) => {
    expect(found(path, text)).toEqual([expect.stringContaining(`${path}:1 ${complaint}`)])
  })

  test('a call in a comment, a string or a longer name is no call', () => {
    const text = [
      '// Date.now() is banned',
      "const s = 'Math.random()'",
      'port.fetch(x)',
      'prefetch(x)',
      'f(/process.env/)',
    ]
    expect(found('core/x.ts', text.join('\n'))).toEqual([])
  })

  test('an exception that nothing needs is told', () => {
    const left = bannedCalls([], [{ file: 'core/x.ts', ban: 'Date.now', reason: 'once' }])
    expect(left).toEqual([expect.stringContaining('needs no exception')])
  })

  test('a file without importer, and one that only tests import, are dead; an entry is not', () => {
    const tree = [
      { path: 'app/main.ts', text: "import '#core/used.ts'" },
      { path: 'core/used.ts', text: '' },
      { path: 'core/alone.ts', text: '' },
      { path: 'core/tested.ts', text: '' },
      { path: 'core/tested.test.ts', text: "import './tested.ts'" },
    ]
    expect(deadFiles(tree, ['app/main.ts'], {})).toEqual([
      expect.stringContaining('core/alone.ts is imported by nobody'),
      expect.stringContaining('core/tested.ts is imported by tests only'),
    ])
  })
})

test('masking keeps code and blanks comments, strings, templates and patterns', () => {
  const text = ['a("x//y") // z', 'b(`p${c("q")}r`)', 'g = /[\'"]/.test(d) / 2 /* e', 'f */ g'].join('\n')
  expect(mask(text).codeOnly).toBe(
    ['a("    ")     ', 'b(` ${c(" ")} `)', 'g = /    /.test(d) / 2     ', '     g'].join('\n'),
  )
})
