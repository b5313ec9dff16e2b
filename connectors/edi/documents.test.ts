import { expect, test } from 'vitest'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { readContext } from '../transport/test-context.ts'
import { cancelOf } from './cancel-request.ts'
import { EdiConfig } from './config.ts'
import { documents } from './documents.ts'
import { endsWhole } from './whole.ts'
import { answerSet, bytesOf, PARTNER, partnerFile, US } from './test-files.ts'

const config = EdiConfig.parse({
  host: 'sftp.example',
  username: 'u',
  hostKeySha256: [`SHA256:${'A'.repeat(43)}`],
  isaSender: US,
  isaReceiver: PARTNER,
})
const read = (raw: Uint8Array, own = config) => documents.read(raw, {}, readContext(own))
const codes = (reading: ReturnType<typeof read>) =>
  reading.refused.flatMap(({ issues }) => issues.map((issue) => issue.code))
const segmentsOf = (reading: ReturnType<typeof read>) =>
  reading.receipts.flatMap(({ text }) => (JSON.parse(text) as string[][]).map((segment) => segment.join('*')))

test('an answer is read, and its group gets a 997', () => {
  const reading = read(partnerFile('PR', [answerSet('1')], 7))
  expect(reading.refused).toEqual([])
  expect(reading.documents).toMatchObject([
    {
      kind: 'fulfillmentResponse',
      part: 'ISA 000000007 GS 7 ST 0001',
      value: { requestId: 'ful_1', answeredAt: '2026-11-22T09:00:00.000Z', lines: [{ lineNo: 1, accepted: 2 }] },
    },
  ])
  expect(reading.receipts).toMatchObject([{ port: 'acknowledgements' }])
  expect(segmentsOf(reading)).toEqual(['AK1*PR*7', 'AK2*855*0001', 'AK5*A', 'AK9*A*1*1*1'])
})

test('a bad set is refused in the 997 with its segment and element, and its neighbour is used', () => {
  const reading = read(partnerFile('PR', [answerSet('1', ['ACK', 'IA', 'two', 'EA']), answerSet('2')]))
  expect(reading.documents.map(({ value }) => ('requestId' in value ? value.requestId : ''))).toEqual(['ful_2'])
  expect(codes(reading).length).toBeGreaterThan(0)
  expect(segmentsOf(reading)).toContain('AK9*P*2*2*1')
  expect(segmentsOf(reading).some((segment) => segment.startsWith('AK3*ACK*4'))).toBe(true)
})

test('an order that nobody placed is refused by us but is good X12 to the partner', () => {
  const reading = read(partnerFile('PR', [answerSet('not an order')]))
  expect(codes(reading)).toEqual(['x12.po-unknown'])
  expect(segmentsOf(reading)).toContain('AK9*A*1*1*1')
})

test('a set of another kind is refused and said so', () => {
  const reading = read(partnerFile('RA', [{ type: '820', segments: [['BPR', 'C', '1']] }]))
  expect(codes(reading)).toEqual(['edi.set-type'])
  expect(segmentsOf(reading)).toContain('AK5*R*1')
})

test('the same group has the same receipt key on every reading', () => {
  const raw = partnerFile('PR', [answerSet('1')])
  expect(read(raw).receipts[0]?.key).toBe(read(raw).receipts[0]?.key)
  expect(read(partnerFile('PR', [answerSet('2')])).receipts[0]?.key).not.toBe(read(raw).receipts[0]?.key)
})

test('no receipts are made where the connection wants none', () => {
  expect(read(partnerFile('PR', [answerSet('1')]), { ...config, acknowledge: false }).receipts).toEqual([])
})

test('a receipt is never acknowledged; an acceptance is of no interest, a rejection is', () => {
  const receipt = (status: string) =>
    partnerFile('FA', [
      {
        type: '997',
        segments: [
          ['AK1', 'PO', '12'],
          ['AK9', status, '1', '1', status === 'A' ? '1' : '0'],
        ],
      },
    ])
  const accepted = read(receipt('A'))
  expect(accepted).toMatchObject({ documents: [], refused: [], receipts: [], ignored: 'it holds nothing but receipts' })
  const rejected = read(receipt('R'))
  expect(rejected.receipts).toEqual([])
  expect(rejected.refused).toMatchObject([{ issues: [{ code: 'edi.rejected-by-partner', subject: 'PO 12' }] }])
})

test('a file of another sender, a broken trailer and garbage are refused whole and get no 997', () => {
  const stranger = read(partnerFile('PR', [answerSet('1')], 1, { qualifier: 'ZZ', id: 'STRANGER' }))
  expect(codes(stranger)).toEqual(['edi.party'])
  const text = Buffer.from(partnerFile('PR', [answerSet('1')])).toString()
  const wrongTrailer = read(bytesOf(text.replace(/IEA\*1\*000000001/, 'IEA*1*000000009')))
  const halves = read(bytesOf(text.slice(0, text.length / 2)))
  const garbage = read(bytesOf('this is no X12'))
  for (const reading of [stranger, wrongTrailer, garbage, halves]) {
    expect(reading.documents).toEqual([])
    expect(reading.receipts).toEqual([])
    expect(reading.refused.length).toBeGreaterThan(0)
  }
})

test('a good interchange is used beside a bad one in the same file', () => {
  const good = partnerFile('PR', [answerSet('1')], 1)
  const bad = partnerFile('PR', [answerSet('2')], 2, { qualifier: 'ZZ', id: 'STRANGER' })
  const reading = read(Buffer.concat([good, bad]))
  expect(reading.documents).toHaveLength(1)
  expect(codes(reading)).toEqual(['edi.party'])
})

test('a file that was too large to fetch is told', () => {
  const meta = { file: 'big.edi', sizeBytes: '99999999', tooLarge: 'yes' }
  const reading = documents.read(new Uint8Array(), meta, readContext(config))
  expect(reading.refused).toMatchObject([{ issues: [{ code: 'edi.file-too-large' }] }])
})

test('a whole interchange is told from a half one, whatever its separators', () => {
  const whole = Buffer.from(partnerFile('PR', [answerSet('1')])).toString()
  expect(endsWhole(bytesOf(whole))).toBe(true)
  expect(endsWhole(bytesOf(`${whole}\r\n`))).toBe(true)
  expect(endsWhole(bytesOf(whole.replaceAll('~', '\n')))).toBe(true)
  expect(endsWhole(bytesOf(whole.replaceAll('*', '|')))).toBe(true)
  for (let length = 1; length < whole.length - 2; length++) {
    const half = whole.slice(0, length)
    if (half.startsWith('ISA')) expect(endsWhole(bytesOf(half)), half.slice(-20)).toBe(false)
  }
  expect(endsWhole(bytesOf('garbage'))).toBe(true)
  expect(readX12Interchanges(bytesOf(whole)).issues).toEqual([])
})

test('a cancel of some units is a change of their lines, and one of an earlier version that names no rest is not guessed', () => {
  const cancel = { requestId: 'ful_1', nodeId: 'supplier', reason: 'unwanted' } as Parameters<typeof cancelOf>[0]
  const at = '2026-11-22T09:00:00.000Z' as Parameters<typeof cancelOf>[1]
  expect(cancelOf(cancel, at)).toMatchObject({ ok: true, value: { action: 'cancel', sequence: 1, lines: [] } })
  const line = (lineNo: number, remaining?: number) => ({ lineNo, sku: 'A', quantity: 1, remaining })
  const some = { ...cancel, sequence: 2, lines: [line(1, 3), line(2, 0)] } as Parameters<typeof cancelOf>[0]
  expect(cancelOf(some, at)).toMatchObject({
    ok: true,
    value: {
      action: 'change',
      sequence: 2,
      lines: [
        { lineNo: 1, change: 'quantity', quantity: 3 },
        { lineNo: 2, change: 'delete', quantity: 0 },
      ],
    },
  })
  const old = { ...cancel, lines: [line(1)] } as Parameters<typeof cancelOf>[0]
  expect(cancelOf(old, at)).toMatchObject({ ok: false, issues: [{ code: 'edi.partial-cancel' }] })
})
