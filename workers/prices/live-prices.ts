/**
 * Shadow prices for the live router: read what was ordered lately and what is in stock, let the thread work out what units and
 * places of a day are worth, and swap the answer in with one assignment. Decisions take whatever prices are there, or none; they never wait.
 */
import { faultMessage } from '#core/fault.ts'
import type { Node } from '#core/model/node.ts'
import { epochMsOf, type Instant, plusMs } from '#core/model/time.ts'
import type { Clock, Log } from '#core/ports.ts'
import { placesPerHorizon } from '#core/routing/capacity.ts'
import { demandGroups } from '#core/routing/prices/demand-groups.ts'
import { type OpportunityPrice, priceLookup, type PriceQuestion } from '#core/routing/prices/opportunity.ts'
import { DEFAULT_ROUTING_POLICY } from '#core/routing/policy.ts'
import { type PreparedNodes, prepareNodes } from '#core/routing/prepared-nodes.ts'
import type { OpportunityPrices } from '#core/routing/price-columns.ts'
import type { PlanHooks } from '#core/routing/routing-plan.ts'
import type { Database } from '#store/database.ts'
import { recordedOrders } from '#store/demand.ts'
import { loadPositions } from '#store/stock.ts'
import type { MasterCache } from '../master.ts'
import { capacityOf } from '../capacity-used.ts'
import { type PriceThread, startPriceThread } from './price-thread.ts'

export type LivePrices = {
  /** The hooks for `plan`; none while there are no prices. */
  readonly hooksFor: (nodes: PreparedNodes) => Pick<PlanHooks, 'opportunity'>
  /** Works prices out anew, and says how many there are. */
  readonly refresh: () => Promise<number>
  /** Refreshes now and again and again, until stopped. */
  readonly start: () => void
  readonly stop: () => Promise<void>
}

export type PriceTimes = {
  readonly everyMs: number
  /** Recorded demand that the forecast is learned from, and the time ahead that stock must last for. */
  readonly historyMs: number
  readonly horizonMs: number
  /** With fewer recorded orders than this there are no prices: a forecast from so few is chance. */
  readonly minOrders: number
}

const DAY_MS = 24 * 60 * 60_000
export const PRICE_TIMES: PriceTimes = {
  everyMs: 5 * 60_000,
  historyMs: 28 * DAY_MS,
  horizonMs: 7 * DAY_MS,
  minOrders: 1_000,
}

const MAX_ORDERS = 200_000
/** Kinds of orders in the linear program; more make it slower than its prices are fresh. */
const MAX_GROUPS = 400
/** Prices that could not be refreshed for so many turns are worse than none. */
const STALE_AFTER_TURNS = 6

export const NO_PRICES: LivePrices = {
  hooksFor: () => ({}),
  refresh: () => Promise.resolve(0),
  start: () => undefined,
  stop: () => Promise.resolve(),
}

type Parts = { db: Database; master: MasterCache; clock: Clock; log: Log }
type Latest = {
  prices: readonly OpportunityPrice[]
  atMs: number
  nodes?: PreparedNodes
  opportunity?: OpportunityPrices
}

export function createLivePrices({ db, master, clock, log }: Parts, times: PriceTimes = PRICE_TIMES): LivePrices {
  let latest: Latest | undefined
  let thread: PriceThread | undefined
  let timer: NodeJS.Timeout | undefined
  let running: Promise<number> | undefined

  const refresh = async (): Promise<number> => {
    const question = await ask({ db, master, clock, log }, times)
    if (question === undefined) {
      latest = undefined
      return 0
    }
    thread ??= startPriceThread()
    const prices = await thread.ask(question)
    latest = { prices, atMs: epochMsOf(clock.now()) }
    return prices.length
  }
  const once = (): Promise<number> => {
    running ??= refresh().finally(() => (running = undefined))
    return running
  }
  const quietly = async (): Promise<void> => {
    try {
      await once()
    } catch (error) {
      await thread?.stop()
      thread = undefined
      log.warn('shadow prices were not refreshed; decisions go on without fresh ones', { error: faultMessage(error) })
    }
  }
  return {
    hooksFor: (nodes) => {
      if (latest === undefined || latest.prices.length === 0) return {}
      if (epochMsOf(clock.now()) - latest.atMs > STALE_AFTER_TURNS * times.everyMs) return {}
      if (latest.nodes !== nodes) latest = { ...latest, nodes, opportunity: priceLookup(latest.prices, nodes) }
      return latest.opportunity === undefined ? {} : { opportunity: latest.opportunity }
    },
    refresh: once,
    start: () => {
      void quietly()
      timer ??= setInterval(() => void quietly(), times.everyMs).unref()
    },
    stop: async () => {
      clearInterval(timer)
      const last = running
      await thread?.stop()
      thread = undefined
      await last?.catch(() => 0)
    },
  }
}

async function ask({ db, master, clock }: Parts, times: PriceTimes): Promise<PriceQuestion | undefined> {
  const at = clock.now()
  const { nodes: byId } = await master.fresh()
  const nodes = [...byId.values()]
  const currency = nodes[0]?.costs.currency
  // Costs in several currencies cannot be weighed against each other.
  if (currency === undefined || nodes.some((node) => node.costs.currency !== currency)) return undefined
  const orders = await recordedOrders(db, plusMs(at, -times.historyMs), MAX_ORDERS)
  if (orders.length < times.minOrders) return undefined
  const groups = demandGroups(orders, MAX_GROUPS)
  const skus = new Set(groups.flatMap((group) => group.lines.map((line) => line.sku)))
  return {
    nodes,
    currency,
    policy: DEFAULT_ROUTING_POLICY,
    at,
    groups,
    toCome: times.horizonMs / times.historyMs,
    positions: await loadPositions(db, [...skus]),
    places: await placesOf(db, nodes, at, times.horizonMs),
  }
}

/** Places of nodes with a limit of packages a day. */
async function placesOf(
  db: Database,
  nodes: readonly Node[],
  at: Instant,
  horizonMs: number,
): Promise<PriceQuestion['places']> {
  const used = await capacityOf(db, prepareNodes(nodes), at)
  const fromMs = epochMsOf(at)
  return nodes.flatMap((node) => {
    const left = placesPerHorizon(node, fromMs, horizonMs, used)
    return left === undefined ? [] : [{ nodeId: node.id, left }]
  })
}
