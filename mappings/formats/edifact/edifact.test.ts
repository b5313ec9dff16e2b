import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { haveSamples, samples } from '../x12/testing.ts'
import { allEdifactIssues, readEdifactInterchanges } from './envelope.ts'
import type { EdifactEnvelope, EdifactInterchange } from './interchange.ts'
import { type EdifactEvent, readEdifact } from './reader.ts'
import type { EdifactSegment } from './segment.ts'
import { LEVEL_A } from './separators.ts'
import type { EdifactSeparators } from './separators.ts'
import { writableOf } from './writable.ts'
import type { WritableEdifact, WritableEdifactElement, WritableEdifactSegment } from './writable.ts'
import { writeEdifact } from './writer.ts'
import type { EdifactWriteOptions } from './writer.ts'

const file = (body: string, head = "UNB+UNOC:3+A:14+B:14+261122:0930+77'"): string =>
  `${head}UNH+1+ORDERS:D:96A:UN'${body}UNT+${body.split("'").length + 1}+1'UNZ+1+77'`
const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1')

function segmentOf(bytes: Uint8Array, id: string): EdifactSegment {
  const found = [...readEdifact([bytes])].find((event) => event.kind === 'segment' && event.id === id)
  if (found?.kind !== 'segment') throw new Error(`there is no ${id}`)
  return found
}
const codesOf = (bytes: Uint8Array): string[] =>
  allEdifactIssues(readEdifactInterchanges(bytes)).map(({ code }) => code)
const toleratedBy = (bytes: Uint8Array): string[] =>
  readEdifactInterchanges(bytes).interchanges.flatMap(({ tolerated }) => tolerated.map(({ code }) => code))

test('a segment gives elements and components by EDI position, and the byte where each begins', () => {
  const text = file("NAD+BY+4012345000009::9+'")
  const nad = segmentOf(latin1(text), 'NAD')
  expect([nad.element(1), nad.component(2, 1), nad.component(2, 2), nad.component(2, 3)]).toEqual([
    'BY',
    '4012345000009',
    '',
    '9',
  ])
  expect([nad.component(2, 4), nad.element(3), nad.element(9), nad.elementCount]).toEqual(['', '', '', 3])
  expect(nad.components(2)).toEqual(['4012345000009', '', '9'])
  expect(text.slice(nad.offsetOf(2, 3))).toMatch(/^9\+'/)
  expect(text.slice(nad.byteEnd)).toMatch(/^UNT/)
})

test('released characters are data, and a released release character releases nothing', () => {
  const ftx = segmentOf(latin1(file("FTX+AAI+++1?+1?:2 it?'s ??'")), 'FTX')
  expect(ftx.elements()).toEqual([['AAI'], [''], [''], ["1+1:2 it's ?"]])
})

test('UNA names the service characters, the decimal mark too, and each interchange has its own', () => {
  const other = file("QTY+21:2,5'").replaceAll('+', '|').replaceAll(':', '#').replaceAll("'", '~')
  const bytes = latin1(`UNA#|,\\ ~${other}\n${file("QTY+21:3'")}`)
  const { interchanges, issues } = readEdifactInterchanges(bytes)
  expect(issues).toEqual([])
  expect(interchanges.map(({ separators }) => separators.decimal)).toEqual([',', '.'])
  expect(interchanges.map(({ messages }) => messages[0]?.segments[1]?.component(1, 2))).toEqual(['2,5', '3'])
})

test('elements repeat from syntax version 4 on, and an asterisk is data before', () => {
  const body = "COM+s1:TE*s2:EM'"
  const four = segmentOf(latin1(file(body, "UNB+UNOC:4+A+B+261122:0930+77'")), 'COM')
  expect(four.repetitions(1)).toEqual([
    ['s1', 'TE'],
    ['s2', 'EM'],
  ])
  expect(segmentOf(latin1(file(body)), 'COM').repetitions(1)).toEqual([['s1', 'TE*s2', 'EM']])
})

test('level B of old syntax versions is known by its control characters', () => {
  const text = file("QTY+21:2'")
    .replace('UNOC:3', 'UNOB:1')
    .replaceAll('+', '\x1d')
    .replaceAll(':', '\x1f')
    .replaceAll("'", '\x1c')
  expect(codesOf(latin1(text))).toEqual([])
  expect(segmentOf(latin1(text), 'QTY').component(1, 2)).toBe('2')
})

test.each([
  ['UNOC', 'latin1', 'Ærø', Buffer.from('Ærø', 'latin1')],
  ['UNOD', 'ISO 8859-2', 'Łódź', Buffer.from([0xa3, 0xf3, 0x64, 0xbc])],
  ['UNOE', 'ISO 8859-5', 'Ж', Buffer.from([0xb6])],
  ['UNOF', 'ISO 8859-7', 'Ω', Buffer.from([0xd9])],
  ['UNOY', 'UTF-8', '中文', Buffer.from('中文')],
])('text under %s is %s, read and written', (syntaxId, _, text, bytes) => {
  const [head = '', tail = ''] = file("FTX+AAI+++@'", `UNB+${syntaxId}:3+A+B+261122:0930+77'`).split('@')
  const whole = Buffer.concat([latin1(head), bytes, latin1(tail)])
  expect(segmentOf(whole, 'FTX').element(4)).toBe(text)
  expect(toleratedBy(whole)).toEqual([])
  const [interchange] = readEdifactInterchanges(whole).interchanges
  const again = interchange === undefined ? undefined : writeEdifact(writableOf(interchange))
  expect(again?.ok === true ? Buffer.from(again.value.bytes).equals(whole) : again).toBe(true)
})

test('where the declared set holds no high byte, the bytes decide and the reading says so', () => {
  const text = file("FTX+AAI+++MÜNCHEN'", "UNB+UNOA:3+A+B+261122:0930+77'")
  for (const encoding of ['utf8', 'latin1'] as const) {
    const bytes = Buffer.from(text, encoding)
    expect(segmentOf(bytes, 'FTX').element(4)).toBe('MÜNCHEN')
    expect(toleratedBy(bytes)).toEqual(['edifact.character-set'])
  }
})

test('lines wrapped anywhere, in a tag too, are joined and noted once', () => {
  const plain = file("FTX+AAI+++A LONGER TEXT'LIN+1++4012345000016:EN'")
  const wrapped = plain.replaceAll(/(.{9})/g, '$1\r\n')
  expect(codesOf(latin1(wrapped))).toEqual([])
  expect(toleratedBy(latin1(wrapped))).toEqual(['edifact.wrapped'])
  expect(segmentOf(latin1(wrapped), 'FTX').element(4)).toBe('A LONGER TEXT')
})

test.each<[name: string, from: string, to: string, code: string]>([
  ['UNT counts wrongly', 'UNT+3', 'UNT+4', 'edifact.message.count'],
  ['UNT repeats another reference', 'UNT+3+1', 'UNT+3+2', 'edifact.message.control-number'],
  ['no UNT', "UNT+3+1'", '', 'edifact.message.no-trailer'],
  ['UNH names no type', 'ORDERS:D', 'ORD:D', 'edifact.message.type'],
  ['UNZ counts wrongly', 'UNZ+1', 'UNZ+2', 'edifact.interchange.count'],
  ['UNZ repeats another reference', 'UNZ+1+77', 'UNZ+1+78', 'edifact.interchange.control-number'],
  ['no UNZ', "UNZ+1+77'", '', 'edifact.interchange.no-trailer'],
  ['a segment between messages', 'UNZ', "QTY+21:1'UNZ", 'edifact.misplaced-segment'],
  ['a tag that is none', 'QTY', 'qty', 'edifact.segment-id'],
  ['text around', 'UNB', 'hello UNB', 'edifact.outside-interchange'],
])('%s: exactly that issue is told', (_, from, to, code) => {
  expect(codesOf(latin1(file("QTY+21:2'").replace(from, to)))).toEqual([code])
})

test('repair reads past a wrong count and says what it assumed', () => {
  const bytes = latin1(file("QTY+21:2'").replace('UNT+3', 'UNT+4').replace('UNZ+1', 'UNZ+9'))
  const repaired = readEdifactInterchanges(bytes, { repair: true })
  expect(allEdifactIssues(repaired)).toEqual([])
  expect(repaired.interchanges[0]?.assumptions.map(({ code }) => code)).toEqual(['edifact.interchange.count'])
  expect(repaired.interchanges[0]?.messages[0]?.assumptions.map(({ code }) => code)).toEqual(['edifact.message.count'])
})

const ENVELOPE: EdifactEnvelope = {
  syntaxId: 'UNOC',
  syntaxVersion: '4',
  sender: { id: 'A', qualifier: '14', internalId: '' },
  receiver: { id: 'B', qualifier: '14', internalId: '' },
  date: '20261122',
  time: '0930',
  controlReference: '77',
  password: '',
  passwordQualifier: '',
  applicationReference: '',
  priority: '',
  acknowledgmentRequested: false,
  agreementId: '',
  isTest: false,
}
const HEADER = {
  reference: '1',
  type: 'ORDERS',
  version: 'D',
  release: '96A',
  agency: 'UN',
  association: '',
  accessReference: '',
}
const withSegments = (
  segments: WritableEdifactSegment[],
  envelope = ENVELOPE,
  separators: EdifactSeparators = LEVEL_A,
): WritableEdifact => ({
  envelope,
  separators,
  messages: [{ header: HEADER, segments }],
})
const codesWritten = (interchange: WritableEdifact, options: EdifactWriteOptions = {}): string[] => {
  const written = writeEdifact(interchange, options)
  return written.ok ? [] : written.issues.map(({ code }) => code)
}

test('what the declared set cannot hold is refused with its place, or replaced by the partner rule and told', () => {
  const oslo = withSegments([['FTX', 'AAI', '', '', '中']])
  expect(writeEdifact(oslo)).toMatchObject({
    ok: false,
    issues: [{ code: 'edifact.write.character', place: { path: 'FTX[1]-04' } }],
  })
  expect(writeEdifact(oslo, { substitute: { 中: 'C' } })).toMatchObject({
    ok: true,
    value: { substitutions: [{ value: '中' }] },
  })
  const levelA = withSegments([['FTX', 'AAI', '', '', 'lower']], { ...ENVELOPE, syntaxId: 'UNOA' })
  expect(codesWritten(levelA)).toEqual(['edifact.write.character'])
  expect(codesWritten(levelA, { lowerCase: true })).toEqual([])
})

test('without a release character, data that holds a service character is refused', () => {
  const separators = { ...LEVEL_A, release: null }
  expect(codesWritten(withSegments([['FTX', 'AAI', '', '', "it's"]], ENVELOPE, separators))).toEqual([
    'edifact.write.delimiter',
  ])
})

const distinct: fc.Arbitrary<EdifactSeparators> = fc.record({
  component: fc.constantFrom(':', '#', '\x1f'),
  element: fc.constantFrom('+', '|', '\x1d'),
  decimal: fc.constantFrom('.' as const, ',' as const),
  release: fc.constantFrom('?', '\\'),
  repetition: fc.constantFrom('*', '^'),
  terminator: fc.constantFrom("'", '~', '\x1c'),
})
const text = fc.string({ unit: fc.constantFrom(...`ABz09 .,-?:+'*#|~^\\éÄ`.split('')), maxLength: 10 })
const several = fc.array(text, { minLength: 2, maxLength: 3 })
const element: fc.Arbitrary<WritableEdifactElement> = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 3, arbitrary: several },
  {
    weight: 1,
    arbitrary: fc.record({
      repetitions: fc.array(fc.array(text, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
    }),
  },
)
const segment: fc.Arbitrary<WritableEdifactSegment> = fc
  .tuple(fc.constantFrom('BGM', 'NAD', 'LIN', 'QTY'), fc.array(element, { maxLength: 6 }))
  .map(([id, elements]) => [id, ...elements])

test('what is written reads back as the same values, for any service characters, data that holds them, and line ends', () => {
  const lineEnd = fc.constantFrom<'' | '\n' | '\r\n'>('', '\n', '\r\n')
  fc.assert(
    fc.property(distinct, fc.array(segment, { maxLength: 8 }), lineEnd, (separators, segments, end) => {
      const interchange = withSegments(segments, ENVELOPE, separators)
      const written = writeEdifact(interchange, { keepTrailingEmpty: true, lineEnd: end, una: 'always' })
      if (!written.ok) throw new Error(JSON.stringify(written.issues))
      const again = readEdifactInterchanges(written.value.bytes)
      expect(allEdifactIssues(again)).toEqual([])
      const [first] = again.interchanges
      expect(first === undefined ? undefined : writableOf(first)).toEqual(interchange)
    }),
    { numRuns: 500 },
  )
})

/** Not byte for byte: characters the declared set cannot hold, lines wrapped, or the envelope is faulty. */
const OTHER_BYTES = new Set(['31-edge_special_chars.edi', '41-invoic_d93a_una.edi', '42-wrapped_invoic_d97b_una.edi'])

test.skipIf(!haveSamples)('a clean sample, read and written with its own service characters, is the same bytes', () => {
  let same = 0
  for (const { name, bytes } of samples(({ bytes }) => bytes[0] === 85)) {
    const { interchanges, issues } = readEdifactInterchanges(bytes)
    if (issues.length > 0 || allEdifactIssues({ interchanges, issues }).length > 0 || OTHER_BYTES.has(name)) continue
    const again = Buffer.concat(interchanges.map(rewritten))
    expect([name, again.toString('latin1').trimEnd() === bytes.toString('latin1').trimEnd()]).toEqual([name, true])
    same += 1
  }
  expect(same).toBeGreaterThan(8)
})

function rewritten(interchange: EdifactInterchange): Uint8Array {
  const { una, lineEnd } = interchange
  const written = writeEdifact(writableOf(interchange), {
    lineEnd,
    una: una === '' ? 'never' : una + lineEnd,
    lowerCase: true,
    keepTrailingEmpty: true,
  })
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  return written.value.bytes
}

test('a segment is cut the same whether its separators were marked or, because it came in two pieces, are looked for with care', () => {
  const nasty = fc.array(
    fc.oneof(
      fc.constantFrom(
        "'",
        '+',
        ':',
        '?',
        '\r\n',
        '\x1f',
        '\0',
        'é',
        'LIN',
        'LIN:1:2',
        'UNT',
        'UNH',
        'PCE',
        '+'.repeat(31),
        'UNZ',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(nasty, fc.constantFrom('UNOC:3', 'UNOW:4'), fc.nat(300), (texts, syntax, cut) => {
      const bytes = latin1(`UNB+${syntax}+A+B+261122:0930+77'${texts.join('')}`)
      const whole = seen(readEdifact([bytes]))
      expect(seen(readEdifact([bytes.subarray(0, cut), bytes.subarray(cut)]))).toEqual(whole)
      expect(seen(readEdifact(Array.from(bytes, (byte) => Uint8Array.of(byte))))).toEqual(whole)
    }),
    { numRuns: 1_000 },
  )
})

/** Everything that can be asked of each event. */
const seen = (events: Iterable<EdifactEvent>): unknown[] =>
  Array.from(events, (event) => {
    if (event.kind === 'issue') return event.issue
    const { id, elementCount, byteOffset, byteEnd, terminated } = event
    const each = Array.from({ length: elementCount + 1 }, (_, at) => [
      event.component(at + 1, 1),
      event.component(at + 1, 2),
      event.repetitions(at + 1),
    ])
    return { id, elementCount, byteOffset, byteEnd, terminated, each, parts: event.parts(), elements: event.elements() }
  })
