/** From where? A true Shopify order goes in as its webhook would, and each field finds the way back to its raw place. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openHub } from '#app/hub.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { lastEnvelopes, planOf } from '#app/maps/plan.ts'
import { readSettings } from '#app/settings.ts'
import { connectors } from '#connectors/registry.ts'
import { explainField } from '#http/queries/origins.ts'
import { loadMasterData, loadSkus } from '#store/master-data.ts'
import { liveConnections } from '#workers/master.ts'
import { databases } from '../kit/backends.ts'
import { silentLog } from '../kit/log.ts'
import { QUICK } from '../kit/paper-hub.ts'

const SHOP = 'cascade.myshopify.com'
const raw = readFileSync(new URL('../../mappings/shopify/examples/edited.in.json', import.meta.url))

const network = (overlays: unknown, rows: { partnerCode: string; canonical: string; validFrom?: string }[]) =>
  Network.parse({
    channels: [{ id: 'web', name: 'Web', currency: 'JPY', connection: 'shop' }],
    connections: [{ id: 'shop', connector: 'shopify', config: { shop: SHOP, overlays } }],
    products: [
      { sku: 'SHOE-42', name: 'Shoe', aliases: [{ scheme: 'partner', owner: 'shop', value: '40000000000777' }] },
    ],
    crosswalks: rows.map((row) => ({ connectionId: 'shop', name: 'note', ...row })),
  })

describe.each(databases)('the origins of a field on $name', (backend) => {
  test('tell raw document, place, rule, layer and crosswalk version, and a new overlay counts without a restart', async () => {
    const settings = readSettings({
      CROSSDOCK_LOG: 'silent',
      CROSSDOCK_REDIS_PREFIX: `t-${randomBytes(4).toString('hex')}`,
    })
    const hub = await openHub(settings, { database: await backend.database(), log: silentLog })
    const order = JSON.parse(raw.toString()) as { name: string; updated_at: string }
    const receive = (id: string, document: unknown) =>
      hub.accept({
        id: hub.world.ids.next('env'),
        connectionId: 'shop',
        port: 'orders',
        sourceKey: id,
        meta: { topic: 'orders/updated', shop: SHOP },
        raw: Buffer.from(JSON.stringify(document)),
        receivedAt: hub.world.clock.now(),
      })
    const settled = async (count: number): Promise<void> => {
      for (let i = 0; i < 500; i += 1) {
        const [row] = await hub.world.db.query<{ n: number }>(
          `SELECT count(*) AS n FROM envelope WHERE state <> 'received'`,
        )
        if (row?.n === count) return
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      throw new Error('the documents were not read')
    }
    try {
      await applyNetwork(hub.world.db, network({}, []))
      await hub.startWorkers(QUICK)
      await receive('first', order)
      await settled(1)
      const [stored] = await hub.world.db.query<{ id: string }>('SELECT id FROM sales_order')
      const id = stored?.id ?? ''
      const [number] = await explainField(hub.world.db, id, 'number')
      expect(number).toMatchObject({
        field: '/number',
        kind: 'order',
        connectionId: 'shop',
        map: 'shopify order (webhook)',
        place: { path: '/name' },
        rule: 'name → number (text up to 100)',
        layer: 'base',
        raw: JSON.stringify(order.name),
      })
      expect(number?.crosswalkVersion).toMatch(/^\d+$/)
      expect((await explainField(hub.world.db, id, 'sku')).map((each) => each.place.path)).toContain(
        '/line_items/0/variant_id',
      )
      expect(await explainField(hub.world.db, id, '/nothing')).toEqual([])

      // The partner wants another field for the number from now on: a change of data, while the hub runs.
      await applyNetwork(hub.world.db, network({ order: [{ set: 'number', from: 'po_number', as: { text: 30 } }] }, []))
      await receive('second', { ...order, po_number: 'PO-9', updated_at: '2027-01-01T00:00:00Z' })
      await settled(2)
      const numbers = await explainField(hub.world.db, id, 'number')
      expect(numbers.map((each) => [each.raw, each.layer])).toEqual([
        [JSON.stringify(order.name), 'base'],
        ['"PO-9"', 'connection'],
      ])

      // And before that, a plan says what it would change in what came already.
      const master = await hub.world.master.fresh()
      const now = master.connections.get('shop')
      const changed = liveConnections(
        await loadMasterData(hub.world.db).then((data) => ({
          ...data,
          connections: data.connections.map((row) => ({
            ...row,
            connection: { ...row.connection, config: { shop: SHOP, overlays: { order: [{ drop: 'number' }] } } },
          })),
        })),
        await loadSkus(hub.world.db),
        connectors,
      ).connections.get('shop')
      if (now === undefined || changed === undefined) throw new Error('both must be usable')
      const plan = planOf(await lastEnvelopes(hub.world.db, 'shop', 10), now, changed)
      expect(plan.documents).toBe(2)
      // The first order has no po_number, which the overlay in force demands; without it, it is read again.
      expect(plan.changes.map(({ part, field }) => [part, field])).toContainEqual(['order', '/number'])
      expect(plan.unchanged).toBe(0)
    } finally {
      await hub.stop()
    }
  }, 120_000)
})
