/** Sets the demo's stage: a hub on the embedded default or on real servers, its partners, and the wires between them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { createApiKey, SCOPES } from '#store/api-keys.ts'
import { createDatabase, dropDatabase } from '#store/databases.ts'
import type { HttpServer } from '#http/server.ts'
import { startHttp } from '../http.ts'
import { type Hub, openHub } from '../hub.ts'
import { createLog } from '../log.ts'
import { applyNetwork } from '../network-file.ts'
import type { Settings } from '../settings.ts'
import { demoNetwork, SECRET_NAMES } from './network.ts'
import { DEMO_SECRETS, type DemoPartners, startPartners } from './partners.ts'
import type { Opening } from './stock.ts'

export type Stage = {
  hub: Hub
  server: HttpServer
  apiKey: string
  partners: DemoPartners
  /** `PGlite`, `PostgreSQL`, `PostgreSQL + Redis`. */
  backend: string
  close: () => Promise<void>
}

export async function setStage(settings: Settings, opening: readonly Opening[], random: () => number): Promise<Stage> {
  const place = await ownDatabase(settings)
  const partners = await startPartners(opening, random)
  const hub = await openHub(
    { ...settings, ...place.settings, redisPrefix: `crossdock-demo-${randomBytes(4).toString('hex')}` },
    { environment: DEMO_SECRETS, log: createLog(settings.logLevel) },
  )
  const { db, clock } = hub.world
  const { shop, erp, supplier } = partners
  await applyNetwork(
    db,
    demoNetwork({
      shop: { url: shop.url, domain: shop.shopDomain, locationOf: (name) => shop.location(name).id },
      erp: { url: erp.url },
      supplier: {
        host: supplier.sftp?.host ?? '',
        port: supplier.sftp?.port ?? 0,
        hostKeySha256: supplier.sftp?.hostKeySha256 ?? '',
      },
    }),
  )
  const { key } = await createApiKey(db, 'demo', SCOPES, clock.now())
  await hub.startWorkers()
  const server = await startHttp(hub, { host: '127.0.0.1', port: settings.port === 8080 ? 0 : settings.port })
  shop.subscribe({ topic: 'orders/create', url: `${server.url}/webhooks/shopify/orders` })
  shop.subscribe({ topic: 'orders/cancelled', url: `${server.url}/webhooks/shopify/orders` })
  for (const topic of ['returns/request', 'returns/approve', 'refunds/create'] as const)
    shop.subscribe({ topic, url: `${server.url}/webhooks/shopify/returns` })
  erp.connectHub({
    stockUrl: `${server.url}/v1/stock/erp`,
    apiKey: key,
    webhookUrl: `${server.url}/webhooks/erp/events`,
    webhookSecret: DEMO_SECRETS[SECRET_NAMES.erpWebhook] ?? '',
  })
  return {
    hub,
    server,
    apiKey: key,
    partners,
    backend:
      settings.databaseUrl === undefined
        ? 'PGlite'
        : settings.redisUrl === undefined
          ? 'PostgreSQL'
          : 'PostgreSQL + Redis',
    close: async () => {
      await partners.close()
      await server.close()
      await hub.stop()
      await place.remove()
    },
  }
}

type Place = { settings: Partial<Settings>; remove: () => Promise<void> }

/** The demo never writes into a database that is somebody's: it makes its own and takes it away again. */
async function ownDatabase(settings: Settings): Promise<Place> {
  if (settings.databaseUrl === undefined) {
    const dataFolder = mkdtempSync(join(tmpdir(), 'crossdock-demo-'))
    return {
      settings: { dataFolder },
      remove: () => Promise.resolve(rmSync(dataFolder, { recursive: true, force: true })),
    }
  }
  const server = settings.databaseUrl
  const name = `crossdock_demo_${randomBytes(4).toString('hex')}`
  const url = await createDatabase(server, name)
  return { settings: { databaseUrl: url }, remove: () => dropDatabase(server, name) }
}
