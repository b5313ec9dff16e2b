/** Documents of a live hub become fixtures: no person is left in them, and the connector still reads them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHub } from '../hub.ts'
import { applyNetwork, Network } from '../network-file.ts'
import { readSettings } from '../settings.ts'
import { connector } from './connector.ts'

test('what a shop sent is recorded without its customer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-record-'))
  const settings = readSettings({ CROSSDOCK_DATA: join(folder, 'data'), CROSSDOCK_LOG: 'silent' })
  const hub = await openHub(settings)
  const order = readFileSync('mappings/shopify/examples/mixed-pickup.in.json', 'utf8')
  const { shipping_address: to } = JSON.parse(order) as { shipping_address: { name: string; address1: string } }
  try {
    await applyNetwork(
      hub.world.db,
      Network.parse({
        channels: [{ id: 'web', name: 'Web', currency: 'EUR', connection: 'shop' }],
        connections: [{ id: 'shop', connector: 'shopify', config: { shop: 'a.myshopify.com' } }],
      }),
    )
    await hub.accept({
      id: hub.world.ids.next('env'),
      connectionId: 'shop',
      port: 'orders',
      sourceKey: 'one',
      meta: { topic: 'orders/create' },
      raw: Buffer.from(order),
      receivedAt: hub.world.clock.now(),
    })
  } finally {
    await hub.stop()
  }
  const printed: string[] = []
  const run = (positionals: string[], values: Record<string, string>): Promise<number> =>
    Promise.resolve(connector.run({ positionals, values, settings, print: (line) => void printed.push(line) }))
  try {
    const out = join(folder, 'fixtures')
    expect(await run(['record', 'shop'], { out })).toBe(0)
    expect(readdirSync(out).toSorted()).toEqual(['orders-001.json', 'recorded.json'])
    const clean = readFileSync(join(out, 'orders-001.json'), 'utf8')
    expect(clean).not.toContain(to.address1)
    const read = JSON.parse(clean) as { line_items: unknown; name: string }
    expect(read.line_items).toEqual((JSON.parse(order) as typeof read).line_items)
    expect(JSON.parse(readFileSync(join(out, 'recorded.json'), 'utf8'))).toMatchObject([
      { file: 'orders-001.json', port: 'orders', meta: { topic: 'orders/create' } },
    ])
    expect(await run(['record', 'nobody'], { out })).toBe(1)
    expect(printed.at(-1)).toContain('Nothing that nobody sent is stored')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
