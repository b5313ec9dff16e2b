import { expect, test } from 'vitest'
import type { OrderInput } from '#core/model/order.ts'
import type { ChannelId, Sku } from '#core/model/ids.ts'
import type { Instant } from '#core/model/time.ts'
import { readX12Interchanges } from '../../formats/x12/envelope.ts'
import type { X12Set } from '../../formats/x12/interchange.ts'
import { samples } from '../../formats/x12/testing.ts'
import type { DocumentContext } from '../document.ts'
import { BASE_PROFILE } from '../profile.ts'
import { retailerChange860 } from './change-860.ts'
import { retailerChange865 } from './change-865.ts'
import { retailerOrder850 } from './order-850.ts'
import { retailerShipment856 } from './shipment-856.ts'

const profile = { ...BASE_PROFILE, hubSkuQualifier: 'VN', partnerSkuQualifier: 'SK', customerOrderQualifier: 'CR' }
const context: DocumentContext = {
  receivedAt: '2026-11-22T10:15:00.000Z' as Instant,
  channelId: 'bigbox' as ChannelId,
  crosswalk: {
    version: '1',
    skuOf: (code) => (code.startsWith('NO-') ? undefined : (code as Sku)),
    partnerSkuOf: (sku) => sku,
    nodeOf: () => undefined,
    partnerNodeOf: () => undefined,
    code: () => undefined,
    partnerCode: () => undefined,
  },
}

const setsOf = (bytes: Uint8Array): X12Set[] =>
  readX12Interchanges(bytes).interchanges.flatMap(({ groups }) => groups.flatMap((group) => group.sets))

function setOf(id: string, segments: string[]): X12Set {
  const text = [
    'ISA*00*          *00*          *ZZ*BIGBOX         *ZZ*CROSSDOCK      *261122*1015*U*00401*000000001*0*P*>',
    'GS*PO*BIGBOX*CROSSDOCK*20261122*1015*1*X*004010',
    `ST*${id}*0001`,
    ...segments,
    `SE*${segments.length + 2}*0001`,
    'GE*1*1',
    'IEA*1*000000001',
  ].join('~')
  const [set] = setsOf(Buffer.from(`${text}~`))
  if (set === undefined) throw new Error('the test needs a set')
  return set
}

const read = (segments: string[], of = context) => retailerOrder850.read(setOf('850', segments), of, profile)
const issuesOf = (segments: string[], of = context) =>
  read(segments, of).refused.flatMap(({ issues }) => issues.map((issue) => [issue.code, issue.place.path]))

const HEAD = ['BEG*00*DS*0007**20261122']
const LINE = 'PO1*01*2*EA*1.50**VN*SHOE-1'

const DROP_SHIP = samples(({ name }) => name === '11-850-sample.edi')

test.each(DROP_SHIP)('a retailer’s real drop-ship file is read whole: $name', ({ bytes }) => {
  const orders = setsOf(bytes).map((set) => retailerOrder850.read(set, context, profile))
  const [first] = orders.flatMap(({ documents }) => documents.map(({ value }) => value as OrderInput))
  expect(orders.flatMap(({ refused }) => refused)).toEqual([])
  expect(first).toEqual({
    channelId: 'bigbox',
    externalId: '117649143',
    number: '70017744',
    revisedAt: context.receivedAt,
    placedAt: '2013-04-01T00:00:00.000Z',
    currency: 'USD',
    totalMinor: 3296,
    // TD503 and TD512: the retailer has codes where others have words.
    shippingService: '228 BS',
    shipTo: {
      name: 'Bickley Pointer',
      line1: '987 Harrison St',
      line2: 'Apt 1',
      city: 'Jerseyville',
      region: 'IL',
      postcode: '62052-1400',
      country: 'US',
    },
    billTo: {
      name: 'COMPANY',
      line1: '197 Falcon , Suite 100',
      city: 'Aliso Viejo',
      region: 'CA',
      postcode: '92656',
      country: 'US',
    },
    holds: [],
    lines: [
      {
        externalId: '121231125',
        sku: 'PS3 CIT 01402',
        name: 'Sniper 2 Ghost Warrior',
        quantity: 1,
        cancelledQuantity: 0,
        unitPriceMinor: 3296,
        method: 'ship',
      },
    ],
  })
})

test('a line without PO101 is known by its place, an address without a country is the retailer’s own', () => {
  const { documents, refused } = read([
    ...HEAD,
    'N1*ST*Ada',
    'N3*1 Way',
    'N4*Athens*GA*03060',
    'PO1**2*EA*1.50**VN*SHOE-1',
    'PO1**1*EA***VN*00123',
  ])
  expect(refused).toEqual([])
  expect(documents[0]?.value).toMatchObject({
    externalId: '0007',
    totalMinor: 300,
    shipTo: { postcode: '03060', country: 'US' },
    lines: [{ externalId: '1' }, { externalId: '2', sku: '00123', unitPriceMinor: 0 }],
  })
})

test.each([
  ['a purpose that the profile does not know', ['BEG*22*DS*0007**20261122', LINE], 'x12.order-purpose', 'BEG-01'],
  ['a product that nobody knows', [...HEAD, 'PO1*01*2*EA*1.50**VN*NO-SHOE'], 'order.sku-unknown', 'PO1-07'],
  ['a quantity that is no whole number', [...HEAD, 'PO1*01*1.5*EA*1.50**VN*SHOE-1'], 'map.whole-number', 'PO1-02'],
  ['another unit than each', [...HEAD, 'PO1*01*2*CA*1.50**VN*SHOE-1'], 'map.constant', 'PO1-03'],
  ['a day that is none', [...HEAD, 'DTM*002*20261350', LINE], 'x12.date', 'DTM-02'],
  ['a line that was lost on the way', [...HEAD, LINE, 'CTT*2'], 'x12.count', 'CTT-01'],
])('%s is refused where it stands', (_what, segments, code, place) => {
  expect(issuesOf(segments)).toEqual([[code, place]])
})

test('an order over a connection of no channel is refused with its cure', () => {
  expect(issuesOf([...HEAD, LINE], { ...context, channelId: undefined })).toEqual([['order.no-channel', '']])
})

test('BEG01 01 is the order, cancelled; its group says when', () => {
  const [document] = read(['BEG*01*DS*0007**20261122', LINE]).documents
  expect(document?.value).toMatchObject({ cancelledAt: context.receivedAt, revisedAt: context.receivedAt })
})

test('an 860 with a code that the profile does not know changes nothing at all', () => {
  const set = setOf('860', ['BCH*04*DS*0007***20261122', 'POC*001*QD*1**EA', 'POC*002*ZZ*3**EA'])
  const { documents, refused } = retailerChange860.read(set, context, profile)
  expect(documents).toEqual([])
  expect(refused.flatMap(({ issues }) => issues.map((issue) => issue.place.path))).toEqual(['POC[2]-02'])
})

test('an 860 adds a line by AI with its product and price, and one whose product nobody knows changes nothing at all', () => {
  const read = (line: string) =>
    retailerChange860.read(setOf('860', ['BCH*04*DS*0007**03*20261122', line]), context, profile)
  expect(read('POC*003*AI*3**EA*4.49**VN*00123').documents[0]?.value).toMatchObject({
    lines: [{ externalId: '003', quantity: 3, unitPriceMinor: 449, sku: '00123' }],
  })
  const faults = (line: string) =>
    read(line).refused.flatMap(({ issues }) => issues.map((issue) => [issue.code, issue.place.path]))
  expect(faults('POC*003*AI*3**EA*4.49**VN*NO-SHOE')).toEqual([['order.sku-unknown', 'POC-09']])
  expect(faults('POC*003*AI*0**EA*4.49**VN*00123')).toEqual([['map.whole-number', 'POC-03']])
})

test('an 860 has its number, and states prices that must be the order’s', () => {
  const set = setOf('860', ['BCH*04*DS*0007**03*20261122', 'POC*001*QD*1**EA*12.50', 'POC*002*DI*0**EA'])
  const { documents, refused } = retailerChange860.read(set, context, profile)
  expect(refused).toEqual([])
  expect(documents[0]?.value).toMatchObject({
    number: '03',
    lines: [
      { externalId: '001', quantity: 1, unitPriceMinor: 1250 },
      { externalId: '002', quantity: 0 },
    ],
  })
})

test('an 865 has no word for an added line or a new address, and says so', () => {
  const change = {
    externalOrderId: '0007',
    reason: 'r',
    cancelled: false,
    quantities: [],
    added: [],
    knownLineIds: ['1'],
  }
  const address = { line1: '1 Way', city: 'Athens', country: 'US' }
  const written = retailerChange865.write({ ...change, shipTo: address }, context, profile)
  expect(written.ok ? [] : written.issues.map((issue) => issue.code)).toEqual(['x12.change-unsayable'])
})

test('of a shipment whose parcels are not told apart, all numbers are told with the whole', () => {
  const lines = [{ externalLineId: '001', sku: 'SHOE-1' as Sku, quantity: 2 }]
  const written = retailerShipment856.write(
    {
      externalOrderId: '0007',
      nodeId: 'north',
      shipmentId: 'shp_1',
      shippedAt: context.receivedAt,
      lines,
      trackingNumbers: ['1Z1', '1Z2'],
      trackingUrls: [],
    },
    context,
    profile,
  )
  const segments = written.ok ? written.value.map((segment) => segment.map(String).join('*')) : []
  expect(segments.filter((segment) => /^(REF|MAN)/.test(segment))).toEqual(['REF*CN*1Z1', 'REF*CN*1Z2'])
})
