/** A whole hub over shipped connectors, whose partners are simulators on loopback; a paper shop sells. For tests of partners end to end. */
import { checkConnection } from '#app/check-connection.ts'
import { createIdSource } from '#app/ids.ts'
import { startHttp } from '#app/http.ts'
import { openHub } from '#app/hub.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { readSettings } from '#app/settings.ts'
import { connectors } from '#connectors/registry.ts'
import { checkInvariants } from '#store/check.ts'
import { LOOP_TIMES, type LoopTimes } from '#workers/start.ts'
import { databases } from './backends.ts'
import { silentLog } from './log.ts'
import { paperPartner } from './paper-partner.ts'

/** Quick where a test waits for it; the rest would only take the machine's time. */
const TIMES: LoopTimes = {
  ...LOOP_TIMES,
  sweepEveryMs: 250,
  timersEveryMs: 1_000,
  canaryEveryMs: 30_000,
  checkEveryMs: 60_000,
  ages: { outboxMs: 200, workMs: 500, instructionMs: 50 },
}

export type PartnerHub = Awaited<ReturnType<typeof openPartnerHub>>

export const aNode = (id: string, more: object = {}) => ({
  id,
  name: id,
  kind: 'warehouse',
  capabilities: ['ship', 'pickup'],
  calendar: {
    timeZone: 'Europe/Paris',
    week: Object.fromEntries(
      ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { open: '00:00', close: '23:59' }]),
    ),
  },
  costs: { currency: 'EUR', packageFixedMinor: 500 },
  ...more,
})

export async function openPartnerHub(network: unknown, environment: Record<string, string>) {
  const shop = paperPartner('paper-shop')
  const [backend] = databases
  if (backend === undefined) throw new Error('there is always PGlite')
  const hub = await openHub(readSettings({ CROSSDOCK_LOG: 'silent' }), {
    database: await backend.database(),
    connectors: [...connectors, shop.connector],
    ids: createIdSource(() => Date.now()),
    environment,
    log: silentLog,
  })
  await applyNetwork(hub.world.db, Network.parse(network))
  await hub.startWorkers(TIMES)
  const server = await startHttp(hub, { host: '127.0.0.1', port: 0 })
  const rows = <R>(sql: string): Promise<R[]> => hub.world.db.query<R>(sql)
  return {
    hub,
    /** Where the hub takes webhooks. */
    url: server.url,
    shop: shop.books,
    rows,
    /** How many rows this FROM clause has. */
    count: async (from: string): Promise<number> =>
      (await rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`))[0]?.n ?? -1,
    /** A document of the paper shop, as if it had been delivered; or of another paper connection. */
    sell: (id: string, document: unknown, connectionId = 'shop') =>
      hub.accept({
        id: hub.world.ids.next('env'),
        connectionId,
        port: 'documents',
        sourceKey: id,
        meta: {},
        raw: Buffer.from(JSON.stringify(document)),
        receivedAt: hub.world.clock.now(),
      }),
    /** What the schedule would do in a while: look at these pull ports now. */
    look: async (connectionId: string, ...ports: string[]): Promise<void> => {
      for (const port of ports) await hub.world.pump.add(`poll-${connectionId}-${port}`, ['now'])
    },
    check: (connectionId: string) => checkConnection(hub, connectionId),
    until: async (what: string, check: () => boolean | Promise<boolean>): Promise<void> => {
      const deadline = Date.now() + 60_000
      while (!(await check())) {
        if (Date.now() > deadline) throw new Error(`it never came to this: ${what}`)
        await new Promise((resolve) => setTimeout(resolve, 40))
      }
    },
    /** Checks every invariant, then stops. */
    stop: async (): Promise<void> => {
      const broken = (await checkInvariants(hub.world.db, hub.world.clock.now())).filter(
        (each) => each.violations.length > 0,
      )
      await server.close()
      await hub.stop()
      if (broken.length > 0) throw new Error(`invariants are broken: ${JSON.stringify(broken)}`)
    },
  }
}
