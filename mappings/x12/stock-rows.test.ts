import { expect, test } from 'vitest'
import { exampleText } from '../engine/golden.ts'
import { stockRows846 } from './stock-rows.ts'
import { BASE_PROFILE } from './profile.ts'

const text = exampleText(import.meta.dirname, '846.in.edi')
const readAll = (chunks: readonly Uint8Array[], profile = BASE_PROFILE) => {
  const reader = stockRows846(profile)
  const batches = [...chunks.map((chunk) => reader.push(chunk)), reader.end()]
  const rows = batches.flatMap((batch) => batch.rows)
  return {
    rows: rows.map((row) => row.cells),
    places: rows.map((row) => reader.placeOf(row)),
    issues: batches.flatMap((batch) => batch.issues.map((issue) => issue.code)),
    head: Object.fromEntries(reader.head),
  }
}

test('an 846 gives its items with their places, and its head', () => {
  const read = readAll([Buffer.from(text)])
  expect(read.rows).toEqual([
    ['SHOE-42', 'P.SHOE-42', '', '12', '33', 'N-north'],
    ['00123', 'P.00123', '', '0', '33', 'N-north'],
  ])
  expect(read.places[1]).toEqual({ path: 'LIN[2]', byteOffset: text.indexOf('LIN**VN*P.00123') })
  expect(read.head).toEqual({ mode: 'full', reference: '1', asOf: '2026-11-22T06:00:00.000Z', node: 'N-north' })
  expect(read.issues).toEqual([])
})

test('the quantity that counts is the profile’s, whatever the order of QTY', () => {
  const both = Buffer.from(text.replace('QTY*33*12*EA~\n', 'QTY*17*40*EA~\nQTY*33*12*EA~\n').replace('SE*9', 'SE*10'))
  expect(readAll([both]).rows[0]?.slice(3, 5)).toEqual(['12', '33'])
  expect(readAll([both], { ...BASE_PROFILE, stockQualifiers: ['17'] }).rows[0]?.slice(3, 5)).toEqual(['40', '17'])
})

test('cut at every byte it reads the same', () => {
  const bytes = Buffer.from(text)
  const whole = readAll([bytes])
  for (let at = 0; at <= bytes.length; at += 1)
    expect(readAll([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole)
})

test('each set has its place; all of them have one time', () => {
  const second = text
    .slice(text.indexOf('ST*'), text.indexOf('GE*'))
    .replace('N-north', 'N-south')
    .replaceAll('0001~', '0002~')
  const both = text.replace('GE*1', `${second}GE*2`)
  expect(readAll([Buffer.from(both)]).rows.map((cells) => cells[5])).toEqual([
    'N-north',
    'N-north',
    'N-south',
    'N-south',
  ])
  expect(readAll([Buffer.from(both)]).issues).toEqual([])
  const at = both.lastIndexOf('060000')
  expect(readAll([Buffer.from(`${both.slice(0, at)}070000${both.slice(at + 6)}`)]).issues).toEqual(['x12.one-feed'])
})

test('a wrong count and a file that was cut off are told at the end', () => {
  expect(readAll([Buffer.from(text.replace('CTT*2', 'CTT*3'))]).issues).toEqual(['x12.count'])
  expect(readAll([Buffer.from(text.slice(0, text.indexOf('SE*')))]).issues).toEqual(['x12.cut-off'])
  expect(readAll([Buffer.from(text.replace('ST*846', 'ST*850'))]).issues).toEqual(['x12.set-type'])
})
