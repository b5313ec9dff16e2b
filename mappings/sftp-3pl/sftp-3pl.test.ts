import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { originsOf } from '#core/model/trace.ts'
import { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import type { NodeId, Sku } from '#core/model/ids.ts'
import type { Instant } from '#core/model/time.ts'
import { describeIssue } from '#core/issue.ts'
import { readFile } from './inbound.ts'
import type { InboundKind } from './inbound.ts'
import { layoutOf, profileFaults } from './layout.ts'
import type { CsvContext, Layout } from './layout.ts'
import { readOrders, writeCancels, writeOrders } from './outgoing.ts'
import { PRESETS } from './presets.ts'
import { kindOf, Profile } from './profile.ts'
import { timeInName } from './spelling.ts'

const EXAMPLE = 'docs/examples/3pl-profile.json'
const german = Profile.parse(JSON.parse(readFileSync(EXAMPLE, 'utf8')))
const layouts: Record<string, Layout> = {
  german: layoutOf(german),
  dsfx: layoutOf(Profile.parse({ ...PRESETS.dsfx, currency: 'EUR' })),
  '35up': layoutOf(Profile.parse(PRESETS['35up'])),
}
const layout = (name: string): Layout => layouts[name] ?? layoutOf(german)
const context: CsvContext = {
  receivedAt: '2026-11-22T20:00:00.000Z' as Instant,
  crosswalk: {
    version: '1',
    skuOf: (code) => (code === 'NO-SUCH' ? undefined : (code as Sku)),
    partnerSkuOf: (sku) => sku,
    nodeOf: (code) => (code === 'WH1' ? ('north' as NodeId) : undefined),
    partnerNodeOf: () => 'WH1',
    code: (table, code) => (table === 'reject-reason' && code === 'FEHLT' ? 'outOfStock' : undefined),
    partnerCode: () => undefined,
  },
}

const order = (id: string, more: Record<string, unknown> = {}): FulfillmentInstruction =>
  FulfillmentInstruction.parse({
    requestId: `ful_${id}`,
    orderId: 'ord_1',
    orderNumber: '#1001',
    placedAt: '2026-11-22T09:15:00.000Z',
    nodeId: 'north',
    method: 'ship',
    shippingService: 'Express',
    shipTo: {
      name: 'Ada King Lövelace',
      company: 'Engines, "Ltd"',
      line1: 'Straße 1',
      line2: 'Hof',
      city: 'Köln',
      region: 'NW',
      postcode: '01000',
      country: 'DE',
      phone: '+49 1',
      email: 'ada@example.org',
    },
    lines: [
      { lineNo: 1, sku: '00123', quantity: 1200, unitPriceMinor: 1250, currency: 'EUR' },
      { lineNo: 3, sku: '1E5', quantity: 1, unitPriceMinor: 9900, currency: 'EUR' },
    ],
    ...more,
  })

const text = (name: string, orders: FulfillmentInstruction[]): string => {
  const written = writeOrders(orders, layout(name), context)
  if (!written.ok) throw new Error(written.issues.map(describeIssue).join('; '))
  return Buffer.from(written.value).toString(name === 'german' ? 'latin1' : 'utf8')
}
const bytes = (content: string): Uint8Array => Buffer.from(content, 'latin1')
const read = (kind: InboundKind, content: string, of = 'german') => readFile(bytes(content), kind, layout(of), context)

describe('orders', () => {
  test('by the preset dsfx are a head row and detail rows, each cell in quotes, without a header', () => {
    expect(text('dsfx', [order('1')]).split('\r\n')).toEqual([
      '"PH","ful_1","#1001","ada@example.org","Ada King Lövelace","Straße 1","Hof","Köln","NW","01000","DE","Engines, ""Ltd""","+49 1","Ada King Lövelace","Straße 1","Hof","Köln","NW","01000","DE","Express"',
      '"PD","ful_1","1","00123","1200","12.50"',
      '"PD","ful_1","3","1E5","1","99.00"',
      '',
    ])
  })

  test('by the preset 35up are a row for each item, with the name in two columns', () => {
    expect(
      text('35up', [order('1')])
        .split('\r\n')
        .slice(0, 2),
    ).toEqual([
      'order_id,item_id,item_sku,item_qty,shipping_first_name,shipping_last_name,shipping_company,shipping_extra,shipping_street_name,shipping_street_number,shipping_street_line,shipping_city,shipping_state,shipping_country_code,shipping_postcode',
      'ful_1,ful_1-1,00123,1200,Ada King,Lövelace,"Engines, ""Ltd""",Hof,,,Straße 1,Köln,NW,DE,01000',
    ])
  })

  test('by a profile of one’s own have its encoding, its dates and its decimal comma', () => {
    expect(text('german', [order('1')]).split('\r\n')[1]).toBe(
      'ful_1;1;00123;1200;12,50;Ada King Lövelace;Straße 1;01000;Köln;DE;Express;22.11.2026 10:15:00',
    )
  })

  test.each(['dsfx', '35up', 'german'])('written by %s are read back as they were, in their cells', (name) => {
    const orders = [order('1'), order('2', { shipTo: { ...order('2').shipTo, name: 'Prince' } })]
    const written = writeOrders(orders, layout(name), context)
    const back = readOrders(written.ok ? written.value : new Uint8Array(), layout(name), context)
    expect(back.refused).toEqual([])
    expect(back.documents).toHaveLength(2)
    for (const [index, { value, trace }] of back.documents.entries()) {
      expect(orders[index]).toMatchObject({ ...value, lines: value.lines.map((line) => expect.objectContaining(line)) })
      const quantity = originsOf(trace(), '/lines/1/quantity')[0]
      expect(quantity?.place.path).toMatch(/^row \d+, column (Quantity|item_qty|Menge)$/)
    }
  })

  test('that cannot be told are refused by their field, and the encoding by its character', () => {
    const issuesOf = (of: string, value: FulfillmentInstruction) => {
      const written = writeOrders([value], layout(of), context)
      return written.ok ? [] : written.issues
    }
    expect(issuesOf('dsfx', order('1', { shipTo: undefined })).every(({ code }) => code === 'map.missing')).toBe(true)
    const dollars = order('1').lines.map((line) => ({ ...line, currency: 'USD' }))
    expect(issuesOf('german', order('1', { lines: dollars }))[0]).toMatchObject({ code: 'sftp-3pl.currency' })
    expect(issuesOf('german', order('1', { shipTo: { ...order('1').shipTo, city: '東京' } }))).toMatchObject([
      { code: 'sftp-3pl.encoding', value: '東' },
    ])
  })
})

const SHIPPED = `Lieferschein;Auftrag;Pos;Menge;Versandt;Spediteur;Sendung;Notiz
L1;ful_1;1;3,0;22.11.2026 18:00:00;DHL;0034001;x
L1;ful_1;3;1;22.11.2026 18:00:00;DHL;0034002;
L2;ful_2;1;2;22.11.2026 18:05:00;DHL;0034003;
`

describe('shipments', () => {
  test('are a shipment for each delivery note with its parcels, and what the file lacks of an order is short', () => {
    const { documents, refused } = read('shipments', SHIPPED)
    expect(refused).toEqual([])
    expect(documents.map(({ kind, value }) => [kind, value])).toMatchObject([
      [
        'shipment',
        {
          requestId: 'ful_1',
          externalId: 'L1',
          carrier: 'DHL',
          shippedAt: '2026-11-22T17:00:00.000Z',
          packages: [
            { trackingNumber: '0034001', lines: [{ lineNo: 1, quantity: 3 }] },
            { trackingNumber: '0034002', lines: [{ lineNo: 3, quantity: 1 }] },
          ],
        },
      ],
      ['shipment', { requestId: 'ful_2' }],
      ['fulfillmentResponse', { requestId: 'ful_1', refusesRest: 'outOfStock' }],
      ['fulfillmentResponse', { requestId: 'ful_2', refusesRest: 'outOfStock' }],
    ])
    const [first] = documents
    expect(first && originsOf(first.trace(), '/packages/1/lines/0/quantity')[0]?.place).toEqual({
      path: 'row 3, column Menge',
      line: 3,
      column: 4,
    })
  })

  test('a bad row keeps its own delivery back, and a row that cannot be split keeps anything from being called short', () => {
    const bad = read('shipments', SHIPPED.replace('L2;ful_2;1;2', 'L2;ful_2;1;zwei'))
    expect(bad.documents.map(({ kind, value }) => [kind, 'requestId' in value && value.requestId])).toEqual([
      ['shipment', 'ful_1'],
      ['fulfillmentResponse', 'ful_1'],
    ])
    expect(bad.refused).toMatchObject([
      {
        part: 'row 4',
        issues: [
          { code: 'map.whole-number', value: 'zwei', place: { path: 'row 4, column Menge', line: 4, column: 4 } },
        ],
      },
    ])
    const torn = read('shipments', SHIPPED.replace(';0034003;', ';0034003'))
    expect(torn.documents.map(({ kind }) => kind)).toEqual(['shipment'])
    expect(torn.refused).toMatchObject([{ part: 'row 4' }])
  })

  test('an order of which nothing was found is told with 0, and ships nothing', () => {
    const none = read('shipments', SHIPPED.replace('L2;ful_2;1;2', 'L2;ful_2;1;0'))
    expect(none.documents.map(({ kind, value }) => [kind, 'requestId' in value && value.requestId])).toEqual([
      ['shipment', 'ful_1'],
      ['fulfillmentResponse', 'ful_1'],
      ['fulfillmentResponse', 'ful_2'],
    ])
  })

  test('of the preset 35up name lines as our file named them, and are no last word', () => {
    const head =
      'shipment_id,order_id,item_id,item_sku,shipped_qty,shipped_at,shipping_provider,shipping_method,tracking_code,tracking_url'
    const { documents, refused } = read(
      'shipments',
      `${head}\r\nS9,ful_1,ful_1-3,1E5,1,1795370400,UPS,Ground,1Z9,https://u.example/1Z9\r\n`,
      '35up',
    )
    expect(refused).toEqual([])
    expect(documents.map(({ value }) => value)).toEqual([
      {
        requestId: 'ful_1',
        externalId: 'S9',
        shippedAt: '2026-11-22T18:00:00.000Z',
        carrier: 'UPS',
        service: 'Ground',
        packages: [
          { trackingNumber: '1Z9', trackingUrl: 'https://u.example/1Z9', lines: [{ lineNo: 3, quantity: 1 }] },
        ],
      },
    ])
    expect(
      read('shipments', `${head}\nS9,ful_1,ful_2-3,1E5,1,1795370400,,,1Z9,\n`, '35up').refused[0]?.issues,
    ).toMatchObject([{ code: 'map.line', value: 'ful_2-3' }])
  })

  test('a file without one of its columns is used for nothing', () => {
    expect(read('shipments', SHIPPED.replace('Menge', 'Anzahl'))).toMatchObject({
      unusable: true,
      documents: [],
      refused: [{ issues: [{ code: 'csv.missing-column' }] }],
    })
  })
})

test('acknowledgments answer each line, with the partner’s reasons through the crosswalk', () => {
  const file = 'Auftrag;Pos;Zugesagt;Fehlt;Grund\nful_1;1;2;1;FEHLT\nful_1;2;1;0;\nful_2;1;0;1;KAPUTT\n'
  const { documents, refused } = read('acknowledgements', file)
  expect(documents.map(({ value }) => value)).toEqual([
    {
      requestId: 'ful_1',
      answeredAt: context.receivedAt,
      lines: [
        { lineNo: 1, accepted: 2, rejected: 1, reason: 'outOfStock' },
        { lineNo: 2, accepted: 1, rejected: 0 },
      ],
    },
  ])
  expect(refused).toMatchObject([{ part: 'row 4', issues: [{ code: 'sftp-3pl.reason-unknown', subject: 'KAPUTT' }] }])
})

test('a count is of the time in its name; bad rows wait beside good ones', () => {
  const at = timeInName('BESTAND_20261122_060000.csv', 'YYYYMMDD_HHmmss', 'Europe/Berlin')
  expect(at).toBe('2026-11-22T05:00:00.000Z')
  const file = 'Artikel;Bestand\n00123;7\nNO-SUCH;1\n1E5;-2\n'
  const { documents, refused } = readFile(bytes(file), 'stock', layout('german'), {
    ...context,
    asOf: at ?? context.receivedAt,
  })
  expect(documents.map(({ value }) => value)).toEqual([
    { mode: 'full', asOf: at, absentMeansZero: false, rows: [{ sku: '00123', nodeId: 'north', onHand: 7 }] },
  ])
  expect(refused.map(({ part }) => part)).toEqual(['row 3', 'row 4'])
})

test('cancels go out and their answers come back', () => {
  const written = writeCancels(
    [{ requestId: 'ful_1', nodeId: 'north', reason: 'Kunde; will nicht' }],
    layout('german'),
    context,
  )
  expect(written.ok && Buffer.from(written.value).toString()).toBe('Auftrag;Grund\r\nful_1;"Kunde; will nicht"\r\n')
  expect(read('cancelAnswers', 'Auftrag;Ja\nful_1;1\nful_2;N\n').documents.map(({ value }) => value)).toEqual([
    { requestId: 'ful_1', answeredAt: context.receivedAt, accepted: true },
    { requestId: 'ful_2', answeredAt: context.receivedAt, accepted: false },
  ])
})

describe('a profile', () => {
  test('of a new partner has at most forty lines of data', () => {
    expect(readFileSync(EXAMPLE, 'utf8').trim().split('\n').length).toBeLessThanOrEqual(40)
    expect(profileFaults(german)).toEqual([])
    for (const preset of Object.values(PRESETS)) expect(profileFaults(Profile.parse(preset))).toEqual([])
  })

  test('tells files apart by their names', () => {
    expect(
      ['VERSAND_1.csv', 'bestand_x.CSV', 'ABLEHNUNG_1.csv', 'other.csv'].map((name) => kindOf(german, name)),
    ).toEqual(['shipments', 'stock', 'error', undefined])
  })

  test('that names no such field, or lacks one, is refused in its own words', () => {
    const wrong = Profile.parse({
      orders: { file: 'o.csv', line: { a: 'requestId', b: 'colour' } },
      stock: { files: 's*', columns: { a: 'sku' } },
    })
    expect(profileFaults(wrong)).toEqual([
      expect.stringMatching(/^orders: there is no field colour; known are requestId/),
      'orders: a column must hold lineNo or lineId',
      'orders: a column must hold sku',
      'orders: a column must hold quantity',
      'stock: a column must hold onHand',
      'stock: name the place by node, or by a column that holds nodeId',
    ])
    expect(Profile.safeParse({ dates: 'MM-DD', orders: { file: 'o', line: {} } }).success).toBe(false)
  })
})
