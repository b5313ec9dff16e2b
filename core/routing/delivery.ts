/**
 * When a parcel is there: collected on the first collection day from its hand-over on, carried for the days of its lane, each
 * of them a day on which the carrier delivers, and delivered by the service's hour where the customer is.
 */
import type { RateCard } from '../model/rate-card.ts'
import { dateText, localDay, wallTimeMs, weekdayOf } from './local-days.ts'

/** No calendar leaves a parcel lying for longer than this; such a service does not serve. */
const MAX_DAYS = 400

/** Epoch milliseconds; undefined when the carrier never comes. `fromZone` is the node's time zone, `toZone` the customer's. */
export function deliveryMs(
  card: RateCard,
  transitDays: number,
  handOverMs: number,
  fromZone: string,
  toZone: string,
): number | undefined {
  const first = localDay(handOverMs, fromZone)
  const collected = nextDay(first, card.collects, card.noCollection)
  if (collected === undefined) return undefined
  let day: number | undefined = collected
  for (let left = transitDays; left > 0 && day !== undefined; left--) {
    day = nextDay(day + 1, card.delivers, card.noDelivery)
  }
  if (transitDays === 0) day = nextDay(collected, card.delivers, card.noDelivery)
  while (day !== undefined) {
    const at = wallTimeMs(day, card.deliveredBy, toZone)
    if (at >= handOverMs) return at
    day = nextDay(day + 1, card.delivers, card.noDelivery)
  }
  return undefined
}

function nextDay(from: number, weekdays: RateCard['delivers'], except: readonly string[]): number | undefined {
  for (let day = from; day < from + MAX_DAYS; day++) {
    if (weekdays.includes(weekdayOf(day)) && !except.includes(dateText(day))) return day
  }
  return undefined
}
