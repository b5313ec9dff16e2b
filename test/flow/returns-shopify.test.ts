/** A Shopify order is shipped, wanted back, comes back short, is graded, and its money goes back once although the answer was lost. */
import { expect, test } from 'vitest'
import { createIdSource } from '#app/ids.ts'
import { startHttp } from '#app/http.ts'
import { openHub } from '#app/hub.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { readSettings } from '#app/settings.ts'
import { erp } from '#connectors/erp/connector.ts'
import { shopify } from '#connectors/shopify/connector.ts'
import { instantFromEpochMs } from '#core/model/time.ts'
import { startShopifyStore } from '#simulators/shopify/store.ts'
import { createApiKey } from '#store/api-keys.ts'
import { checkInvariants } from '#store/check.ts'
import { databases } from '../kit/backends.ts'
import { silentLog } from '../kit/log.ts'
import { QUICK } from '../kit/paper-hub.ts'

const network = (shop: { url: string; shopDomain: string }) => ({
  channels: [{ id: 'web', name: 'Web', currency: 'EUR', connection: 'shopify' }],
  connections: [
    {
      id: 'shopify',
      connector: 'shopify',
      config: { shop: shop.shopDomain, baseUrl: shop.url, allowPrivateAddresses: true, clientId: 'client' },
      secrets: { clientSecret: 'env:CLIENT_SECRET', webhookSecret: 'env:CLIENT_SECRET' },
    },
    { id: 'erp', connector: 'erp', config: { baseUrl: 'http://127.0.0.1:9', allowPrivateAddresses: true } },
  ],
  nodes: [
    {
      id: 'paris',
      name: 'Paris',
      kind: 'warehouse',
      capabilities: ['ship'],
      calendar: { timeZone: 'Europe/Paris', week: { mon: { open: '00:00', close: '23:59' } } },
      costs: { currency: 'EUR', packageFixedMinor: 500 },
    },
  ],
  products: [{ sku: 'A', name: 'A' }],
  crosswalks: [{ connectionId: 'shopify', name: 'node', partnerCode: '11', canonical: 'paris' }],
})

const POLICY = {
  version: 'shop-1',
  currency: 'EUR',
  rules: [
    { name: 'all', refundShipping: 'prorated', restockingFeeBasisPoints: 1000, paidBy: 'customer', labelFeeMinor: 99 },
  ],
  dispositions: [
    { name: 'fine', match: { conditions: ['asNew'] }, disposition: 'restock' },
    { name: 'rest', disposition: 'scrap' },
  ],
}

async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`it never came to this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('a Shopify return: wanted back, received short, graded, restocked and scrapped, and paid back once', async () => {
  let aheadMs = 0
  const nowMs = (): number => Date.now() + aheadMs
  const store = await startShopifyStore({
    clientId: 'client',
    clientSecret: 'secret',
    currency: 'EUR',
    fulfillmentOrderDelayMs: 0,
    now: nowMs,
    locations: [{ id: 11, name: 'Paris' }],
    products: [{ sku: 'A', title: 'A', stock: { Paris: 9 } }],
  })
  const [backend] = databases
  if (backend === undefined) throw new Error('there is always PGlite')
  const hub = await openHub(readSettings({ CROSSDOCK_LOG: 'silent' }), {
    database: await backend.database(),
    connectors: [erp, shopify],
    clock: { now: () => instantFromEpochMs(nowMs()) },
    ids: createIdSource(nowMs),
    environment: { CLIENT_SECRET: 'secret' },
    log: silentLog,
  })
  const { world } = hub
  const server = await startHttp(hub, { host: '127.0.0.1', port: 0 })
  const { key } = await createApiKey(
    world.db,
    'desk',
    ['orders:read', 'orders:write', 'fulfillment:write', 'master:write', 'operations'],
    world.clock.now(),
  )
  const api = async <T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const json: unknown = await answer.json()
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`)
    return json as T
  }
  type Return = { id: string; custody: string; lines: Record<string, number>[]; refunds: Record<string, unknown>[] }
  const returns = async (): Promise<Return[]> => (await api<{ items: Return[] }>('GET', '/v1/returns')).items
  const level = () => store.books().stock[0]?.quantities.available
  try {
    await applyNetwork(world.db, Network.parse(network(store)))
    for (const topic of ['orders/create', 'orders/updated'] as const)
      store.subscribe({ topic, url: `${server.url}/webhooks/shopify/orders` })
    for (const topic of ['returns/request', 'returns/approve', 'refunds/create'] as const)
      store.subscribe({ topic, url: `${server.url}/webhooks/shopify/returns` })
    await hub.startWorkers(QUICK)
    await api('PUT', '/v1/return-policy', POLICY)
    await hub.accept({
      id: world.ids.next('env'),
      connectionId: 'erp',
      port: 'stock',
      sourceKey: 'feed-1',
      meta: { contentType: 'application/json' },
      raw: Buffer.from(
        JSON.stringify({
          mode: 'delta',
          asOf: instantFromEpochMs(nowMs() - 1000),
          rows: [{ sku: 'A', node: 'paris', onHand: 9 }],
        }),
      ),
      receivedAt: world.clock.now(),
    })
    await until('the stock is known', async () => (await world.db.query('SELECT 1 FROM stock_position')).length === 1)

    // Sold and shipped.
    const placed = store.placeOrder({
      lines: [{ sku: 'A', quantity: 3, priceMinor: 1000 }],
      shippingMethod: { code: 'Standard', title: 'Standard', priceMinor: 500 },
    })
    type Requests = { items: { id: string; lines: { lineNo: number }[] }[] }
    const requests = async () => (await api<Requests>('GET', '/v1/fulfillment-requests')).items
    await until('it is routed', async () => (await requests()).length === 1)
    await api('POST', `/v1/fulfillment-requests/${(await requests())[0]?.id}/shipments`, {
      externalId: 'S-1',
      shippedAt: instantFromEpochMs(nowMs()),
      packages: [{ trackingNumber: '1Z-OUT', lines: [{ lineNo: 1, quantity: 3 }] }],
    })
    await until('Shopify knows that it left', () => store.books().orders[0]?.fulfillmentStatus === 'FULFILLED')

    // Wanted back: agreed at once, and Shopify is told.
    const lineId = placed.lines[0]?.id ?? 0
    store.requestReturn(placed.id, [{ lineId, quantity: 3, reason: 'SIZE_TOO_SMALL' }])
    await until('Shopify’s return is approved', () => store.books().orders[0]?.returns[0]?.status === 'OPEN')
    const [wanted] = await returns()
    expect(wanted).toMatchObject({ custody: 'advised', nodeId: 'paris', lines: [{ expected: 3, reason: 'size' }] })
    const id = wanted?.id ?? ''
    await api('POST', `/v1/returns/${id}/label`, { carrier: 'UPSN', trackingNumber: '1Z-BACK' })

    // Two of three come, one of them broken; the answer to the refund is lost.
    await api('POST', '/v1/return-receipts', {
      receiptNumber: 'R-1',
      nodeId: 'paris',
      receivedAt: instantFromEpochMs(nowMs()),
      references: ['1Z-BACK'],
      lines: [{ sku: 'A', item: 'A', quantity: 2 }],
    })
    store.manners.dropAnswerAfterEffect = 1
    await api('POST', `/v1/returns/${id}/inspections`, {
      inspectionNumber: 'I-1',
      inspectedAt: instantFromEpochMs(nowMs()),
      findings: [
        { lineNo: 1, quantity: 1, condition: 'asNew' },
        { lineNo: 1, quantity: 1, condition: 'damaged' },
      ],
    })
    await until('the refund is settled', async () => (await returns())[0]?.refunds[0]?.['state'] === 'refunded')
    // 2000 for the goods, two thirds of the shipping, less 10 % and the label.
    const amountMinor = 2000 + 333 - 200 - 99
    expect(store.books().orders[0]?.refunds).toMatchObject([{ amountMinor, lines: [{ lineId, quantity: 2 }] }])
    expect((await returns())[0]).toMatchObject({
      custody: 'disposed',
      lines: [{ expected: 1, received: 2, disposed: 2, settled: 2 }],
      refunds: [{ amountMinor, reference: expect.stringContaining('gid://shopify/Refund/') }],
    })
    await until('what was restocked is for sale in Shopify', () => level() === 7)
    expect(await world.db.query('SELECT available, quality_control AS qc FROM stock_position')).toEqual([
      { available: 7, qc: 0 },
    ])

    // The third never comes: the return ends, there too. What the shop pays by itself counts as well.
    aheadMs = 31 * 86_400_000
    await until('the return is closed in Shopify', () => store.books().orders[0]?.returns[0]?.status === 'CLOSED')
    expect((await returns())[0]).toMatchObject({ custody: 'closed', lines: [{ missing: 1, expected: 0 }] })
    store.refundByHand(placed.id, 100)
    const { items } = await api<{ items: { orderId: string }[] }>('GET', '/v1/returns')
    const refunds = () => api<{ items: object[] }>('GET', `/v1/orders/${items[0]?.orderId}/refunds`)
    await until('the hub knows both refunds', async () => (await refunds()).items.length === 2)
    await store.idle()
    await until(
      'all is settled',
      async () => (await world.db.query(`SELECT 1 FROM envelope WHERE state = 'received'`)).length === 0,
    )
    expect(await world.db.query('SELECT paid_minor AS paid, refunded_minor AS refunded FROM order_money')).toEqual([
      { paid: 3500, refunded: amountMinor + 100 },
    ])
    expect(await world.db.query(`SELECT kind, detail FROM exception_case WHERE state = 'open'`)).toEqual([])
    expect(await world.db.query(`SELECT cause FROM quarantine_item`)).toEqual([])
    expect((await checkInvariants(world.db, world.clock.now())).flatMap((each) => each.violations)).toEqual([])
  } finally {
    await server.close()
    await hub.stop()
    await store.close()
  }
}, 300_000)
