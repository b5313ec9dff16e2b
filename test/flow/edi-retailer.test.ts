/** A retailer that trades X12: its orders, changes and returns in, our answers, ship notices and stock out, over a real SFTP server. */
import { afterEach, expect, test } from 'vitest'
import { ediRetailer } from '#connectors/edi/retailer/connector.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { validateX12Set } from '#mappings/formats/guides/x12/validator.ts'
import type { X12Set } from '#mappings/formats/x12/interchange.ts'
import { replayQuarantined } from '#store/quarantine-actions.ts'
import { cancelOrder } from '#workers/change-order.ts'
import { type Backend, databases } from '../kit/backends.ts'
import { openRetailerHub, type RetailerHub } from '../kit/retailer-hub.ts'

const US = { qualifier: 'ZZ', id: 'CROSSDOCK' }
const RETAILER = { qualifier: '08', id: '925485US00' }
const oneDatabase = databases.at(-1) as Backend

let paper: RetailerHub
afterEach(() => paper.stop())

async function open(backend: Backend): Promise<void> {
  paper = await openRetailerHub(backend, {
    connector: ediRetailer,
    currency: 'USD',
    aliases: ['BBSHOE-1', 'BB00123'],
    config: {
      isaSender: US,
      isaReceiver: RETAILER,
      profile: { vendorNumber: '00815', customerOrderQualifier: 'CO' },
    },
  })
  await until('the retailer hears of the stock', () => sets('846').length > 0)
}

const until = (what: string, check: () => boolean | Promise<boolean>) => paper.until(what, check)
const rows = (sql: string) => paper.rows(sql)
const count = (from: string) => paper.count(from)

/** What the retailer was sent of this kind, set by set. */
const sets = (id: string): X12Set[] =>
  paper.files
    .flatMap((bytes) => readX12Interchanges(bytes).interchanges)
    .flatMap(({ groups }) => groups.flatMap((group) => group.sets))
    .filter((set) => set.header.id === id)
const written = (set: X12Set | undefined): string[] =>
  set?.segments.slice(1, -1).map((segment) => [segment.id, ...segment.elements()].join('*')) ?? []

let control = 0
/** The retailer's own file, written by hand: nothing of the hub's writer is in it. */
function send(functionalId: string, set: string, segments: string[], time = '0930'): void {
  control += 1
  const number = String(control)
  const body = [`ST*${set}*0001`, ...segments, `SE*${segments.length + 2}*0001`]
  const interchange = [
    `ISA*00*          *00*          *08*925485US00     *ZZ*CROSSDOCK      *261122*${time}*U*00401*${number.padStart(9, '0')}*0*P*>`,
    `GS*${functionalId}*925485US00*CROSSDOCK*20261122*${time}*${number}*X*004010`,
    ...body,
    `GE*1*${number}`,
    `IEA*1*${number.padStart(9, '0')}`,
  ]
  paper.retailer.lay(`${number.padStart(5, '0')}.edi`, Buffer.from(`${interchange.join('~')}~`))
}

const order = (number: string, shoes: number, others: number, purpose = '00'): string[] => [
  `BEG*${purpose}*DS*${number}**20261122`,
  'REF*CO*W-778812',
  'TD5**2*UPSN*M*UPS GROUND',
  'N1*ST*Ada Lovelace',
  'N3*12 Analytical Way',
  // Retailers that trade in one country name none.
  'N4*Bentonville*AR*00712',
  `PO1*001*${shoes}*EA*39.99*PE*SK*BBSHOE-1*UP*000123456784`,
  'PID*F****Running shoe',
  `PO1*002*${others}*EA*4.49*PE*VN*00123`,
  'CTT*2',
]

test.each(databases)(
  'an 850 is an order of the channel; its 855 and 856 answer in the retailer’s own numbers ($name)',
  async (backend) => {
    await open(backend)
    send('PO', '850', order('0004512345', 4, 1))
    await until('it is answered', () => sets('855').length === 1)
    expect(await rows('SELECT external_id, number, currency, total_minor::int AS total FROM sales_order')).toEqual([
      { external_id: '0004512345', number: 'W-778812', currency: 'USD', total: 4 * 3999 + 449 },
    ])
    expect(
      await rows(
        'SELECT external_id, sku, ordered, open, backordered, allocated + released AS given FROM order_line ORDER BY line_no',
      ),
    ).toMatchObject([
      { external_id: '001', sku: 'SHOE-1', ordered: 4, given: 3 },
      { external_id: '002', sku: '00123', ordered: 1, given: 1 },
    ])
    const answer = written(sets('855')[0])
    expect(answer.slice(0, 3)).toEqual([
      expect.stringMatching(/^BAK\*00\*AC\*0004512345\*20261122\*+\d{8}$/),
      'CUR*SE*USD',
      'REF*IA*00815',
    ])
    expect(answer).toContain('PO1*001*4*EA*39.99*PE*SK*BBSHOE-1*VN*SHOE-1')
    expect(answer).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ACK\*IA\*3\*EA\*079\*\d{8}$/), 'ACK*IB*1*EA']),
    )

    await paper.ship('S1')
    await until('it hears what left', () => sets('856').length === 1)
    const notice = written(sets('856')[0])
    expect(notice).toEqual(
      expect.arrayContaining([
        'PRF*0004512345',
        'MAN*CP*1ZS1',
        'LIN*001*SK*BBSHOE-1*VN*SHOE-1',
        'SN1**3*EA',
        'LIN*002*SK*BB00123*VN*00123',
        'SN1**1*EA',
      ]),
    )
    // Units that came in later go with the order that waited; the order is answered once.
    await until('the sold units are told', () =>
      written(sets('846').at(-1)).some((segment) => segment.startsWith('QTY*33*')),
    )
    expect(sets('855')).toHaveLength(1)
    expect(await count('quarantine_item')).toBe(0)
    const all = paper.files
      .flatMap((bytes) => readX12Interchanges(bytes).interchanges)
      .flatMap(({ groups }) => groups.flatMap((group) => group.sets))
    expect(all.flatMap((set) => validateX12Set(set, '004010').faults.map(({ issue }) => issue))).toEqual([])
    expect(sets('997').map((set) => written(set).at(-1))).toEqual(['AK9*A*1*1*1'])
  },
)

test('an 860 takes units out and cancels; a copy, a late one and a stranger change nothing', async () => {
  await open(oneDatabase)
  send('PO', '850', order('0004512345', 2, 3))
  await until('it is answered', () => sets('855').length === 1)
  send('PC', '860', ['BCH*04*DS*0004512345**1*20261122', 'POC*002*QD*1**EA', 'CTT*1'], '0945')
  const amended = () => rows(`SELECT data->'changes' AS changes FROM fact WHERE kind = 'amended'`)
  await until('it is known', async () => (await amended()).length === 1)
  // It says what was said already, under another number.
  send('PC', '860', ['BCH*04*DS*0004512345**1*20261122', 'POC*002*QD*1**EA', 'CTT*1'], '0945')
  send('PC', '860', ['BCH*04*DS*0004512345**2*20261122', 'POC*001*QD*1**EA', 'CTT*1'], '0915')
  send('PC', '860', ['BCH*01*DS*0009999999**1*20261122', 'CTT*0'], '0950')
  await until('two wait for a person', async () => (await count('quarantine_item')) === 2)
  expect(await rows('SELECT code, value FROM quarantine_item ORDER BY code')).toEqual([
    { code: 'order.amendment-late', value: '2026-11-22T09:15:00.000Z' },
    { code: 'order.unknown', value: '0009999999' },
  ])
  expect(await count(`envelope WHERE connection_id = 'bigbox' AND state = 'duplicate'`)).toBe(1)
  expect(await amended()).toMatchObject([
    { changes: [{ line: '002', wanted: { from: 3, to: 1 } }, { totalMinor: { from: 9_345, to: 8_447 } }] },
  ])
  send('PC', '860', ['BCH*01*DS*0004512345**3*20261122', 'CTT*0'], '1000')
  await until('the order is cancelled', async () => (await count('sales_order WHERE cancelled_at IS NOT NULL')) === 1)
})

test('the order that an 860 speaks of comes after it: replayed, it is applied', async () => {
  await open(oneDatabase)
  send('PC', '860', ['BCH*04*DS*0004512345**1*20261122', 'POC*001*DI*0**EA', 'CTT*1'], '0945')
  await until('it waits', async () => (await count(`quarantine_item WHERE code = 'order.unknown'`)) === 1)
  send('PO', '850', order('0004512345', 2, 1))
  await until('the order is there', async () => (await count('sales_order')) === 1)
  const [item] = await rows('SELECT cause FROM quarantine_item')
  await paper.hub.world.commit((unit) => replayQuarantined(unit, { cause: String(item?.['cause']) }))
  await until('it counts', async () => (await count(`fact WHERE kind = 'amended'`)) === 1)
  expect(await rows(`SELECT data->'changes' AS changes FROM fact WHERE kind = 'amended'`)).toMatchObject([
    { changes: [{ line: '001', wanted: { from: 2, to: 0 } }, { totalMinor: { from: 8_447, to: 449 } }] },
  ])
  expect(await count(`quarantine_item WHERE state = 'open'`)).toBe(0)
})

test('units that a person cancels here are told as 865, and a refusal of the retailer waits for a person', async () => {
  await open(oneDatabase)
  send('PO', '850', order('0004512345', 5, 1))
  await until('it is answered', () => sets('855').length === 1)
  const [found] = await rows('SELECT id FROM sales_order')
  await cancelOrder(
    paper.hub.world,
    String(found?.['id']),
    { reason: 'the last two were damaged', lines: [{ lineNo: 1, quantity: 2 }] },
    'api:test',
  )
  await until('it hears of it', () => sets('865').length === 1)
  expect(written(sets('865')[0])).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^BCA\*04\*AC\*0004512345/),
      'MSG*the last two were damaged',
      'POC*001*QD*3**EA***SK*BBSHOE-1*VN*SHOE-1',
    ]),
  )
  send('AG', '824', ['BGN*11*ADV-1*20261122', 'OTI*TR*TN*0004512345*******855', 'TED*024*LINE 001 WAS NOT ORDERED'])
  await until('its refusal waits', async () => (await count('quarantine_item')) === 1)
  expect(await rows('SELECT code, rule FROM quarantine_item')).toEqual([
    {
      code: 'edi.rejected-by-partner',
      rule: 'must accept: the partner refused our 855 0004512345 (024 LINE 001 WAS NOT ORDERED)',
    },
  ])
  // It was perfect X12, and is acknowledged as that.
  await until('it is acknowledged', () => sets('997').length === 2)
  expect(sets('997').map((set) => written(set).at(-1))).toEqual(['AK9*A*1*1*1', 'AK9*A*1*1*1'])
})

test('a 180 is a return that the retailer has agreed', async () => {
  await open(oneDatabase)
  send('PO', '850', order('0004512345', 2, 1))
  await paper.ship('S1')
  await until('it left', () => sets('856').length === 1)
  send('AN', '180', ['BGN*00*RMA-0099*20261122', 'RDR*AA**01', 'PRF*0004512345', 'BLI*SK*BBSHOE-1*1*EA', 'N9*LI*001'])
  await until('the return is known', async () => (await count('customer_return')) === 1)
  expect(await rows('SELECT external_id FROM customer_return')).toEqual([{ external_id: 'RMA-0099' }])
  expect(await count('quarantine_item')).toBe(0)
})

test('an 850 may state its order anew, and cancel it', async () => {
  await open(oneDatabase)
  send('PO', '850', order('0004512345', 2, 1))
  await until('it is answered', () => sets('855').length === 1)
  send('PO', '850', order('0004512345', 3, 1, '05'), '0940')
  // What it asks for beyond that is decided, and answered with the whole.
  await until('it is answered anew', () => sets('855').length === 2)
  expect(written(sets('855')[1])).toEqual(expect.arrayContaining([expect.stringMatching(/^ACK\*IA\*3\*EA/)]))
  send('PO', '850', order('0004512345', 1, 1, '05'), '0945')
  await until('it is less now', async () => (await count(`fact WHERE kind = 'amended'`)) === 2)
  send('PO', '850', order('0004512345', 1, 1, '01'), '0950')
  await until('it is cancelled', async () => (await count(`fact WHERE kind = 'cancelled'`)) === 1)
  // Every word was of another purpose, and so a document of its own.
  expect(await count('quarantine_item')).toBe(0)
  expect(sets('855')).toHaveLength(2)
})
