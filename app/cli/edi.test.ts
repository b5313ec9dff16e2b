/** The commands as a script calls them: exit code, standard output and error. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { interchangeText } from '#mappings/formats/x12/testing.ts'
import { readSettings } from '../settings.ts'
import { readArguments, UsageError } from './command.ts'
import { edi } from './edi.ts'

const folder = mkdtempSync(join(tmpdir(), 'crossdock-edi-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** In this process, as main.ts calls it. */
async function crossdock(args: string[]): Promise<{ code: number; out: string }> {
  const lines: string[] = []
  const { positionals, values } = readArguments(edi, args)
  const code = await edi.run({
    positionals,
    values,
    settings: readSettings({}),
    print: (line) => void lines.push(line),
  })
  return { code, out: lines.join('\n') }
}

/** As a process of its own, for what goes over standard input and output. */
function spawned(args: string[], input: string): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const main = new URL('main.ts', import.meta.url).pathname
    const child = execFile(process.execPath, [main, 'edi', ...args], { encoding: 'latin1' }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
    child.stdin?.end(input)
  })
}

const clean = interchangeText(['BEG*00*DS*PO-1**20261122~PO1*1*2*EA*9.95**UP*012345678905~CTT*1~'])
const faulty = clean.replace('BEG*00', 'BEG*9Z')
const edifact =
  "UNB+UNOC:3+A:14+B:14+261122:0930+77'UNH+1+ORDERS:D:96A:UN'BGM+220+PO?+1+9'DTM+137:20261122:102'UNS+S'UNT+5+1'UNZ+1+77'"

test('parse names segments and elements, and what it prints as JSON is written back as the same bytes', async () => {
  const path = file('clean.edi', clean)
  const { code, out } = await crossdock(['parse', path])
  expect(code).toBe(0)
  expect(out).toMatch(/^BEG Order$/m)
  expect(out).toMatch(/BEG03 +Order number +PO-1/)
  // A file without a line end behind its last segment stays without one.
  for (const text of [clean.trimEnd(), edifact]) {
    const json = await crossdock(['parse', file('some.edi', text), '--json'])
    const again = await spawned(['write', '-'], json.out)
    expect([again.code, again.out]).toEqual([0, text])
  }
}, 120_000)

test('validate tells faults with their place and exit code 1, and an overlay narrows', async () => {
  expect(await crossdock(['validate', file('clean.edi', clean)])).toMatchObject({ code: 0, out: '1 set, 0 faults' })
  const found = await crossdock(['validate', file('faulty.edi', faulty)])
  expect(found.code).toBe(1)
  expect(found.out).toContain('BEG[1]-01 "9Z"')
  const overlay = file('overlay.json', JSON.stringify({ elements: { 'BEG-02': { codes: ['SA'] } } }))
  expect((await crossdock(['validate', file('clean.edi', clean), '--guide', overlay])).code).toBe(1)
}, 120_000)

test('ack prints the acknowledgment and its exit code says whether all is accepted', async () => {
  const accepted = await crossdock(['ack', file('clean.edi', clean)])
  expect([accepted.code, accepted.out.includes('AK9*A*1*1*1~')]).toEqual([0, true])
  const rejected = await crossdock(['ack', file('faulty.edi', faulty), '--as', '999'])
  expect([rejected.code, rejected.out.includes('IK4*1*353*7*9Z~')]).toEqual([1, true])
  const contrl = await crossdock(['ack', file('short.edi', edifact.replace("UNS+S'", '').replace('UNT+5', 'UNT+4'))])
  expect([contrl.code, contrl.out.includes("UCS+4+13'")]).toEqual([1, true])
}, 120_000)

test('diff compares documents, not separators', async () => {
  const left = file('left.edi', clean)
  const same = file('same.edi', clean.replaceAll('*', '|').replaceAll('~', "'\n"))
  expect(await crossdock(['diff', left, same])).toMatchObject({ code: 0, out: '' })
  const other = await crossdock(['diff', left, file('faulty.edi', faulty)])
  expect([other.code, other.out.includes('+ 2  BEG * 9Z')]).toEqual([1, true])
}, 120_000)

test('a call that cannot be understood says what to do next, and is exit code 2', async () => {
  await expect(crossdock(['parse', join(folder, 'none.edi')])).rejects.toThrow(UsageError)
  await expect(crossdock([])).rejects.toThrow('say what to do')
  const { code, err } = await spawned(['parse', '-'], 'neither')
  expect([code, err]).toEqual([2, expect.stringContaining('neither X12')])
}, 120_000)
