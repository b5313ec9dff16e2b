/** Applies what a channel wants changed of its order (860, ORDCHG): as the whole revision that it means, so one way leads in for all changes. */
import type { Issue } from '#core/issue.ts'
import type { Order, OrderInput } from '#core/model/order.ts'
import type { OrderAmendment } from '#core/model/order-change.ts'
import type { Instant } from '#core/model/time.ts'
import { revisionOf } from '#core/orders/amendment.ts'
import { wantedChange } from '#core/orders/amendment-answer.ts'
import { loadRequests } from '#store/fulfillment.ts'
import { externalKey, lockOrdersByExternalId } from '#store/orders.ts'
import type { Unit } from '#store/unit.ts'
import { insertWantedChange } from '#store/wanted-changes.ts'
import { applyOrders, type Captured } from './apply-orders.ts'
import { answerAmendments, hearsOfChanges } from './answer-amendments.ts'
import { pendingOf } from './pending.ts'
import type { Incoming } from './verdict.ts'
import type { World } from './world.ts'

/** One after the other: two may speak of one order, and the second builds on the first. */
export async function applyAmendments(
  unit: Unit,
  world: World,
  incoming: readonly Incoming<OrderAmendment>[],
  now: Instant,
): Promise<Captured[]> {
  const results: Captured[] = []
  for (const each of incoming) results.push(await applyAmendment(unit, world, each, now))
  return results
}

async function applyAmendment(
  unit: Unit,
  world: World,
  incoming: Incoming<OrderAmendment>,
  now: Instant,
): Promise<Captured> {
  const amendment = incoming.value
  const order = (await lockOrdersByExternalId(unit, [amendment])).get(externalKey(amendment))
  if (order === undefined) return refused(unknownOrder(amendment))
  // A cancel is final whenever it was said. Any other difference counts from what was known when it was.
  if (amendment.revisedAt < order.revisedAt && !amendment.cancelled)
    return { ...refused(cameLate(amendment, order.revisedAt)), orderId: order.id }
  const pending = pendingOf(await loadRequests(unit, { orderIds: [order.id] }))
  const revision = revisionOf(order, amendment, pending)
  if (!revision.ok)
    return { ...refused((revision.otherSku ? otherProduct : unknownLine)(amendment, revision.line)), orderId: order.id }
  const otherPrice = amendment.lines.find((line) => isOtherPrice(order, line))
  if (otherPrice !== undefined) return { ...refused(priceChanged(amendment, otherPrice.externalId)), orderId: order.id }
  const revisedAt = amendment.revisedAt < order.revisedAt ? order.revisedAt : amendment.revisedAt
  const value: OrderInput = { ...revision.input, revisedAt }
  const [captured] = await applyOrders(unit, world, [{ ...incoming, value }], now)
  const verdict = captured?.verdict ?? { kind: 'duplicate' }
  // Also one that says what is known already is a change of its own, by its number, and is answered.
  if (verdict.kind !== 'superseded' && hearsOfChanges(world.master.current(), order)) {
    await insertWantedChange(unit, order.id, wantedChange(order, amendment, pending))
    await answerAmendments(unit, world, [order], now)
  }
  return captured ?? { verdict }
}

const isOtherPrice = ({ lines }: Order, { externalId, unitPriceMinor }: OrderAmendment['lines'][number]): boolean =>
  unitPriceMinor !== undefined &&
  lines.some((line) => line.externalId === externalId && line.unitPriceMinor !== unitPriceMinor)

const refused = (issue: Issue): Captured => ({ verdict: { kind: 'refused', issues: [issue] } })

const unknownOrder = ({ channelId, externalId }: OrderAmendment): Issue => ({
  code: 'order.unknown',
  class: 'data',
  place: { path: '/externalId' },
  rule: `must name an order that ${channelId} placed before`,
  value: externalId,
  cure: 'Wait for the order, or ask for it, then replay.',
  subject: externalId,
})

const unknownLine = ({ externalId }: OrderAmendment, line: string): Issue => ({
  code: 'order.line-unknown',
  class: 'data',
  place: { path: '/lines' },
  rule: `must name lines of the order ${externalId}: none of it was changed`,
  value: line,
  cure: 'Ask the channel which line it means. Change the order by hand (crossdock orders edit), then discard this document.',
  subject: externalId,
})

const otherProduct = ({ externalId }: OrderAmendment, line: string): Issue => ({
  code: 'order.line-product',
  class: 'data',
  place: { path: '/lines' },
  rule: `must keep the products of the lines of the order ${externalId}: none of it was changed`,
  value: line,
  cure: 'Ask the channel for a line of another number. Change the order by hand (crossdock orders edit), then discard this document.',
  subject: externalId,
})

const priceChanged = ({ externalId }: OrderAmendment, line: string): Issue => ({
  code: 'order.amendment-price',
  class: 'data',
  place: { path: '/lines' },
  rule: `must keep the prices of the order ${externalId}: a change of units changes no price, and none of it was applied`,
  value: line,
  cure: 'Agree on the price with the channel. Change the units that are still wanted by hand (crossdock orders edit), then discard this document.',
  subject: externalId,
})

const cameLate = ({ externalId, revisedAt }: OrderAmendment, known: Instant): Issue => ({
  code: 'order.amendment-late',
  class: 'data',
  place: { path: '/revisedAt' },
  rule: `must be newer than what is known of the order, which is of ${known}`,
  value: revisedAt,
  cure: 'Compare it with the order. Change what is still wanted by hand (crossdock orders edit), then discard this document.',
  subject: externalId,
})
