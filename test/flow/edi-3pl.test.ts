/** A 3PL that trades X12: shipping orders out, what left, came in, broke and stands there back, over a real SFTP server. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { validateX12Set } from '#mappings/formats/guides/x12/validator.ts'
import { startWarehouse, type Warehouse, type WarehouseManners } from '#simulators/supplier/warehouse.ts'
import { stateSupplies } from '#workers/supply.ts'
import { SupplyInput } from '#core/model/stock.ts'
import { databases } from '../kit/backends.ts'
import { EDI_LOGIN, LONG_AGO, oneDatabase, openEdiHub, type EdiHub } from '../kit/edi-hub.ts'

const US = { qualifier: 'ZZ', id: 'CROSSDOCK' }
const PARTNER = { qualifier: 'ZZ', id: 'DEPOT3PL' }
const HUB_ADDRESS = { party: US, groupId: US.id, version: '00401', groupVersion: '004010', usage: 'P' }

let hub: EdiHub
let depot: Warehouse
afterEach(async () => {
  await hub.stop()
  await depot.close()
})

async function open(backend: (typeof databases)[number], manners: Partial<WarehouseManners> = {}) {
  depot = await startWarehouse({
    name: 'depot',
    identity: PARTNER,
    place: 'W01',
    stock: [{ vendorSku: 'V-1', onHand: 10 }],
    random: () => 0.5,
    manners,
    login: EDI_LOGIN,
  })
  hub = await openEdiHub(backend, {
    connector: 'edi-3pl',
    sftp: depot.sftp,
    config: { isaSender: US, isaReceiver: PARTNER, validation: 'strict' },
    node: { id: 'depot', kind: 'threePl', capability: 'ship', code: 'W01' },
    products: { 'SHOE-1': 'V-1' },
  })
  depot.tellStock(HUB_ADDRESS, LONG_AGO)
  await hub.until('the stock is known', async () => (await hub.count('stock_position WHERE available = 10')) === 1)
}

const position = () =>
  hub.rows(`SELECT on_hand, available, allocated, damaged, incoming, shortfall FROM stock_position`)
const receipts = () => depot.books().receipts

test.each(databases)('an order is picked and shipped, and every group is acknowledged ($name)', async (backend) => {
  await open(backend)
  await hub.order('1001', { 'SHOE-1': 2 })
  await hub.until('it is shipped', async () => (await hub.count('order_line WHERE shipped = 2')) === 1)
  await hub.until('all is acknowledged', () => receipts().accepted === 2 && receipts().waiting === 0)
  expect(depot.books()).toMatchObject({
    orders: [{ state: 'shipped', lines: [{ lineId: '1', sku: 'V-1', ordered: 2, shipped: 2 }] }],
    documents: { in: { '940': 1, '997': 2 }, out: { '997': 1, '945': 1, '846': 1 } },
    receipts: { rejected: 0, partly: 0, unexpected: 0 },
    troubles: [],
  })
  expect(await position()).toMatchObject([{ on_hand: 8, available: 8, allocated: 0 }])
  expect(await hub.rows(`SELECT packages->0->>'trackingNumber' AS tracking FROM shipment`)).toEqual([
    { tracking: expect.stringContaining('1ZDEPOT') as string },
  ])
  expect(await hub.count('quarantine_item')).toBe(0)
  for (const name of await readdir(join(depot.folder, 'archive'))) {
    const file = readX12Interchanges(await readFile(join(depot.folder, 'archive', name)))
    const sets = file.interchanges.flatMap(({ groups }) => groups.flatMap((group) => group.sets))
    expect(sets.flatMap((set) => validateX12Set(set, '004010').faults.map(({ issue }) => issue))).toEqual([])
  }
})

test('a short pick gives the missing unit back to routing, and copies and halves change nothing', async () => {
  await open(oneDatabase, { shortPickShare: 1, halfWritten: 1, halfWrittenMs: 200, duplicateFiles: 1 })
  await hub.order('1001', { 'SHOE-1': 2 })
  await hub.until('one unit is shipped', async () => (await hub.count('order_line WHERE shipped = 1')) === 1)
  // What the 3PL could not find is no work of its any more: the unit is open again, and its book is corrected by one.
  await hub.until(
    'the rest is decided again',
    async () => (await hub.count('order_line WHERE shipped = 1 AND open + backordered = 1')) === 1,
  )
  expect(depot.books().orders).toMatchObject([{ lines: [{ ordered: 2, shipped: 1 }] }])
  expect(await hub.rows(`SELECT work, negotiation FROM fulfillment_request`)).toMatchObject([{ work: 'incomplete' }])
  expect(await position()).toMatchObject([{ on_hand: 8, allocated: 0, shortfall: 0 }])
  await hub.until('all is acknowledged', () => receipts().waiting === 0)
  expect(receipts()).toMatchObject({ rejected: 0, partly: 0 })
})

test('goods are announced, received with their damage, found, lost and broken; each counts once', async () => {
  await open(oneDatabase, { duplicateFiles: 1 })
  const supply = (quantity: number) =>
    SupplyInput.parse({
      kind: 'asn',
      reference: 'ASN-7',
      sku: 'SHOE-1',
      nodeId: 'depot',
      quantity,
      expectedAt: '2026-12-01T00:00:00.000Z',
    })
  await stateSupplies(hub.hub.world, [supply(5)], 'api:test')
  await hub.until('the depot expects them', () => depot.books().expected.length === 1)
  await stateSupplies(hub.hub.world, [supply(6)], 'api:test')
  await hub.until('it knows better', () => depot.books().expected[0]?.lines[0]?.quantity === 6)
  expect(depot.books().expected).toEqual([{ adviceNumber: 'ASN-7', lines: [{ lineId: '1', sku: 'V-1', quantity: 6 }] }])

  depot.receive('ASN-7', 1)
  await hub.until(
    'they are in',
    async () => (await hub.count(`supply WHERE state = 'received' AND received = 6`)) === 1,
  )
  expect(await position()).toMatchObject([{ on_hand: 16, available: 15, damaged: 1, incoming: 0 }])

  depot.adjust(HUB_ADDRESS, 'V-1', -2, 'damage')
  await hub.until('two more are broken', async () => (await hub.count('stock_position WHERE damaged = 3')) === 1)
  depot.adjust(HUB_ADDRESS, 'V-1', -4, 'count')
  await hub.until('four are gone', async () => (await hub.count('stock_position WHERE on_hand = 12')) === 1)
  await hub.until('the copies are known', async () => (await hub.count(`envelope WHERE state = 'duplicate'`)) >= 4)
  expect(await position()).toMatchObject([{ on_hand: 12, available: 9, damaged: 3, shortfall: 0 }])
  expect(depot.books().stock).toMatchObject([{ now: 12, damaged: 3 }])
  // A full count says the same: the hub's book is the depot's book.
  depot.tellStock(HUB_ADDRESS)
  await hub.until('the count is read', async () => (await hub.count(`envelope WHERE state = 'applied'`)) >= 5)
  expect(await position()).toMatchObject([{ on_hand: 12, available: 9, damaged: 3 }])
  expect(receipts()).toMatchObject({ rejected: 0, partly: 0 })
})
