import { expect, test } from 'vitest'
import { readEdifactInterchanges } from '../edifact/envelope.ts'
import { splitInvrpts } from '../edifact/split.ts'
import { writableOf } from '../edifact/writable.ts'
import { validateX12Set } from '../guides/x12/validator.ts'
import { readX12Interchanges } from '../x12/envelope.ts'
import { splitStockReports } from '../x12/split.ts'
import { bytesOf, interchangeOf } from '../x12/testing.ts'
import type { WritableSegment } from '../x12/writable.ts'
import { writeX12 } from '../x12/writer.ts'

const stock = (lines: number): WritableSegment[] => [
  ['BIA', '00', 'SI', 'S-1', '20261122'],
  ['N1', 'WH', 'NORTH'],
  ...Array.from({ length: lines }, (_, i): WritableSegment[] => [
    ['LIN', String(i + 1), 'VN', `V-${i + 1}`],
    ['QTY', '33', String(i % 9), ['EA']],
  ]).flat(),
  ['CTT', String(lines)],
]

function written(lines: number, maxLines?: number) {
  const base = interchangeOf([])
  const [group] = base.groups
  if (group === undefined) throw new Error('the example has a group')
  const header = { ...group.header, functionalId: 'IB' }
  const sets = [{ header: { id: '846', controlNumber: '0007', implementation: '' }, segments: stock(lines) }]
  const result = writeX12({ ...base, groups: [splitStockReports({ header, sets }, maxLines)] })
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return readX12Interchanges(result.value.bytes).interchanges[0]?.groups[0]?.sets ?? []
}

test('a stock report of more lines than a set may hold becomes several, each clean by its guide, no line lost', () => {
  const sets = written(25_000)
  expect(sets.map(({ header }) => header.controlNumber)).toEqual(['0007', '0008', '0009'])
  expect(sets.map((set) => set.segments.filter(({ id }) => id === 'LIN').length)).toEqual([10_000, 10_000, 5_000])
  expect(sets.flatMap((set) => validateX12Set(set, '004010').faults)).toEqual([])
  const lines = sets.flatMap((set) => set.segments.filter(({ id }) => id === 'LIN').map((lin) => lin.element(3)))
  expect(new Set(lines).size).toBe(25_000)
})

test('a report that fits stays as it is', () => {
  expect(written(3).map((set) => set.segments.map(({ id }) => id).join(' '))).toEqual([
    'ST BIA N1 LIN QTY LIN QTY LIN QTY CTT SE',
  ])
})

test('an INVRPT is split before its segments outgrow UNT, with the counts of each part', () => {
  const body = Array.from({ length: 5 }, (_, i) => `LIN+${i + 1}++${i}:EN'QTY+145:${i}'`).join('')
  const text = `UNB+UNOC:3+A+B+261122:0930+77'UNH+3+INVRPT:D:96A:UN'BGM+35+1+9'DTM+137:20261122:102'${body}CNT+2:5'UNT+15+3'UNZ+1+77'`
  const [interchange] = readEdifactInterchanges(bytesOf(text)).interchanges
  if (interchange === undefined) throw new Error('the example has an interchange')
  const messages = splitInvrpts(writableOf(interchange).messages, 100, 10)
  expect(messages.map(({ header }) => header.reference)).toEqual(['3', '4', '5'])
  expect(messages.map(({ segments }) => segments.map(([id]) => id).join(' '))).toEqual([
    'BGM DTM LIN QTY LIN QTY CNT',
    'BGM DTM LIN QTY LIN QTY CNT',
    'BGM DTM LIN QTY CNT',
  ])
  expect(messages.map(({ segments }) => segments.at(-1))).toEqual([
    ['CNT', ['2', '2']],
    ['CNT', ['2', '2']],
    ['CNT', ['2', '1']],
  ])
})
