/**
 * The hub's own loops over a database in memory, with a connector plugged in: what the runtime owns is tried where it lives. There is
 * no queue: a process of the kit takes what waits, by a clock that only the kit moves.
 */
import { epochMsOf, plusMs } from '#core/model/time.ts'
import { Channel, Connection } from '#core/model/channel.ts'
import { Node } from '#core/model/node.ts'
import { Product } from '#core/model/product.ts'
import type { Connector, Documents, WebhookPort } from '#connectors/contract/connector.ts'
import type { Exhibit } from '#connectors/contract/exhibit.ts'
import { forgetConnections, nextDueAt, receivedOf } from '#store/connection-books.ts'
import type { Database } from '#store/database.ts'
import { acceptEnvelopes } from '#store/envelopes.ts'
import { dueInstructions, insertInstructions } from '#store/instructions.ts'
import { putChannels, putConnections, putCrosswalks, putNodes, putProducts } from '#store/master-data.ts'
import { migrate } from '#store/migrate.ts'
import { openPglite } from '#store/pglite.ts'
import { nextNumbers } from '#store/sequences.ts'
import { unitOfWork } from '#store/unit.ts'
import { handleDeliver } from '#workers/deliver.ts'
import { handleInbound } from '#workers/inbound.ts'
import { createMasterCache, type MasterCache } from '#workers/master.ts'
import { handlePoll } from '#workers/poll.ts'
import { NO_PRICES } from '#workers/prices/live-prices.ts'
import type { Pump } from '#workers/pump.ts'
import { createBreakers } from '#workers/breaker.ts'
import type { World } from '#workers/world.ts'
import { type Desk, keptLog, type Line, openDesk } from './desk.ts'
import { paperClock, type PaperClock } from './paper-clock.ts'
import { type Death, safely } from './trip.ts'
import { KNOWN_SKUS } from './values.ts'

export type Runtime = {
  db: Database
  clock: PaperClock
  /** A connection of this connector with a channel and a node of its own. */
  tenant: (connector: Connector, exhibit: Exhibit, seed?: string) => Promise<Desk>
  /** A process that works for these connections of one connector; another one knows nothing of what it kept in memory. */
  process: (desks: readonly Desk[], death?: Death) => Process
  /** Takes connections out of the slow data, so that the next ones are not slowed down by them. */
  forget: (desks: readonly Desk[]) => Promise<void>
  close: () => Promise<void>
}

export type Process = {
  world: World
  lines: Line[]
  /** What the HTTP side does with a call: the proof, then the store. Resolves when it would answer 200. */
  receive: (desk: Desk, port: WebhookPort<unknown>, raw: Uint8Array) => Promise<{ fresh: boolean }>
  /** Stores a document as if it had come over the port. */
  store: (desk: Desk, port: string, key: string, raw: Uint8Array, meta: Record<string, string>) => Promise<void>
  poll: (desk: Desk, port: string) => Promise<void>
  /** Asks for something to be told to the partner. */
  tell: (desk: Desk, port: string, kind: string, key: string, document: unknown) => Promise<string>
  /** Reads and sends until nothing is left that could be done within `horizonMs` of the kit's time. */
  work: (horizonMs?: number) => Promise<void>
}

const HOUR_MS = 3_600_000
const MOST_ROUNDS = 80

/** Over a database in memory, or over one that was migrated and has nothing in it yet; `close` closes it. */
export async function openRuntime(given?: Database): Promise<Runtime> {
  const db = given ?? (await openMigrated())
  await putProducts(
    db,
    KNOWN_SKUS.map((sku) => Product.parse({ sku, name: sku })),
  )
  const clock = paperClock()
  let ids = 0
  let tenants = 0
  const masters = new WeakMap<Connector, MasterCache>()
  /** Slow data, read anew whenever it changed: it costs each process the same, and no wait of it is worth dying at. */
  const masterOf = (connector: Connector): MasterCache => {
    const known = masters.get(connector) ?? createMasterCache(db, [connector])
    masters.set(connector, known)
    return known
  }
  const nextId = (prefix: string): string => `${prefix}_kit${String((ids += 1)).padStart(8, '0')}`
  return {
    db,
    clock,
    tenant: async (connector, exhibit, seed) => {
      const name = `kit-${(tenants += 1)}`
      const desk = openDesk(connector, exhibit, {
        connectionId: name,
        channelId: `${name}-shop`,
        nodeId: `${name}-node`,
        clock,
        ...(seed === undefined ? {} : { seed }),
      })
      await writeSlowData(db, desk)
      return desk
    },
    process: (desks, death) => processOf({ db, clock, nextId, masterOf }, desks, death),
    forget: (desks) =>
      forgetConnections(
        db,
        desks.map((desk) => desk.connectionId),
      ),
    close: () => db.close(),
  }
}

async function openMigrated(): Promise<Database> {
  const db = await openPglite({})
  await migrate(db)
  return db
}

async function writeSlowData(db: Database, desk: Desk): Promise<void> {
  const { connectionId, channelId, nodeId, connector, exhibit } = desk
  const secrets = Object.fromEntries(Object.keys(desk.secrets).map((name) => [name, `env:KIT_${name}`]))
  await putConnections(db, [
    Connection.parse({ id: connectionId, connector: connector.id, config: exhibit.config, secrets }),
  ])
  await putChannels(db, [Channel.parse({ id: channelId, name: channelId, currency: 'EUR', connection: connectionId })])
  await putNodes(db, [nodeOf(nodeId, connectionId, exhibit)])
  const rows = { node: { [exhibit.nodeCode]: nodeId }, ...exhibit.codes }
  await putCrosswalks(
    db,
    Object.entries(rows).flatMap(([name, codes]) =>
      Object.entries(codes).map(([partnerCode, canonical]) => ({
        connectionId,
        name,
        partnerCode,
        canonical,
        validFrom: '1970-01-01T00:00:00.000Z' as never,
      })),
    ),
  )
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

const nodeOf = (id: string, connection: string, { method }: Pick<Exhibit, 'method'>): Node =>
  Node.parse({
    id,
    name: id,
    kind: 'warehouse',
    capabilities: [method ?? 'ship'],
    connection,
    calendar: {
      timeZone: 'Europe/Paris',
      week: Object.fromEntries(DAYS.map((day) => [day, { open: '00:00', close: '23:59' }])),
    },
    costs: { currency: 'EUR', packageFixedMinor: 500 },
  })

/** The database, with every wait for it a step of the process. Inside a transaction nothing is: it is done whole or not at all. */
const stepped = (db: Database, { trip }: Pick<Death, 'trip'>): Database => ({
  ...db,
  query: (sql, parameters) => trip('a query', () => db.query(sql, parameters)),
  transaction: (work) => trip('a commit', () => db.transaction(work)),
})

const nothing = (): Promise<void> => Promise.resolve()
/** Nobody takes jobs from it: the kit looks into the tables, as the sweeper does. */
const NO_QUEUE: Pump = {
  add: nothing,
  addOnce: nothing,
  work: () => undefined,
  workAlone: nothing,
  schedule: nothing,
  unschedule: nothing,
  destroy: nothing,
  waiting: () => Promise.resolve(0),
  answers: () => Promise.resolve(true),
  stopWorking: nothing,
  close: nothing,
}

type Ground = {
  db: Database
  clock: PaperClock
  nextId: (prefix: string) => string
  masterOf: (connector: Connector) => MasterCache
}

function processOf(ground: Ground, desks: readonly Desk[], death?: Death): Process {
  const { clock, nextId } = ground
  const by = { trip: death?.trip ?? safely }
  const db = death === undefined ? ground.db : stepped(ground.db, death)
  const log = keptLog()
  const [first] = desks
  if (first === undefined) throw new Error('a process works for at least one connection')
  const master = ground.masterOf(first.connector)
  const contexts = new Map(desks.map((desk) => [desk.connectionId, desk.begin(by.trip)]))
  const world: World = {
    db,
    commit: unitOfWork(db, () => undefined),
    pump: NO_QUEUE,
    clock,
    ids: { next: nextId },
    log,
    master,
    // Limits are data here; that they are kept is tested with the gate.
    gates: { of: () => ({ run: (call) => call() }) },
    breakers: createBreakers(),
    prices: NO_PRICES,
    contextOf: async (connectionId, signal) => {
      const own = contexts.get(connectionId)
      const connection = (await master.fresh()).connections.get(connectionId)
      if (own === undefined || connection === undefined) throw new Error(`${connectionId} cannot be used`)
      return {
        ...own,
        config: connection.config,
        crosswalk: connection.crosswalkAt(clock.now()),
        nextNumbers: (sequence, count) => nextNumbers(db, connectionId, sequence, count),
        log,
        signal,
      }
    },
  }
  const ids = desks.map((desk) => desk.connectionId)
  return {
    world,
    lines: log.lines,
    receive: (desk, port, raw) => receive(world, desk, port, raw),
    store: async (desk, port, sourceKey, raw, meta) => {
      const { connectionId } = desk
      const envelope = { id: nextId('env'), connectionId, port, sourceKey, meta, raw, receivedAt: clock.now() }
      await world.commit((unit) => acceptEnvelopes(unit, [envelope]))
    },
    poll: (desk, port) => handlePoll(world, desk.connectionId, port, desk.stop.signal),
    tell: async (desk, port, kind, key, document) => {
      desk.partner.expect?.(kind as keyof Documents, document)
      const id = nextId('ins')
      await world.commit((unit) =>
        insertInstructions(unit, [
          {
            id,
            connectionId: desk.connectionId,
            port,
            kind,
            businessKey: key,
            subjectId: key,
            document,
            createdAt: clock.now(),
          },
        ]),
      )
      return id
    },
    work: (horizonMs = HOUR_MS) => workUntilQuiet(world, clock, ids, horizonMs),
  }
}

async function receive(
  world: World,
  desk: Desk,
  port: WebhookPort<unknown>,
  raw: Uint8Array,
): Promise<{ fresh: boolean }> {
  const shown = desk.exhibit.inbound[port.name]
  const at = world.clock.now()
  const headers = shown?.headers?.(raw, at, (name) => desk.secrets[name] ?? '') ?? {}
  const request = { headers, body: raw, receivedAt: at }
  const verified = port.verify?.(request, (name) => desk.secrets[name], desk.config)
  if (verified?.ok === false) throw new Error(`the call is refused: ${verified.reason}`)
  const id = world.ids.next('env')
  const fresh = await world.commit((unit) =>
    acceptEnvelopes(unit, [
      {
        id,
        connectionId: desk.connectionId,
        port: port.name,
        sourceKey: port.sourceKey(request),
        meta: port.meta(request),
        raw,
        receivedAt: at,
      },
    ]),
  )
  return { fresh: fresh.has(id) }
}

async function workUntilQuiet(
  world: World,
  clock: PaperClock,
  connectionIds: readonly string[],
  horizonMs: number,
): Promise<void> {
  const deadline = plusMs(clock.now(), horizonMs)
  let before = ''
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const received = await receivedOf(world.db, connectionIds)
    if (received.length > 0) await handleInbound(world, received, round > 0)
    let waiting = received.join()
    for (const connectionId of connectionIds) {
      const due = await dueInstructions(world.db, connectionId, clock.now(), 100)
      if (due.length === 0) continue
      waiting += due.map((row) => `${row.id} ${row.state} ${row.attempts} ${row.lookups}`).join()
      await handleDeliver(
        world,
        connectionId,
        due.map((row) => row.id),
        AbortSignal.timeout(60_000),
      )
    }
    const at = clock.now()
    // What waits as it waited before waits for a person.
    if (waiting !== '' && waiting !== before) before = waiting
    else {
      const next = await nextDueAt(world.db, connectionIds)
      if (next === undefined || next > deadline || epochMsOf(next) <= epochMsOf(at)) return
      clock.advanceTo(plusMs(next, 1))
      before = ''
    }
  }
}
