/** Captures orders in one commit: new ones are stored and sent to routing, changes go through the lines' counters. */
import type { Order, OrderInput } from '#core/model/order.ts'
import type { Instant } from '#core/model/time.ts'
import { type Capture, type CaptureFact, capture, type HandedOver } from '#core/orders/capture.ts'
import { Fault } from '#core/fault.ts'
import { appendFacts } from '#store/facts.ts'
import { openCases } from '#store/quarantine.ts'
import { type StoredOrder, externalKey, insertOrders, lockOrdersByExternalId, routingStateOf } from '#store/orders.ts'
import { lockCarts, takeOverCarts } from '#store/reservations.ts'
import type { Unit } from '#store/unit.ts'
import { handOver } from './apply-till.ts'
import { followAmendment } from './follow-amendment.ts'
import { trimHeld } from './held.ts'
import { holdByRules } from './holds.ts'
import { tellChanges } from './tell-changes.ts'
import type { Incoming, Verdict } from './verdict.ts'
import type { World } from './world.ts'

/** `created` tells the first word on an order from a later revision. */
export type Captured = { verdict: Verdict; orderId?: string; created?: boolean }

/** Answers in the order of `incoming`. Throws a `conflict` fault when another worker captured one of them at this moment. */
export async function applyOrders(
  unit: Unit,
  world: World,
  incoming: readonly Incoming<OrderInput>[],
  now: Instant,
): Promise<Captured[]> {
  if (incoming.length === 0) return []
  const known = await lockOrdersByExternalId(
    unit,
    incoming.map((each) => each.value),
  )
  const created = new Map<string, Created>()
  const byRules = await holdByRules(
    unit,
    world,
    incoming.map((each) => each.value),
    [...known.values()],
  )
  const results: Captured[] = []
  for (const each of incoming) {
    const key = externalKey(each.value)
    const inBatch = created.get(key)
    const existing = inBatch?.order ?? known.get(key)
    const captured = byRules(
      capture(each.value, existing, (prefix) => world.ids.next(prefix), now),
      existing,
      now,
    )
    if (captured.kind === 'created') {
      const { facts, handedOver } = captured
      created.set(key, { order: withRouting(captured.order, now), from: each, facts, handedOver })
      results.push({ verdict: { kind: 'applied' }, orderId: captured.order.id, created: true })
    } else if (captured.kind === 'amended' && inBatch !== undefined) {
      // Both revisions came in one batch: the order is inserted as the later one leaves it.
      inBatch.order = withRouting({ ...captured.order, version: 1 }, now)
      inBatch.facts.push(...captured.facts)
      inBatch.handedOver.push(...captured.handedOver)
      results.push({ verdict: { kind: 'applied' }, orderId: captured.order.id })
    } else if (captured.kind === 'amended') {
      await amend(unit, world, each, captured, existing, now)
      known.set(key, withRouting(captured.order, now))
      results.push({ verdict: { kind: 'applied' }, orderId: captured.order.id })
    } else {
      results.push({ verdict: captured, ...(existing === undefined ? {} : { orderId: existing.id }) })
    }
  }
  await insertCreated(unit, world, [...created.values()], now)
  return results
}

type Created = { order: StoredOrder; from: Incoming<OrderInput>; facts: CaptureFact[]; handedOver: HandedOver[] }

async function insertCreated(unit: Unit, world: World, created: Created[], now: Instant): Promise<void> {
  const [inserted] = await Promise.all([
    insertOrders(
      unit,
      created.map((each) => each.order),
      now,
    ),
    appendFacts(
      unit,
      created.flatMap((each) => factsOf(world, each.order.id, each.from, each.facts)),
    ),
  ])
  if (inserted.size !== created.length) {
    throw new Fault('conflict', {
      code: 'order.captured-elsewhere',
      message: 'another worker captured one of these orders at this moment',
    })
  }
  await handOver(unit, world, created, now)
  const carts = created.flatMap(({ order }) =>
    order.cartKey === undefined ? [] : [{ channelId: order.channelId, cartKey: order.cartKey, orderId: order.id }],
  )
  if (carts.length > 0) {
    await lockCarts(unit, carts)
    await takeOverCarts(unit, carts)
    // A cart may hold more than the order wants in the end.
    await trimHeld(
      unit,
      world,
      created.map((each) => each.order),
      'capture',
      now,
    )
  }
  unit.enqueue(
    'route',
    created.filter((each) => each.order.routing === 'pending').map((each) => each.order.id),
  )
}

async function amend(
  unit: Unit,
  world: World,
  from: Incoming<OrderInput>,
  captured: Extract<Capture, { kind: 'amended' }>,
  before: StoredOrder | undefined,
  now: Instant,
): Promise<void> {
  await appendFacts(unit, factsOf(world, captured.order.id, from, captured.facts))
  await handOver(unit, world, [{ order: captured.order, from, handedOver: captured.handedOver }], now)
  const { unwanted, recalls } = captured
  if (before?.cancelledAt === undefined && captured.order.cancelledAt !== undefined)
    await tellGone(unit, world, from, captured.order, now)
  await followAmendment(
    unit,
    world,
    { order: withRouting(captured.order, now), holdsBefore: before?.holds ?? [], unwanted, recalls },
    { actor: from.connectionId, cause: from.envelopeId, reason: 'the order was changed' },
    now,
  )
  // A line that the channel has named only now may have been changed here since.
  if (captured.order.stated !== undefined)
    await tellChanges(unit, world, [captured.order.id], { reason: 'the order was changed here' }, now)
}

/**
 * The channel cancels what has left already: it may have paid the customer back by now. Units that are still with a node are asked for, and
 * whoever loses that race is told there.
 */
async function tellGone(unit: Unit, world: World, from: Incoming<unknown>, order: Order, now: Instant): Promise<void> {
  const lines = order.lines.flatMap(({ lineNo, counters: { shipped, refunded = 0 } }) =>
    shipped > refunded ? [{ lineNo, quantity: shipped - refunded }] : [],
  )
  if (lines.length === 0) return
  const fact = { kind: 'cancelTooLate' as const, at: now, data: { lines } }
  await appendFacts(unit, factsOf(world, order.id, from, [fact]))
  const units = lines.map((line) => `${line.quantity} of line ${line.lineNo}`).join(', ')
  await openCases(
    unit,
    [
      {
        id: world.ids.next('exc'),
        kind: 'cancelTooLate',
        subject: order.id,
        orderId: order.id,
        detail: `${from.connectionId} cancelled the order when ${units} had left already`,
        cure: 'Tell the customer it is on its way; arrange a return, or have the channel take the cancel back.',
        owner: 'operator',
      },
    ],
    now,
  )
}

const withRouting = (order: Order, now: Instant): StoredOrder => ({
  ...order,
  routing: routingStateOf(order),
  routingSince: now,
})

const factsOf = (world: World, orderId: string, from: Incoming<unknown>, facts: readonly CaptureFact[]) =>
  facts.map((fact) => ({
    ...fact,
    id: world.ids.next('fct'),
    orderId,
    actor: from.connectionId,
    cause: from.envelopeId,
  }))
