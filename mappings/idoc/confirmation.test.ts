import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { CrosswalkView } from '../engine/index.ts'
import { readConfirmations } from './confirmation.ts'
import { controlNumberOf } from './control.ts'
import { orders05 } from './orders05.ts'

const crosswalk: CrosswalkView = {
  version: '1',
  skuOf: () => undefined,
  partnerSkuOf: (sku) => sku,
  nodeOf: () => undefined,
  partnerNodeOf: () => 'N1',
  code: () => undefined,
  partnerCode: () => undefined,
}
const context = { crosswalk, receivedAt: '2026-11-23T16:00:00.000Z' as never }
const options = { maxBytes: 1_000_000, restIs: 'outOfStock' as const }
const example = (name: string) => readFileSync(`${import.meta.dirname}/examples/${name}`)
const read = (text: string, more: object = {}) => readConfirmations(Buffer.from(text), context, { ...options, ...more })

test('a confirmation ships what it confirms and refuses the rest; a broken neighbour is refused alone, under its DOCNUM', () => {
  const { documents, refused, names } = readConfirmations(example('shpcon.in.xml'), context, options)
  expect(documents.map(({ kind, part, value }) => ({ kind, part, value }))).toEqual([
    {
      kind: 'shipment',
      part: 'IDOC 0000000000712345',
      value: {
        requestId: 'ful_0190a7c2',
        externalId: '0080012345',
        shippedAt: '2026-11-23T15:45:00.000Z',
        carrier: 'UPSN',
        packages: [{ lines: [{ lineNo: 5, quantity: 10 }] }],
      },
    },
    {
      kind: 'fulfillmentResponse',
      part: 'IDOC 0000000000712345 rest',
      value: {
        requestId: 'ful_0190a7c2',
        answeredAt: '2026-11-23T15:45:00.000Z',
        refusesRest: 'outOfStock',
        lines: [{ lineNo: 5, accepted: 0, rejected: 0 }],
      },
    },
  ])
  expect(names.map(({ sender, number }) => `${sender} ${number}`)).toEqual([
    'EWM 0000000000712345',
    'EWM 0000000000712346',
  ])
  expect(refused.map(({ part }) => part)).toEqual(['IDOC 0000000000712346'])
  expect(refused[0]?.issues.map(({ place }) => place.path)).toContain('/IDOC/E1EDL20/E1EDT13/ISDD')
})

test('a DESADV says what went and nothing of the rest, and neither does a SHPCON that is not the last word', () => {
  const desadv = readConfirmations(example('delvry03.in.xml'), context, options)
  expect(desadv.documents.map(({ kind }) => kind)).toEqual(['shipment'])
  const later = readConfirmations(example('shpcon.in.xml'), context, { maxBytes: 1_000_000 })
  expect(later.documents.map(({ kind }) => kind)).toEqual(['shipment'])
})

test('a SHPCON that confirms nothing ships nothing and refuses everything', () => {
  const text = example('shpcon.in.xml').toString('utf8').replace('10.000', '0.000')
  const { documents } = read(text)
  expect(documents.map(({ kind, value }) => [kind, 'refusesRest' in value && value.refusesRest])).toEqual([
    ['fulfillmentResponse', 'outOfStock'],
  ])
  expect(read(text.replace('0190a7c2', '?')).refused.map(({ issues }) => issues[0]?.code)).toContain(
    'idoc.order-unknown',
  )
  expect(read(text, { restIs: undefined }).documents).toEqual([])
})

test('DELVRY07 is read as DELVRY03 is; other IDocs and messages are of no interest, and what is none is refused', () => {
  const text = example('delvry03.in.xml').toString('utf8')
  expect(read(text.replaceAll('DELVRY03', 'DELVRY07')).documents).toHaveLength(1)
  expect(read('<ALEAUD01><IDOC BEGIN="1"/></ALEAUD01>').ignored).toContain('ALEAUD01')
  expect(read(text.replace('DESADV', 'WHSCON')).ignored).toContain('WHSCON')
  expect(read('<DELVRY03/>').refused[0]?.issues[0]?.code).toBe('idoc.type')
  expect(read('<DELVRY03>').refused).toHaveLength(1)
})

test('an IDoc that is sent bears its number, client and time; numbers are text with their zeros', () => {
  const instruction = JSON.parse(example('orders05.out.json').toString('utf8')) as unknown
  const control = { number: '0000000000000042', at: '2026-11-22T09:30:00.000Z' as never, client: '100' }
  const written = orders05.write(instruction, { ...context, control })
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  expect(controlNumberOf(written.value)).toBe('0000000000000042')
  const text = Buffer.from(written.value).toString('utf8')
  for (const part of [
    '<MANDT>100</MANDT>',
    '<DIRECT>2</DIRECT>',
    '<CREDAT>20261122</CREDAT>',
    '<CRETIM>093000</CRETIM>',
  ])
    expect(text).toContain(part)
  expect(controlNumberOf(Buffer.from('nothing'))).toBeUndefined()
})
