/** docs/connectors/your-first.md, followed to the letter in a fresh copy of the repository: what a newcomer types works. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

let copy: string
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'crossdock-first-'))
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { encoding: 'utf8' })
  for (const file of listed.split('\0').filter((path) => path !== '')) cpSync(file, join(copy, file))
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'))
})
afterEach(() => rmSync(copy, { recursive: true, force: true }))

const run = (command: string): { status: number | null; output: string } => {
  // `npx` would look for the tool of this clone; the copy's own is meant.
  const own = command.replace(/^npx crossdock /, `${process.execPath} app/bin.js `)
  const { status, stdout, stderr } = spawnSync('bash', ['-c', own], { cwd: copy, encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

const commands = [
  ...readFileSync('docs/connectors/your-first.md', 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm),
].flatMap(([, block = '']) => block.trim().split('\n'))

test('every command of the page works in its order, and what it makes passes types, lint and its own tests', () => {
  expect(commands.length).toBeGreaterThan(10)
  const outputs = commands.map((command) => {
    const { status, output } = run(command)
    expect([command, status, status === 0 ? '' : output]).toEqual([command, 0, ''])
    return output
  })
  expect(outputs[1]).toContain('35 passed, 0 failed')
  expect(outputs[5]).toContain('/rows/0/onHand  ←  /events/3/items/0/qty')
  const checks = [
    'node_modules/.bin/tsc --noEmit',
    'node_modules/.bin/oxlint --type-aware --deny-warnings connectors/acme-wms mappings/acme-wms simulators/acme-wms app/maps',
    'node_modules/.bin/oxfmt --check',
    'node_modules/.bin/vitest run connectors/acme-wms test/flow/acme-wms.test.ts test/rules test/kit/partners.test.ts',
  ]
  for (const check of checks) {
    const { status, output } = run(check)
    expect([check, status, status === 0 ? '' : output]).toEqual([check, 0, ''])
  }
  // Types, lint and tests of the whole repository run in it.
}, 400_000)

test('a name that is taken, or is none, is refused with what to do', () => {
  for (const [call, says] of [
    ['npx crossdock connector new erp', 'is there already: choose another name'],
    ['npx crossdock connector new Acme', 'lower case letters'],
    ['npx crossdock connector new acme --kind soap', '--kind must be rest, sftp-csv, x12'],
  ] as const) {
    const { status, output } = run(call)
    expect([call, status, output.includes(says)]).toEqual([call, 2, true])
  }
})

test('the examples are as short as the page says', () => {
  const linesOf = (path: string): number => readFileSync(path, 'utf8').trimEnd().split('\n').length
  expect(linesOf('connectors/depot/connector.ts')).toBeLessThanOrEqual(60)
  expect(linesOf('partners/nord/network.json')).toBeLessThanOrEqual(40)
  expect(linesOf('partners/acme-supply/network.json')).toBeLessThanOrEqual(40)
})
