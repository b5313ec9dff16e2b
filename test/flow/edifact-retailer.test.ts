/** A retailer that trades EDIFACT: its orders and changes in, our answers, dispatch advices and stock out, over a real SFTP server. */
import { afterEach, expect, test } from 'vitest'
import { edifactRetailer } from '#connectors/edi/edifact/retailer/connector.ts'
import { readEdifactInterchanges } from '#mappings/formats/edifact/envelope.ts'
import type { EdifactMessage } from '#mappings/formats/edifact/interchange.ts'
import { validateEdifactMessage } from '#mappings/formats/guides/edifact/validator.ts'
import { loadOrders } from '#store/orders.ts'
import { replayQuarantined } from '#store/quarantine-actions.ts'
import { cancelOrder } from '#workers/change-order.ts'
import { rejectQuarantined } from '#workers/reject-documents.ts'
import { type Backend, databases } from '../kit/backends.ts'
import { openRetailerHub, type RetailerHub } from '../kit/retailer-hub.ts'

const US = '4006209000008'
const RETAILER = '5412345000013'
const STORE = '5412345000020'
const SHOE = '4006381333931'
const OTHER = '0012345678905'
const oneDatabase = databases.at(-1) as Backend

let hub: RetailerHub
afterEach(() => hub.stop())

const open = async (backend: Backend, config: Record<string, unknown> = {}): Promise<void> => {
  hub = await openRetailerHub(backend, {
    connector: edifactRetailer,
    currency: 'EUR',
    aliases: [SHOE, OTHER],
    config: {
      unbSender: { id: US },
      unbReceiver: { id: RETAILER },
      profile: {
        vendorNumber: '00815',
        places: { [STORE]: { name: 'Markt Mitte', line1: 'Ring 1', city: 'Berlin', postcode: '10115', country: 'DE' } },
      },
      ...config,
    },
  })
}
const until = (what: string, check: () => boolean | Promise<boolean>) => hub.until(what, check)

/** What the retailer was sent of this type, message by message. */
const messages = (type: string): EdifactMessage[] =>
  hub.files
    .flatMap((bytes) => readEdifactInterchanges(bytes).interchanges)
    .flatMap((interchange) => interchange.messages)
    .filter((message) => message.header.type === type)
const written = (message: EdifactMessage | undefined): string[] =>
  message?.segments.slice(1, -1).map(({ raw }) => raw) ?? []
/** ORDRSPs that answer an order, and those that answer a change of it. */
const answers = (toChange: boolean): string[][] =>
  messages('ORDRSP')
    .map(written)
    .filter((segments) => segments.some((segment) => segment.startsWith('RFF+PP')) === toChange)

let reference = 0
/** The retailer's own file, written by hand: nothing of the hub's writer is in it. */
function send(type: string, segments: string[], { time = '0930', release = '96A:UN:EAN008', again = 0 } = {}): string {
  if (again === 0) reference += 1
  const number = `R${String(reference).padStart(5, '0')}`
  const text = [
    `UNB+UNOC:3+${RETAILER}:14+${US}:14+261122:${time}+${number}++++1'`,
    `UNH+1+${type}:D:${release}'`,
    ...segments.map((segment) => `${segment}'`),
    `UNT+${segments.length + 2}+1'`,
    `UNZ+1+${number}'`,
  ].join('\r\n')
  hub.retailer.lay(`${number}-${again}.edi`, Buffer.from(text, 'latin1'))
  return number
}

const order = (number: string, shoes: number | string, others: number, code = '9'): string[] => [
  `BGM+220+${number}+${code}`,
  'DTM+137:20261122:102',
  'DTM+2:20261127:102',
  'FTX+DEL+++Bitte klingeln',
  'RFF+UC:W-778812',
  'DTM+171:20261121:102',
  `NAD+BY+5412345009998::9`,
  'RFF+VA:DE123456789',
  `NAD+SU+${US}::9`,
  'NAD+UC+++Jürgen Groß+Straße des 17. Juni 135+Berlin++01067',
  'CTA+IC',
  'COM+?+49 30 5550100:TE',
  `NAD+IV+${STORE}::9`,
  'CUX+2:EUR:9',
  'TDT+20++30+31+:::DHL Paket',
  `LIN+000010++${SHOE}:EN`,
  'PIA+1+BB-SHOE:IN',
  'IMD+F++:::Laufschuh?, rot',
  `QTY+21:${shoes}:PCE`,
  'PRI+AAA:39.99::::PCE',
  `LIN+000020++${OTHER}:EN`,
  `QTY+21:${others}`,
  'PRI+AAA:44.90:::10',
  'UNS+S',
  'MOA+86:164.45',
  'CNT+2:2',
]
const change = (number: string, lines: string[], code = '4', ofOrder = '0004512345'): string[] => [
  `BGM+230+${number}+${code}`,
  'DTM+137:20261122:102',
  `RFF+ON:${ofOrder}`,
  'DTM+171:20261122:102',
  `NAD+BY+${RETAILER}::9`,
  `NAD+SU+${US}::9`,
  ...lines,
  'UNS+S',
]
const germany = { profile: { defaultCountry: 'DE', places: {} } }
const withPlaces = {
  profile: {
    defaultCountry: 'DE',
    vendorNumber: '00815',
    places: { [STORE]: { name: 'Markt Mitte', line1: 'Ring 1', city: 'Berlin', postcode: '10115', country: 'DE' } },
  },
}

test.each(databases)(
  'ORDERS is an order of the channel; ORDRSP and DESADV answer in the retailer’s own numbers, and all is acknowledged ($name)',
  async (backend) => {
    await open(backend, { ...withPlaces, receiptWithinMinutes: 60 })
    send('ORDERS', order('0004512345', 4, 1))
    await until('it is answered', () => answers(false).length === 1)
    const [{ id } = {}] = await hub.rows('SELECT id FROM sales_order')
    expect(await loadOrders(hub.hub.world.db, [String(id)])).toMatchObject([
      {
        externalId: '0004512345',
        number: 'W-778812',
        currency: 'EUR',
        totalMinor: 4 * 3999 + 449,
        shippingService: 'DHL Paket',
        shipTo: {
          name: 'Jürgen Groß',
          line1: 'Straße des 17. Juni 135',
          city: 'Berlin',
          postcode: '01067',
          country: 'DE',
          phone: '+49 30 5550100',
        },
        billTo: { name: 'Markt Mitte', line1: 'Ring 1' },
        lines: [{ name: 'Laufschuh, rot', promisedBy: '2026-11-27T23:59:59.000Z' }, {}],
      },
    ])
    expect(
      await hub.rows(
        'SELECT external_id, sku, ordered, allocated + released AS given FROM order_line ORDER BY line_no',
      ),
    ).toEqual([
      { external_id: '000010', sku: 'SHOE-1', ordered: 4, given: 3 },
      { external_id: '000020', sku: '00123', ordered: 1, given: 1 },
    ])
    const [answer = []] = answers(false)
    expect(answer.slice(0, 8)).toEqual([
      expect.stringMatching(/^BGM\+231\+\w+\+4$/),
      expect.stringMatching(/^DTM\+137:\d{14}:204$/),
      'RFF+ON:0004512345',
      'DTM+171:20261122000000:204',
      // The company of the retailer's that ordered.
      'NAD+BY+5412345009998::9',
      `NAD+SU+${US}::9`,
      'RFF+IA:00815',
      'CUX+2:EUR:9',
    ])
    const at = answer.indexOf(`LIN+000010+3+${SHOE}:EN`)
    expect(answer.slice(at + 1, at + 6)).toEqual([
      'PIA+5+SHOE-1:SA',
      'QTY+21:4',
      'QTY+113:3',
      'QTY+83:1',
      expect.stringMatching(/^DTM\+11:\d{14}:204$/),
    ])
    expect(answer).toEqual(expect.arrayContaining([`LIN+000020+5+${OTHER}:EN`, 'QTY+113:1', 'PRI+AAA:4.49', 'CNT+2:2']))

    await hub.ship('S1')
    await until('it hears what left', () => messages('DESADV').length === 1)
    const notice = written(messages('DESADV')[0])
    expect(notice).toEqual(
      expect.arrayContaining([
        'DTM+11:20261122120000:204',
        'NAD+BY+5412345009998::9',
        'NAD+SF+WH1::92',
        'TDT+20++++:::UPSN',
        'CPS+2+1',
        'RFF+CN:1ZS1',
        `LIN+1++${SHOE}:EN`,
        'QTY+12:3',
        'RFF+ON:0004512345:000010',
        'RFF+ON:0004512345:000020',
      ]),
    )
    await until('the sold units are told', () =>
      messages('INVRPT').some((message) => written(message).join().includes(`${SHOE}:EN,PIA+5+SHOE-1:SA,QTY+145:0`)),
    )
    expect(written(messages('INVRPT')[0])).toEqual(
      expect.arrayContaining([expect.stringMatching(/^BGM\+35\+\w+\+9$/), 'NAD+WH+WH1::92', `NAD+BY+${RETAILER}::9`]),
    )
    // The retailer acknowledges what it read, and hears of its own interchange.
    expect(written(messages('CONTRL')[0])).toEqual([
      `UCI+R${String(reference).padStart(5, '0')}+${RETAILER}:14+${US}:14+7`,
    ])
    const acknowledged = new Set<string>()
    await until('every receipt came', async () => {
      const open = await hub.rows('SELECT receipt_key FROM awaited_receipt WHERE received_at IS NULL')
      const fresh = open.map(({ receipt_key: key }) => String(key)).filter((key) => !acknowledged.has(key))
      for (const key of fresh) {
        acknowledged.add(key)
        send('CONTRL', [`UCI+${key.split(' ')[1] ?? ''}+${US}:14+${RETAILER}:14+7`], { release: '96A:UN' })
      }
      return open.length === 0 && acknowledged.size > 3
    })
    expect(answers(false)).toHaveLength(1)
    expect(await hub.count('quarantine_item')).toBe(0)
    const all = hub.files
      .flatMap((bytes) => readEdifactInterchanges(bytes).interchanges)
      .flatMap((interchange) => interchange.messages)
    expect(all.flatMap((message) => validateEdifactMessage(message).faults.map(({ issue }) => issue))).toEqual([])
  },
)

test('an ORDCHG is answered when the node has answered, and not before: agreed, then refused', async () => {
  await open(oneDatabase, germany)
  send(
    'ORDERS',
    order('0004512345', 2, 3).filter((segment) => !segment.startsWith('NAD+IV')),
  )
  await until('it is answered', () => answers(false).length === 1)
  await hub.requestId()
  await until('the node has it', async () => (await hub.count(`order_line WHERE released > 0`)) === 2)
  // Line 10 is only repeated, and line 2 of the message is line 20 of the order.
  send(
    'ORDCHG',
    change('AE-0001', ['LIN+1+11', 'RFF+ON:0004512345:000010', 'LIN+2+3', 'QTY+21:1', 'RFF+ON:0004512345:000020']),
    {
      time: '0945',
    },
  )
  await until('the node is asked', () => hub.nodes.cancels.length === 1)
  expect(answers(true)).toEqual([])
  await hub.answerCancel(true)
  await until('the change is answered', () => answers(true).length === 1)
  expect(answers(true)[0]).toEqual([
    expect.stringMatching(/^BGM\+231\+\w+\+29$/),
    expect.stringMatching(/^DTM\+137:/),
    'RFF+ON:0004512345',
    'RFF+PP:AE-0001',
    'NAD+BY+5412345009998::9',
    `NAD+SU+${US}::9`,
    'CUX+2:EUR:9',
    `LIN+000020+5+${OTHER}:EN`,
    'PIA+5+00123:SA',
    'QTY+21:1',
    'QTY+113:1',
    'PRI+AAA:4.49',
    'UNS+S',
    'CNT+2:1',
  ])
  // A line that is added has goods at once, so it is answered at once.
  send('ORDCHG', change('AE-0003', ['LIN+000030+1', 'PIA+5+00123:SA', 'QTY+21:2', 'PRI+AAA:5.00']), { time: '0947' })
  await until('the added line is answered', () => answers(true).length === 2)
  expect(answers(true)[1]).toEqual(
    expect.arrayContaining([
      'RFF+PP:AE-0003',
      `LIN+000030+5+${OTHER}:EN`,
      'QTY+21:2',
      'QTY+113:2',
      'PRI+AAA:5.00',
      'CNT+2:1',
    ]),
  )
  send('ORDCHG', change('AE-0002', ['LIN+000010+2']), { time: '0950' })
  await until('the node is asked again', () => hub.nodes.cancels.length === 2)
  expect(answers(true)).toHaveLength(2)
  await hub.answerCancel(false)
  await until('its refusal is told', () => answers(true).length === 3)
  expect(answers(true)[2]).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^BGM\+231\+\w+\+27$/),
      'RFF+PP:AE-0002',
      `LIN+000010+7+${SHOE}:EN`,
      'QTY+21:0',
      'QTY+113:2',
    ]),
  )
  expect(await hub.count('quarantine_item')).toBe(0)
  expect(answers(false)).toHaveLength(1)
})

test('units that are added are answered with the decision on them; a copy of the change is not answered again', async () => {
  await open(oneDatabase, germany)
  send(
    'ORDERS',
    order('0004512345', 2, 1, '9').filter((segment) => !segment.startsWith('NAD+IV')),
    { release: '01B:UN:EAN010' },
  )
  await until('it is answered', () => answers(false).length === 1)
  const more = change('AE-0001', [`LIN+000010+3+${SHOE}:SRV`, 'QTY+21:5', 'PRI+AAA:39.99'])
  send('ORDCHG', more, { time: '0945', release: '01B:UN:EAN007' })
  await until('the change is answered', () => answers(true).length === 1)
  const [answer = []] = answers(true)
  // Three were there: one of the five that are wanted now can be sent beside the first two.
  expect(answer).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^BGM\+231\+\w+\+29$/),
      `LIN+000010+5+${SHOE}:EN`,
      'QTY+21:5',
      'QTY+113:3',
      'QTY+83:2',
      expect.stringMatching(/^DTM\+11:\d{14}:204$/),
    ]),
  )
  // The same message under a new number of the interchange, and the same file once more.
  send('ORDCHG', more, { time: '0950', release: '01B:UN:EAN007' })
  await until('it is acknowledged', () => messages('CONTRL').length === 3)
  send('ORDCHG', more, { time: '0950', release: '01B:UN:EAN007', again: 1 })
  await until('both are known', async () => (await hub.count(`envelope WHERE state = 'duplicate'`)) === 2)
  await until('its receipt goes out again', () => messages('CONTRL').length === 4)
  await hub.retailer.settled(() => true, 500)
  expect(answers(true)).toHaveLength(1)
  expect(answers(false)).toHaveLength(1)
  expect(await hub.count('quarantine_item')).toBe(0)
})

test('ORDERS states its order anew (5) and cancels it (1); what left already is told as not agreed', async () => {
  await open(oneDatabase, germany)
  const stated = (shoes: number, code: string) =>
    order('0004512345', shoes, 1, code).filter((segment) => !segment.startsWith('NAD+IV'))
  send('ORDERS', stated(1, '9'))
  await until('it is answered', () => answers(false).length === 1)
  send('ORDERS', stated(2, '5'), { time: '0940' })
  await until('it is answered anew', () => answers(false).length === 2)
  expect(answers(false)[1]).toEqual(expect.arrayContaining(['QTY+21:2', 'QTY+113:2']))
  await until('the node has both', async () => (await hub.count('order_line WHERE released = ordered')) === 2)
  await hub.ship('S1', [[1, 1]])
  await until('it hears what left', () => messages('DESADV').length === 1)
  send('ORDERS', ['BGM+220+0004512345+1', 'DTM+137:20261122:102', 'UNS+S'], { time: '0950' })
  await until(
    'the order is cancelled',
    async () => (await hub.count('sales_order WHERE cancelled_at IS NOT NULL')) === 1,
  )
  await until('the node is asked for both', () => hub.nodes.cancels.length === 2)
  expect(messages('ORDRSP')).toHaveLength(2)
  for (const requestId of hub.nodes.cancels)
    await hub.receive('depot', `agree-${requestId}`, {
      kind: 'cancelResponse',
      value: { requestId, answeredAt: '2026-11-22T11:00:00.000Z', accepted: true },
    })
  const cancel = () => messages('ORDRSP').map(written).slice(2)
  await until('the cancel is answered', () => cancel().length === 1)
  expect(cancel()[0]).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^BGM\+231\+\w+\+4$/),
      'RFF+ON:0004512345',
      `LIN+000010+3+${SHOE}:EN`,
      'QTY+113:1',
      `LIN+000020+5+${OTHER}:EN`,
      'QTY+113:0',
    ]),
  )
})

test('what cannot be used waits with its place and cure, its CONTRL says so, and nothing of it counts', async () => {
  await open(oneDatabase, germany)
  const stated = (number: string, shoes: number | string, code = '9') =>
    order(number, shoes, 1, code).filter((segment) => !segment.startsWith('NAD+IV'))
  send('ORDERS', stated('0001', '1.5'))
  send('ORDERS', stated('0002', 1, '16'))
  send(
    'ORDERS',
    stated('0003', 1).map((segment) => segment.replace('QTY+21:1:PCE', 'QTY+21:1:KGM')),
  )
  send(
    'ORDERS',
    stated('0004', 1).map((segment) => segment.replace(`${SHOE}:EN`, '4012345000009:EN').replace('BB-SHOE', 'NO')),
  )
  send(
    'ORDERS',
    order('0005', 1, 1).map((segment) => segment.replace(`NAD+IV+${STORE}`, 'NAD+IV+4012345000009')),
  )
  send(
    'ORDERS',
    stated('0007', 1).map((segment) => segment.replace('PRI+AAA:44.90:::10', 'PRI+AAA:44.95:::10')),
  )
  send(
    'ORDERS',
    stated('0008', 1).map((segment) => segment.replace('BGM+220', 'BGM+221')),
  )
  await until('all wait', async () => (await hub.count('quarantine_item')) === 7)
  expect(await hub.rows('SELECT code, place, value FROM quarantine_item ORDER BY id')).toEqual([
    { code: 'map.whole-number', place: expect.stringContaining('QTY[1]-01.2'), value: '1.5' },
    { code: 'edifact.order-function', place: expect.stringContaining('BGM-03'), value: '16' },
    { code: 'edifact.unit', place: expect.stringContaining('QTY[1]-01.3'), value: 'KGM' },
    { code: 'edifact.sku-unknown', place: expect.stringContaining('LIN[1]-03.1'), value: '4012345000009' },
    { code: 'edifact.place-unknown', place: expect.stringContaining('NAD[4]-02.1'), value: '4012345000009' },
    { code: 'edifact.price-basis', place: expect.stringContaining('PRI[2]-01.5'), value: '10' },
    { code: 'edifact.order-document', place: expect.stringContaining('BGM-01.1'), value: '221' },
  ])
  expect(await hub.count('sales_order')).toBe(0)
  expect(await hub.count(`quarantine_item WHERE cure = ''`)).toBe(0)
})

test('changes that name a strange line, another price, an unknown order or an earlier time wait whole; replayed, they count', async () => {
  await open(oneDatabase, { ...germany, rejectWithOrdrsp: true })
  const stated = order('0004512345', 2, 3).filter((segment) => !segment.startsWith('NAD+IV'))
  send('ORDCHG', change('AE-0001', ['LIN+000020+3', 'QTY+21:1']), { time: '0940' })
  await until(
    'it waits for its order',
    async () => (await hub.count(`quarantine_item WHERE code = 'order.unknown'`)) === 1,
  )
  send('ORDERS', stated)
  await until('it is answered', () => answers(false).length === 1)
  send('ORDCHG', change('AE-0002', ['LIN+000099+2', 'LIN+000020+2']), { time: '0945' })
  send('ORDCHG', change('AE-0003', ['LIN+000020+3', 'QTY+21:2', 'PRI+AAA:4.00']), { time: '0946' })
  send('ORDCHG', change('AE-0004', ['LIN+000020+3', 'QTY+21:0.5']), { time: '0947' })
  send('ORDCHG', change('AE-0005', ['LIN+3+99', 'QTY+21:2']), { time: '0948' })
  send('ORDCHG', change('AE-0006', ['LIN+000020+2']), { time: '0915' })
  send('ORDCHG', change('AE-0007', ['LIN+000020+2'], '6'), { time: '0949' })
  await until('they wait', async () => (await hub.count(`quarantine_item WHERE state = 'open'`)) === 7)
  expect(
    await hub.rows(`SELECT code, value FROM quarantine_item WHERE code <> 'order.unknown' ORDER BY code, value`),
  ).toEqual([
    { code: 'edifact.change-function', value: '6' },
    { code: 'edifact.line-change', value: '99' },
    { code: 'map.whole-number', value: '0.5' },
    { code: 'order.amendment-late', value: '2026-11-22T09:15:00.000Z' },
    { code: 'order.amendment-price', value: '000020' },
    { code: 'order.line-unknown', value: '000099' },
  ])
  expect(await hub.count(`fact WHERE kind = 'amended'`)).toBe(0)
  expect(answers(true)).toEqual([])
  const [item] = await hub.rows(`SELECT cause FROM quarantine_item WHERE code = 'order.unknown'`)
  await hub.hub.world.commit((unit) => replayQuarantined(unit, { cause: String(item?.['cause']) }))
  await until('it counts', async () => (await hub.count(`fact WHERE kind = 'amended'`)) === 1)
  // What a person refuses for good is answered too, in the retailer's own numbers.
  const [strange] = await hub.rows(`SELECT cause FROM quarantine_item WHERE code = 'order.line-unknown'`)
  await rejectQuarantined(hub.hub.world, { cause: String(strange?.['cause']) }, 'line 99 was never ordered', 'api:test')
  const refusal = () => answers(true).find((segments) => segments.includes('RFF+PP:AE-0002'))
  await until('the refusal is told', () => refusal() !== undefined)
  expect(refusal()).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^BGM\+231\+\w+\+27$/),
      expect.stringMatching(/^FTX\+AAI\+\+\+line 99 was never ordered:/),
      'RFF+ON:0004512345',
      'CNT+2:0',
    ]),
  )
})

test('units that a person cancels here are told as ORDRSP without a change of the retailer’s', async () => {
  await open(oneDatabase, germany)
  send(
    'ORDERS',
    order('0004512345', 5, 1).filter((segment) => !segment.startsWith('NAD+IV')),
  )
  await until('it is answered', () => answers(false).length === 1)
  const [found] = await hub.rows('SELECT id FROM sales_order')
  const wish = { reason: 'the last two were damaged', lines: [{ lineNo: 1, quantity: 2 }] }
  await cancelOrder(hub.hub.world, String(found?.['id']), wish, 'api:test')
  await until('the retailer hears of it', () => answers(false).length === 2)
  expect(answers(false)[1]).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^BGM\+231\+\w+\+4$/),
      'FTX+AAI+++the last two were damaged',
      'RFF+ON:0004512345',
      expect.stringMatching(/^LIN\+000010\+3/),
      'QTY+113:3',
    ]),
  )
})
