/**
 * One seed of the whole hub: its own workers over its own store, with a schedule in the place of the queue, a clock that jumps from one
 * happening to the next, and partners that misbehave by chance. The queue loses and repeats jobs, and workers die before or after any of
 * their commits. The same seed is the same day, step by step.
 */
import { createContexts } from '#app/contexts.ts'
import { createIdSource } from '#app/ids.ts'
import { seededRandom } from '#core/random.ts'
import { instantFromEpochMs } from '#core/model/time.ts'
import type { Outcome } from '#core/outcome.ts'
import type { Connector } from '#connectors/contract/connector.ts'
import type { Database } from '#store/database.ts'
import { acceptEnvelopes } from '#store/envelopes.ts'
import { deliverQueue } from '#store/instructions.ts'
import { forgetPublished } from '#store/outbox.ts'
import { type StoredMessage, type Unit, unitOfWork } from '#store/unit.ts'
import { handleDeliver } from '#workers/deliver.ts'
import { publish } from '#workers/flusher.ts'
import { createBreakers } from '#workers/breaker.ts'
import { createGates } from '#workers/gate.ts'
import { handleInbound } from '#workers/inbound.ts'
import { createMasterCache } from '#workers/master.ts'
import { handlePublish } from '#workers/publish.ts'
import type { Pump } from '#workers/pump.ts'
import { handleRoute } from '#workers/route.ts'
import { handleStockRules } from '#workers/stock-rules.ts'
import { handleSweep } from '#workers/sweeper.ts'
import { handleTimers } from '#workers/timers.ts'
import { NO_PRICES } from '#workers/prices/live-prices.ts'
import type { World } from '#workers/world.ts'
import type { PaperHub } from '../kit/paper-hub.ts'
import { evidenceOf, problemsOf } from './books.ts'
import { withinRollback } from './database.ts'
import { MIDDLE_CITY } from './network.ts'
import { Nodes } from './nodes.ts'
import { type Chance, Schedule } from './schedule.ts'
import { Shop } from './shop.ts'

const START_MS = Date.parse('2026-11-23T08:00:00.000Z')
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const SKUS = ['SHOE-1', 'SHOE-2', '00123'] as const
const NODES = ['north', 'south', 'middle'] as const
/** Between two happenings that lie further apart than this, the hub's own clocks tick once. */
const TICK_AFTER_MS = 30 * MINUTE_MS
/** When nothing else happens, time goes on by these steps, so that what is overdue becomes so. */
const IDLE_STEPS_MS = [10 * MINUTE_MS, 6 * HOUR_MS, 25 * HOUR_MS, 25 * HOUR_MS]
/** A day that is not over by then never will be. */
const MAX_STEPS = 3_000

class Died extends Error {}

export type Outcomes = { hash: string; problems: string[]; lines: string[] }

export async function runSeed(paper: PaperHub, seed: number): Promise<Outcomes> {
  const { connections } = await paper.hub.world.master.fresh()
  const connectors = [...connections.values()].map((connection) => connection.connector)
  return withinRollback(paper.hub.world.db, (db) => new Day(paper, connectors, db, seed).run())
}

class Day {
  readonly #paper: PaperHub
  readonly #db: Database
  readonly #chance: Chance
  readonly #schedule: Schedule
  readonly #world: World
  readonly #nodes: Nodes
  readonly #shop: Shop
  #lastTickMs = START_MS
  #failures: string[] = []

  constructor(paper: PaperHub, connectors: readonly Connector[], db: Database, seed: number) {
    const random = seededRandom(seed)
    this.#chance = {
      next: () => random.next(),
      below: (n) => Math.floor(random.next() * n),
      happens: (share) => random.next() < share,
    }
    this.#paper = paper
    this.#db = db
    const schedule = new Schedule(START_MS, this.#chance)
    this.#schedule = schedule
    const clock = { now: () => instantFromEpochMs(schedule.nowMs) }
    const master = createMasterCache(db, connectors)
    const { log } = paper.hub.world
    this.#world = {
      db,
      log,
      master,
      contextOf: createContexts({ db, master, clock, log, environment: {} }).of,
      commit: unitOfWork(db, (messages) => this.#flush(messages)),
      pump: this.#pump(),
      clock,
      // Not the seed's chance: how many ids are drawn must not change what happens.
      ids: createIdSource(() => schedule.nowMs, pseudoBytes(seed)),
      gates: createGates(),
      breakers: createBreakers(),
      prices: NO_PRICES,
    }
    forgetBooks(paper)
    const opening = (most: number): Record<string, number> =>
      Object.fromEntries(SKUS.map((sku) => [sku, this.#chance.below(most)]))
    this.#nodes = new Nodes(
      paper.nodes,
      schedule,
      this.#chance,
      (what, id, document) => this.#say('depot', what, id, document),
      {
        north: opening(7),
        south: opening(4),
        middle: opening(3),
      },
      (city) => (city === MIDDLE_CITY ? 'middle' : undefined),
    )
    this.#shop = new Shop(schedule, this.#chance, (what, id, document) => this.#say('shop', what, id, document))
  }

  async run(): Promise<Outcomes> {
    // A shop that knows no place of ours is told no numbers: most days are about orders, and cost half as much.
    if (this.#chance.happens(0.8)) await this.#db.query('DELETE FROM crosswalk')
    for (const node of NODES) this.#nodes.count(node)
    for (let order = 0; order < 1 + this.#chance.below(3); order++)
      this.#schedule.after(this.#chance.next() * 12 * HOUR_MS, 'a customer buys', () =>
        Promise.resolve(this.#shop.buy(SKUS)),
      )
    if (this.#chance.happens(0.4))
      this.#schedule.after(this.#chance.next() * 12 * HOUR_MS, 'a node counts', () =>
        Promise.resolve(this.#nodes.count('north')),
      )
    await this.#untilQuiet()
    await this.#lastCounts()
    const books = { nodes: this.#nodes, shop: this.#shop, told: this.#paper.shop.shipmentsTold }
    const problems = [...this.#failures, ...(await problemsOf(this.#db, this.#world.clock.now(), books))]
    if (problems.length > 0) this.#schedule.lines.push(...(await evidenceOf(this.#db)))
    return { hash: this.#schedule.hash, problems, lines: this.#schedule.lines }
  }

  /** What the hub does by itself from time to time. */
  async #tick(): Promise<void> {
    this.#lastTickMs = this.#schedule.nowMs
    await handleSweep(this.#world, { outboxMs: 0, workMs: 30_000, instructionMs: 1_000 })
    await handleTimers(this.#world)
  }

  /** A queue that loses jobs, repeats them, and gives them late. */
  #pump(): Pump {
    const add = (queue: string, ids: readonly string[]): Promise<void> => {
      if (this.#chance.happens(0.04)) return Promise.resolve()
      const copies = this.#chance.happens(0.04) ? 2 : 1
      for (let copy = 0; copy < copies; copy++)
        this.#schedule.after(this.#chance.next() * 5_000, JOB, () => this.#job(queue, [...ids], 1))
      return Promise.resolve()
    }
    const refuse = (): never => {
      throw new Error('not in a simulation')
    }
    return {
      add,
      addOnce: (queue) => add(queue, [queue]),
      work: refuse,
      workAlone: refuse,
      schedule: refuse,
      unschedule: refuse,
      destroy: refuse,
      waiting: () => Promise.resolve(0),
      answers: () => Promise.resolve(true),
      stopWorking: () => Promise.resolve(),
      close: () => Promise.resolve(),
    }
  }

  #flush(messages: StoredMessage[]): void {
    for (const [queue, group] of Map.groupBy(messages, (message) => message.queue))
      void publish(queue, group, this.#world.pump.add)
    // Some rows stay, as after a death before they were forgotten: the relay hands them over once more.
    if (this.#chance.happens(0.9))
      this.#schedule.after(0, JOB, () =>
        forgetPublished(
          this.#db,
          messages.map((message) => message.outboxId),
        ),
      )
  }

  async #job(queue: string, ids: string[], attempt: number): Promise<void> {
    const world = this.#chance.happens(0.05) ? this.#mortal() : this.#world
    if (queue.startsWith('deliver-')) this.#misbehave(queue)
    try {
      await this.#handle(world, queue, ids, attempt > 1)
      this.#schedule.note(`${queue} ${ids.length}`)
    } catch (error) {
      this.#schedule.note(`${queue} ${ids.length} ended: ${error instanceof Error ? error.message : 'it failed'}`)
      if (!(error instanceof Died) && attempt >= 5)
        this.#failures.push(`${queue} failed five times: ${error instanceof Error ? (error.stack ?? '') : ''}`)
      // A worker that died gives its job back when its lock ends; one that threw tries again.
      else this.#schedule.after(attempt * 30_000, JOB, () => this.#job(queue, ids, attempt + 1))
    }
    this.#nodes.look()
  }

  async #handle(world: World, queue: string, ids: string[], retried: boolean): Promise<void> {
    if (queue === 'inbound') return handleInbound(world, ids, retried)
    if (queue === 'route') return handleRoute(world, ids)
    if (queue === 'publish') return handlePublish(world)
    if (queue === 'stock-rules') return handleStockRules(world)
    if (queue.startsWith('deliver-'))
      return handleDeliver(world, queue.slice('deliver-'.length), ids, new AbortController().signal)
    throw new Error(`nobody works the queue ${queue}`)
  }

  /** The same world in a process that dies at one of its next commits: before it, or just after it. */
  #mortal(): World {
    let left = this.#chance.below(3)
    const after = this.#chance.happens(0.5)
    const silent = unitOfWork(this.#db, () => undefined)
    return {
      ...this.#world,
      commit: async <T>(work: (unit: Unit) => Promise<T>): Promise<T> => {
        if (left > 0) {
          left -= 1
          return this.#world.commit(work)
        }
        if (!after) throw new Died('the worker died before its commit')
        await silent(work)
        throw new Died('the worker died after its commit')
      },
    }
  }

  #misbehave(queue: string): void {
    const books = queue === deliverQueue('shop') ? this.#paper.shop : this.#paper.nodes
    books.next.length = 0
    if (!this.#chance.happens(0.15)) return
    const after = this.#chance.happens(0.5)
    const outcomes: Outcome[] = [
      { kind: 'unknown', code: 'sim.lost', message: 'the answer was lost' },
      ...(after
        ? []
        : [
            { kind: 'throttled' as const, retryAfterMs: 30_000 },
            { kind: 'unavailable' as const, fault: 'transient' as const, code: 'sim.away', message: 'it is away' },
          ]),
    ]
    const outcome = outcomes[this.#chance.below(outcomes.length)]
    if (outcome !== undefined) books.next.push({ outcome, after })
  }

  #say(connectionId: string, what: string, id: string, document: unknown): void {
    this.#schedule.after(0, 'a document is stored', async () => {
      this.#schedule.note(`${connectionId} says ${what} ${id}`)
      const envelopeId = this.#world.ids.next('env')
      await this.#world.commit((unit) =>
        acceptEnvelopes(unit, [
          {
            id: envelopeId,
            connectionId,
            port: 'documents',
            sourceKey: id,
            meta: {},
            raw: Buffer.from(JSON.stringify(document)),
            receivedAt: this.#world.clock.now(),
          },
        ]),
      )
    })
  }

  async #isQuiet(): Promise<boolean> {
    const [row] = await this.#db.query<{ n: number }>(
      `SELECT (SELECT count(*) FROM envelope WHERE state = 'received') + (SELECT count(*) FROM sales_order WHERE routing = 'pending')
            + (SELECT count(*) FROM instruction WHERE state IN ('queued', 'sending', 'unknown')) AS n`,
    )
    return row?.n === 0
  }

  /** Goes on until nothing happens any more and nothing waits, whatever becomes overdue meanwhile. */
  async #untilQuiet(): Promise<void> {
    let idle = 0
    for (let steps = 0; steps < MAX_STEPS;) {
      const happening = this.#schedule.next()
      if (happening === undefined) {
        if (idle >= IDLE_STEPS_MS.length && (await this.#isQuiet())) return
        this.#schedule.nowMs += IDLE_STEPS_MS[idle % IDLE_STEPS_MS.length] ?? HOUR_MS
        idle += 1
        await this.#tick()
        continue
      }
      steps += 1
      if (happening.name !== JOB) idle = 0
      if (happening.atMs - this.#lastTickMs > TICK_AFTER_MS) {
        this.#schedule.nowMs = Math.max(this.#schedule.nowMs, happening.atMs - 1)
        await this.#tick()
      }
      this.#schedule.nowMs = Math.max(this.#schedule.nowMs, happening.atMs)
      await happening.run()
    }
    this.#failures.push('the day never ended')
  }

  /** Each node counts once more, and again while a count finds units that somebody waited for. */
  async #lastCounts(): Promise<void> {
    for (let known = -1; known !== this.#nodes.jobs.size;) {
      known = this.#nodes.jobs.size
      for (const node of NODES) this.#nodes.count(node)
      await this.#untilQuiet()
    }
  }
}

const JOB = 'a job is worked'

function forgetBooks({ shop, nodes }: PaperHub): void {
  for (const books of [shop, nodes]) {
    books.requests.clear()
    books.availability.clear()
    books.cancels.length = books.cancelDocuments.length = books.shipmentsTold.length = books.next.length = 0
  }
}

function pseudoBytes(seed: number): (count: number) => Uint8Array {
  const random = seededRandom(seed ^ 0x5eed)
  return (count) => Uint8Array.from({ length: count }, () => Math.floor(random.next() * 256))
}
