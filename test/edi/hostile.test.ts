/** Mutated files: nothing escapes, every list is bounded, every place lies in the file. EDI_PROOF=full runs 100,000 of each. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toWritableEdifact } from '#mappings/formats/edifact/writable.ts'
import { readEdifact } from '#mappings/formats/edifact/reader.ts'
import { allEdifactIssues, readEdifactInterchanges } from '#mappings/formats/edifact/envelope.ts'
import { allIssues, readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { bytesOf, interchangeText } from '#mappings/formats/x12/testing.ts'
import { readX12 } from '#mappings/formats/x12/reader.ts'
import { toWritable } from '#mappings/formats/x12/writable.ts'
import { eventsOf, judge } from './kit.ts'

const RUNS = process.env['EDI_PROOF'] === 'full' ? 100_000 : 2_000

const X12 = bytesOf(
  interchangeText([
    'BEG*00*DS*A-1**20261122~REF*CO*1~N1*ST*JOSÉ~PO1*1*2*EA*9.95**UP*012345678905~CTT*1~',
    'BEG*00*DS*A-2**20261122~PO1*1*2*EA*9.95**UP*012345678905~CTT*1~',
  ]),
)
const EDIFACT = bytesOf(
  "UNA:+.? 'UNB+UNOC:4+4012345000009:14+5412345000013:14+261122:0930+77'UNH+1+ORDERS:D:96A:UN'BGM+220+PO?+1+9'" +
    "DTM+137:20261122:102'NAD+BY+4012345000009::9'COM+a:AA*b:AA'LIN+1++4012345000016:EN'QTY+21:2'UNS+S'CNT+2:1'UNT+11+1'UNZ+1+77'",
)

/** Bytes that mean something to one of the standards come more often than chance would bring them. */
const byte = fc.oneof(
  fc.nat(255),
  fc.constantFrom(...Array.from("*~>|+:'?\n\r U1\0\u00e2", (each) => each.charCodeAt(0) & 255)),
)

const mutated = (original: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.tuple(fc.nat(original.length - 1), byte, fc.constantFrom('replace', 'delete', 'insert', 'double')), {
      minLength: 1,
      maxLength: 16,
    })
    .map((edits) => {
      const bytes = [...original]
      for (const [at, value, kind] of edits) {
        if (kind === 'double') bytes.splice(at, 0, ...bytes.slice(at, at + 40))
        else bytes.splice(at, kind === 'insert' ? 0 : 1, ...(kind === 'delete' ? [] : [value]))
      }
      return Uint8Array.from(bytes)
    })

test.each([
  ['X12', X12, false],
  ['EDIFACT', EDIFACT, true],
])(
  'mutated %s is read, judged and acknowledged without an exception, whole and in pieces alike',
  (_, original, edifact) => {
    fc.assert(
      fc.property(mutated(original), fc.nat(original.length), (bytes, cut) => {
        const { issues } = judge([bytes], edifact)
        expect(issues.length).toBeLessThan(500)
        const file = edifact ? allEdifactIssues(readEdifactInterchanges(bytes)) : allIssues(readX12Interchanges(bytes))
        for (const { place } of file) {
          expect(place.byteOffset ?? 0).toBeGreaterThanOrEqual(0)
          expect(place.byteOffset ?? 0).toBeLessThanOrEqual(bytes.length)
        }
        const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)]
        expect(eventsOf(pieces, edifact)).toBe(eventsOf([bytes], edifact))
        const events = edifact ? readEdifact([bytes]) : readX12([bytes])
        for (const event of events)
          if (event.kind === 'segment')
            expect(('elementOffset' in event ? toWritable(event) : toWritableEdifact(event))[0]).toBe(event.id)
      }),
      { numRuns: RUNS },
    )
  },
  3_600_000,
)

test('a segment that never ends is one issue, whatever its size and however it comes', () => {
  const endless = Buffer.concat([EDIFACT.subarray(0, 60), Buffer.alloc(3_000_000, '?')])
  const codes = (chunks: Iterable<Uint8Array>): string[] => judge(chunks, true).issues
  expect(codes([endless])).toEqual(
    codes(Array.from({ length: 300 }, (_, i) => endless.subarray(i * 10_001, (i + 1) * 10_001))),
  )
  expect(codes([endless]).length).toBeLessThan(5)
})

test('a fault at every byte gives a bounded list of issues', () => {
  const text = `${Buffer.from(EDIFACT).toString('latin1').split('BGM')[0]}${"x'".repeat(50_000)}`
  expect(judge([bytesOf(text)], true).issues.length).toBeLessThan(350)
})
