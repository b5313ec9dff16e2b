/** Whether a rule of the order policy speaks about an order. */
import type { Instant } from '../model/time.ts'
import { plusMs } from '../model/time.ts'
import type { Order } from '../model/order.ts'
import type { OrderMatch, OrderPolicy } from '../model/order-policy.ts'

export type Matchable = Pick<
  Order,
  'channelId' | 'currency' | 'totalMinor' | 'customerTags' | 'shipTo' | 'shippingService' | 'lines'
>

/** Units that are cancelled do not count; a line without any is none. */
export function matches(match: OrderMatch, order: Matchable): boolean {
  const lines = order.lines.filter((line) => line.counters.ordered > line.counters.cancelled)
  const units = lines.reduce((sum, line) => sum + line.counters.ordered - line.counters.cancelled, 0)
  return (
    hit(match.channels, [order.channelId]) &&
    hit(match.customerTags, order.customerTags ?? []) &&
    hit(match.countries, order.shipTo === undefined ? [] : [order.shipTo.country]) &&
    hit(match.shippingServices, order.shippingService === undefined ? [] : [order.shippingService]) &&
    hit(
      match.methods,
      lines.map((line) => line.method),
    ) &&
    hit(
      match.skus,
      lines.map((line) => line.sku),
    ) &&
    (match.value === undefined ||
      (order.currency === match.value.currency && order.totalMinor >= match.value.atLeastMinor)) &&
    (match.unitsAtLeast === undefined || units >= match.unitsAtLeast)
  )
}

const hit = (wanted: readonly string[] | undefined, has: readonly string[]): boolean =>
  wanted === undefined || has.some((each) => wanted.includes(each))

/** Nobody is told of the order before then; undefined: there is no grace, or it is over. */
export function graceEnds(
  policy: Pick<OrderPolicy, 'grace'>,
  order: Matchable & Pick<Order, 'placedAt'>,
  now: Instant,
): Instant | undefined {
  const rule = policy.grace.find((each) => matches(each.match, order))
  if (rule === undefined) return undefined
  const ends = plusMs(order.placedAt, rule.minutes * 60_000)
  return ends > now ? ends : undefined
}

/** When a parcel that begins with this order is told to its node; undefined: it waits for no other. The past: it only joins. */
export function packWindowEnds(
  policy: Pick<OrderPolicy, 'packTogether'>,
  order: Matchable & Pick<Order, 'placedAt'>,
): Instant | undefined {
  const rule = policy.packTogether.find((each) => matches(each.match, order))
  return rule === undefined ? undefined : plusMs(order.placedAt, rule.minutes * 60_000)
}
