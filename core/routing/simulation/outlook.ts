/** What a policy expects of the rest of a period, where nodes send so many packages a day: how many orders still come today, and what there is for all of them. */
import { limitsRow, placeOf } from './places.ts'
import type { KnownScenario } from './scenario.ts'
import type { Today } from './shown-stock.ts'

/** All days after this one are looked at as one, with the places of them all. */
export const TODAY = 0
export const LATER = 1
export const DAYS_AHEAD = 2

export type Outlook = {
  /** Orders to come, in a period as long as the last; and the part of them that comes today. */
  readonly remaining: number
  readonly partToday: number
  /** Units, and places of today and later (places.ts). */
  readonly limits: Float64Array
}

/** Days are taken to be as long as they were on average: neither weekdays nor seasons are forecast. */
export function outlook(scenario: KnownScenario, seen: number, stock: Int32Array, today: Today): Outlook {
  const { history, historyDayStarts, packagesPerDay } = scenario
  const ordersADay = history.length / historyDayStarts.length
  const remaining = Math.max(1, history.length - seen)
  const restOfToday = Math.min(remaining, Math.max(1, ordersADay - today.orders))
  const laterDays = (remaining - restOfToday) / ordersADay
  const limits = limitsRow(scenario, stock, DAYS_AHEAD, (node, day) => {
    const limit = packagesPerDay?.[node] ?? -1
    if (limit < 0) return limit
    return day === TODAY ? (today.placesLeft[node] ?? 0) : limit * laterDays
  })
  return { remaining, partToday: restOfToday / remaining, limits }
}

/** A limit of so many times the orders of the busiest day known is none: a node sends no order more than one package. */
const NEVER_SHORT = 2

/** Without limits where none can be short: there is nothing to price, and what was decided without them stands. */
export function withoutLooseLimits(scenario: KnownScenario): KnownScenario {
  const { history, historyDayStarts, packagesPerDay } = scenario
  if (packagesPerDay === undefined) return scenario
  const busiest = Math.max(
    ...historyDayStarts.map((start, day) => (historyDayStarts[day + 1] ?? history.length) - start),
  )
  const isLoose = packagesPerDay.every((limit) => limit < 0 || limit >= NEVER_SHORT * busiest)
  return isLoose ? { ...scenario, packagesPerDay: undefined } : scenario
}

/** Places of one day are not those of the next: with limits, prices are made anew when a day begins. */
export const turnsDay = ({ packagesPerDay }: KnownScenario, { orders }: Today): boolean =>
  packagesPerDay !== undefined && orders === 0

/** What a package from each node costs besides money; undefined without limits. */
export const pricesOfToday = (scenario: KnownScenario, prices: Float64Array): Float64Array | undefined =>
  scenario.packagesPerDay === undefined
    ? undefined
    : prices.subarray(scenario.stock.length, placeOf(scenario, LATER, 0))

/** A day has ended: the places of the new one are worth what those of later days were. */
export function turnDay(scenario: KnownScenario, prices: Float64Array): void {
  const [today, later] = [placeOf(scenario, TODAY, 0), placeOf(scenario, LATER, 0)]
  if (scenario.packagesPerDay !== undefined) prices.copyWithin(today, later, placeOf(scenario, DAYS_AHEAD, 0))
}
