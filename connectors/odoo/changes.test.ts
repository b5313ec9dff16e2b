/** The cursor over Odoo's write_date, against the simulator's records: ties, second changes within one second, pages, strange cursors. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startOdoo } from '#simulators/odoo/odoo.ts'
import type { Odoo } from '#simulators/odoo/odoo.ts'
import type { Cursor } from '../contract/connector.ts'
import { testContext } from '../transport/test-context.ts'
import type { TestContext } from '../transport/test-context.ts'
import { OdooConfig } from './config.ts'
import { stock, stockFull } from './stock.ts'

const START = Date.parse('2026-11-22T09:00:00.000Z')
const CODES = Array.from({ length: 450 }, (_, index) => `P${index}`)
let odoo: Odoo
let nowMs: number
let context: TestContext<OdooConfig>

beforeEach(async () => {
  nowMs = START
  odoo = await startOdoo({
    apiKey: 'key',
    now: () => nowMs,
    stock: CODES.map((code) => ({ code, warehouse: 'W1', quantity: 5 })),
  })
  const config = OdooConfig.parse({ baseUrl: odoo.url, allowPrivateAddresses: true, partnerId: 1, currency: 'EUR' })
  context = testContext({
    config,
    baseUrl: odoo.url,
    secrets: { apiKey: 'key' },
    tables: { nodes: { W1: 'paris' } },
    now: () => new Date(nowMs).toISOString(),
  })
})
afterEach(async () => {
  await context[Symbol.asyncDispose]()
  await odoo.close()
})

/** Every page from the cursor on, and the products that they hold. */
async function looked(port: typeof stock, cursor?: Cursor) {
  const products: string[] = []
  for (let at = cursor; ;) {
    const page = await port.pull(context, at)
    for (const { raw } of page.documents) {
      const { products: found } = JSON.parse(Buffer.from(raw).toString('utf8')) as {
        products: { default_code: string }[]
      }
      products.push(...found.map((product) => product.default_code))
    }
    at = page.cursor
    if (!page.more) return { products, cursor: page.cursor }
  }
}

test('hundreds of changes within one second are all found, once each, over several pages', async () => {
  const first = await looked(stock)
  expect(first.products.toSorted()).toEqual(CODES.toSorted())
  expect((await looked(stock, first.cursor)).products).toEqual([])
})

test('a second change within the second of the first is found, and one that shows up late with an older date too', async () => {
  const { cursor } = await looked(stock)
  odoo.count('P7', 'W1', 4)
  const second = await looked(stock, cursor)
  expect(second.products).toEqual(['P7'])
  odoo.count('P7', 'W1', 3)
  const third = await looked(stock, second.cursor)
  expect(third.products).toEqual(['P7'])
  nowMs = START + 60_000
  odoo.count('P8', 'W1', 4)
  const fourth = await looked(stock, third.cursor)
  nowMs = START + 20_000
  odoo.count('P9', 'W1', 4)
  expect((await looked(stock, fourth.cursor)).products).toEqual(['P9'])
})

test('a pass over all products goes page by page, rests, and begins again when its time has come', async () => {
  const pass = await looked(stockFull)
  expect(pass.products).toEqual(CODES)
  expect((await looked(stockFull, pass.cursor)).products).toEqual([])
  nowMs += 86_400_000
  expect((await looked(stockFull, pass.cursor)).products).toHaveLength(450)
})

test('a cursor of another make or from the future is told and not used', async () => {
  const broken = [
    { version: 9, watermark: '2026-11-22T09:00:00.000Z', seenAtWatermark: [] },
    { version: 1, watermark: '2027-11-22T09:00:00.000Z', seenAtWatermark: [] },
    { version: 1, watermark: 'yesterday', seenAtWatermark: [] },
  ]
  for (const cursor of broken)
    await expect(stock.pull(context, cursor)).rejects.toMatchObject({ kind: 'config', code: 'odoo.cursor' })
  await expect(stockFull.pull(context, broken[2] as Cursor)).rejects.toMatchObject({ kind: 'config' })
})
