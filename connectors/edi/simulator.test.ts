/** The connector against the supplier simulator over its own SFTP server: orders out, receipts, answers and ship notices back. */
import { expect, test } from 'vitest'
import type { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import { startSupplier } from '#simulators/supplier/supplier.ts'
import type { SupplierManners } from '#simulators/supplier/options.ts'
import type { Delivery, InboundDocument, Reading } from '../contract/connector.ts'
import { delivery, readContext, testContext } from '../transport/test-context.ts'
import { acknowledgements } from './acknowledgements.ts'
import { EdiConfig } from './config.ts'
import { documents } from './documents.ts'
import { fulfillment } from './fulfillment.ts'
import { PARTNER, US } from './test-files.ts'

const tables = { nodes: { SUP: 'supplier' } }

async function world(manners: Partial<SupplierManners> = {}) {
  const supplier = await startSupplier({
    name: 'acme',
    identity: PARTNER,
    stock: [{ vendorSku: 'V-1', onHand: 100 }],
    random: () => 0.5,
    manners,
    login: { username: 'hub', password: 'secret' },
  })
  const { host = '', port = 0, hostKeySha256 = '' } = supplier.sftp ?? {}
  const config = EdiConfig.parse({
    host,
    port,
    username: 'hub',
    login: 'password',
    hostKeySha256: [hostKeySha256],
    allowPrivateAddresses: true,
    partnerArchiveFolder: '/archive',
    isaSender: US,
    isaReceiver: PARTNER,
    pollEveryMs: 100,
    minAgeMs: 300,
  })
  const target = {
    host,
    port,
    username: 'hub',
    password: () => 'secret',
    hostKeySha256: [hostKeySha256],
    allowPrivateAddresses: true,
  }
  const context = testContext({ config, sftp: target, tables, now: () => new Date().toISOString() })
  const stored = new Map<string, Reading>()
  const claimed = new Set<string>()

  return {
    supplier,
    context,
    stored,
    read: (): InboundDocument[] => [...stored.values()].flatMap((reading) => reading.documents),
    refused: () => [...stored.values()].flatMap((reading) => reading.refused),
    /** One round of the runtime: fetch, store, settle, read, send receipts. */
    round: async () => {
      const receipts: Delivery<'acknowledgement'>[] = []
      for await (const fetched of documents.fetch(context, (key) => Promise.resolve(stored.has(key)))) {
        const all = documents.read(fetched.raw, fetched.meta, readContext(config, tables))
        // The hub's ledger in one line: an interchange that came before gives no documents.
        const isRepeat = (all.claims ?? []).some(({ kind, key }) => kind === 'interchange' && claimed.has(key))
        for (const { key } of all.claims ?? []) claimed.add(key)
        const reading = isRepeat ? { ...all, documents: [], receipts: [] } : all
        stored.set(fetched.sourceKey, reading)
        await documents.settle(context, fetched)
        receipts.push(
          ...reading.receipts.map(({ key, text }) => ({ instructionId: key, key, document: { for: '', bytes: text } })),
        )
      }
      if (receipts.length === 0) return
      const written = await acknowledgements.prepare(context, receipts)
      if (!written.ok) throw new Error(JSON.stringify(written.issues))
      await acknowledgements.send(context, { id: 't', ...written.value, deliveries: receipts })
    },
    [Symbol.asyncDispose]: async () => {
      await context[Symbol.asyncDispose]()
      await supplier.close()
    },
  }
}

type World = Awaited<ReturnType<typeof world>>

const instruction = (id: string): FulfillmentInstruction =>
  ({
    requestId: `ful_${id}`,
    orderId: 'ord_1',
    orderNumber: '#1',
    placedAt: '2026-11-22T09:00:00.000Z',
    nodeId: 'supplier',
    method: 'dropShip',
    shipTo: { name: 'Ada', line1: 'Rue 1', city: 'Paris', postcode: '75001', country: 'FR' },
    lines: [{ lineNo: 1, sku: 'A', partnerSku: 'V-1', quantity: 2, unitPriceMinor: 1250, currency: 'USD' }],
  }) as unknown as FulfillmentInstruction

async function order(w: World, ids: string[]) {
  const deliveries = ids.map((id) => delivery<'fulfillmentInstruction'>(id, instruction(id)))
  const written = await fulfillment.prepare(w.context, deliveries)
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  const transmission = { id: 't', ...written.value, deliveries }
  await fulfillment.send(w.context, transmission)
  return transmission
}

const kindsOf = (w: World) => w.read().map(({ kind }) => kind)

async function until(w: World, done: () => boolean) {
  await expect
    .poll(
      async () => {
        await w.round()
        return done()
      },
      { timeout: 60_000, interval: 120 },
    )
    .toBe(true)
}

test('orders are answered and shipped, every group of the supplier is acknowledged, and its folder is left empty', async () => {
  await using w = await world()
  const transmission = await order(w, ['1', '2', '3'])
  await until(w, () => w.supplier.books().receipts.accepted >= 2 && w.read().length >= 6)
  expect(kindsOf(w).filter((kind) => kind === 'fulfillmentResponse')).toHaveLength(3)
  expect(kindsOf(w).filter((kind) => kind === 'shipment')).toHaveLength(3)
  expect(w.refused()).toEqual([])
  expect(w.supplier.books()).toMatchObject({ receipts: { waiting: 0, rejected: 0, unexpected: 0 }, troubles: [] })
  expect(await fulfillment.lookup?.(w.context, transmission)).toMatchObject({ 1: { kind: 'present' } })
  expect(await w.context.sftp.session((session) => session.list('/out'))).toEqual([])
})

test('half-written files, copies, garbage and wrong trailers lose nothing and double nothing', async () => {
  await using w = await world({
    halfWritten: 1,
    halfWrittenMs: 450,
    duplicateFiles: 1,
    garbageFile: 1,
    wrongControlNumber: 1,
  })
  await order(w, ['1', '2'])
  await until(w, () => w.supplier.books().receipts.waiting === 0 && w.read().length >= 4 && w.refused().length >= 2)
  expect(kindsOf(w).filter((kind) => kind === 'fulfillmentResponse')).toHaveLength(2)
  expect(kindsOf(w).filter((kind) => kind === 'shipment')).toHaveLength(2)
  expect(w.supplier.books().receipts).toMatchObject({ rejected: 0, unexpected: 0 })
  expect((await w.context.sftp.session((session) => session.list('/out/error'))).length).toBeGreaterThan(0)
})

test('the same file sent twice is booked once by the supplier', async () => {
  await using w = await world()
  const transmission = await order(w, ['1'])
  await until(w, () => w.read().length === 2)
  await fulfillment.send(w.context, transmission)
  await until(w, () => w.supplier.books().repeats.interchanges === 1)
  expect(w.supplier.books().orders).toHaveLength(1)
  expect(w.supplier.books().stock).toMatchObject([{ vendorSku: 'V-1' }])
})
