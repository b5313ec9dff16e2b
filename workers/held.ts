/** What orders and carts hold beyond fulfillment requests: given back when nobody wants it, extended while somebody does. */
import { componentsOf, type Kits } from '#core/ledger/kits.ts'
import type { OrderLine } from '#core/model/order.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import {
  endingReservations,
  extendReservations,
  type HeldReservation,
  heldByOrders,
  type Release,
  releaseHeld,
} from '#store/reservations.ts'
import type { Unit } from '#store/unit.ts'
import { retryRaces } from './races.ts'
import { stockRose } from './stock-rose.ts'
import type { World } from './world.ts'

/** Open units of an order by SKU of the ledger: what it may still hold stock for. */
export function openUnitsOf(lines: readonly OrderLine[], kits: Kits): Map<string, number> {
  const open = new Map<string, number>()
  for (const line of lines) {
    for (const part of componentsOf(kits, line.sku))
      open.set(part.sku, (open.get(part.sku) ?? 0) + line.counters.open * part.quantity)
  }
  return open
}

/** Held units beyond `open`, latest claims first. */
export function surplusOf(held: readonly HeldReservation[], open: ReadonlyMap<string, number>): Release[] {
  return [...Map.groupBy(held, (each) => each.sku)].flatMap(([sku, mine]) => {
    let surplus = mine.reduce((sum, each) => sum + each.quantity, 0) - (open.get(sku) ?? 0)
    return [...mine].reverse().flatMap((each) => {
      const quantity = Math.min(Math.max(0, surplus), each.quantity)
      surplus -= quantity
      return quantity > 0 ? [{ held: each, quantity }] : []
    })
  })
}

/**
 * After an order changed: units it holds and does not want any more are free again. A change that touches no quantity gives nothing
 * back. The caller holds the orders' locks.
 */
export async function trimHeld(
  unit: Unit,
  world: World,
  orders: readonly { id: string; lines: readonly OrderLine[] }[],
  actor: string,
  now: Instant,
): Promise<void> {
  const held = Map.groupBy(
    await heldByOrders(
      unit,
      orders.map((order) => order.id),
    ),
    (each) => each.orderId,
  )
  const { kits } = world.master.current()
  const releases = orders.flatMap((order) => surplusOf(held.get(order.id) ?? [], openUnitsOf(order.lines, kits)))
  await giveBack(unit, world, releases, { state: 'released', cause: 'release', actor }, now)
}

export async function giveBack(
  unit: Unit,
  world: World,
  releases: readonly Release[],
  how: { state: 'released' | 'expired'; cause: 'release' | 'expire'; actor: string },
  now: Instant,
): Promise<void> {
  if (releases.length === 0) return
  await releaseHeld(unit, releases, { ...how, segments: world.master.current().stockPolicy.segments, now })
  await stockRose(
    unit,
    world,
    releases.map((each) => each.held.sku),
    now,
  )
}

const MAX_ENDING = 1_000

/** Time is up: units of a cart are free again, those that a live order waits with are kept on for it. */
export async function endReservations(world: World): Promise<void> {
  await world.master.fresh()
  for (;;) {
    const ended = await retryRaces(() =>
      world.commit(async (unit) => {
        const now = world.clock.now()
        const ending = await endingReservations(unit, now, MAX_ENDING)
        await extendReservations(
          unit,
          ending
            .filter((each) => each.wanted)
            .map((each) => ({ reservationId: each.reservationId, expiresAt: plusMs(now, each.ttlSeconds * 1_000) })),
        )
        const over = ending.filter((each) => !each.wanted).map((held) => ({ held, quantity: held.quantity }))
        await giveBack(unit, world, over, { state: 'expired', cause: 'expire', actor: 'timers' }, now)
        return ending.length
      }),
    )
    if (ended < MAX_ENDING) return
  }
}
