/** Drift at a real store's rules: a sale whose webhook never came leaves Shopify and the hub apart, until a reconcile repairs it. */
import { expect, test } from 'vitest'
import { createIdSource } from '#app/ids.ts'
import { openHub } from '#app/hub.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { readSettings } from '#app/settings.ts'
import { erp } from '#connectors/erp/connector.ts'
import { shopify } from '#connectors/shopify/connector.ts'
import { startShopifyStore } from '#simulators/shopify/store.ts'
import { reconcilePage } from '#workers/reconcile.ts'
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
      secrets: { clientSecret: 'env:CLIENT_SECRET' },
    },
    { id: 'erp', connector: 'erp', config: { baseUrl: 'http://127.0.0.1:9', allowPrivateAddresses: true } },
  ],
  nodes: [
    {
      id: 'paris',
      name: 'Paris',
      kind: 'warehouse',
      capabilities: ['ship'],
      connection: 'erp',
      calendar: { timeZone: 'Europe/Paris', week: { mon: { open: '00:00', close: '23:59' } } },
      costs: { currency: 'EUR', packageFixedMinor: 500 },
    },
  ],
  products: ['A', 'B', 'NOT-SOLD'].map((sku) => ({ sku, name: sku })),
  crosswalks: [{ connectionId: 'shopify', name: 'node', partnerCode: '11', canonical: 'paris' }],
})

async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`it never came to this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('a reconcile finds what Shopify holds beside what it was told, and a repair sets it by compare-and-set', async () => {
  const store = await startShopifyStore({
    clientId: 'client',
    clientSecret: 'secret',
    fulfillmentOrderDelayMs: 0,
    locations: [{ id: 11, name: 'Paris' }],
    products: ['A', 'B'].map((sku) => ({ sku, title: sku, stock: { Paris: 10 } })),
  })
  const [backend] = databases
  if (backend === undefined) throw new Error('there is always PGlite')
  const hub = await openHub(readSettings({ CROSSDOCK_LOG: 'silent' }), {
    database: await backend.database(),
    connectors: [erp, shopify],
    ids: createIdSource(() => Date.now()),
    environment: { CLIENT_SECRET: 'secret' },
    log: silentLog,
  })
  const { world } = hub
  const level = (sku: string) => store.books().stock.find((row) => row.sku === sku)?.quantities.available
  const compare = (repair: boolean) =>
    reconcilePage(world, 'shopify', { after: undefined, limit: 100, repair }, AbortSignal.timeout(60_000))
  const allTold = () =>
    until('all is told', async () => {
      const waiting = await world.db.query(
        `SELECT 1 FROM availability_change UNION ALL SELECT 1 FROM instruction WHERE state IN ('queued', 'sending', 'unknown')`,
      )
      return waiting.length === 0
    })
  try {
    await applyNetwork(world.db, Network.parse(network(store)))
    await hub.startWorkers(QUICK)
    const rows = ['A', 'B', 'NOT-SOLD'].map((sku, i) => ({ sku, node: 'paris', onHand: 7 + i }))
    await hub.accept({
      id: world.ids.next('env'),
      connectionId: 'erp',
      port: 'stock',
      sourceKey: 'feed-1',
      meta: { contentType: 'application/json' },
      raw: Buffer.from(JSON.stringify({ mode: 'delta', asOf: '2026-11-22T08:00:00Z', rows })),
      receivedAt: world.clock.now(),
    })
    await until('Shopify holds what the hub counts', () => level('A') === 7 && level('B') === 8)
    await allTold()
    expect(await compare(true)).toMatchObject({ checked: 3, differences: [], repaired: 0 })

    store.placeOrder({ lines: [{ sku: 'A', quantity: 2, priceMinor: 1000 }] })
    await store.idle()
    expect(level('A')).toBe(5)
    const difference = { sku: 'A', nodeId: 'paris', should: 7, told: 7, holds: 5 }
    expect(await compare(false)).toMatchObject({ differences: [difference], repaired: 0 })
    expect(level('A')).toBe(5)
    expect(await compare(true)).toMatchObject({ differences: [difference], repaired: 1 })
    await until('Shopify holds it again', () => level('A') === 7)
    await allTold()
    expect(await compare(false)).toMatchObject({ differences: [] })
  } finally {
    await hub.stop()
    await store.close()
  }
}, 180_000)
