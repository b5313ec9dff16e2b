import { expect, test } from 'vitest'
import { CancelResponse } from '#core/model/fulfillment.ts'
import type { NodeId, Sku } from '#core/model/ids.ts'
import type { Instant } from '#core/model/time.ts'
import { example, exampleText } from '../engine/golden.ts'
import { readEdifactInterchanges } from '../formats/edifact/envelope.ts'
import { toWritableEdifact } from '../formats/edifact/writable.ts'
import { ordrspToChange } from './change-answer.ts'
import { EDIFACT_BASE } from './profile.ts'

const EXAMPLE = exampleText(import.meta.dirname, 'ordrsp-change-lines.in.edi')
const LINES = /LIN\+1[^]*(?=UNS)/

const context = {
  receivedAt: '2026-11-22T10:15:00.000Z' as Instant,
  crosswalk: {
    version: '7',
    skuOf: (code: string) => code as Sku,
    partnerSkuOf: (sku: Sku) => sku,
    nodeOf: (code: string) => code as NodeId,
    partnerNodeOf: (nodeId: NodeId) => nodeId,
    code: () => undefined,
    partnerCode: () => undefined,
  },
}

/** The example with these lines, and this function in BGM. */
function read(lines: string, { function: code = '4', profile = EDIFACT_BASE } = {}) {
  const count = (lines.match(/LIN\+/g) ?? []).length
  const text = EXAMPLE.replace(LINES, lines)
    .replace('+4', `+${code}`)
    .replace('CNT+2:3', `CNT+2:${count}`)
    .replace(/UNT\+\d+/, `UNT+${9 + lines.split("'").length - 1}`)
  const [message] = readEdifactInterchanges(Buffer.from(text)).interchanges.flatMap(({ messages }) => messages)
  if (message === undefined) throw new Error('there is no message')
  const reading = ordrspToChange.read(message, context, profile)
  const [document] = reading.documents as { value: { accepted: boolean; lineAnswers?: unknown[] } }[]
  return { ...document?.value, issues: reading.refused.flatMap(({ issues }) => issues) }
}

test('an answer by line is read as its golden document, and written as it was read', () => {
  const golden = CancelResponse.parse(example(import.meta.dirname, 'ordrsp-change-lines.out.json'))
  const [interchange] = readEdifactInterchanges(Buffer.from(EXAMPLE)).interchanges
  const [message] = interchange?.messages ?? []
  if (message === undefined) throw new Error('there is no message')
  expect(ordrspToChange.read(message, context, EDIFACT_BASE).documents.map(({ value }) => value)).toEqual([golden])
  const written = ordrspToChange.write(golden, context, EDIFACT_BASE)
  const single = (element: unknown) =>
    Array.isArray(element) && element.length === 1 ? (element[0] as string) : element
  expect(written.ok && written.value.map(([tag, ...elements]) => [tag, ...elements.map(single)])).toEqual(
    message.segments.slice(1, -1).map(toWritableEdifact),
  )
})

test('each line agrees, refuses, or says what stays on order', () => {
  expect(read("LIN+1+5'LIN+2+7'LIN+3+2'LIN+4+6'QTY+21:9'LIN+5+24'QTY+113:0'")).toMatchObject({
    issues: [],
    accepted: true,
    lineAnswers: [
      { lineNo: 1, agreed: true },
      { lineNo: 2, agreed: false },
      { lineNo: 3, agreed: true },
      { lineNo: 4, agreed: true, remaining: 9 },
      { lineNo: 5, agreed: true, remaining: 0 },
    ],
  })
})

test('what will come goes before what was asked, and a line that is agreed to as it was asked needs no quantity', () => {
  expect(read("LIN+1+3'QTY+21:1'QTY+12:2'LIN+2+5'QTY+21:8'").lineAnswers).toEqual([
    { lineNo: 1, agreed: true, remaining: 2 },
    { lineNo: 2, agreed: true },
  ])
  const profile = { ...EDIFACT_BASE, lineChangeUnits: ['21'] }
  expect(read("LIN+1+3'QTY+21:1'QTY+12:2'", { profile }).lineAnswers).toEqual([
    { lineNo: 1, agreed: true, remaining: 1 },
  ])
})

test('a supplier that numbers its own lines names ours in RFF ON, behind dates and texts', () => {
  expect(read("LIN+1+3'QTY+113:2'DTM+2:20261201:102'FTX+AAI+++packed'RFF+ON:0190a7c2:7'").lineAnswers).toEqual([
    { lineNo: 7, agreed: true, remaining: 2 },
  ])
})

test('BGM agrees or refuses for lines that say nothing, and alone where no line does', () => {
  expect(read("LIN+1'LIN+2+7'")).toMatchObject({ accepted: true, lineAnswers: [{ lineNo: 2, agreed: false }] })
  expect(read("LIN+1+7'", { function: '29' })).toMatchObject({ accepted: true, lineAnswers: [{ agreed: false }] })
  expect(read("LIN+1+5'", { function: '27' })).toMatchObject({ accepted: false })
  expect(read('', { function: '12' })).toMatchObject({ accepted: false, issues: [] })
  expect(read("LIN+1'").issues).toMatchObject([{ code: 'edifact.change-answer', place: { path: 'BGM-03.1' } }])
})

test.each([
  ['an action that nobody knows', "LIN+1+5'LIN+2+4'", 'edifact.change-line-answer', 'LIN[2]-02.1', '4'],
  ['a change without its quantity', "LIN+1+5'LIN+2+3'", 'edifact.quantity-missing', 'QTY', undefined],
  ['half a unit', "LIN+1+3'QTY+113:1.5'", 'map.whole-number', 'QTY-01.2', '1.5'],
  ['no line number', "LIN++5'", 'map.whole-number', 'LIN-01.1', undefined],
])('%s is told with its place', (_, lines, code, path, value) => {
  expect(read(lines).issues).toMatchObject([{ code, place: { path }, ...(value === undefined ? {} : { value }) }])
})

test('an action that a partner means in its own way is the profile’s', () => {
  const profile = { ...EDIFACT_BASE, lineChangeRefused: ['7', '4'] }
  expect(read("LIN+1+4'", { profile }).lineAnswers).toEqual([{ lineNo: 1, agreed: false }])
})

test('lines that were lost on the way are missed', () => {
  const text = EXAMPLE.replace("LIN+3+5'\n", '').replace('UNT+13', 'UNT+12')
  const [message] = readEdifactInterchanges(Buffer.from(text)).interchanges.flatMap(({ messages }) => messages)
  const reading = message === undefined ? undefined : ordrspToChange.read(message, context, EDIFACT_BASE)
  expect(reading?.refused).toMatchObject([{ issues: [{ code: 'edifact.count', place: { path: 'CNT-01.2' } }] }])
})
