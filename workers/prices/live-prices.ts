/**
 * Shadow prices for the live router: read what was ordered lately and what is in stock, let the thread work out what units are
 * worth, and swap the answer in with one assignment. Decisions take whatever prices are there, or none; they never wait.
 */
import { faultMessage } from '#core/fault.ts'
import { epochMsOf, plusMs } from '#core/model/time.ts'
import type { Clock, Log } from '#core/ports.ts'
import type { PricePerUnit } from '#core/routing/price-columns.ts'
import { demandGroups } from '#core/routing/prices/demand-groups.ts'
import { priceHook, type PriceQuestion, type UnitPrice } from '#core/routing/prices/opportunity.ts'
import { DEFAULT_ROUTING_POLICY } from '#core/routing/policy.ts'
import type { PreparedNodes } from '#core/routing/prepared-nodes.ts'
import type { Database } from '#store/database.ts'
import { recordedOrders } from '#store/demand.ts'
import { loadPositions } from '#store/stock.ts'
import type { MasterCache } from '../master.ts'
import { type PriceThread, startPriceThread } from './price-thread.ts'

export type LivePrices = {
  /** The hook for `plan`; undefined while there are no prices. */
  readonly hookFor: (nodes: PreparedNodes) => PricePerUnit | undefined
  /** Works prices out anew, and says how many positions have one. */
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
  hookFor: () => undefined,
  refresh: () => Promise.resolve(0),
  start: () => undefined,
  stop: () => Promise.resolve(),
}

type Parts = { db: Database; master: MasterCache; clock: Clock; log: Log }
type Latest = { prices: readonly UnitPrice[]; atMs: number; nodes?: PreparedNodes; hook?: PricePerUnit }

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
    hookFor: (nodes) => {
      if (latest === undefined || latest.prices.length === 0) return undefined
      if (epochMsOf(clock.now()) - latest.atMs > STALE_AFTER_TURNS * times.everyMs) return undefined
      if (latest.nodes !== nodes) latest = { ...latest, nodes, hook: priceHook(latest.prices, nodes) }
      return latest.hook
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
  }
}
