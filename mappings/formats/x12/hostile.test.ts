import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { allIssues, readX12Interchanges } from './envelope.ts'
import { bytesOf, interchangeText, ISA } from './testing.ts'

test('mutated files never throw, and every issue has a place within the file', () => {
  const original = bytesOf(interchangeText(['BEG*00*DS*A-1~REF*CO*1~', 'BEG*00*DS*A-2~']))
  const edit = fc.tuple(fc.nat(original.length - 1), fc.nat(255), fc.constantFrom('replace', 'delete', 'insert'))
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
      const bytes = [...original]
      for (const [at, byte, kind] of edits)
        bytes.splice(at, kind === 'insert' ? 0 : 1, ...(kind === 'delete' ? [] : [byte]))
      const file = readX12Interchanges(Uint8Array.from(bytes))
      for (const issue of allIssues(file)) {
        expect(issue.place.byteOffset ?? 0).toBeGreaterThanOrEqual(0)
        expect(issue.place.byteOffset ?? 0).toBeLessThanOrEqual(bytes.length)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a fault at every byte gives a bounded list of issues', () => {
  const bad = 'x~'.repeat(50_000)
  const file = readX12Interchanges(bytesOf(`${ISA}GS*PO*A*B*20261122*0930*7*X*004010~ST*850*0001~${bad}`))
  expect(allIssues(file).length).toBeLessThan(250)
  expect(allIssues(file).map((issue) => issue.code)).toContain('x12.too-many-issues')
})

test('one endless segment is one issue, whatever its size', () => {
  const bytes = Buffer.concat([bytesOf(`${ISA}GS*`), Buffer.alloc(8_000_000, 'x')])
  const codes = allIssues(readX12Interchanges(bytes)).map((issue) => issue.code)
  expect(codes).toEqual(['x12.segment-too-long', 'x12.interchange.no-trailer'])
})

test('bytes that only look like the start of an ISA are passed over', () => {
  const bytes = bytesOf('ISA*'.repeat(20_000))
  const codes = new Set(allIssues(readX12Interchanges(bytes)).map((issue) => issue.code))
  expect([...codes].every((code) => code.startsWith('x12.'))).toBe(true)
})

test('a file of NULs is no interchange', () => {
  expect(allIssues(readX12Interchanges(new Uint8Array(100_000))).map((issue) => issue.code)).toEqual([
    'x12.no-interchange',
  ])
})
