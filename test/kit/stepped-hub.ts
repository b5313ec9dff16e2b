/** A hub over paper partners whose loops do not run: a test says what happens when, one step after the other. */
import type { Connector } from '#connectors/contract/connector.ts'
import { handleDeliver } from '#workers/deliver.ts'
import { handleInbound } from '#workers/inbound.ts'
import { handleRoute } from '#workers/route.ts'
import { handleTimers } from '#workers/timers.ts'
import { checkInvariants } from '#store/check.ts'
import type { Backend } from './backends.ts'
import { openPaperHub, type PaperHub } from './paper-hub.ts'

export type SteppedHub = PaperHub & {
  /** Stores a document of the shop or of the depot and reads it. */
  say: (connectionId: string, document: unknown) => Promise<void>
  route: () => Promise<void>
  /** Delivers what waits for a connection and is due. */
  deliver: (connectionId?: string) => Promise<void>
  timers: () => Promise<void>
  pass: (ms: number) => void
  orderId: (externalId: string) => Promise<string>
  rows: <R = Record<string, unknown>>(sql: string, parameters?: unknown[]) => Promise<R[]>
  count: (from: string) => Promise<number>
  /** The kinds of an order's timeline, in order. */
  timeline: (externalId: string) => Promise<string[]>
  /** Every broken promise; none is what it should be. */
  broken: () => Promise<string[]>
}

export async function openSteppedHub(
  backend: Backend,
  options: { network?: unknown; connectors?: readonly Connector[] } = {},
): Promise<SteppedHub> {
  const paper = await openPaperHub(backend, { start: false, ...options })
  const { world } = paper.hub
  let said = 0
  const rows: SteppedHub['rows'] = (sql, parameters = []) => world.db.query(sql, parameters)
  const idsOf = async (from: string): Promise<string[]> =>
    (await rows<{ id: string }>(`SELECT id FROM ${from} ORDER BY id`)).map((row) => row.id)
  return {
    ...paper,
    rows,
    say: async (connectionId, document) => {
      await paper.receive(connectionId, `said-${(said += 1)}`, document)
      await handleInbound(world, await idsOf(`envelope WHERE state = 'received'`), false)
    },
    route: async () => {
      for (;;) {
        const waiting = await idsOf(`sales_order WHERE routing = 'pending'`)
        if (waiting.length === 0) return
        await handleRoute(world, waiting)
      }
    },
    deliver: (connectionId = 'depot') => handleDeliver(world, connectionId, [], new AbortController().signal),
    timers: () => handleTimers(world),
    pass: (ms) => {
      paper.clock.aheadMs += ms
    },
    orderId: async (externalId) =>
      (await rows<{ id: string }>('SELECT id FROM sales_order WHERE external_id = $1', [externalId]))[0]?.id ?? '',
    count: async (from) => (await rows<{ n: number }>(`SELECT count(*) AS n FROM ${from}`))[0]?.n ?? -1,
    timeline: async (externalId) =>
      (
        await rows<{ kind: string }>(
          'SELECT f.kind FROM fact f JOIN sales_order o ON o.id = f.order_id WHERE o.external_id = $1 ORDER BY f.id',
          [externalId],
        )
      ).map((row) => row.kind),
    broken: async () =>
      (await checkInvariants(world.db, world.clock.now())).flatMap((each) =>
        each.violations.map((violation) => `${each.name}: ${violation.subject} ${violation.problem}`),
      ),
  }
}
