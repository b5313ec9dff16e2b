import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readX12, readX12Stream } from './reader.ts'
import type { X12Segment } from './segment.ts'
import { bytesOf, digest, digestEvent, interchangeText, ISA } from './testing.ts'

function segmentsOf(text: string | Uint8Array): X12Segment[] {
  const chunk = typeof text === 'string' ? bytesOf(text) : text
  return [...readX12([chunk])].filter((event) => event.kind === 'segment')
}

const codesOf = (text: string): string[] =>
  [...readX12([bytesOf(text)])].filter((event) => event.kind === 'issue').map((event) => event.issue.code)

test('a segment gives its name, its elements by EDI position, and the byte where each begins', () => {
  const text = interchangeText(['BEG*00*DS*A-1**20261122~'])
  const beg = segmentsOf(text).find((segment) => segment.id === 'BEG')
  expect(beg?.elements()).toEqual(['00', 'DS', 'A-1', '', '20261122'])
  expect(beg?.element(3)).toBe('A-1')
  expect(beg?.element(9)).toBe('')
  expect(text.slice(beg?.elementOffset(5)).startsWith('20261122')).toBe(true)
  expect(text.slice(beg?.byteOffset).startsWith('BEG*')).toBe(true)
  expect(text.slice(beg?.byteEnd).startsWith('SE*')).toBe(true)
})

test('separators come from each ISA, so two interchanges of one file may differ', () => {
  const other = interchangeText(['REF*CO*9~']).replaceAll('*', '|').replaceAll('~', "'").replace('|U|00401', '|^|00501')
  const [first, second] = segmentsOf(interchangeText(['REF*CO*8~']) + other).filter((segment) => segment.id === 'REF')
  expect(first?.separators).toEqual({ element: '*', component: '>', repetition: null, terminator: '~' })
  expect(second?.separators).toEqual({ element: '|', component: '>', repetition: '^', terminator: "'" })
  expect(second?.element(2)).toBe('9')
})

test('repetitions and components are cut apart where the interchange has separators for them', () => {
  const text = interchangeText(['SV1*HC>99213>25^HC>1~']).replace('*U*00401', '*^*00501')
  const sv1 = segmentsOf(text).find((segment) => segment.id === 'SV1')
  expect(sv1?.repetitions(1)).toEqual(['HC>99213>25', 'HC>1'])
  expect(sv1?.components(1)).toEqual(['HC', '99213', '25'])
  expect(sv1?.components(1, 1)).toEqual(['HC', '1'])
})

test('U in ISA11 is no repetition separator, and neither is a sign there before version 00402', () => {
  const before = segmentsOf(interchangeText(['REF*CO*A^B~']).replace('*U*00401', '*^*00401'))
  expect(before.find((segment) => segment.id === 'REF')?.repetitions(2)).toEqual(['A^B'])
  const later = segmentsOf(interchangeText(['REF*CO*AUB~']).replace('*U*00401', '*U*00501'))
  expect(later.find((segment) => segment.id === 'REF')?.repetitions(2)).toEqual(['AUB'])
})

test('a byte-order mark, blank lines and CRLF between segments do not show', () => {
  const plain = segmentsOf(interchangeText(['REF*CO*1~']))
  const dressed = segmentsOf(`\uFEFF\r\n${interchangeText(['REF*CO*1~']).replaceAll('~', '~\r\n\r\n')}\x1a`)
  expect(dressed.map((segment) => segment.raw)).toEqual(plain.map((segment) => segment.raw))
})

test('an ISA without padding is read by counting its elements', () => {
  const isa = ISA.replaceAll(/ +\*/g, '*')
  const first = segmentsOf(interchangeText([]).replace(ISA, isa))[0]
  expect(first?.element(6)).toBe('BUYER')
  expect(first?.separators.component).toBe('>')
})

test('a terminator may be a line feed, a control character, or one character of several bytes', () => {
  for (const terminator of ['\n', '\r', '\x1c', '…', 'Z']) {
    const text = interchangeText(['REF*CO*1~']).replaceAll('~', terminator)
    expect(segmentsOf(text).map((segment) => segment.id)).toEqual(['ISA', 'GS', 'ST', 'REF', 'SE', 'GE', 'IEA'])
    expect(codesOf(text)).toEqual([])
  }
})

test('a last segment without terminator is handed over and marked', () => {
  const last = segmentsOf(interchangeText(['REF*CO*1~']).slice(0, -1)).at(-1)
  expect(last?.id).toBe('IEA')
  expect(last?.terminated).toBe(false)
})

test('an element is read as UTF-8 where it is UTF-8 and as latin-1 where it is not', () => {
  const utf8 = bytesOf(interchangeText(['N1*ST*José Núñez~']))
  expect(
    segmentsOf(utf8)
      .find((segment) => segment.id === 'N1')
      ?.element(2),
  ).toBe('José Núñez')
  const latin1 = Buffer.from(interchangeText(['N1*ST*José Núñez~']), 'latin1')
  expect(
    segmentsOf(latin1)
      .find((segment) => segment.id === 'N1')
      ?.element(2),
  ).toBe('José Núñez')
})

test('the byte offset of an element counts bytes, also behind characters of several bytes', () => {
  const bytes = Buffer.from(interchangeText(['N1*ST*Núñez*92*4711~']), 'utf8')
  const n1 = segmentsOf(bytes).find((segment) => segment.id === 'N1')
  expect(bytes.subarray(n1?.elementOffset(4)).toString('utf8').startsWith('4711')).toBe(true)
})

test('text that is no X12 is one issue, and text around interchanges is named with its place', () => {
  expect(codesOf('UNB+UNOA:3+SENDER')).toEqual(['x12.no-interchange'])
  expect(codesOf('')).toEqual(['x12.no-interchange'])
  expect(codesOf(`hello ${interchangeText([])}`)).toEqual(['x12.outside-interchange'])
  expect(codesOf(`${interchangeText([])} bye`)).toEqual(['x12.outside-interchange'])
})

test('an ISA that cannot be read is an issue, and the next interchange is read all the same', () => {
  const broken = `ISA*00*only*three~GS*PO~IEA*1*1~\n`.padEnd(500, '.')
  const events = [...readX12([bytesOf(broken + interchangeText(['REF*CO*1~']))])]
  expect(events[0]).toMatchObject({ kind: 'issue', issue: { code: 'x12.isa-malformed', place: { byteOffset: 0 } } })
  expect(events.filter((event) => event.kind === 'segment')).toHaveLength(7)
})

test('an ISA with too many elements is told in the same words wherever the file was cut', () => {
  const text = interchangeText(['REF*CO*1~']).replace('*00*', '*0*0*').replaceAll(/ +\*/g, '*')
  const bytes = bytesOf(text)
  const issuesOf = (chunks: Uint8Array[]): unknown[] => [...readX12(chunks)].filter((event) => event.kind === 'issue')
  const whole = issuesOf([bytes])
  expect(whole[0]).toMatchObject({ issue: { code: 'x12.isa-malformed' } })
  for (let cut = 1; cut < bytes.length; cut += 1)
    expect(issuesOf([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole)
})

test('a new ISA is noticed where the interchange before it has no IEA', () => {
  const cutOff = interchangeText(['REF*CO*1~']).split('GE*')[0] ?? ''
  const ids = segmentsOf(cutOff + interchangeText([]).replaceAll('*', '|').replaceAll('~', "'")).map(
    (segment) => segment.id,
  )
  expect(ids).toEqual(['ISA', 'GS', 'ST', 'REF', 'SE', 'ISA', 'GS', 'GE', 'IEA'])
})

test('a segment beyond the cap is one issue with its place, and its neighbours are read', () => {
  const text = interchangeText([`REF*CO*1~NTE**${'x'.repeat(500)}~REF*CO*2~`])
  const events = [...readX12([bytesOf(text)], { maxSegmentBytes: 200 })]
  const issue = events.find((event) => event.kind === 'issue')
  expect(issue).toMatchObject({
    issue: { code: 'x12.segment-too-long', place: { path: 'NTE', byteOffset: text.indexOf('NTE') } },
  })
  expect(events.filter((event) => event.kind === 'segment' && event.id === 'REF')).toHaveLength(2)
})

test('a segment with too many elements is one issue', () => {
  const text = interchangeText([`REF${'*'.repeat(50)}~`])
  const codes = [...readX12([bytesOf(text)], { maxElements: 40 })]
    .filter((event) => event.kind === 'issue')
    .map((event) => event.issue.code)
  expect(codes).toEqual(['x12.too-many-elements'])
})

test('a chunk may be used again by its owner once it was handed over', async () => {
  const text = bytesOf(interchangeText(['REF*CO*1~']))
  const shared = new Uint8Array(7)
  async function* reusing(): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < text.length; from += 7) {
      shared.fill(0)
      shared.set(text.subarray(from, from + 7))
      yield await Promise.resolve(shared.subarray(0, Math.min(7, text.length - from)))
    }
  }
  const digests: string[] = []
  for await (const event of readX12Stream(reusing())) digests.push(digestEvent(event))
  expect(digests.join('\n')).toBe(digest([text]))
})

test('any cutting of any bytes gives the same events', () => {
  const nasty = fc.array(
    fc.oneof(
      fc.constantFrom(
        ISA,
        'ISA',
        'ISA*',
        '~',
        '*',
        '\n',
        '\r\n',
        '…',
        '\xe2',
        'GS*PO*A*B*20261122*0930*7*X*004010~',
        'ST*850*0001~',
        'IEA*1*000000042~',
      ),
      fc.constant(interchangeText(['REF*CO*1~']).replaceAll('~', '…')),
      fc.string({ unit: 'binary', maxLength: 12 }),
    ),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(nasty, fc.array(fc.nat(400), { maxLength: 12 }), (texts, cuts) => {
      const bytes = bytesOf(texts.join(''))
      const chunks: Uint8Array[] = []
      let from = 0
      for (const cut of cuts) {
        chunks.push(bytes.subarray(from, from + cut))
        from += cut
      }
      chunks.push(bytes.subarray(from))
      expect(digest(chunks)).toBe(digest([bytes]))
      expect(digest(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toBe(digest([bytes]))
    }),
    { numRuns: 300 },
  )
})
