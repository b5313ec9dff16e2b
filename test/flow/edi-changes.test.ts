/** Cancels over X12, of all and of some units: an 860 goes out where the profile says so, and the 865 decides. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { startSupplier, type Supplier } from '#simulators/supplier/supplier.ts'
import { answerSet, partnerFile } from '#connectors/edi/test-files.ts'
import { rejectQuarantined } from '#workers/reject-documents.ts'
import { EDI_LOGIN, LONG_AGO, oneDatabase, openEdiHub, type EdiHub } from '../kit/edi-hub.ts'

const US = { qualifier: 'ZZ', id: 'CROSSDOCK' }
const PARTNER = { qualifier: 'ZZ', id: 'ACME' }

let hub: EdiHub
let supplier: Supplier
afterEach(async () => {
  await hub.stop()
  await supplier.close()
})

/** The order was accepted; it is shipped `shipMs` later. */
async function accepted(changesSent: boolean, shipMs = 3_600_000, packed: string[] = []) {
  supplier = await startSupplier({
    name: 'acme',
    identity: PARTNER,
    place: 'PORTO',
    stock: ['V-1', ...packed].map((vendorSku) => ({ vendorSku, onHand: 10 })),
    packed,
    random: () => 0.5,
    delayMs: (step) => (step === 'ship' ? shipMs : 0),
    login: EDI_LOGIN,
  })
  hub = await openEdiHub(oneDatabase, {
    connector: 'edi-supplier',
    sftp: supplier.sftp,
    config: {
      isaSender: US,
      isaReceiver: PARTNER,
      validation: 'strict',
      rejectWith824: true,
      profile: { changesSent },
    },
    node: { id: 'acme', kind: 'supplier', capability: 'dropShip', code: 'PORTO' },
    products: { 'SHOE-1': 'V-1', ...(packed.length === 0 ? {} : { 'SHOE-2': 'V-2' }) },
  })
  supplier.tellStock({ party: US, groupId: US.id, version: '00401', groupVersion: '004010', usage: 'P' }, LONG_AGO)
  const skus = 1 + packed.length
  await hub.until('the stock is known', async () => (await hub.count('stock_position WHERE available = 10')) === skus)
  await hub.order('1001', { 'SHOE-1': 2, ...(packed.length === 0 ? {} : { 'SHOE-2': 2 }) })
  await hub.until(
    'it is accepted',
    async () => (await hub.count(`fulfillment_request WHERE negotiation = 'accepted'`)) === 1,
  )
}

test('a supplier that agrees gives the units back', async () => {
  await accepted(true)
  await hub.cancel('1001', { 'SHOE-1': 2 })
  await hub.until('the units are cancelled', async () => (await hub.count('order_line WHERE cancelled = 2')) === 1)
  expect(supplier.books()).toMatchObject({
    // Its own number came with the 855 and goes back with the 860.
    orders: [{ state: 'cancelled', ownNumber: 'SO000001', cancelReferences: { VN: 'SO000001' } }],
    stock: [{ now: 10, committed: 0 }],
    documents: { in: { '850': 1, '860': 1 } },
    troubles: [],
  })
  expect(await hub.count('stock_position WHERE available = 10 AND allocated = 0')).toBe(1)
  await hub.until('all is acknowledged', () => supplier.books().receipts.waiting === 0)
  expect(supplier.books().receipts).toMatchObject({ rejected: 0, partly: 0 })
})

test('a supplier that is told of fewer units keeps the others', async () => {
  await accepted(true)
  await hub.revise('1001', { 'SHOE-1': 1 })
  await hub.until('one unit is cancelled', async () => (await hub.count('order_line WHERE cancelled = 1')) === 1)
  expect(supplier.books()).toMatchObject({
    orders: [{ state: 'accepted', lines: [{ accepted: 1 }] }],
    stock: [{ now: 10, committed: 1 }],
    documents: { in: { '850': 1, '860': 1 } },
    troubles: [],
  })
  expect(await hub.count('stock_position WHERE available = 9 AND allocated = 1')).toBe(1)
  expect(await hub.count('exception_case')).toBe(0)
  // The rest may go too, and that is another change of the same order.
  await hub.cancel('1001', { 'SHOE-1': 1 })
  await hub.until('all is cancelled', async () => (await hub.count('order_line WHERE cancelled = 2')) === 1)
  expect(supplier.books()).toMatchObject({ orders: [{ state: 'cancelled' }], stock: [{ now: 10, committed: 0 }] })
})

test('a supplier that answers line by line gives up what it agrees to, and keeps what is packed', async () => {
  await accepted(true, 3_600_000, ['V-2'])
  await hub.revise('1001', { 'SHOE-1': 1, 'SHOE-2': 1 })
  await hub.until(
    'the refusal is read',
    async () => (await hub.count(`exception_case WHERE kind = 'cancelTooLate'`)) === 1,
  )
  const lines = await hub.rows('SELECT sku, cancelled, released FROM order_line ORDER BY sku')
  expect(lines).toEqual([
    { sku: 'SHOE-1', cancelled: 1, released: 1 },
    { sku: 'SHOE-2', cancelled: 0, released: 2 },
  ])
  expect(supplier.books().orders[0]?.lines.map((line) => line.accepted)).toEqual([1, 2])
  expect(await hub.rows(`SELECT detail FROM exception_case`)).toMatchObject([
    { detail: expect.stringContaining('1 of line 2') },
  ])
})

test('a supplier that has shipped refuses, and a person sees that the cancel was too late', async () => {
  await accepted(true, 0)
  await hub.until('it left the house', () => supplier.books().orders[0]?.state === 'shipped')
  await hub.cancel('1001', { 'SHOE-1': 2 })
  await hub.until('it is shipped here', async () => (await hub.count('order_line WHERE shipped = 2')) === 1)
  const asked = await hub.count(`instruction WHERE kind = 'fulfillmentCancel'`)
  // Where the dispatch came first, nothing was left to cancel; else the supplier refused it.
  if (asked > 0)
    await hub.until(
      'the refusal is read',
      async () => (await hub.count(`exception_case WHERE kind = 'cancelTooLate'`)) === 1,
    )
  expect(supplier.books().stock).toMatchObject([{ now: 8, shipped: 2 }])
})

test('where the profile sends no changes, a person is asked to call', async () => {
  await accepted(false)
  await hub.cancel('1001', { 'SHOE-1': 2 })
  await hub.until('a case is open', async () => (await hub.count(`exception_case WHERE kind = 'cancelTooLate'`)) === 1)
  expect(await hub.count(`instruction WHERE kind = 'fulfillmentCancel'`)).toBe(0)
  expect(supplier.books().documents.in['860']).toBeUndefined()
})

test('an answer to an order that nobody knows is refused for good, and the supplier hears which one and why', async () => {
  await accepted(false)
  const file = partnerFile('PR', [answerSet('NEVER-ORDERED')], 900_001)
  writeFileSync(join(supplier.folder, 'out', 'strange.edi'), file)
  await hub.until('it waits', async () => (await hub.count(`quarantine_item WHERE state = 'open'`)) === 1)
  const rejected = await rejectQuarantined(hub.hub.world, { connectionId: 'acme' }, 'we never ordered this', 'api:desk')
  expect(rejected).toMatchObject([{ result: 'done', told: true }])
  await hub.until('the supplier has read it', () => supplier.books().troubles.length === 1)
  expect(supplier.books().troubles[0]).toMatch(
    /^our 855 NEVER-ORDERED was refused: we never ordered this; .*must name a fulfillment request/,
  )
  expect(await hub.rows('SELECT state, resolution FROM quarantine_item')).toEqual([
    { state: 'discarded', resolution: 'rejected, and the partner is told: we never ordered this (api:desk)' },
  ])
  // Twice is without effect.
  expect(await rejectQuarantined(hub.hub.world, { connectionId: 'acme' }, 'again', 'api:desk')).toEqual([])
})
