/** The hub, wired: the one file that brings database, queue, connectors, workers and API together. */
import type { OrderInput } from '#core/model/order.ts'
import type { Clock, IdSource, Log } from '#core/ports.ts'
import { connectors as shippedConnectors } from '#connectors/registry.ts'
import type { Database } from '#store/database.ts'
import { acceptEnvelopes, type NewEnvelope } from '#store/envelopes.ts'
import { migrate } from '#store/migrate.ts'
import { openPglite } from '#store/pglite.ts'
import { openPostgres } from '#store/postgres.ts'
import { unitOfWork } from '#store/unit.ts'
import { coalesce } from '#workers/accept.ts'
import { applyAnswers, API_CONNECTION, type NodeAnswer } from '#workers/apply-fulfillment.ts'
import { applyOrders, type Captured } from '#workers/apply-orders.ts'
import { createFlusher, type Flusher } from '#workers/flusher.ts'
import { createBreakers } from '#workers/breaker.ts'
import { createGates } from '#workers/gate.ts'
import { createMasterCache } from '#workers/master.ts'
import { openPump, type PumpBackend } from '#workers/pump.ts'
import { type Loops, type LoopTimes, startLoops } from '#workers/start.ts'
import type { Verdict } from '#workers/verdict.ts'
import type { Connector } from '#connectors/contract/connector.ts'
import { createLivePrices, NO_PRICES, type PriceTimes } from '#workers/prices/live-prices.ts'
import type { World } from '#workers/world.ts'
import { retryRaces } from '#workers/races.ts'
import { type CartAnswer, type CartRequest, reserveCarts } from '#workers/reserve.ts'
import { systemClock } from './clock.ts'
import { type Contexts, createContexts } from './contexts.ts'
import { createIdSource } from './ids.ts'
import { createLog } from './log.ts'
import type { Settings } from './settings.ts'

export type Hub = {
  world: World
  contexts: Contexts
  flusher: Flusher
  /** Resolves after the commit that holds the document; `fresh` is false for one that was here already. */
  accept: (envelope: NewEnvelope) => Promise<{ fresh: boolean }>
  captureOrder: (order: OrderInput, actor: string) => Promise<Captured>
  answerRequest: (answer: NodeAnswer, actor: string) => Promise<Verdict>
  /** A cart's wish; many carts of one moment share a commit, first come first served. */
  reserve: (cart: CartRequest) => Promise<CartAnswer>
  startWorkers: (times?: LoopTimes) => Promise<Loops>
  /** Ends in order: no new jobs, running ones finish, outbox flushed, sockets and database closed. */
  stop: () => Promise<void>
}

export type HubParts = {
  clock?: Clock
  ids?: IdSource
  log?: Log
  connectors?: readonly Connector[]
  environment?: Readonly<Record<string, string | undefined>>
  /** Other times than those of a live hub, for the shadow prices: for tests. */
  priceTimes?: PriceTimes
  /** An open database instead of the one the settings name: for tests. */
  database?: Database
}

const STOP_DEADLINE_MS = 20_000
/** Requests that share one commit. */
const MAX_COALESCED = 500
/** Carts are small, and a hot SKU is locked once a round: more of them share one. */
const MAX_CARTS = 2_000
/** How long a commit of requests waits for company when it follows another without rest. */
const MAX_PAUSE_MS = 15

export async function openHub(settings: Settings, parts: HubParts = {}): Promise<Hub> {
  const log = parts.log ?? createLog(settings.logLevel)
  const clock = parts.clock ?? systemClock
  const ids = parts.ids ?? createIdSource(() => Date.now())
  const db = parts.database ?? (await openDatabase(settings, log))
  await migrate(db)
  const backend: PumpBackend =
    settings.redisUrl === undefined
      ? { kind: 'database', pool: db.queuePool() }
      : { kind: 'redis', url: settings.redisUrl, prefix: settings.redisPrefix }
  const pump = await openPump(backend, log)
  const flusher = createFlusher(db, pump.add, log)
  const master = createMasterCache(db, parts.connectors ?? shippedConnectors)
  const contexts = createContexts({ db, master, clock, log, environment: parts.environment ?? process.env })
  const world: World = {
    db,
    commit: unitOfWork(db, flusher.flush),
    pump,
    clock,
    ids,
    log,
    master,
    gates: createGates(),
    breakers: createBreakers(),
    prices: settings.prices === 'off' ? NO_PRICES : createLivePrices({ db, master, clock, log }, parts.priceTimes),
    contextOf: contexts.of,
  }
  return {
    world,
    contexts,
    flusher,
    ...entrances(world),
    startWorkers: async (times) => {
      const loops = await startLoops(world, times)
      world.prices.start()
      return loops
    },
    stop: async () => {
      await pump.stopWorking(STOP_DEADLINE_MS)
      await world.prices.stop()
      await flusher.idle()
      await pump.close()
      await contexts.close()
      await db.close()
    },
  }
}

export async function openDatabase(
  settings: Pick<Settings, 'databaseUrl' | 'databasePoolSize' | 'dataFolder'>,
  log: Log,
): Promise<Database> {
  if (settings.databaseUrl === undefined) return openPglite({ folder: settings.dataFolder })
  return openPostgres({
    url: settings.databaseUrl,
    poolSize: settings.databasePoolSize,
    onError: (message) => log.warn('a database connection broke', { error: message }),
  })
}

/** The ways in from HTTP. Callers of one moment share one commit. */
function entrances(world: World): Pick<Hub, 'accept' | 'captureOrder' | 'answerRequest' | 'reserve'> {
  const accept = coalesce<NewEnvelope, { fresh: boolean }>(
    async (envelopes) => {
      const fresh = await world.commit((unit) => acceptEnvelopes(unit, envelopes))
      return envelopes.map((envelope) => ({ fresh: fresh.has(envelope.id) }))
    },
    MAX_COALESCED,
    MAX_PAUSE_MS,
  )

  const captureOrder = coalesce<{ order: OrderInput; actor: string }, Captured>(
    async (orders) => {
      await world.master.fresh()
      const incoming = orders.map(({ order, actor }) => ({
        envelopeId: actor,
        connectionId: actor,
        part: '',
        value: order,
      }))
      return retryRaces(() => world.commit((unit) => applyOrders(unit, world, incoming, world.clock.now())))
    },
    MAX_COALESCED,
    MAX_PAUSE_MS,
  )

  const reserve = coalesce<CartRequest, CartAnswer>((carts) => reserveCarts(world, carts), MAX_CARTS)

  return {
    accept,
    reserve,
    captureOrder: (order, actor) => captureOrder({ order, actor }),
    answerRequest: async (answer, actor) => {
      await world.master.fresh()
      const [verdict] = await retryRaces(() =>
        world.commit((unit) =>
          applyAnswers(
            unit,
            world,
            [{ envelopeId: actor, connectionId: API_CONNECTION, part: '', value: answer }],
            world.clock.now(),
          ),
        ),
      )
      return verdict ?? { kind: 'duplicate' }
    },
  }
}
