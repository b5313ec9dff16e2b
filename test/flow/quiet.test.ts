/** A warehouse that speaks Quiet XML, over its own SFTP server, with a hub that runs: good days and bad manners. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { quiet } from '#connectors/quiet/connector.ts'
import { startQuietWarehouse, type QuietManners, type QuietWarehouse } from '#simulators/quiet/quiet.ts'
import { databases, hubs } from '../kit/backends.ts'
import type { Backend } from '../kit/backends.ts'
import { FILE_LOGIN, machineTime, openFilePartnerHub, type FilePartnerHub } from '../kit/file-partner-hub.ts'

let warehouse: QuietWarehouse
let hub: FilePartnerHub
afterEach(async () => {
  await warehouse.close()
  await hub.stop()
})

async function open(
  backend: Backend,
  units: number,
  manners: Partial<QuietManners> = {},
  byHand = true,
): Promise<void> {
  warehouse = await startQuietWarehouse({
    party: { clientId: 'ACME', businessUnit: 'ACME', warehouse: 'WH1' },
    stock: { 'SHOE-1': units },
    login: FILE_LOGIN,
    random: () => 0.5,
    now: machineTime,
    manners,
    unitsPerCarton: 2,
  })
  hub = await openFilePartnerHub(backend, warehouse, {
    connector: quiet,
    byHand,
    config: {
      clientId: 'ACME',
      businessUnit: 'ACME',
      warehouse: 'WH1',
      currency: 'EUR',
      shipMode: { carrier: 'USPS', serviceLevel: 'FIRST' },
    },
    crosswalks: [
      ['reject-reason', 'SHORT', 'outOfStock'],
      ['inventory-event', 'ADJUST', 'adjust'],
      ['inventory-event', 'SHIP', 'ignore'],
      ['cancel-status', 'FAILED', 'refused'],
    ],
  })
  warehouse.tellStock()
  await hub.until('the count is known', async () => (await hub.positionOf('north')) === units)
}

const ends = hubs.filter((_, index) => index === 0 || index === hubs.length - 1)

describe.each(ends)('on $name', (backend) => {
  test('an order goes out as a file, comes back short, and what was missing is sent from elsewhere', async () => {
    await open(backend, 5, { shortPickShare: 1 }, false)
    await hub.stockSouth(5)
    await hub.order('1001', 4)
    await hub.until(
      'south ships the rest',
      async () => (await hub.count(`fulfillment_request WHERE node_id = 'south'`)) === 1,
    )
    expect(
      await hub.rows(`SELECT sku, requested, shipped, rejected FROM fulfillment_request_line l
      JOIN fulfillment_request r ON r.id = l.request_id WHERE node_id = 'north'`),
    ).toEqual([{ sku: 'SHOE-1', requested: 4, shipped: 3, rejected: 1 }])
    await hub.until('the shop is told of two cartons', () => hub.shop.shipmentsTold.length === 1)
    expect(hub.shop.shipmentsTold[0]?.document).toMatchObject({
      carrier: 'USPS',
      trackingNumbers: ['9405510200000000000001', '9405510200000000000002'],
    })
    // Five were there: three have left, one was never found.
    expect(await hub.positionOf('north')).toBe(1)
    expect(warehouse.books()).toMatchObject({ orders: [{ state: 'shipped', timesReceived: 1 }], troubles: [] })
    expect(await hub.count('quarantine_item')).toBe(0)
    const [sent] = await readdir(`${warehouse.folder}/archive`)
    expect(sent).toMatch(/^ACME_ShipmentOrder_ful_\w+_\d{8}_\d{9}\.xml$/)
    await hub.until('the folder is empty', async () =>
      (await readdir(`${warehouse.folder}/out`)).every((name) => !name.endsWith('.xml')),
    )
  })
})

const [embedded] = databases
if (embedded === undefined) throw new Error('there is always PGlite')

const taken = async (): Promise<boolean> =>
  (await readdir(`${warehouse.folder}/out`)).every((name) => !name.endsWith('.xml')) &&
  (await hub.count(`envelope WHERE state = 'received'`)) === 0

test('half files, copies, rubbish, twice told shipments, changed results and strange goods: each lands where it belongs', async () => {
  await open(embedded, 9, {
    halfWritten: 1,
    halfWrittenMs: 450,
    duplicateFiles: 1,
    garbageFile: 1,
    tellsShipmentsTwice: true,
  })
  await Promise.all(['1', '2'].map((number) => hub.order(number, 2)))
  await hub.until('both have left', async () => (await hub.count(`fulfillment_request WHERE work = 'closed'`)) === 2)
  await hub.until('every file is taken', taken)
  expect(await hub.positionOf('north')).toBe(5)
  expect(await hub.count('shipment')).toBe(2)
  expect(await hub.count(`exception_case WHERE state = 'open'`)).toBe(0)
  expect(await hub.rows('SELECT DISTINCT code FROM quarantine_item')).toEqual([{ code: 'xml.character' }])
  expect((await readdir(`${warehouse.folder}/out/error`)).every((name) => name.startsWith('garbage_'))).toBe(true)
  warehouse.behave({ halfWritten: 0, duplicateFiles: 0, garbageFile: 0 })

  // The same name again, with another carton: a second shipment of what has left already.
  const archive = `${warehouse.folder}/out/archive`
  const name = (await readdir(archive)).find((each) => each.startsWith('SoResult')) ?? ''
  const result = await readFile(`${archive}/${name}`, 'utf8')
  await writeFile(`${warehouse.folder}/out/${name}`, result.replaceAll(/S0000000/g, 'S9999999'))
  warehouse.adjust('SHOE-1', 4)
  warehouse.adjust('NO-SUCH', 1)
  warehouse.tellStock()
  await hub.until(
    'two things wait',
    async () => (await hub.count(`quarantine_item WHERE code <> 'xml.character'`)) === 2,
  )
  // The find counts once, though the count has it too; the good item of the count went in beside the bad one.
  expect(await hub.positionOf('north')).toBe(9)
  warehouse.receiveReturn('RA-1', [{ item: 'SHOE-1', quantity: 1, status: 'DAMAGED', number: 'ful_1' }])
  await hub.until('the return is booked', async () => (await hub.count('return_receipt')) === 1)
  await hub.until(
    'the surplus is a case',
    async () => (await hub.count(`exception_case WHERE kind = 'unexpectedShipment'`)) === 1,
  )
  expect(
    await hub.rows(`SELECT code, part FROM quarantine_item WHERE code <> 'xml.character' ORDER BY code, part`),
  ).toEqual([
    { code: 'stock.sku-unknown', part: '' },
    { code: 'stock.sku-unknown', part: 'NO-SUCH' },
  ])
})

test('a cancel is heard; a warehouse that stays silent loses the work, and its late result is a case', async () => {
  await open(embedded, 5, { neverShipShare: 1 })
  await hub.order('1', 2)
  await hub.requestAt('north')
  await hub.order('1', 2, { revisedAt: '2026-11-22T11:00:00.000Z', cancelledAt: '2026-11-22T11:00:00.000Z' })
  await hub.until('the units are cancelled', async () => (await hub.count('order_line WHERE cancelled = 2')) === 1)
  expect(warehouse.books().items).toMatchObject([{ onHand: 5, allocated: 0 }])
  expect(await hub.rows('SELECT available FROM stock_position')).toEqual([{ available: 5 }])

  await hub.stockSouth(5)
  await hub.order('2', 2)
  await hub.until('north has it', () => warehouse.books().orders.length === 2)
  await hub.until(
    'north was told',
    async () => (await hub.count(`fulfillment_request WHERE negotiation = 'submitted'`)) === 1,
  )
  const request = warehouse.books().orders[1]?.number ?? ''
  hub.clock.aheadMs += 25 * 3_600_000
  await hub.until('south was asked', async () => (await hub.count(`fulfillment_request WHERE node_id = 'south'`)) === 1)
  await hub.until('north agreed to stop', () => warehouse.books().orders[1]?.state === 'cancelled')
  const late = `<SOResult OrderNumber="${request}" DateShipped="2026-11-22T12:00:00Z"><Line Line="1" Quantity="2"/>
    <Carton CartonId="S1"><Content Line="1" Quantity="2"/></Carton></SOResult>`
  await writeFile(`${warehouse.folder}/out/late.xml`, late)
  await hub.until(
    'somebody is told',
    async () => (await hub.count(`exception_case WHERE kind = 'unexpectedShipment'`)) === 1,
  )
  expect(await hub.count(`fulfillment_request WHERE node_id = 'south' AND work = 'open'`)).toBe(1)
})
