import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestHub, type TestHub, type Told } from '../test-kit.ts'

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('stock:write', 'stock:read')
})
afterEach(() => hub.stop())

const push = async (method: 'PUT' | 'POST', path: string, raw: string, type = 'text/csv', headers = {}) => {
  const told = await hub.ask(method, path, { key, raw, headers: { 'content-type': type, ...headers } })
  await hub.work()
  return told
}
const documentOf = async (told: Told) => (await hub.ask('GET', String(told.json['document']), { key })).json
const supplies = async () => (await hub.ask('GET', '/v1/supplies', { key })).json['items']
const position = async () =>
  (await hub.rows(`SELECT on_hand, incoming FROM stock_position WHERE sku = '00123' AND node_id = 'north'`))[0]

const ORDER = 'reference,sku,node,quantity,expected_at\nPO-1,00123,north,10,2026-12-01T00:00:00Z\n'
const RECEIPT = 'supply,sku,node,reference,quantity,received_at\nPO-1,00123,north,GR-1,4,2026-11-22T08:00:00Z\n'

test('an ERP pushes its purchase orders, then what came in of them', async () => {
  const told = await push('PUT', '/v1/supplies/erp', ORDER)
  expect(told.status).toBe(202)
  expect(told.headers.get('location')).toBe(told.json['document'])
  expect(await documentOf(told)).toMatchObject({ state: 'applied', quarantine: [] })
  expect(await supplies()).toMatchObject([{ kind: 'purchaseOrder', reference: 'PO-1', quantity: 10, state: 'open' }])
  expect(await position()).toEqual({ on_hand: 0, incoming: 10 })

  expect(await documentOf(await push('POST', '/v1/receipts/erp', RECEIPT))).toMatchObject({ state: 'applied' })
  expect(await position()).toEqual({ on_hand: 4, incoming: 6 })
  // The same receipt in another document receives nothing more.
  const again = await push('POST', '/v1/receipts/erp', `${RECEIPT}\n`)
  expect(await documentOf(again)).toMatchObject({ state: 'duplicate' })
  expect(await position()).toEqual({ on_hand: 4, incoming: 6 })
})

test('as JSON, a purchase order is changed, and an older statement changes nothing', async () => {
  const at = (asOf: string, quantity: number): string =>
    JSON.stringify({
      asOf,
      supplies: [{ reference: 'PO-1', sku: '00123', node: 'north', quantity, expectedAt: '2026-12-01T00:00:00Z' }],
    })
  await push('PUT', '/v1/supplies/erp', at('2026-11-22T08:00:00Z', 10), 'application/json')
  await push('PUT', '/v1/supplies/erp', at('2026-11-22T08:30:00Z', 7), 'application/json')
  const late = await push('PUT', '/v1/supplies/erp', at('2026-11-22T08:10:00Z', 99), 'application/json')
  expect(await documentOf(late)).toMatchObject({ state: 'superseded' })
  expect(await supplies()).toMatchObject([{ quantity: 7 }])
  expect(await position()).toEqual({ on_hand: 0, incoming: 7 })
})

test('a receipt before its purchase order waits, its neighbours do not, and it is booked with the replay', async () => {
  await push('PUT', '/v1/supplies/erp', ORDER)
  const both = `${RECEIPT}PO-2,00123,north,GR-2,3,2026-11-22T08:00:00Z\n`
  const told = await push('POST', '/v1/receipts/erp', both)
  const document = await documentOf(told)
  expect(document).toMatchObject({
    state: 'quarantined',
    quarantine: [{ code: 'supply.unknown', place: '/receipts/1/supply' }],
  })
  expect(await position()).toEqual({ on_hand: 4, incoming: 6 })
  await push('PUT', '/v1/supplies/erp', ORDER.replace('PO-1', 'PO-2'))
  const [item] = document['quarantine'] as { id: string }[]
  const operations = await hub.key('operations')
  await hub.ask('POST', '/v1/quarantine/replay', { key: operations, body: { ids: [item?.id] } })
  await hub.work()
  expect(await documentOf(told)).toMatchObject({ state: 'applied' })
  expect(await position()).toEqual({ on_hand: 7, incoming: 13 })
})

test('a row that cannot be read is told by its place, and the others are taken', async () => {
  const told = await push('PUT', '/v1/supplies/erp', `${ORDER}PO-2,00123,moon,1,2026-12-01T00:00:00Z\n`)
  expect(await documentOf(told)).toMatchObject({
    state: 'quarantined',
    quarantine: [{ code: 'supply.node-unknown', place: 'row 3, column node' }],
  })
  expect(await supplies()).toMatchObject([{ reference: 'PO-1' }])
})

test('a connection that takes none is 404, and a key without stock:write is 403', async () => {
  expect((await hub.ask('PUT', '/v1/supplies/shop', { key, raw: ORDER })).status).toBe(404)
  const other = await hub.key('orders:write')
  expect((await hub.ask('POST', '/v1/receipts/erp', { key: other, raw: RECEIPT })).status).toBe(403)
})
