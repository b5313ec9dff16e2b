/** A supplier that trades EDIFACT: order out, CONTRL both ways, answer, dispatch and stock back, over a real SFTP server. */
import { copyFile, rename, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { SupplyInput } from '#core/model/stock.ts'
import { readEdifactInterchanges } from '#mappings/formats/edifact/envelope.ts'
import { validateEdifactMessage } from '#mappings/formats/guides/edifact/validator.ts'
import type { SupplierManners } from '#simulators/supplier/options.ts'
import { startSupplier, type Supplier } from '#simulators/supplier/supplier.ts'
import { stateSupplies } from '#workers/supply.ts'
import { databases } from '../kit/backends.ts'
import { EDI_LOGIN, LONG_AGO, oneDatabase, openEdiHub, type EdiHub } from '../kit/edi-hub.ts'

const US = { qualifier: '14', id: '4006209000008' }
const PARTNER = { qualifier: '14', id: '5412345000013' }
const HUB_ADDRESS = { party: US, groupId: '', version: 'UNOC', groupVersion: '3', usage: 'P' }

let hub: EdiHub
let supplier: Supplier
afterEach(async () => {
  await hub.stop()
  await supplier.close()
})

/** `packed`: more products, which the supplier packs at once. */
async function open(
  backend: (typeof databases)[number],
  manners: Partial<SupplierManners> = {},
  waitMs = 0,
  packed: Record<string, string> = {},
) {
  const products = { 'SHOE-1': 'V-1', ...packed }
  supplier = await startSupplier({
    name: 'acme',
    standard: 'edifact',
    identity: PARTNER,
    place: 'PORTO',
    stock: Object.values(products).map((vendorSku) => ({ vendorSku, onHand: 10 })),
    packed: Object.values(packed),
    random: () => 0.5,
    manners,
    delayMs: (step) => (step === 'ship' ? waitMs : 0),
    login: EDI_LOGIN,
  })
  hub = await openEdiHub(backend, {
    connector: 'edifact-supplier',
    sftp: supplier.sftp,
    config: {
      unbSender: { id: US.id },
      unbReceiver: { id: PARTNER.id },
      profile: { changesSent: true },
      validation: 'strict',
    },
    node: { id: 'acme', kind: 'supplier', capability: 'dropShip', code: 'PORTO' },
    products,
  })
  supplier.tellStock(HUB_ADDRESS, LONG_AGO)
  const skus = Object.keys(products).length
  await hub.until('the stock is known', async () => (await hub.count('stock_position WHERE available = 10')) === skus)
}

const shipped = () => hub.count('order_line WHERE shipped = 2')
const receipts = () => supplier.books().receipts

test.each(databases)(
  'an order is sent, answered and shipped, and everything is acknowledged ($name)',
  async (backend) => {
    await open(backend)
    await hub.order('1001', { 'SHOE-1': 2 })
    await hub.until('the order is shipped', async () => (await shipped()) === 1)
    await hub.until('all is acknowledged', () => receipts().accepted === 3 && receipts().waiting === 0)
    expect(supplier.books()).toMatchObject({
      stock: [{ now: 8, committed: 0, shipped: 2 }],
      orders: [{ state: 'shipped', references: { CR: '#1001' } }],
      documents: { in: { ORDERS: 1, CONTRL: 3 }, out: { CONTRL: 1, ORDRSP: 1, DESADV: 1, INVRPT: 1 } },
      receipts: { rejected: 0, partly: 0, unexpected: 0 },
      troubles: [],
    })
    expect(await hub.rows(`SELECT on_hand, allocated FROM stock_position`)).toEqual([{ on_hand: 8, allocated: 0 }])
    expect(await hub.count('quarantine_item')).toBe(0)
    // What we wrote breaks no guide.
    for (const name of await readdir(join(supplier.folder, 'archive'))) {
      const file = readEdifactInterchanges(await readFile(join(supplier.folder, 'archive', name)))
      const messages = file.interchanges.flatMap((interchange) => interchange.messages)
      expect(messages.flatMap((message) => validateEdifactMessage(message).faults.map(({ issue }) => issue))).toEqual(
        [],
      )
    }
  },
)

test('copies, halves, wrong trailers and garbage double nothing and lose nothing', async () => {
  await open(oneDatabase, {
    halfWritten: 1,
    halfWrittenMs: 300,
    duplicateFiles: 1,
    wrongControlNumber: 1,
    garbageFile: 1,
  })
  await hub.order('1001', { 'SHOE-1': 2 })
  await hub.until('the order is shipped', async () => (await shipped()) === 1)
  await hub.until('all is acknowledged', () => receipts().waiting === 0)
  await hub.until(
    'the broken ones wait for a person',
    async () => (await hub.count(`quarantine_item WHERE code = 'edifact.interchange.control-number'`)) >= 2,
  )
  await hub.until(
    'the copies are known as such',
    async () => (await hub.count(`envelope WHERE state = 'duplicate'`)) >= 3,
  )
  expect(await hub.rows(`SELECT on_hand FROM stock_position`)).toEqual([{ on_hand: 8 }])
  // The same interchange of ours twice is one order there, and a number of theirs with other bytes is held here.
  const [orders = ''] = (await readdir(join(supplier.folder, 'archive'))).filter((name) => name.includes('ORDERS'))
  // Laid down whole: a file that is seen half is another document.
  await copyFile(join(supplier.folder, 'archive', orders), join(supplier.folder, 'again.part'))
  await rename(join(supplier.folder, 'again.part'), join(supplier.folder, 'in', 'again.edi'))
  await hub.until('the supplier saw it', () => supplier.books().repeats.interchanges >= 1)
  expect(supplier.books().orders).toHaveLength(1)
  supplier.behave({ wrongControlNumber: 0, halfWritten: 0, garbageFile: 0, duplicateFiles: 0 })
  const archived = await readdir(join(supplier.folder, 'out', 'archive'))
  const stock = archived.find((name) => name.startsWith('INVRPT') && name.includes('again')) ?? ''
  const changed = (await readFile(join(supplier.folder, 'out', 'archive', stock), 'latin1')).replace('145:10', '145:99')
  await writeFile(join(supplier.folder, 'out', 'reused.edi'), changed, 'latin1')
  await hub.until(
    'it is held',
    async () => (await hub.count(`quarantine_item WHERE code = 'edi.control-number-reused'`)) >= 1,
  )
  expect(await hub.rows(`SELECT on_hand FROM stock_position`)).toEqual([{ on_hand: 8 }])
})

test('a cancel goes out as ORDCHG; its ORDRSP gives the units back', async () => {
  await open(oneDatabase, {}, 3_600_000)
  await hub.order('1001', { 'SHOE-1': 2 })
  await hub.until(
    'it is accepted',
    async () => (await hub.count(`fulfillment_request WHERE negotiation = 'accepted'`)) === 1,
  )
  await hub.cancel('1001', { 'SHOE-1': 2 })
  await hub.until('the units are cancelled', async () => (await hub.count('order_line WHERE cancelled = 2')) === 1)
  expect(supplier.books()).toMatchObject({
    orders: [{ state: 'cancelled', cancelReferences: { VN: 'SO000001' } }],
    documents: { in: { ORDCHG: 1 } },
  })
  expect(supplier.books().stock).toMatchObject([{ now: 10, committed: 0 }])
  expect(await hub.count('stock_position WHERE available = 10 AND allocated = 0')).toBe(1)
  await hub.until('all is acknowledged', () => receipts().waiting === 0)
  expect(receipts()).toMatchObject({ rejected: 0, partly: 0 })
})

test('fewer units go out as an ORDCHG that changes the line, and the others stay with the supplier', async () => {
  await open(oneDatabase, {}, 3_600_000)
  await hub.order('1001', { 'SHOE-1': 3 })
  await hub.until(
    'it is accepted',
    async () => (await hub.count(`fulfillment_request WHERE negotiation = 'accepted'`)) === 1,
  )
  await hub.revise('1001', { 'SHOE-1': 1 })
  await hub.until('two units are cancelled', async () => (await hub.count('order_line WHERE cancelled = 2')) === 1)
  expect(supplier.books()).toMatchObject({
    orders: [{ state: 'accepted', lines: [{ accepted: 1 }] }],
    documents: { in: { ORDCHG: 1 } },
    troubles: [],
  })
  expect(supplier.books().stock).toMatchObject([{ now: 10, committed: 1 }])
})

test('an ORDRSP that agrees to one line and refuses another frees the units of the one, and a person hears of the other', async () => {
  await open(oneDatabase, {}, 3_600_000, { 'SHOE-2': 'V-2' })
  await hub.order('1001', { 'SHOE-1': 3, 'SHOE-2': 2 })
  await hub.until(
    'it is accepted',
    async () => (await hub.count(`fulfillment_request WHERE negotiation = 'accepted'`)) === 1,
  )
  await hub.revise('1001', { 'SHOE-1': 1, 'SHOE-2': 1 })
  await hub.until(
    'the refusal is read',
    async () => (await hub.count(`exception_case WHERE kind = 'cancelTooLate'`)) === 1,
  )
  expect(await hub.rows('SELECT sku, cancelled, released FROM order_line ORDER BY sku')).toEqual([
    { sku: 'SHOE-1', cancelled: 2, released: 1 },
    { sku: 'SHOE-2', cancelled: 0, released: 2 },
  ])
  expect(await hub.rows('SELECT sku, available, allocated FROM stock_position ORDER BY sku')).toEqual([
    { sku: 'SHOE-1', available: 9, allocated: 1 },
    { sku: 'SHOE-2', available: 8, allocated: 2 },
  ])
  expect(await hub.rows('SELECT detail FROM exception_case')).toMatchObject([
    { detail: expect.stringContaining('1 of line 2') },
  ])
  expect(supplier.books()).toMatchObject({
    orders: [{ state: 'accepted', lines: [{ accepted: 1 }, { accepted: 2 }] }],
    documents: { in: { ORDCHG: 1 } },
    troubles: [],
  })
  expect(await hub.count('quarantine_item')).toBe(0)
})

test('goods that the partner received are booked in, damaged ones set aside, and the same word twice is one', async () => {
  await open(oneDatabase)
  const supply = SupplyInput.parse({
    id: 'asn-9',
    kind: 'asn',
    nodeId: 'acme',
    sku: 'SHOE-1',
    reference: 'ASN-9',
    quantity: 6,
    expectedAt: '2026-12-01T00:00:00.000Z',
  })
  await stateSupplies(hub.hub.world, [supply], 'api:test')
  const message = (reference: string): string =>
    [
      `UNB+UNOC:3+${PARTNER.id}:14+${US.id}:14+261127:1015+${reference}'`,
      "UNH+1+RECADV:D:96A:UN:EAN008'BGM+632+R-1+9'DTM+50:20261127:102'RFF+ON:ASN-9'NAD+WH+PORTO::92'",
      "CPS+1'LIN+1++V-1:SA'QTY+48:6'QTY+124:1'CNT+2:1'UNT+11+1'",
      `UNZ+1+${reference}'`,
    ].join('')
  for (const name of ['r1', 'r2']) {
    await writeFile(join(supplier.folder, `${name}.part`), message(name === 'r1' ? '901' : '902'), 'latin1')
    await rename(join(supplier.folder, `${name}.part`), join(supplier.folder, 'out', `${name}.edi`))
    await hub.until(
      'they are in',
      async () => (await hub.count(`supply WHERE state = 'received' AND received = 6`)) === 1,
    )
  }
  await hub.until('the copy is known', async () => (await hub.count(`envelope WHERE state = 'duplicate'`)) >= 1)
  expect(await hub.rows('SELECT on_hand, available, damaged FROM stock_position')).toEqual([
    { on_hand: 16, available: 15, damaged: 1 },
  ])
})
