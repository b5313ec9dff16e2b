import { expect, test } from 'vitest'
import { build997 } from './ack.ts'
import type { Ack997, AckRequest } from './ack.ts'
import { allIssues, readX12Interchanges } from './envelope.ts'
import type { X12Group } from './interchange.ts'
import { bytesOf, interchangeOf, interchangeText } from './testing.ts'
import type { WritableSegment } from './writable.ts'
import { writeX12 } from './writer.ts'

function groupOf(text: string): X12Group {
  const group = readX12Interchanges(bytesOf(text)).interchanges[0]?.groups[0]
  if (group === undefined) throw new Error('the example has a group')
  return group
}

function ack(text: string, request: Partial<AckRequest> = {}): Ack997 {
  const made = build997({ group: groupOf(text), controlNumber: '0001', ...request })
  if (made === null) throw new Error('no acknowledgment was made')
  return made
}

const clean = interchangeText(['BEG*00*DS*A-1~', 'BEG*00*DS*A-2~'])
const only = (segments: readonly WritableSegment[], id: string): WritableSegment[] =>
  segments.filter((segment) => segment[0] === id)

test('a clean group is accepted set by set', () => {
  const { set, groupStatus, setStatuses } = ack(clean)
  expect(set.segments).toEqual([
    ['AK1', 'PO', '7'],
    ['AK2', '850', '0001'],
    ['AK5', 'A'],
    ['AK2', '850', '0002'],
    ['AK5', 'A'],
    ['AK9', 'A', '2', '2', '2'],
  ])
  expect([groupStatus, setStatuses]).toEqual(['A', ['A', 'A']])
})

test('an acknowledgment is never acknowledged', () => {
  expect(build997({ group: groupOf(interchangeText(['AK1*PO*7~'], 'FA')), controlNumber: '1' })).toBeNull()
})

test.each([
  ['no SE', clean.replace('SE*3*0002~', ''), '2'],
  ['SE02 differs', clean.replace('SE*3*0002', 'SE*3*0009'), '3'],
  ['SE01 wrong', clean.replace('SE*3*0002', 'SE*8*0002'), '4'],
  ['a segment with a bad name', clean.replace('BEG*00*DS*A-2', 'be*00*DS*A-2'), '5'],
  ['bad set id', clean.replace('ST*850*0002', 'ST*8*0002'), '6'],
  ['duplicate ST02', clean.replaceAll('0002', '0001'), '23'],
])('a set with %s is rejected with AK502 and its neighbour accepted', (_, text, code) => {
  const { set, groupStatus } = ack(text)
  expect(only(set.segments, 'AK5')).toEqual([
    ['AK5', 'A'],
    ['AK5', 'R', code],
  ])
  expect(groupStatus).toBe('P')
  expect(only(set.segments, 'AK9')).toEqual([['AK9', 'P', '2', '2', '1']])
})

test.each([
  ['no GE', clean.replace('GE*2*7~', ''), ['R', '2', '2', '0', '3']],
  ['GE02 differs', clean.replace('GE*2*7', 'GE*2*8'), ['R', '2', '2', '0', '4']],
  ['GE01 wrong', clean.replace('GE*2*7', 'GE*3*7'), ['R', '3', '2', '0', '5']],
])('a group with %s is rejected as a whole', (_, text, ak9) => {
  expect(only(ack(text).set.segments, 'AK9')).toEqual([['AK9', ...ak9]])
})

test('errors of content found by the caller are told by segment and element', () => {
  const verdict = {
    segmentErrors: [
      { id: 'BEG', position: 2, code: '8', elements: [{ position: 2, reference: '92', code: '7', value: 'XX' }] },
    ],
  }
  const rejected = ack(clean, { verdicts: new Map([[1, verdict]]) })
  expect(rejected.set.segments.slice(3, 7)).toEqual([
    ['AK2', '850', '0002'],
    ['AK3', 'BEG', '2', '', '8'],
    ['AK4', '2', '92', '7', 'XX'],
    ['AK5', 'R', '5'],
  ])
  const noted = ack(clean, { verdicts: new Map([[1, { ...verdict, acceptedWithErrors: true }]]) })
  expect(noted.setStatuses).toEqual(['A', 'E'])
  expect(only(noted.set.segments, 'AK9')).toEqual([['AK9', 'E', '2', '2', '2']])
})

test('a bad value that holds a delimiter is not repeated in the acknowledgment', () => {
  const verdicts = new Map([
    [
      0,
      { segmentErrors: [{ id: 'BEG', position: 2, code: '8', elements: [{ position: 3, code: '6', value: 'A~*B' }] }] },
    ],
  ])
  expect(only(ack(clean, { verdicts }).set.segments, 'AK4')).toEqual([['AK4', '3', '', '6', '']])
})

test('the acknowledgment can be written and reads back clean', () => {
  const { set } = ack(clean.replace('SE*3*0002', 'SE*8*0002'))
  const base = interchangeOf([])
  const groups = base.groups.map((group) => ({ header: { ...group.header, functionalId: 'FA' }, sets: [set] }))
  const result = writeX12({ ...base, groups })
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  const file = readX12Interchanges(result.value.bytes)
  expect(allIssues(file)).toEqual([])
  expect(file.interchanges[0]?.groups[0]?.sets[0]?.header.id).toBe('997')
})
