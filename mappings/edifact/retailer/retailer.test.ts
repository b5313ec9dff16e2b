import { expect, test } from 'vitest'
import type { ChannelId, NodeId, Sku } from '#core/model/ids.ts'
import type { OrderAmendment } from '#core/model/order-change.ts'
import type { OrderInput } from '#core/model/order.ts'
import type { Instant } from '#core/model/time.ts'
import { readEdifactInterchanges } from '../../formats/edifact/envelope.ts'
import type { EdifactMessage } from '../../formats/edifact/interchange.ts'
import type { WritableEdifactElement } from '../../formats/edifact/writable.ts'
import { samples } from '../../formats/x12/testing.ts'
import type { MessageContext } from '../document.ts'
import { EDIFACT_BASE } from '../profile.ts'
import type { EdifactProfile } from '../profile.ts'
import { retailerAnswer } from './answer.ts'
import { retailerCancelledHere } from './cancelled-here.ts'
import { cancelsOrder, retailerChange } from './change.ts'
import { retailerDispatch } from './dispatch.ts'
import { retailerOrders } from './orders.ts'

const profile: EdifactProfile = {
  ...EDIFACT_BASE,
  hubSkuQualifier: 'SA',
  partnerSkuQualifier: 'IN',
  defaultCountry: 'DE',
  places: {
    '8711576100019': { name: 'Winkel Delft', line1: 'Markt 1', city: 'Delft', postcode: '2611GP', country: 'NL' },
  },
}
const context: MessageContext = {
  receivedAt: '2026-11-22T10:15:00.000Z' as Instant,
  channelId: 'markt' as ChannelId,
  crosswalk: {
    version: '1',
    skuOf: (code) => (code.startsWith('NO-') ? undefined : (code as Sku)),
    partnerSkuOf: (sku) => (sku === 'SHOE-1' ? '4006381333931' : sku),
    nodeOf: () => undefined,
    partnerNodeOf: (nodeId: NodeId) => nodeId,
    code: () => undefined,
    partnerCode: () => undefined,
  },
}

const messagesOf = (bytes: Uint8Array): EdifactMessage[] =>
  readEdifactInterchanges(bytes).interchanges.flatMap(({ messages }) => messages)

function messageOf(type: string, segments: string[]): EdifactMessage {
  const text = [
    "UNB+UNOC:3+5412345000013:14+4012345000009:14+261122:1015+7'",
    `UNH+1+${type}:D:96A:UN:EAN008'`,
    ...segments.map((segment) => `${segment}'`),
    `UNT+${segments.length + 2}+1'`,
    "UNZ+1+7'",
  ]
  const [message] = messagesOf(Buffer.from(text.join('\n'), 'latin1'))
  if (message === undefined) throw new Error('the test needs a message')
  return message
}

const read = (segments: string[], of = context) => retailerOrders.read(messageOf('ORDERS', segments), of, profile)
const orderOf = (segments: string[]) => read(segments).documents[0]?.value as OrderInput | undefined
const issuesOf = (segments: string[], of = context) =>
  read(segments, of).refused.flatMap(({ issues }) => issues.map((issue) => [issue.code, issue.place.path]))
const shown = (element: WritableEdifactElement): string => {
  if (typeof element === 'string') return element
  return 'repetitions' in element ? 'repeated' : element.join(':')
}
const written = (result: ReturnType<typeof retailerAnswer.write>): string[] =>
  result.ok ? result.value.map((segment) => segment.map(shown).join('+')) : result.issues.map(({ code }) => code)

const HEAD = ['BGM+220+0007+9', 'DTM+137:20261122:102']
const LINE = ['LIN+01++4006381333931:EN', 'QTY+21:2', 'PRI+AAA:1.50']
const TAIL = ['UNS+S']

const REAL = samples(({ name }) =>
  ['30-valid_orders_d96a_minimal.edi', '32-edge_empty_elements.edi', '43-order.edi'].includes(name),
)

test.each(REAL)('a real file of orders is read whole: $name', ({ name, bytes }) => {
  // One of them ends without UNZ: its message is whole.
  const readings = messagesOf(bytes).map((message) => retailerOrders.read(message, context, profile))
  expect(readings.flatMap(({ refused }) => refused.flatMap(({ issues }) => issues))).toEqual([])
  const [order] = readings.flatMap(({ documents }) => documents.map(({ value }) => value as OrderInput))
  const expected: Record<string, unknown> = {
    '30-valid_orders_d96a_minimal.edi': {
      externalId: 'ORDER123',
      placedAt: '2020-01-01T00:00:00.000Z',
      currency: 'EUR',
      totalMinor: 0,
      lines: [{ externalId: '1', sku: '1234567890123', quantity: 100, unitPriceMinor: 0 }],
    },
    '32-edge_empty_elements.edi': {
      externalId: 'ORDER123',
      totalMinor: 159_900,
      lines: [{ externalId: '1', sku: '1234567890123', quantity: 100, unitPriceMinor: 1_599 }],
    },
    '43-order.edi': {
      externalId: '801715918011',
      // Its time is midnight, which is none: the interchange says when it was told.
      revisedAt: context.receivedAt,
      placedAt: '2015-08-03T00:00:00.000Z',
      shipTo: { line1: 'Markt 1', city: 'Delft', country: 'NL' },
      lines: [
        { externalId: '1', sku: '5020436373085', quantity: 8, promisedBy: '2015-08-06T00:00:00.000Z' },
        { externalId: '2', sku: '5020436373108', quantity: 8 },
      ],
    },
  }
  expect(order).toMatchObject(expected[name] ?? {})
})

test.each(samples(({ name }) => name === '39-ORDERS_D.03B_Interchange.txt'))(
  'books that are ordered in discrete units (QTY 1) are read: $name',
  ({ bytes }) => {
    const [message] = messagesOf(bytes)
    if (message === undefined) throw new Error('the file holds a message')
    const { documents, refused } = retailerOrders.read(message, context, profile)
    expect(refused).toEqual([])
    const orders = documents.map(({ value }) => value as OrderInput)
    expect(orders.flatMap(({ lines }) => lines.map(({ sku, quantity }) => [sku, quantity]))).toEqual([
      ['0764569104', 25],
      ['0764569090', 25],
      ['1861004656', 16],
      ['0596006756', 10],
    ])
  },
)

test.each(samples(({ name }) => name === '31-edge_special_chars.edi'))(
  'a name that ends in a release character swallows the quantity, which is missed: $name',
  ({ bytes }) => {
    const readings = messagesOf(bytes).map((message) => retailerOrders.read(message, context, profile))
    expect(readings.flatMap(({ documents }) => documents)).toEqual([])
    expect(readings.flatMap(({ refused }) => refused.flatMap(({ issues }) => issues.map(({ code }) => code)))).toEqual([
      'edifact.quantity-missing',
    ])
  },
)

test('a message with a time of day says when it was told; without one its interchange does', () => {
  const told = (dtm: string) => orderOf(['BGM+220+0007+9', dtm, ...LINE, ...TAIL])?.revisedAt
  expect(told('DTM+137:20261122094500:204')).toBe('2026-11-22T09:45:00.000Z')
  expect(told('DTM+137:202611220945:203')).toBe('2026-11-22T09:45:00.000Z')
  expect(told('DTM+137:202611220000:203')).toBe(context.receivedAt)
  expect(told('DTM+137:20261122:102')).toBe(context.receivedAt)
})

test('dates of references are no dates of the message, and a line’s own day goes before the head’s', () => {
  const order = orderOf([
    ...HEAD,
    'DTM+2:20261127:102',
    'RFF+CT:9',
    'DTM+2:19990101:102',
    ...LINE,
    'LIN+02++00123:IN',
    'QTY+21:1',
    'DTM+2:202611281200:203',
    ...TAIL,
  ])
  expect(order?.lines.map(({ promisedBy }) => promisedBy)).toEqual([
    '2026-11-27T23:59:59.000Z',
    '2026-11-28T12:00:00.000Z',
  ])
})

test('prices may be of several units and in decimals with a comma; an address may have four lines of street', () => {
  const order = orderOf([
    ...HEAD,
    'NAD+DP+8711576100019::9++Ada+Weg 1:Hof 2:Tor 3+Delft++02611+NL',
    'LIN+01++00123:IN',
    'QTY+21:4',
    'PRI+AAB:9,99',
    'PRI+AAA:149,90:::10',
    ...TAIL,
  ])
  expect(order).toMatchObject({
    totalMinor: 4 * 1499,
    shipTo: { name: 'Ada', line1: 'Weg 1', line2: 'Hof 2, Tor 3', postcode: '02611' },
    lines: [{ sku: '00123', unitPriceMinor: 1499 }],
  })
})

test.each([
  ['a copy', ['BGM+220+0007+31', 'DTM+137:20261122:102', ...LINE], 'edifact.order-function', 'BGM-03.1'],
  ['a blanket order', ['BGM+221+0007+9', 'DTM+137:20261122:102', ...LINE], 'edifact.order-document', 'BGM-01.1'],
  ['half a unit', [...HEAD, 'LIN+01++X:IN', 'QTY+21:0.5'], 'map.whole-number', 'QTY-01.2'],
  ['kilograms', [...HEAD, 'LIN+01++X:IN', 'QTY+21:2:KGM'], 'edifact.unit', 'QTY-01.3'],
  ['no quantity', [...HEAD, 'LIN+01++X:IN'], 'edifact.quantity-missing', 'QTY'],
  ['a product that nobody knows', [...HEAD, 'LIN+01++NO-1:IN', 'QTY+21:2'], 'edifact.sku-unknown', 'LIN-03.1'],
  ['a place without an address', [...HEAD, 'NAD+DP+4012345000009::9', ...LINE], 'edifact.place-unknown', 'NAD-02.1'],
  ['an address in free lines', [...HEAD, 'NAD+DP++ADA:MAIN STREET 1:DELFT', ...LINE], 'edifact.address', 'NAD-05.1'],
  ['a second place', [...HEAD, ...LINE, 'LOC+7+8711576100019::9', 'QTY+11:1'], 'edifact.line-place', 'LIN-01.1'],
  ['a day that is none', [...HEAD, 'DTM+2:20261350:102', ...LINE], 'edifact.date', 'DTM[2]-01.2'],
  ['a lost line', [...HEAD, ...LINE, 'UNS+S', 'CNT+2:2'], 'edifact.count', 'CNT-01.2'],
  [
    'two lines of one price between them',
    [...HEAD, 'LIN+01++X:IN', 'QTY+21:2', 'PRI+AAA:1.00:::3'],
    'edifact.price-basis',
    'PRI-01.5',
  ],
])('%s is refused where it stands', (_what, segments, code, place) => {
  expect(issuesOf(segments)).toEqual([[code, place]])
})

test('an order over a connection of no channel is refused with its cure', () => {
  expect(issuesOf([...HEAD, ...LINE], { ...context, channelId: undefined })).toEqual([['order.no-channel', '']])
})

test('an ORDERS that cancels is told from one that orders', () => {
  expect(cancelsOrder(messageOf('ORDERS', ['BGM+220+0007+1']), profile)).toBe(true)
  expect(cancelsOrder(messageOf('ORDERS', HEAD), profile)).toBe(false)
})

test('the ORDCHG of the EANCOM guide takes one line out, repeats another, and changes the third', () => {
  // GS1, EANCOM 1997, ORDCHG, example 1.
  const message = messageOf('ORDCHG', [
    'BGM+230+ORCH5125+4',
    'DTM+137:19970330:102',
    'RFF+ON:47831',
    'DTM+171:19970225:102',
    'NAD+BY+5412345000010::9',
    'RFF+VA:83565432',
    'NAD+SU+4012345500000::9',
    'RFF+VA:87765432',
    'LIN+1+2+5412345111115:EN',
    'RFF+ON:47831:1',
    'LIN+2+11+3312345501003:EN',
    'RFF+ON:47831:2',
    'LIN+3+3+3312345501102:EN',
    'QTY+21:50',
    'MOA+203:700',
    'PRI+AAA:14:CT:AAE',
    'RFF+ON:47831:3',
    'UNS+S',
    'CNT+2:3',
  ])
  const { documents, refused } = retailerChange.read(message, context, profile)
  expect(refused).toEqual([])
  expect(documents[0]?.value).toEqual({
    channelId: 'markt',
    externalId: '47831',
    number: 'ORCH5125',
    revisedAt: context.receivedAt,
    cancelled: false,
    lines: [
      { externalId: '1', quantity: 0 },
      { externalId: '3', quantity: 50, unitPriceMinor: 1400 },
    ],
  })
})

test.each([
  ['a function that confirms', ['BGM+230+9+6', 'RFF+ON:7', 'LIN+1+2'], 'edifact.change-function', 'BGM-03.1'],
  ['an unknown action', ['BGM+230+9+4', 'RFF+ON:7', 'LIN+1+99', 'QTY+21:2'], 'edifact.line-change', 'LIN-02.1'],
  [
    'an added line without a product',
    ['BGM+230+9+4', 'RFF+ON:7', 'LIN+1+1', 'QTY+21:2'],
    'edifact.sku-unknown',
    'LIN-02.1',
  ],
  [
    'an added line without units',
    ['BGM+230+9+4', 'RFF+ON:7', 'LIN+1+1+4006381333931:EN', 'QTY+21:0'],
    'map.whole-number',
    'QTY-01.2',
  ],
  ['half a unit', ['BGM+230+9+4', 'RFF+ON:7', 'LIN+1+3', 'QTY+21:2.5'], 'map.whole-number', 'QTY-01.2'],
  ['no order', ['BGM+230+9+4', 'LIN+1+2'], 'map.missing', 'RFF-0102'],
])('of a change %s is refused where it stands', (_what, segments, code, place) => {
  const { documents, refused } = retailerChange.read(messageOf('ORDCHG', segments), context, profile)
  expect(documents).toEqual([])
  expect(refused.flatMap(({ issues }) => issues.map((issue) => [issue.code, issue.place.path]))).toEqual([
    [code, place],
  ])
})

test('a change that cancels takes the whole order, whatever lines it repeats', () => {
  const message = messageOf('ORDCHG', ['BGM+230+9+1', 'RFF+ON:7', 'LIN+1+2', 'LIN+2+1'])
  const [document] = retailerChange.read(message, context, profile).documents
  expect(document?.value as OrderAmendment).toMatchObject({ externalId: '7', cancelled: true, lines: [] })
})

const answerTo = (line: object) => ({
  externalOrderId: '0007',
  placedAt: context.receivedAt,
  answeredAt: context.receivedAt,
  currency: 'EUR',
  lines: [
    {
      externalLineId: '01',
      sku: 'SHOE-1',
      unitPriceMinor: 150,
      ordered: 3,
      accepted: 0,
      waiting: 0,
      cancelled: 0,
      ...line,
    },
  ],
})

test('an answer is of one piece where all lines agree, and says 29 or 27; GTINs stand in LIN, other codes in PIA', () => {
  const write = (line: object, of = context) => written(retailerAnswer.write(answerTo(line), of, profile))
  expect(write({ accepted: 3 })).toEqual(
    expect.arrayContaining(['BGM+231+1+29', 'LIN+01+5+4006381333931:EN', 'PIA+5+SHOE-1:SA']),
  )
  expect(write({ cancelled: 3 })).toEqual(
    expect.arrayContaining(['BGM+231+1+27', 'LIN+01+7+4006381333931:EN', 'QTY+113:0']),
  )
  expect(write({ waiting: 3 })).toEqual(
    expect.arrayContaining(['BGM+231+1+4', 'LIN+01+3+4006381333931:EN', 'QTY+83:3']),
  )
  expect(write({ sku: 'SOCK', accepted: 3 })).toEqual(expect.arrayContaining(['LIN+01+5', 'PIA+5+SOCK:SA']))
})

test('what the order said of product and company is told back as it came', () => {
  const order = read([...HEAD, 'NAD+BY+5412345009998::9', 'LIN+01++SHOE-1:BP', 'QTY+21:2', ...TAIL]).documents[0]
  const carried = order?.trace?.().carried as NonNullable<MessageContext['carried']>
  const answer = written(retailerAnswer.write(answerTo({ accepted: 3 }), { ...context, carried }, profile))
  expect(answer).toEqual(expect.arrayContaining(['NAD+BY+5412345009998::9', 'LIN+01+5+SHOE-1:BP']))
  const notice = written(retailerDispatch.write(shipment, { ...context, carried }, profile))
  expect(notice).toEqual(expect.arrayContaining(['NAD+BY+5412345009998::9', 'LIN+1++SHOE-1:BP']))
})

const shipment = {
  externalOrderId: '0007',
  nodeId: 'north',
  shipmentId: 'shp_1',
  shippedAt: context.receivedAt,
  lines: [{ externalLineId: '01', sku: 'SHOE-1', quantity: 2 }],
  trackingNumbers: ['1Z1', '1Z2'],
  trackingUrls: [],
}

test('of a shipment whose parcels are not told apart, all numbers are told with the whole', () => {
  const notice = written(retailerDispatch.write(shipment, context, profile))
  expect(notice.filter((segment) => /^(RFF|CPS|PCI)/.test(segment))).toEqual([
    'RFF+ON:0007',
    'RFF+CN:1Z1',
    'RFF+CN:1Z2',
    'CPS+1',
    'CPS+2+1',
    'RFF+ON:0007:01',
  ])
})

test('a number on a package that is no SSCC is not told as one', () => {
  const packages = ['003456789012345670', '003456789012345675'].map((containerCode) => ({
    containerCode,
    lines: shipment.lines,
  }))
  const notice = written(retailerDispatch.write({ ...shipment, packages }, context, profile))
  expect(notice.filter((segment) => segment.startsWith('GIN'))).toEqual([
    'GIN+BJ+003456789012345670',
    'GIN+BN+003456789012345675',
  ])
})

test('an ORDRSP has no word for an added line or a new address, and says so', () => {
  const change = { externalOrderId: '7', reason: 'r', cancelled: false, quantities: [], added: [], knownLineIds: ['1'] }
  const shipTo = { line1: '1 Way', city: 'Athens', country: 'GR' }
  expect(written(retailerCancelledHere.write({ ...change, shipTo }, context, profile))).toEqual([
    'edifact.change-unsayable',
  ])
})
