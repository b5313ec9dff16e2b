/** Holds in one commit with what follows from them: what is not sent yet is stopped, and goes on when the last one is off. */
import type { Capture } from '#core/orders/capture.ts'
import { buyerOf } from '#core/orders/buyer.ts'
import { heldFact, newHold, released, releasedFact, ruleHolds } from '#core/orders/holds.ts'
import { type Hold, type HoldKind, isActive, type Order, type OrderInput } from '#core/model/order.ts'
import type { Instant } from '#core/model/time.ts'
import { appendFacts } from '#store/facts.ts'
import { loadRequests } from '#store/fulfillment.ts'
import { freeHeld, stopHeld } from '#store/instructions.ts'
import {
  addressesOfBuyers,
  lockOrders,
  routingStateOf,
  setRouting,
  type StoredOrder,
  writeHolds,
} from '#store/orders.ts'
import { openCases, resolveCases } from '#store/quarantine.ts'
import type { Unit } from '#store/unit.ts'
import { retryRaces } from './races.ts'
import type { World } from './world.ts'

/** Adds what the hold rules say to captures of one batch. What they need to know of earlier orders is read once for all. */
export async function holdByRules(
  unit: Unit,
  world: World,
  incoming: readonly OrderInput[],
  known: readonly StoredOrder[],
): Promise<(captured: Capture, before: Order | undefined, now: Instant) => Capture> {
  const rules = world.master.current().orderPolicy.holds
  if (rules.length === 0) return (captured) => captured
  const buyers = rules.some((rule) => rule.match.newAddress === true)
    ? incoming.flatMap((order) => buyerOf(order) ?? [])
    : []
  const addresses = await addressesOfBuyers(
    unit,
    [...new Set(buyers)],
    known.map((order) => order.id),
  )
  return (captured, before, now) => {
    if (captured.kind !== 'created' && captured.kind !== 'amended') return captured
    const { order } = captured
    const facts = { knownAddresses: addresses.get(buyerOf(order) ?? '') ?? [] }
    const held = ruleHolds(rules, order, before, facts, (prefix) => world.ids.next(prefix), now)
    if (held.holds.length === 0) return captured
    return {
      ...captured,
      order: { ...order, holds: [...order.holds, ...held.holds] },
      facts: [...captured.facts, ...held.facts],
    }
  }
}

/** After an order's holds were written: stops or frees what waits to be sent. The caller holds the order's lock. */
export async function followHolds(unit: Unit, order: Order, before: readonly Hold[], now: Instant): Promise<void> {
  const held = order.holds.some(isActive)
  if (held && !before.some(isActive)) await stopHeld(unit, [order.id])
  if (!held && before.some(isActive)) await freeHeld(unit, [order.id], now)
  await resolveCases(
    unit,
    'holdOverdue',
    order.holds.filter((hold) => !isActive(hold)).map((hold) => hold.id),
    'the hold was released',
    now,
  )
}

export type HoldAnswer =
  | { kind: 'done'; hold: Hold; repeated: boolean }
  | { kind: 'unknown' }
  | { kind: 'refused'; reason: string }

/** Places a hold by hand. The same hand's second hold of a kind is the first one. */
export function placeHold(
  world: World,
  orderId: string,
  wish: { kind: HoldKind; reason: string },
  actor: string,
): Promise<HoldAnswer> {
  return change(
    world,
    orderId,
    async (unit, order, now) => {
      const same = order.holds.find((hold) => isActive(hold) && hold.kind === wish.kind && hold.placedBy === actor)
      if (same !== undefined) return { answer: { kind: 'done', hold: same, repeated: true } }
      if (!order.lines.some(({ counters: c }) => c.open + c.backordered + c.allocated + c.released > 0))
        return {
          answer: {
            kind: 'refused',
            reason: 'nothing of the order is left to be held: all of it is shipped or cancelled',
          },
        }
      const hold = newHold({ ...wish, placedBy: actor }, (prefix) => world.ids.next(prefix), now)
      const atNodes = (await loadRequests(unit, { orderIds: [order.id] })).filter(
        (request) => request.negotiation !== 'unsubmitted' && request.lines.some((line) => line.outstanding > 0),
      )
      // What has left the hub is not stopped by a hold: people see what, and can ask for it back with a cancel.
      const fact = heldFact(hold)
      const data = {
        ...fact.data,
        ...(atNodes.length === 0 ? {} : { tooLateFor: atNodes.map(({ id, nodeId }) => ({ requestId: id, nodeId })) }),
      }
      return { answer: { kind: 'done', hold, repeated: false }, holds: [...order.holds, hold], fact: { ...fact, data } }
    },
    actor,
  )
}

export function releaseHold(
  world: World,
  orderId: string,
  holdId: string,
  resolution: string,
  actor: string,
): Promise<HoldAnswer> {
  return change(
    world,
    orderId,
    (_unit, order, now) => {
      const hold = order.holds.find((each) => each.id === holdId)
      if (hold === undefined)
        return Promise.resolve({ answer: { kind: 'refused', reason: `the order has no hold ${holdId}` } })
      if (!isActive(hold)) return Promise.resolve({ answer: { kind: 'done', hold, repeated: true } })
      const over = released(hold, actor, resolution, now)
      return Promise.resolve({
        answer: { kind: 'done', hold: over, repeated: false },
        holds: order.holds.map((each) => (each.id === holdId ? over : each)),
        fact: releasedFact(over),
      })
    },
    actor,
  )
}

type Changed = { answer: HoldAnswer; holds?: Hold[]; fact?: ReturnType<typeof heldFact> }

function change(
  world: World,
  orderId: string,
  decide: (unit: Unit, order: StoredOrder, now: Instant) => Promise<Changed>,
  actor: string,
): Promise<HoldAnswer> {
  return retryRaces(() =>
    world.commit(async (unit): Promise<HoldAnswer> => {
      const now = world.clock.now()
      const [order] = await lockOrders(unit, [orderId])
      if (order === undefined) return { kind: 'unknown' }
      const { answer, holds, fact } = await decide(unit, order, now)
      if (holds === undefined || fact === undefined) return answer
      const after = { ...order, holds }
      await writeHolds(unit, order.id, holds)
      await appendFacts(unit, [
        { ...fact, id: world.ids.next('fct'), orderId: order.id, actor, cause: fact.data['holdId'] as string },
      ])
      // Also raises the version: a decision that was made on the order as it was is made again.
      const routing = routingStateOf(after)
      await setRouting(unit, [{ orderId: order.id, routing }], now)
      if (routing === 'pending') unit.enqueue('route', [order.id])
      await followHolds(unit, after, order.holds, now)
      return answer
    }),
  )
}

const MAX_OVERDUE = 500

/** A hold that nobody looked at in time becomes an exception case. */
export async function tellOverdueHolds(world: World): Promise<void> {
  const now = world.clock.now()
  const overdue = await world.db.query<{ id: string; orderId: string; kind: string; reason: string; placedBy: string }>(
    `SELECT h.id, h.order_id AS "orderId", h.kind, h.reason, h.placed_by AS "placedBy" FROM order_hold h
     WHERE h.released_at IS NULL AND h.due_at < $1::timestamptz
       AND EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = h.order_id AND l.open + l.backordered + l.allocated > 0)
       AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.kind = 'holdOverdue' AND c.subject = h.id AND c.state = 'open')
     ORDER BY h.due_at LIMIT $2`,
    [now, MAX_OVERDUE],
  )
  if (overdue.length === 0) return
  await world.commit((unit) =>
    openCases(
      unit,
      overdue.map((hold) => ({
        id: world.ids.next('exc'),
        kind: 'holdOverdue' as const,
        subject: hold.id,
        orderId: hold.orderId,
        detail: `nobody has decided on the ${hold.kind} hold of ${hold.placedBy}: ${hold.reason}`,
        cure: `Release it with POST /v1/orders/${hold.orderId}/holds/${hold.id}/release, or cancel the order.`,
        owner: 'operator' as const,
      })),
      now,
    ),
  )
}
