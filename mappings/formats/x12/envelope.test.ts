import { expect, test } from 'vitest'
import { allIssues, readX12Interchanges } from './envelope.ts'
import type { X12File } from './interchange.ts'
import { bytesOf, haveSamples, interchangeText, ISA, isX12, samples } from './testing.ts'

const read = (text: string): X12File => readX12Interchanges(bytesOf(text))
const codes = (text: string): string[] => allIssues(read(text)).map((issue) => issue.code)
const clean = interchangeText(['BEG*00*DS*A-1**20261122~', 'BEG*00*DS*A-2**20261122~'])

test('a clean file gives its interchange, groups and sets without an issue', () => {
  const file = read(clean)
  expect(allIssues(file)).toEqual([])
  const [interchange] = file.interchanges
  expect(interchange?.header).toMatchObject({
    sender: { qualifier: 'ZZ', id: 'BUYER' },
    receiver: { qualifier: 'ZZ', id: 'SUPPLIER' },
    controlNumber: '000000042',
    acknowledgmentRequested: false,
    usage: 'T',
  })
  expect(interchange?.groups[0]?.header).toMatchObject({ functionalId: 'PO', controlNumber: '7', version: '004010' })
  expect(
    interchange?.groups[0]?.sets.map((set) => [set.header.id, set.header.controlNumber, set.segments.length]),
  ).toEqual([
    ['850', '0001', 3],
    ['850', '0002', 3],
  ])
})

test.each([
  ['IEA02 differs from ISA13', clean.replace('IEA*1*000000042', 'IEA*1*000000043'), 'x12.interchange.control-number'],
  ['IEA01 is not the number of groups', clean.replace('IEA*1', 'IEA*2'), 'x12.interchange.count'],
  ['GE02 differs from GS06', clean.replace('GE*2*7', 'GE*2*8'), 'x12.group.control-number'],
  ['GE01 is not the number of sets', clean.replace('GE*2*7', 'GE*1*7'), 'x12.group.count'],
  ['GE01 is no number', clean.replace('GE*2*7', 'GE*two*7'), 'x12.group.count'],
  ['SE02 differs from ST02', clean.replace('SE*3*0002', 'SE*3*0009'), 'x12.set.control-number'],
  ['SE01 is not the number of segments', clean.replace('SE*3*0002', 'SE*4*0002'), 'x12.set.count'],
  ['ST02 was used in the group before', clean.replaceAll('0002', '0001'), 'x12.set.duplicate-control-number'],
  ['ST01 is no set number', clean.replace('ST*850*0002', 'ST*85O*0002'), 'x12.set.id'],
  ['a segment has no proper name', clean.replace('BEG*00*DS*A-2', 'beg*00*DS*A-2'), 'x12.segment-id'],
  ['an element holds a NUL', clean.replace('A-2', 'A\0'), 'x12.control-character'],
  ['a set has no SE', clean.replace('SE*3*0002~', ''), 'x12.set.no-trailer'],
  ['a group has no GE', clean.replace('GE*2*7~', ''), 'x12.group.no-trailer'],
  ['the interchange has no IEA', clean.replace('IEA*1*000000042~', ''), 'x12.interchange.no-trailer'],
  ['a segment stands between sets', clean.replace('ST*850*0002', 'REF*CO*1~ST*850*0002'), 'x12.misplaced-segment'],
])('%s: exactly that issue is reported, at a byte of the file', (_, text, code) => {
  const issues = allIssues(read(text))
  expect(issues.map((issue) => issue.code)).toEqual([code])
  expect(issues[0]?.place.byteOffset).toBeGreaterThanOrEqual(0)
  expect(issues[0]?.cure).not.toBe('')
})

test('a bad set does not hide its good neighbours', () => {
  const text = interchangeText(['REF*CO*1~', 'ref*CO*2~', 'REF*CO*3~']).replace('SE*3*0001', 'SE*9*0001')
  const sets = read(text).interchanges[0]?.groups[0]?.sets ?? []
  expect(sets.map((set) => set.issues.map((issue) => issue.code))).toEqual([['x12.set.count'], ['x12.segment-id'], []])
})

test('a set without SE ends where the next one begins', () => {
  const sets = read(clean.replace('SE*3*0001~', '')).interchanges[0]?.groups[0]?.sets ?? []
  expect(sets.map((set) => set.issues.map((issue) => issue.code))).toEqual([['x12.set.no-trailer'], []])
})

test('an issue names segment, occurrence and element, and counts bytes from the start of the file', () => {
  const text = interchangeText(['REF*CO*1~REF*IA*2~REF*ZZ*3\0~'])
  const issue = allIssues(read(text))[0]
  expect(issue?.place).toEqual({ path: 'REF[3]-02', column: 2, byteOffset: text.indexOf('3\0') })
})

test('an oversize segment still counts for SE01 and spoils only its own set', () => {
  const text = interchangeText([`NTE**${'x'.repeat(300)}~`, 'REF*CO*1~'])
  const file = readX12Interchanges(bytesOf(text), { maxSegmentBytes: 200 })
  expect(file.interchanges[0]?.groups[0]?.sets.map((set) => set.issues.map((issue) => issue.code))).toEqual([
    ['x12.segment-too-long'],
    [],
  ])
})

test('a control number that lost its leading zeros is tolerated and noted', () => {
  const file = read(clean.replace('IEA*1*000000042', 'IEA*1*42'))
  expect(allIssues(file)).toEqual([])
  expect(file.interchanges[0]?.tolerated.map((note) => note.code)).toEqual(['x12.interchange.control-number-width'])
})

test('TA1 segments are handed over, alone or before groups', () => {
  const ta1 = 'TA1*000000050*261122*0930*A*000~'
  expect(codes(`${ISA}${ta1}IEA*0*000000042~`)).toEqual([])
  expect(codes(`${ISA}${ta1}IEA*1*000000042~`)).toEqual([])
  const both = read(clean.replace(ISA, ISA + ta1))
  expect(allIssues(both)).toEqual([])
  expect(both.interchanges[0]?.interchangeAcks.map((ack) => ack.element(4))).toEqual(['A'])
})

test('a set outside a group is not read as one, and says so', () => {
  const text = `${ISA}ST*850*0001~REF*CO*1~SE*3*0001~IEA*0*000000042~`
  expect(codes(text)).toEqual(['x12.misplaced-segment'])
})

test('a file cut at any byte is never taken for whole', () => {
  for (let at = 0; at < clean.length - 1; at += 1) {
    if (codes(clean.slice(0, at)).length === 0) expect.fail(`cut at byte ${at} no issue is reported`)
  }
  expect(codes(clean.slice(0, -1))).toEqual([])
})

/** Judged by eye and by an independent count: what is wrong with the envelope of each public sample, nothing where absent. */
const FAULTS: Readonly<Record<string, string[]>> = {
  '09-ControlNumbersMismatch.edi': [
    'x12.interchange.control-number',
    'x12.group.control-number',
    'x12.set.control-number',
  ],
  '10-WrongGroupsAndTranCount.edi': ['x12.interchange.count', 'x12.group.count'],
  '15-997-sample.edi': ['x12.interchange.control-number', 'x12.group.control-number'],
  '16-846-sample2.edi': ['x12.set.count'],
  '17-856-sample2.edi': ['x12.interchange.control-number', 'x12.group.control-number'],
  '20-1.edi': ['x12.set.count'],
  '25-invalid999.edi': ['x12.set.count'],
  '29-po850.txt': ['x12.set.count'],
  '90-005010_945.edi': ['x12.set.count'],
}

test.skipIf(!haveSamples)('every X12 sample gets the right verdict on its envelope', () => {
  for (const { name, bytes } of samples(isX12)) {
    expect([name, allIssues(readX12Interchanges(bytes)).map((issue) => issue.code)]).toEqual([name, FAULTS[name] ?? []])
  }
})
