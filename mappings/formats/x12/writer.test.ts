import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { allIssues, readX12Interchanges } from './envelope.ts'
import type { X12Interchange } from './interchange.ts'
import { haveSamples, interchangeOf, interchangeText, isX12, samples } from './testing.ts'
import { toWritable } from './writable.ts'
import type { WritableElement, WritableInterchange, WritableSegment } from './writable.ts'
import { writeX12 } from './writer.ts'
import type { X12WriteOptions } from './writer.ts'

function written(interchange: WritableInterchange, options: X12WriteOptions = {}): string {
  const result = writeX12(interchange, options)
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return Buffer.from(result.value.bytes).toString('latin1')
}

const codesOf = (interchange: WritableInterchange, options: X12WriteOptions = {}): string[] => {
  const result = writeX12(interchange, options)
  return result.ok ? [] : result.issues.map((issue) => issue.code)
}

function writable(interchange: X12Interchange): WritableInterchange {
  return {
    envelope: interchange.header,
    separators: interchange.separators,
    interchangeAcks: interchange.interchangeAcks.map(toWritable),
    groups: interchange.groups.map((group) => ({
      header: group.header,
      sets: group.sets.map((set) => ({ header: set.header, segments: set.segments.slice(1, -1).map(toWritable) })),
    })),
  }
}

test('an interchange is written with fixed widths, padded numbers and right counts', () => {
  expect(written(interchangeOf([['BEG', '00', 'DS', 'A-1', '', '20261122']]))).toBe(
    interchangeText(['BEG*00*DS*A-1**20261122~']),
  )
})

test('empty elements at the end of a segment are left out, unless they are asked for', () => {
  const interchange = interchangeOf([['REF', 'CO', '', '']])
  expect(written(interchange)).toContain('~REF*CO~')
  expect(written(interchange, { keepTrailingEmpty: true })).toContain('~REF*CO**~')
})

test('line ends follow each terminator, the last one only if wanted', () => {
  expect(written(interchangeOf([]), { lineEnd: '\r\n' })).toMatch(/~\r\nIEA\*1\*000000042~\r\n$/)
  expect(written(interchangeOf([]), { lineEnd: '\n', finalLineEnd: false })).toMatch(/~\nIEA\*1\*000000042~$/)
})

test('data that holds a delimiter is refused with its place', () => {
  const result = writeX12(
    interchangeOf([
      ['N1', 'ST', 'A'],
      ['N1', 'BY', 'B*C'],
    ]),
  )
  expect(result).toMatchObject({
    ok: false,
    issues: [{ code: 'x12.write.delimiter', place: { path: 'N1[2]-02' }, value: 'B*C' }],
  })
})

test('a character outside the agreed set is refused', () => {
  expect(codesOf(interchangeOf([['N1', 'ST', 'José']]))).toEqual(['x12.write.character'])
  expect(codesOf(interchangeOf([['N1', 'ST', 'a\nb']]))).toEqual(['x12.write.character'])
  expect(codesOf(interchangeOf([['N1', 'ST', 'lower']]), { characterSet: 'basic' })).toEqual(['x12.write.character'])
  expect(codesOf(interchangeOf([['N1', 'ST', 'UPPER 1']]), { characterSet: 'basic' })).toEqual([])
})

test('a partner may name substitutes; each use is told', () => {
  const result = writeX12(interchangeOf([['N1', 'ST', 'José*']]), { substitute: { é: 'e', '*': ' ' } })
  expect(result).toMatchObject({
    ok: true,
    value: { substitutions: [{ code: 'x12.write.substituted', value: 'José*', place: { path: 'N1[1]-02' } }] },
  })
  expect(codesOf(interchangeOf([['N1', 'ST', 'é']]), { substitute: { é: '~' } })).toEqual(['x12.write.character'])
})

test('an envelope value that does not fit its width is refused', () => {
  const base = interchangeOf([])
  const envelope = { ...base.envelope, sender: { qualifier: 'ZZ', id: 'A-NAME-OF-SIXTEEN' } }
  expect(codesOf({ ...base, envelope })).toEqual(['x12.write.isa'])
  expect(codesOf({ ...base, envelope: { ...base.envelope, controlNumber: '1234567890' } })).toContain('x12.write.isa')
  expect(codesOf({ ...base, envelope: { ...base.envelope, date: '20261122' } })).toEqual(['x12.write.isa'])
})

test('a segment name that is none is refused', () => {
  expect(codesOf(interchangeOf([['REF*CO', 'x']]))).toEqual(['x12.write.segment-id'])
})

test('components without a component separator are refused', () => {
  const base = interchangeOf([['SV1', ['HC', '1']]])
  expect(codesOf({ ...base, separators: { ...base.separators, component: null } })).toEqual(['x12.write.delimiter'])
})

const distinct = fc.record({
  element: fc.constantFrom('*', '|', '\x1d', '+'),
  component: fc.constantFrom('>', ':', '\x1f', '@'),
  repetition: fc.constantFrom('^', '!', '\x1e'),
  terminator: fc.constantFrom('~', '\n', '\r', "'", '\x1c', '\xe2\x80\xa6'),
})
const text = fc.string({ unit: fc.constantFrom(...'ABCxyz0189 .,/-#&()=?_'.split('')), maxLength: 12 })
const several = fc.array(text, { minLength: 2, maxLength: 3 })
const element: fc.Arbitrary<WritableElement> = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 1, arbitrary: several },
  {
    weight: 1,
    arbitrary: fc.record({
      repetitions: fc.array(fc.array(text, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
    }),
  },
)
const segment: fc.Arbitrary<WritableSegment> = fc
  .tuple(fc.constantFrom('BEG', 'REF', 'N1', 'PO1', 'HL', 'TA1'), fc.array(element, { maxLength: 8 }))
  .map(([id, elements]) => [id, ...elements])

test('what is written reads back as the same values, for any separators and line ends', () => {
  const sets = fc.array(fc.array(segment, { maxLength: 6 }), { minLength: 1, maxLength: 4 })
  const lineEnd = fc.constantFrom<'' | '\n' | '\r\n'>('', '\n', '\r\n')
  fc.assert(
    fc.property(distinct, sets, lineEnd, (separators, contents, end) => {
      const base = interchangeOf([])
      const [group] = base.groups
      if (group === undefined) throw new Error('the example has a group')
      const interchange: WritableInterchange = {
        envelope: {
          ...base.envelope,
          version: '00501',
          controlNumber: '000000042',
          standardsId: separators.repetition,
        },
        separators,
        interchangeAcks: [],
        groups: [
          {
            header: group.header,
            sets: contents.map((segments, index) => ({
              header: { id: '850', controlNumber: String(index + 1).padStart(4, '0'), implementation: '' },
              segments,
            })),
          },
        ],
      }
      const bytes = Buffer.from(written(interchange, { keepTrailingEmpty: true, lineEnd: end }), 'latin1')
      const file = readX12Interchanges(bytes)
      expect(allIssues(file)).toEqual([])
      const [again] = file.interchanges
      if (again === undefined) throw new Error('nothing was read')
      expect(writable(again)).toEqual(interchange)
    }),
  )
})

/** Clean, but not written by the standard's letter: what differs when they are written again. */
const OTHER_BYTES: Readonly<Record<string, string>> = {
  '08-MultipleInterchangesAndGroups.edi': 'IEA02 without leading zeros',
  '28-x12_interchange_ack.txt': 'IEA01 counts the TA1',
  '18-po-ack-minor-changes.edi': 'line ends after some segments only',
  '19-basic-invoice.edi': 'line ends after some segments only',
}

test.skipIf(!haveSamples)('a clean sample, read and written with its own separators, is the same bytes', () => {
  let compared = 0
  for (const { name, bytes } of samples(isX12)) {
    const file = readX12Interchanges(bytes)
    if (allIssues(file).length > 0) continue
    const again = Buffer.concat(file.interchanges.map(rewritten))
    const original = trimEnd(bytes)
    expect([name, Buffer.compare(trimEnd(again), original) === 0]).toEqual([name, OTHER_BYTES[name] === undefined])
    compared += 1
  }
  expect(compared).toBeGreaterThan(15)
})

/** Line ends behind the last terminator differ from file to file and say nothing. */
const trimEnd = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('latin1').trimEnd(), 'latin1')

function rewritten(interchange: X12Interchange): Uint8Array {
  const { lineEnd } = interchange
  if (lineEnd !== '' && lineEnd !== '\n' && lineEnd !== '\r\n') throw new Error('an unexpected line end')
  const result = writeX12(writable(interchange), { lineEnd, keepTrailingEmpty: true })
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.value.bytes
}
