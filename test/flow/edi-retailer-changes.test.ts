/** A retailer that trades X12 hears what became of its changes: an 860 is answered by an 865 once nothing of it is open, over a real SFTP server. */
import { afterEach, expect, test } from 'vitest'
import { ediRetailer } from '#connectors/edi/retailer/connector.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { validateX12Set } from '#mappings/formats/guides/x12/validator.ts'
import type { X12Set } from '#mappings/formats/x12/interchange.ts'
import { placeHold, releaseHold } from '#workers/holds.ts'
import { type Backend, databases } from '../kit/backends.ts'
import { aFeed } from '../kit/builders.ts'
import { openRetailerHub, type RetailerHub } from '../kit/retailer-hub.ts'

const oneDatabase = databases.at(-1) as Backend

let hub: RetailerHub
afterEach(() => hub.stop())

const open = async (backend: Backend): Promise<void> => {
  hub = await openRetailerHub(backend, {
    connector: ediRetailer,
    currency: 'USD',
    aliases: ['BBSHOE-1', 'BB00123'],
    config: {
      isaSender: { qualifier: 'ZZ', id: 'CROSSDOCK' },
      isaReceiver: { qualifier: '08', id: '925485US00' },
      profile: { vendorNumber: '00815' },
    },
  })
}
const until = (what: string, check: () => boolean | Promise<boolean>) => hub.until(what, check)

const sets = (id: string): X12Set[] =>
  hub.files
    .flatMap((bytes) => readX12Interchanges(bytes).interchanges)
    .flatMap(({ groups }) => groups.flatMap((group) => group.sets))
    .filter((set) => set.header.id === id)
const written = (set: X12Set | undefined): string[] =>
  set?.segments.slice(1, -1).map((segment) => [segment.id, ...segment.elements()].join('*')) ?? []
/** Without the day of the answer. */
const answer = (at: number): string[] =>
  written(sets('865')[at]).map((segment) => segment.replace(/\*20\d{6}$/, '*day'))

let control = 0
/** The retailer's own file, written by hand. */
function send(functionalId: string, set: string, segments: string[], time = '0930'): void {
  control += 1
  const number = String(control)
  const text = [
    `ISA*00*          *00*          *08*925485US00     *ZZ*CROSSDOCK      *261122*${time}*U*00401*${number.padStart(9, '0')}*0*P*>`,
    `GS*${functionalId}*925485US00*CROSSDOCK*20261122*${time}*${number}*X*004010`,
    `ST*${set}*0001`,
    ...segments,
    `SE*${segments.length + 2}*0001`,
    `GE*1*${number}`,
    `IEA*1*${number.padStart(9, '0')}`,
  ].join('~')
  hub.retailer.lay(`${number.padStart(5, '0')}.edi`, Buffer.from(`${text}~`))
}
const order = (shoes: number, others: number): string[] => [
  'BEG*00*DS*0004512345**20261122',
  'N1*ST*Ada Lovelace',
  'N3*12 Analytical Way',
  'N4*Bentonville*AR*00712',
  `PO1*001*${shoes}*EA*39.99*PE*SK*BBSHOE-1`,
  `PO1*002*${others}*EA*4.49*PE*VN*00123`,
  'CTT*2',
]
const change = (sequence: string, lines: string[], purpose = '04'): string[] => [
  `BCH*${purpose}*DS*0004512345**${sequence}*20261122`,
  ...lines,
  `CTT*${lines.length}`,
]
async function placed(shoes: number, others: number): Promise<void> {
  send('PO', '850', order(shoes, others))
  await until('it is answered', () => sets('855').length === 1)
  await hub.requestId()
}

test.each(databases)(
  'an 860 is answered by an 865 with the node’s word on it, once: agreed, refused, and a cancel that was half too late ($name)',
  async (backend) => {
    await open(backend)
    await placed(3, 2)
    await until('the node has it', async () => (await hub.count('order_line WHERE released = ordered')) === 2)
    send('PC', '860', change('1', ['POC*002*QD*1**EA*4.49']), '0940')
    await until('the node is asked', () => hub.nodes.cancels.length === 1)
    expect(sets('865')).toEqual([])
    await hub.answerCancel(true)
    await until('the change is answered', () => sets('865').length === 1)
    expect(answer(0)).toEqual([
      'BCA*04*AD*0004512345**1*day',
      'CUR*SE*USD',
      'REF*IA*00815',
      'POC*002*QD*1**EA*4.49**SK*BB00123*VN*00123',
      'ACK*IA*1*EA',
      'CTT*1',
    ])
    send('PC', '860', change('2', ['POC*001*QD*3**EA', 'POC*002*DI*0**EA']), '0945')
    await until('the node is asked again', () => hub.nodes.cancels.length === 2)
    await hub.answerCancel(false)
    await until('its refusal is told', () => sets('865').length === 2)
    expect(answer(1)).toEqual(
      expect.arrayContaining([
        'BCA*04*AC*0004512345**2*day',
        'ACK*IA*3*EA',
        'POC*002*DI*0**EA*4.49**SK*BB00123*VN*00123',
        'ACK*IR',
      ]),
    )
    await hub.ship('S1', [[1, 1]])
    await until('it hears what left', () => sets('856').length === 1)
    send('PC', '860', change('3', [], '01'), '0950')
    await until(
      'the order is cancelled',
      async () => (await hub.count('sales_order WHERE cancelled_at IS NOT NULL')) === 1,
    )
    await until('the node is asked once more', () => hub.nodes.cancels.length === 3)
    expect(sets('865')).toHaveLength(2)
    await hub.receive('depot', 'agreed', {
      kind: 'cancelResponse',
      value: { requestId: await hub.requestId(), answeredAt: '2026-11-22T11:30:00.000Z', accepted: true },
    })
    await until('the cancel is answered', () => sets('865').length === 3)
    expect(answer(2)).toEqual(
      // One pair had left, and what the node refused once it is not asked for again.
      expect.arrayContaining(['BCA*01*AC*0004512345**3*day', 'ACK*IQ*1*EA', 'ACK*IR', 'CTT*2']),
    )
    expect(sets('855')).toHaveLength(1)
    expect(await hub.count('quarantine_item')).toBe(0)
    expect(sets('865').flatMap((set) => validateX12Set(set, '004010').faults.map(({ issue }) => issue))).toEqual([])
  },
)

test.each(databases)(
  'a line that an 860 adds is routed like any other, and answered when it is decided; under a number that is taken it waits for a person ($name)',
  async (backend) => {
    await open(backend)
    await placed(1, 1)
    send('PC', '860', change('1', ['POC*003*AI*2**EA*12.00**VN*00123']), '0940')
    await until('it is answered', () => sets('865').length === 1)
    expect(answer(0)).toEqual([
      'BCA*04*AD*0004512345**1*day',
      'CUR*SE*USD',
      'REF*IA*00815',
      'POC*003*AI*2**EA*12.00**SK*BB00123*VN*00123',
      expect.stringMatching(/^ACK\*IA\*2\*EA/),
      'CTT*1',
    ])
    const [order] = await hub.rows('SELECT total_minor::int AS total FROM sales_order')
    expect(order?.['total']).toBe(3_999 + 449 + 2 * 1_200)
    expect(await hub.count('order_line WHERE line_no = 3 AND allocated + released = 2')).toBe(1)
    send('PC', '860', change('2', ['POC*001*AI*2**EA*12.00**VN*00123']), '0945')
    await until('it waits for a person', async () => (await hub.count(`quarantine_item`)) === 1)
    expect(sets('865')).toHaveLength(1)
    expect(sets('865').flatMap((set) => validateX12Set(set, '004010').faults.map(({ issue }) => issue))).toEqual([])
  },
)

test('a change of a line that nobody works on is answered with it, and what it says again under a new number is answered again', async () => {
  await open(oneDatabase)
  // Of ten that are wanted three are there.
  await placed(10, 1)
  send('PC', '860', change('1', ['POC*001*QD*8**EA']), '0940')
  await until('it is answered', () => sets('865').length === 1)
  expect(answer(0)).toEqual(expect.arrayContaining(['BCA*04*AD*0004512345**1*day', 'ACK*IA*3*EA', 'ACK*IB*5*EA']))
  send('PC', '860', change('2', ['POC*001*QD*8**EA']), '0941')
  await until('it is answered too', () => sets('865').length === 2)
  expect(answer(1)).toEqual(expect.arrayContaining(['BCA*04*AD*0004512345**2*day']))
  // The same number and the same words: nothing is said a second time.
  send('PC', '860', change('2', ['POC*001*QD*8**EA']), '0942')
  await until('it is known', async () => (await hub.count(`envelope WHERE state = 'duplicate'`)) === 1)
  expect(sets('865')).toHaveLength(2)
  // What it adds nobody has: that is decided too.
  send('PC', '860', change('3', ['POC*001*QI*9**EA']), '0950')
  await until('it is told to wait', () => sets('865').length === 3)
  expect(answer(2)).toEqual(
    expect.arrayContaining([
      'BCA*04*AD*0004512345**3*day',
      'POC*001*QD*9**EA*39.99**SK*BBSHOE-1*VN*SHOE-1',
      'ACK*IB*6*EA',
    ]),
  )
  expect(nothingOpen(await hub.rows('SELECT answered_at FROM wanted_change'))).toBe(true)
})

test('added units are answered with the decision: while the order is held nobody is told, then by when they leave', async () => {
  await open(oneDatabase)
  await placed(1, 1)
  const [found] = await hub.rows('SELECT id FROM sales_order')
  const id = String(found?.['id'])
  const held = await placeHold(hub.hub.world, id, { kind: 'manual', reason: 'a call' }, 'api:test')
  expect(held).toMatchObject({ kind: 'done' })
  send('PC', '860', change('1', ['POC*001*QI*3**EA', 'POC*002*QD*1**EA']), '0940')
  await until('it is known', async () => (await hub.count(`fact WHERE kind = 'amended'`)) === 1)
  await until('it is acknowledged', () => sets('997').length === 2)
  expect(sets('865')).toEqual([])
  const [hold] = await hub.rows(`SELECT id FROM order_hold WHERE released_at IS NULL`)
  await releaseHold(hub.hub.world, id, String(hold?.['id']), 'it is fine', 'api:test')
  await until('it is answered', () => sets('865').length === 1)
  expect(answer(0)).toEqual(
    expect.arrayContaining(['BCA*04*AD*0004512345**1*day', 'ACK*IA*3*EA*079*day', 'ACK*IA*1*EA']),
  )
  // The decision on what it added is the change's answer, and no second one to the order.
  expect(sets('855')).toHaveLength(1)
})

test('a change that waits for its order, or for a person, is not answered before it counts', async () => {
  await open(oneDatabase)
  await placed(2, 1)
  send('PC', '860', change('1', ['POC*001*QD*1**EA*12.00']), '0940')
  send('PC', '860', change('2', ['POC*009*DI*0**EA']), '0941')
  await until('both wait', async () => (await hub.count('quarantine_item')) === 2)
  expect(await hub.rows('SELECT code FROM quarantine_item ORDER BY code')).toEqual([
    { code: 'order.amendment-price' },
    { code: 'order.line-unknown' },
  ])
  await hub.receive('depot', 'more', aFeed([['SHOE-1', 'north', 9]], '2026-11-22T08:30:00.000Z'))
  expect(sets('865')).toEqual([])
  expect(await hub.count('wanted_change')).toBe(0)
})

const nothingOpen = (rows: Record<string, unknown>[]): boolean =>
  rows.length > 0 && rows.every((row) => row['answered_at'] !== null)
