/** A whole hub over paper partners: a shop that sells and a partner that runs the nodes. For tests of flows on every backend. */
import { randomBytes } from 'node:crypto'
import { openHub, type Hub } from '#app/hub.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { createIdSource } from '#app/ids.ts'
import { readSettings } from '#app/settings.ts'
import { instantFromEpochMs } from '#core/model/time.ts'
import type { Log } from '#core/ports.ts'
import type { Connector } from '#connectors/contract/connector.ts'
import { checkInvariants } from '#store/check.ts'
import type { PriceTimes } from '#workers/prices/live-prices.ts'
import { LOOP_TIMES, type LoopTimes } from '#workers/start.ts'
import type { Backend } from './backends.ts'
import { silentLog } from './log.ts'
import { paperPartner, type PaperBooks } from './paper-partner.ts'

export type PaperHub = {
  hub: Hub
  shop: PaperBooks
  nodes: PaperBooks
  /** Milliseconds that the hub's clock is ahead of the machine's. */
  clock: { aheadMs: number }
  /** Stores a document as if a partner had sent it. */
  receive: (connectionId: string, id: string, document: unknown) => Promise<{ fresh: boolean }>
  /** Waits until `check` is true; fails with `what` after a minute: far more than a slow machine needs. */
  until: (what: string, check: () => boolean | Promise<boolean>) => Promise<void>
  /** Checks every invariant, then stops. */
  stop: () => Promise<void>
}

export const PAPER_NETWORK = {
  channels: [{ id: 'web', name: 'Web', currency: 'EUR', connection: 'shop' }],
  connections: [
    { id: 'shop', connector: 'paper-shop' },
    { id: 'depot', connector: 'paper-nodes' },
  ],
  nodes: ['north', 'south'].map((id, index) => ({
    id,
    name: id,
    kind: 'warehouse',
    capabilities: ['ship', 'pickup'],
    connection: 'depot',
    calendar: {
      timeZone: 'Europe/Paris',
      week: Object.fromEntries(
        ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { open: '00:00', close: '23:59' }]),
      ),
    },
    costs: { currency: 'EUR', packageFixedMinor: 500 + 100 * index },
  })),
  products: ['SHOE-1', 'SHOE-2', '00123'].map((sku) => ({ sku, name: sku })),
  crosswalks: ['north', 'south'].map((id) => ({ connectionId: 'shop', name: 'node', partnerCode: id, canonical: id })),
}

/** Quick loops, so that what a sweeper does in seconds is seen in a test. */
export const QUICK: LoopTimes = {
  ...LOOP_TIMES,
  sweepEveryMs: 150,
  timersEveryMs: 200,
  checkEveryMs: 500,
  ages: { outboxMs: 100, workMs: 300, instructionMs: 50 },
}

export async function openPaperHub(
  backend: Backend,
  options: {
    log?: Log
    start?: boolean
    network?: unknown
    priceTimes?: PriceTimes
    /** Beside the paper partners. */
    connectors?: readonly Connector[]
    environment?: Record<string, string>
    /** Loops that this test waits for: each turn costs the machine something. */
    times?: Partial<LoopTimes>
  } = {},
): Promise<PaperHub> {
  const shop = paperPartner('paper-shop')
  const nodes = paperPartner('paper-nodes')
  const clock = { aheadMs: 0 }
  const nowMs = (): number => Date.now() + clock.aheadMs
  const settings = readSettings({
    CROSSDOCK_LOG: 'silent',
    CROSSDOCK_REDIS_PREFIX: `t-${randomBytes(6).toString('hex')}`,
    ...(backend.redisUrl === undefined ? {} : { REDIS_URL: backend.redisUrl }),
  })
  const hub = await openHub(settings, {
    database: await backend.database(),
    connectors: [shop.connector, nodes.connector, ...(options.connectors ?? [])],
    environment: options.environment ?? {},
    clock: { now: () => instantFromEpochMs(nowMs()) },
    ids: createIdSource(nowMs),
    log: options.log ?? silentLog,
    ...(options.priceTimes === undefined ? {} : { priceTimes: options.priceTimes }),
  })
  await applyNetwork(hub.world.db, Network.parse(options.network ?? PAPER_NETWORK))
  if (options.start !== false) await hub.startWorkers({ ...QUICK, ...options.times })
  return {
    hub,
    shop: shop.books,
    nodes: nodes.books,
    clock,
    receive: (connectionId, id, document) =>
      hub.accept({
        id: hub.world.ids.next('env'),
        connectionId,
        port: 'documents',
        sourceKey: id,
        meta: {},
        raw: Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)),
        receivedAt: hub.world.clock.now(),
      }),
    until,
    stop: async () => {
      const broken = (await checkInvariants(hub.world.db, hub.world.clock.now())).filter(
        (each) => each.violations.length > 0,
      )
      await hub.stop()
      if (broken.length > 0) throw new Error(`invariants are broken: ${JSON.stringify(broken)}`)
    },
  }
}

async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`it never came to this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
