import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { originsOf } from '#core/model/trace.ts'
import { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import { ReturnInstruction } from '#core/model/return.ts'
import type { NodeId, Sku } from '#core/model/ids.ts'
import type { Instant } from '#core/model/time.ts'
import { example, exampleText, withoutTraces } from '../engine/golden.ts'
import { backAndThere } from '../engine/laws.ts'
import { cancelMap } from './answers.ts'
import { readDocument } from './documents.ts'
import { PLAIN_SETTINGS } from './leaves.ts'
import type { QuietContext, QuietSettings } from './leaves.ts'
import { shipmentMap, shortPickMap } from './result.ts'
import { eventMap, summaryMap } from './stock.ts'
import { readOrder, writeCancel, writeOrder, writeReturn } from './outgoing.ts'
import { openDocument, treeOf } from './xml.ts'

const folder = import.meta.dirname
const TABLES: Record<string, Record<string, string>> = {
  'reject-reason': { NOF: 'outOfStock' },
  'inventory-event': { ADJUST: 'adjust', SHIP: 'ignore' },
  'cancel-status': { FAILED: 'refused' },
  'ship-mode': { 'UPS/GROUND': 'Standard' },
}
const contextOf = (settings: Partial<QuietSettings> = {}): QuietContext => ({
  receivedAt: '2026-11-22T20:00:00.000Z' as Instant,
  asOf: '2026-11-22T18:30:00.000Z' as Instant,
  settings: { ...PLAIN_SETTINGS, ...settings },
  crosswalk: {
    version: '1',
    skuOf: (code) => (code === 'NO-SUCH' ? undefined : (code.replace(/^WH-/, '') as Sku)),
    partnerSkuOf: (sku) => sku,
    nodeOf: (code) => (code === 'WH1' ? ('north' as NodeId) : undefined),
    partnerNodeOf: () => 'WH1',
    code: (table, code) => TABLES[table]?.[code],
    partnerCode: (table, word) => Object.entries(TABLES[table] ?? {}).find(([, each]) => each === word)?.[0],
  },
})
const context = contextOf()
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (text: string, of = context, resultIsLast = true) =>
  readDocument(bytes(text), of, { resultIsLast, maxBytes: 1_000_000 })
const sample = (name: string): string => exampleText(folder, `${name}.in.xml`)
const changed = (name: string, from: string, to: string): string => {
  expect(sample(name)).toContain(from)
  return sample(name).replace(from, to)
}

/** `UPDATE_GOLDEN=1` writes the files anew: what changes is reviewed like code. */
function golden(file: string, content: string): void {
  const path = `${folder}/examples/${file}`
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, content)
  expect(existsSync(path) ? readFileSync(path, 'utf8') : '').toBe(content)
}

test.each(['result', 'nothing-left', 'cancel', 'summary', 'event', 'return'])(
  '%s is read as its golden document',
  (name) => {
    golden(`${name}.out.json`, `${JSON.stringify(withoutTraces(read(sample(name))), null, 2)}\n`)
  },
)

test('an order is written as its golden file, and read back as it was', () => {
  const order = FulfillmentInstruction.parse(example(folder, 'order.in.json'))
  const written = writeOrder(order, context)
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  golden('order.out.xml', Buffer.from(written.value).toString('utf8'))
  const [back] = readOrder(written.value, context).documents
  const { orderId: _id, lines, ...rest } = order
  // The document has no place for the hub's order id and for names of products.
  expect(back?.value).toEqual({ ...rest, lines: lines.map(({ name: _name, ...line }) => line) })
})

test('a return to expect is written as its golden file, each line with the order that the goods left with', () => {
  const written = writeReturn(ReturnInstruction.parse(example(folder, 'rma.in.json')), context)
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  golden('rma.out.xml', Buffer.from(written.value).toString('utf8'))
})

const opened = (name: string) => {
  const document = openDocument(bytes(sample(name)), 1_000_000)
  if (!document.ok) throw new Error(JSON.stringify(document.issues))
  return document.value
}

test('what each map reads it writes the same again', () => {
  const trees: [string, Parameters<typeof backAndThere>[0]][] = [
    ['result', shipmentMap as never],
    ['result', shortPickMap as never],
    ['cancel', cancelMap as never],
    ['summary', summaryMap as never],
    ['event', eventMap as never],
  ]
  for (const [name, map] of trees) {
    const document = treeOf(opened(name))
    if (!document.ok) throw new Error(JSON.stringify(document.issues))
    expect(backAndThere(map as never, document.value.tree as never, context as never), name).toBeUndefined()
  }
})

describe('a result', () => {
  test('that came from the line 4 of its file says so of each value', () => {
    const [shipment] = read(sample('result')).documents
    expect(shipment && originsOf(shipment.trace(), '/packages/1/lines/0/quantity')[0]).toMatchObject({
      source: '/Carton/1/Content/0/@Quantity',
      place: { path: '/SOResult/Carton[2]/Content/@Quantity', line: 9 },
    })
  })

  test('is no last word where the warehouse ships an order in several', () => {
    expect(read(sample('result'), context, false).documents.map(({ kind }) => kind)).toEqual(['shipment'])
  })

  test('of which nothing left says nothing where more may come', () => {
    expect(read(sample('nothing-left'), context, false)).toMatchObject({
      documents: [],
      ignored: expect.stringContaining('nothing has left'),
    })
  })

  test('with an unknown exception code ships all the same, and the short pick alone waits for its row', () => {
    const reading = read(changed('result', '"NOF"', '"DMG"'))
    expect(reading.documents.map(({ kind }) => kind)).toEqual(['shipment'])
    expect(reading.refused).toMatchObject([
      { issues: [{ code: 'quiet.exception-unknown', class: 'crosswalk', subject: 'DMG', place: { line: 4 } }] },
    ])
  })

  test('whose cartons hold other units than its lines say is used for nothing', () => {
    const reading = read(
      changed('result', '<Content Line="1" ItemNumber="00123" Quantity="2" />', '<Content Line="1" Quantity="1" />'),
    )
    expect(reading.documents).toEqual([])
    expect(reading.refused[0]?.issues).toMatchObject([
      { code: 'quiet.cartons', value: '3', place: { path: '/SOResult/Line/@Quantity', line: 3 } },
    ])
  })

  test('of an order that is not ours is refused at its number', () => {
    const reading = read(changed('result', 'OrderNumber="ful_1"', 'OrderNumber="S-1035"'))
    expect(reading.refused[0]?.issues).toMatchObject([{ code: 'map.pattern', value: 'S-1035', place: { line: 2 } }])
  })

  test('with one more carton is another shipment, with the same cartons the same', () => {
    const name = (text: string) => {
      const [first] = read(text).documents
      return first?.kind === 'shipment' ? first.value.externalId : undefined
    }
    expect(name(sample('result'))).toBe('S33181276+S33181277')
    expect(name(changed('result', 'S33181277', 'S9'))).toBe('S33181276+S9')
  })
})

describe('the schema', () => {
  test.each([
    ['result', 'DateShipped="2026-11-22T19:43:55.3967344Z"', '', '/SOResult/@DateShipped', 2, 'must be present'],
    ['result', 'Quantity="3"', 'Quantity="3.5"', '/SOResult/Line/@Quantity', 3, 'must be a whole number, 0 or more'],
    ['result', 'CartonId="S33181277"', '', '/SOResult/Carton[2]/@CartonId', 8, 'must be present'],
    ['event', '"-2"', '"0"', '/InventoryEventMessage/@DeltaQuantity', 1, 'must be a whole number other than 0'],
    ['return', '"GOOD"', '"FINE"', '/RMAResult/Line/@ProductStatus', 4, 'must be one of GOOD, DAMAGED, INCORRECT'],
  ])('tells the fault of %s in %s at its line', (name, from, to, path, line, rule) => {
    expect(read(changed(name, from, to)).refused[0]?.issues).toMatchObject([
      { code: 'quiet.schema', rule, place: { path, line } },
    ])
  })

  test('demands the order of elements, and lets strangers through', () => {
    const moved = sample('result')
      .replace('  <Extension>ful_1</Extension>\n', '')
      .replace('  <Line Line="1"', '  <Extension/>\n  <Line Line="1"')
    expect(read(moved).refused[0]?.issues[0]).toMatchObject({ rule: 'must stand before Extension', place: { line: 4 } })
    expect(read(changed('result', '<Extension>', '<Novelty/><Extension>')).refused).toEqual([])
  })

  test('knows its roots, and refuses what is no XML with the reader’s own words', () => {
    expect(read('<Invoice/>').refused[0]?.issues).toMatchObject([{ code: 'quiet.root', value: 'Invoice' }])
    expect(read('<SOResult><Line').refused[0]?.issues).toMatchObject([{ code: 'xml.syntax' }])
    expect(read('<!DOCTYPE x [<!ENTITY a "b">]><SOResult/>').refused[0]?.issues).toMatchObject([
      { code: 'xml.doctype' },
    ])
  })
})

describe('stock', () => {
  test('an item with a status that nobody has judged waits alone, and then nothing absent is set to zero', () => {
    const reading = read(changed('summary', 'Status="RECEIVED"', 'Status="QA"'), contextOf({ absentMeansZero: true }))
    expect(reading.documents).toMatchObject([
      { value: { absentMeansZero: false, rows: [{ sku: '12346', onHand: 2 }] } },
    ])
    expect(reading.refused).toMatchObject([
      { part: '00123', issues: [{ code: 'quiet.status-unknown', subject: 'QA', place: { line: 4 } }] },
    ])
  })

  test('an item that breaks the schema waits alone, at its own place', () => {
    const { documents, refused } = read(changed('summary', 'Quantity="5"', 'Quantity="-5"'))
    expect(documents).toMatchObject([{ kind: 'stock', value: { rows: [{ sku: '12346', onHand: 2 }] } }])
    expect(refused).toMatchObject([
      { part: '00123', issues: [{ place: { path: '/InventorySummary/Inventory/ItemStatus/@Quantity', line: 4 } }] },
    ])
    const [stock] = read(changed('summary', 'Quantity="5"', 'Quantity="-5"')).documents
    expect(stock && originsOf(stock.trace(), '/rows/0/onHand')[0]?.place.path).toContain('/Inventory[2]')
  })

  test('an unknown warehouse refuses the document once, and an unknown item itself', () => {
    expect(read(changed('summary', 'Warehouse="WH1"', 'Warehouse="WH9"')).refused).toMatchObject([
      { issues: [{ code: 'stock.node-unknown', subject: 'WH9', place: { line: 2 } }] },
    ])
    expect(read(changed('summary', '"12346"', '"NO-SUCH"')).refused).toMatchObject([
      { part: 'NO-SUCH', issues: [{ code: 'stock.sku-unknown' }] },
    ])
  })

  test('events are judged by their type: a row says what they mean, and without one they wait', () => {
    expect(read(changed('event', '"ADJUST"', '"SHIP"'))).toMatchObject({
      documents: [],
      ignored: expect.stringContaining('SHIP'),
    })
    expect(read(changed('event', '"ADJUST"', '"MOVE"')).refused).toMatchObject([
      { issues: [{ code: 'quiet.event-unknown', class: 'crosswalk', subject: 'MOVE' }] },
    ])
    expect(read(sample('event')).event).toEqual({ id: 'E-77', type: 'ADJUST' })
  })
})

test('goods that nobody expected come back under the name that is written on them', () => {
  const strange = changed('return', '050-00400', 'NO-SUCH').replace('"DAMAGED" Notes=""', '"INCORRECT" Notes="a hat"')
  expect(read(strange).documents).toMatchObject([
    {
      value: {
        references: ['RA740246728', 'ful_1', 'R123456789-1'],
        lines: [
          { item: 'NO-SUCH', condition: 'asNew' },
          { item: '050-00400', note: 'INCORRECT: a hat' },
        ],
      },
    },
  ])
})

test('a refused cancel needs its status judged', () => {
  expect(read(changed('cancel', 'SUCCESS', 'FAILED')).documents).toMatchObject([{ value: { accepted: false } }])
  expect(read(changed('cancel', 'SUCCESS', 'LATE')).refused[0]?.issues).toMatchObject([
    { code: 'quiet.cancel-status-unknown' },
  ])
})

test('an error of the warehouse is work for a person, an acknowledgment is none', () => {
  const error = read('<ErrorMessage ResultCode="400" ResultDescription="UNIT_ShipmentOrder_ful_1.xml: bad SKU"/>')
  expect(error.refused[0]?.issues).toMatchObject([
    { code: 'quiet.error-message', value: 'UNIT_ShipmentOrder_ful_1.xml: bad SKU' },
  ])
  expect(read('<Acknowledgment OriginalDocumentType="ShipmentOrder" OriginalDocumentName="a.xml"/>').ignored).toContain(
    'a.xml',
  )
})

describe('what cannot be written', () => {
  const order = FulfillmentInstruction.parse(example(folder, 'order.in.json'))
  const issuesOf = (value: unknown, of = context) => {
    const written = writeOrder(FulfillmentInstruction.parse(value), of)
    return written.ok ? [] : written.issues
  }
  test('is told with its cure: a service without a row, an address without a name, another currency', () => {
    expect(issuesOf({ ...order, shippingService: 'Overnight' })).toMatchObject([
      { code: 'quiet.ship-mode-unknown', class: 'crosswalk', subject: 'Overnight' },
    ])
    expect(issuesOf({ ...order, shippingService: 'Standard' })).toEqual([])
    const { name: _name, company: _company, ...nameless } = order.shipTo ?? { line1: '', city: '', country: 'FR' }
    expect(issuesOf({ ...order, shipTo: nameless })).toMatchObject([{ code: 'quiet.no-addressee' }])
    expect(issuesOf(order, contextOf({ currency: 'USD' }))[0]).toMatchObject({ code: 'quiet.currency' })
    expect(issuesOf({ ...order, shipTo: { ...order.shipTo, city: '' } })).toMatchObject([
      { code: 'map.missing', place: { path: '/shipTo/city' } },
    ])
  })
})

test('a cancel names the order and nothing else', () => {
  const written = writeCancel('ful_1', context)
  expect(written.ok && Buffer.from(written.value).toString()).toContain(
    '<ShipmentOrderCancel xmlns="http://schemas.quietlogistics.com/V2/ShipmentOrderCancel.xsd" ClientID="CLIENT" BusinessUnit="UNIT" OrderNumber="ful_1"/>',
  )
})
