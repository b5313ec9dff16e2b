/** The policy that looks ahead where orders hardly ever repeat: at prices that climb (dual-ascent.ts), made anew as the period goes on. */
import type { Random } from '../../ports.ts'
import { createAscent } from './dual-ascent.ts'
import { coverOrder } from './order-cover.ts'
import { DAYS_AHEAD, outlook, pricesOfToday, turnsDay } from './outlook.ts'
import { rowLength } from './places.ts'
import type { Policy } from './policies.ts'
import type { KnownScenario } from './scenario.ts'

/** Steps of the first climb, of each later one, and how often in a period: a few steps often follow the day better than many seldom. */
const FIRST_CLIMB = 60
const LATER_CLIMB = 5
const CLIMBS = 80

/** `shadow-price` and `default` are one here: there is no mix to follow. */
export function climbing(name: string, scenario: KnownScenario, random: Random): Policy {
  const ascent = createAscent(scenario, random)
  const { history } = scenario
  const every = Math.max(1, Math.ceil(history.length / CLIMBS))
  let prices: Float64Array = new Float64Array(rowLength(scenario, DAYS_AHEAD))
  return {
    name,
    refresh: (seen, stock, today) => {
      const turns = turnsDay(scenario, today)
      if (turns) ascent.turnDay()
      if (seen % every !== 0 && !turns) return false
      prices = ascent.climb(history, outlook(scenario, seen, stock, today), seen === 0 ? FIRST_CLIMB : LATER_CLIMB)
      return true
    },
    decide: ({ destination, skus }, stock, nodeOfLine) => {
      const weighed = { stock, prices, packagePrices: pricesOfToday(scenario, prices) }
      coverOrder(scenario, destination, skus, weighed, nodeOfLine)
    },
  }
}
