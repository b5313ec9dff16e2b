import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ROOT, readText, TOP_FOLDERS } from './files.ts'
import { type Call, callsOf, codeOf, type Found, linksOf, pages } from './markdown.ts'

const all = pages()
const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(readText('package.json')))
const at = ({ page, line, text }: Found): string => `${page}:${line} ${text.trim()}`
const calls = (kind: Call['kind']): Call[] => all.flatMap(callsOf).filter((each) => each.kind === kind)
const isThere = (path: string): boolean => existsSync(join(ROOT, path))

/**
 * The source of a command of the command line, one file each; undefined when there is no such command. Read and not asked with
 * `--help`, since a dozen processes are slow on a busy machine.
 */
function commandSource(name: string): string | undefined {
  const path = `app/cli/${name}.ts`
  const source = isThere(path) ? readText(path) : ''
  return source.includes(`  name: '${name}',`) ? source : undefined
}

const takes = (source: string, flag: string): boolean =>
  flag === '--help' || new RegExp(`['\\s{]${flag.slice(2)}'?: \\{ type: `).test(source)

test('every npm script that a page names is in package.json', () => {
  expect(
    calls('npm')
      .filter((each) => !(each.name in scripts))
      .map(at),
  ).toEqual([])
})

test('every program that a script or a page starts is there', () => {
  const started = Object.values(scripts).flatMap((script) => script.match(/[\w./-]+\.ts\b/g) ?? [])
  expect(started.filter((path) => !isThere(path))).toEqual([])
  expect(
    calls('file')
      .filter((each) => !isThere(each.name))
      .map(at),
  ).toEqual([])
})

test('every crossdock command that a page names exists, with the options shown', () => {
  const wrong = calls('crossdock').filter(({ name, flags }) => {
    const source = commandSource(name)
    return source === undefined || flags.some((flag) => !takes(source, flag))
  })
  expect(wrong.map(at)).toEqual([])
})

test('the options of the demo that a page shows exist', () => {
  const source = readText('app/demo/main.ts')
  const demo = calls('npm').filter((each) => each.name === 'demo')
  expect(demo.filter(({ flags }) => flags.some((flag) => !takes(source, flag))).map(at)).toEqual([])
})

test('every link to a file leads somewhere', () => {
  expect(
    all
      .flatMap(linksOf)
      .filter((each) => !isThere(each.text))
      .map(at),
  ).toEqual([])
})

test('every source file that a page under docs/ names in code is there', () => {
  const named = all
    .filter((page) => page.path.startsWith('docs/') || page.path === 'README.md')
    .flatMap(codeOf)
    .filter(({ text }) => new RegExp(`^(?:${TOP_FOLDERS.join('|')}|docs|deploy)/[\\w./-]+$`).test(text))
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter((each) => !isThere(each.text)).map(at)).toEqual([])
})

test('each page has one title, on its first line', () => {
  const titles = all.map((page) => [page.path, page.text.replace(/^```[\s\S]*?^```/gm, '').match(/^# /gm)?.length])
  expect(titles.filter(([, count]) => count !== 1)).toEqual([])
  expect(all.filter((page) => !page.text.startsWith('# ')).map((page) => page.path)).toEqual([])
})

test('every decision has its number, its rejected options and what would change our mind', () => {
  const decisions = all.filter((page) => page.path.startsWith('docs/decisions/'))
  for (const [index, { path, text }] of decisions.entries()) {
    const number = index + 1
    expect(path).toMatch(new RegExp(`/${String(number).padStart(4, '0')}-`))
    expect(text.startsWith(`# ${number}. `), path).toBe(true)
    for (const part of ['**Decided.**', '**Rejected.**', '**What would change our mind.**'])
      expect(text, path).toContain(part)
    expect(text.split('\n').length, `${path} is longer than a page`).toBeLessThan(70)
  }
})

test('commands and links are read from a page as people read them', () => {
  const page = {
    path: 'docs/guide.md',
    text: [
      'Run `npm run demo -- --orders 5`, then [see](../app/x.ts#part), [web](https://example.com).',
      '```sh',
      'npm ci && npm test # and npx nothing',
      'DATABASE_URL=x npx crossdock start --role worker',
      'node bench/main.ts',
      '```',
      'Words like npm run nothing outside code are words.',
    ].join('\n'),
  }
  expect(callsOf(page).map(({ kind, name, flags }) => [kind, name, ...flags])).toEqual([
    ['npm', 'demo', '--orders'],
    ['npm', 'test'],
    ['crossdock', 'start', '--role'],
    ['file', 'bench/main.ts'],
  ])
  expect(linksOf(page).map((each) => each.text)).toEqual(['app/x.ts'])
})
