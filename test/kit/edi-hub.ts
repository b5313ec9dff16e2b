/** A whole hub that trades with one simulated EDI partner over a real SFTP server; orders come in by the API's own entrance. */
import { randomBytes } from 'node:crypto'
import { openHub, type Hub } from '#app/hub.ts'
import { createIdSource } from '#app/ids.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { readSettings } from '#app/settings.ts'
import type { Instant } from '#core/model/time.ts'
import { OrderInput } from '#core/model/order.ts'
import { checkInvariants } from '#store/check.ts'
import { anOrder } from './builders.ts'
import { databases, type Backend } from './backends.ts'
import type { LoopTimes } from '#workers/start.ts'
import { silentLog } from './log.ts'
import { QUICK } from './paper-hub.ts'

export type EdiHub = {
  hub: Hub
  /** Captures an order of the web channel, with one line for each SKU, and gives its id. */
  order: (number: string, lines: Record<string, number>) => Promise<string>
  /** The same order, cancelled by its channel. */
  cancel: (number: string, lines: Record<string, number>) => Promise<void>
  /** The same order, with other quantities. */
  revise: (number: string, lines: Record<string, number>) => Promise<void>
  count: (from: string) => Promise<number>
  rows: <Row extends Record<string, unknown>>(sql: string) => Promise<Row[]>
  until: (what: string, check: () => boolean | Promise<boolean>) => Promise<void>
  /** Checks every invariant, then stops. */
  stop: () => Promise<void>
}

export type EdiPartner = {
  connector: string
  sftp: { host: string; port: number; hostKeySha256: string } | undefined
  config: Record<string, unknown>
  node: { id: string; kind: 'supplier' | 'threePl'; capability: 'ship' | 'dropShip'; code: string }
  /** Our SKU → what the partner calls it. */
  products: Record<string, string>
}

/** Where one backend is enough: PostgreSQL where there is one. */
export const oneDatabase = databases.at(-1) as Backend

/** What a partner does shows in its own time; the hub's own rounds may be rare. */
const RARE: LoopTimes = {
  ...QUICK,
  sweepEveryMs: 500,
  timersEveryMs: 1_000,
  canaryEveryMs: 5_000,
  checkEveryMs: 60_000,
}

const PASSWORD = 'right'
const WEEK = Object.fromEntries(
  ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { open: '00:00', close: '23:59' }]),
)

/** When the partner counted what it opens with: before anything of the test left its house. */
export const LONG_AGO = '2026-11-01T00:00:00.000Z' as Instant

export const EDI_LOGIN = { username: 'hub', password: PASSWORD }

export async function openEdiHub(backend: Backend, partner: EdiPartner): Promise<EdiHub> {
  const { host = '', port = 0, hostKeySha256 = '' } = partner.sftp ?? {}
  const settings = readSettings({
    CROSSDOCK_LOG: 'silent',
    CROSSDOCK_REDIS_PREFIX: `t-${randomBytes(6).toString('hex')}`,
    ...(backend.redisUrl === undefined ? {} : { REDIS_URL: backend.redisUrl }),
  })
  const hub = await openHub(settings, {
    database: await backend.database(),
    ids: createIdSource(() => Date.now()),
    log: silentLog,
    environment: { PASSWORD },
  })
  const { node } = partner
  await applyNetwork(
    hub.world.db,
    Network.parse({
      channels: [{ id: 'web', name: 'Web', currency: 'EUR' }],
      parties: [{ id: 'acme', name: 'Acme', role: node.kind === 'supplier' ? 'supplier' : 'carrier' }],
      connections: [
        {
          id: 'acme',
          connector: partner.connector,
          party: 'acme',
          config: {
            host,
            port,
            username: 'hub',
            login: 'password',
            hostKeySha256: [hostKeySha256],
            allowPrivateAddresses: true,
            partnerArchiveFolder: '/archive',
            pollEveryMs: 100,
            minAgeMs: 50,
            ...partner.config,
          },
          secrets: { password: 'env:PASSWORD' },
        },
      ],
      nodes: [
        {
          id: node.id,
          name: node.id,
          kind: node.kind,
          capabilities: [node.capability],
          connection: 'acme',
          party: 'acme',
          calendar: { timeZone: 'Europe/Paris', week: WEEK },
          costs: { currency: 'EUR', packageFixedMinor: 500 },
        },
      ],
      products: Object.entries(partner.products).map(([sku, value]) => ({
        sku,
        name: sku,
        aliases: [{ scheme: 'partner', owner: 'acme', value }],
      })),
      crosswalks: [{ connectionId: 'acme', name: 'node', partnerCode: node.code, canonical: node.id }],
    }),
  )
  await hub.startWorkers(RARE)
  const documentOf = (number: string, lines: Record<string, number>, more: Record<string, unknown>) => {
    const shipTo = { name: 'Ada', line1: '1 Rue de Test', city: 'Paris', postcode: '75001', country: 'FR' }
    const made = anOrder(number, typeof more['revisedAt'] === 'string' ? more['revisedAt'] : undefined).with({
      shipTo,
      ...more,
    })
    for (const [sku, quantity] of Object.entries(lines)) made.line(sku, quantity)
    return OrderInput.parse(made.document.value)
  }
  const rows = <Row extends Record<string, unknown>>(sql: string) => hub.world.db.query<Row>(sql)
  return {
    hub,
    rows,
    order: async (number, lines) => (await hub.captureOrder(documentOf(number, lines, {}), 'api:test')).orderId ?? '',
    cancel: async (number, lines) => {
      const at = '2026-11-22T11:00:00.000Z'
      await hub.captureOrder(documentOf(number, lines, { revisedAt: at, cancelledAt: at }), 'api:test')
    },
    revise: async (number, lines) => {
      await hub.captureOrder(documentOf(number, lines, { revisedAt: '2026-11-22T10:59:00.000Z' }), 'api:test')
    },
    count: async (from) => (await rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`))[0]?.n ?? -1,
    until: async (what, check) => {
      const deadline = Date.now() + 50_000
      while (!(await check())) {
        if (Date.now() > deadline) {
          const waiting = await rows(`SELECT code, place, rule, value FROM quarantine_item WHERE state = 'open'`)
          throw new Error(`it never came to this: ${what}; in quarantine: ${JSON.stringify(waiting)}`)
        }
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    stop: async () => {
      const broken = (await checkInvariants(hub.world.db, hub.world.clock.now())).filter(
        (each) => each.violations.length > 0,
      )
      await hub.stop()
      if (broken.length > 0) throw new Error(`invariants are broken: ${JSON.stringify(broken)}`)
    },
  }
}
