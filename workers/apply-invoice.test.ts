import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Desk } from '#conformance/desk.ts'
import { openRuntime, type Process, type Runtime } from '#conformance/runtime.ts'
import { seedRequest } from '#conformance/seeding.ts'
import type { Connector } from '#connectors/contract/connector.ts'
import { ediSupplier } from '#connectors/edi/connector.ts'
import { x12Says } from '#connectors/edi/paper-x12.ts'
import type { Invoice } from '#core/model/trade.ts'
import { pglite } from '#test/kit/backends.ts'

const says = x12Says({ qualifier: 'ZZ', id: 'CROSSDOCK' }, { qualifier: 'ZZ', id: 'NORDSUPPLY' })('810')

let runtime: Runtime
let desk: Desk
let process: Process
let requestId: string
beforeEach(async () => {
  const connector = ediSupplier as unknown as Connector
  const exhibit = await connector.exhibit?.()
  if (exhibit === undefined) throw new Error('it brings an exhibit')
  runtime = await openRuntime(await pglite.database())
  desk = await runtime.tenant(connector, exhibit)
  process = runtime.process([desk])
  requestId = (await seedRequest(process, desk)).requestId
})
afterEach(() => runtime.close())

/** Two units of SKU-1 were asked for. */
async function bill(invoiceNumber: string, quantity: number, more: Partial<Invoice> = {}): Promise<void> {
  const invoice = {
    invoiceNumber,
    invoicedOn: '2026-11-22',
    requestId,
    currency: 'EUR',
    totalMinor: quantity * 700,
    lines: [{ lineNo: 1, sku: 'SKU-1', quantity, unitPriceMinor: 700 }],
    charges: [],
    ...more,
  }
  const bytes = says(invoice, { crosswalk: desk.crosswalk, at: runtime.clock.now() })
  if (bytes === undefined) throw new Error('it cannot be written')
  desk.sftp.put('/out', `${invoiceNumber}-${quantity}.edi`, bytes)
  for (let look = 0; look < 4; look++) {
    await process.poll(desk, 'documents')
    runtime.clock.advance(5_000)
  }
  await process.work(1_000)
}
const facts = () => runtime.db.query(`SELECT actor, data FROM fact WHERE kind = 'invoiced'`)
const cases = () => runtime.db.query(`SELECT detail FROM exception_case WHERE kind = 'invoiceDiffers'`)

test('a bill stands on the timeline once, however often it comes', async () => {
  await bill('I-1', 2)
  await bill('I-1', 2, { charges: [] })
  expect(await facts()).toMatchObject([
    { actor: desk.connectionId, data: { invoiceNumber: 'I-1', requestId, currency: 'EUR', totalMinor: 1400 } },
  ])
  expect(await cases()).toEqual([])
})

test('a bill over more than was asked for is kept, and a person looks at it', async () => {
  await bill('I-1', 2)
  await bill('I-2', 1)
  expect(await facts()).toHaveLength(2)
  expect(await cases()).toMatchObject([
    { detail: expect.stringContaining('line 1: 3 of SKU-1 are billed, 2 were to come') },
  ])
})

test('another total under the same number is a question, and no second bill', async () => {
  await bill('I-1', 2)
  await bill('I-1', 1)
  expect(await facts()).toHaveLength(1)
  expect(await cases()).toMatchObject([
    { detail: expect.stringContaining('came before with a total of 1400, and now says 700') },
  ])
})

test('a bill for a request that nobody sent is refused at its reference', async () => {
  await bill('I-9', 1, { requestId: 'ful_never' as Invoice['requestId'] })
  expect(await facts()).toEqual([])
  expect(await runtime.db.query('SELECT code FROM quarantine_item')).toEqual([{ code: 'fulfillment.request-unknown' }])
})
