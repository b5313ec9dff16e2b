/**
 * Claims for a batch of decisions, each order's whole or not at all: first the units that the order holds itself, then free ones. Units
 * that it held and does not need any more are free again.
 */
import { componentsOf } from '#core/ledger/kits.ts'
import type { FulfillmentRequest, FulfillmentRequestLine } from '#core/model/fulfillment.ts'
import type { Posting } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { claimStock, handOverDraws, type StockClaim } from '#store/claims.ts'
import type { NewAllocation } from '#store/fulfillment.ts'
import type { StoredOrder } from '#store/orders.ts'
import { type HeldReservation, type Release, shrinkHeld } from '#store/reservations.ts'
import { post } from '#store/stock.ts'
import type { Unit } from '#store/unit.ts'
import { giveBack, openUnitsOf, surplusOf } from './held.ts'
import type { World } from './world.ts'

export type Claiming = { order: StoredOrder; requests: FulfillmentRequest[]; held: HeldReservation[] }

export type Claimed<D extends Claiming> = { won: D[]; claims: StockClaim[]; allocations: NewAllocation[] }

export async function claimForOrders<D extends Claiming>(
  unit: Unit,
  world: World,
  decided: readonly D[],
  now: Instant,
): Promise<Claimed<D>> {
  const { segments } = world.master.current().stockPolicy
  const plans = decided.map((each) => planClaims(world, each, now))
  const holds = await claimStock(
    unit,
    plans.map((each) => each.claims),
    segments,
  )
  const won = decided.filter((_, i) => holds[i] === true)
  const mine = plans.filter((_, i) => holds[i] === true)
  const handed = mine.flatMap((each) => each.handed)
  await post(unit, handed.map(handedPosting(now)))
  await shrinkHeld(unit, handed, 'consumed')
  await handOverDraws(
    unit,
    handed.map(({ held, quantity, to }) => ({ from: held.reservationId, to: to.id, quantity })),
    segments,
  )
  const surplus = won.flatMap((each, i) => surplusAfter(world, each, mine[i]?.handed ?? []))
  await giveBack(unit, world, surplus, { state: 'released', cause: 'release', actor: 'routing' }, now)
  return {
    won,
    claims: mine.flatMap((each) => each.claims),
    allocations: mine.flatMap((each) => each.allocations),
  }
}

type Handed = Release & { held: HeldReservation; to: NewAllocation }
type Plan = { claims: StockClaim[]; handed: Handed[]; allocations: NewAllocation[] }

function planClaims(world: World, { order, requests, held }: Claiming, now: Instant): Plan {
  const { channels, kits } = world.master.current()
  const segment = channels.get(order.channelId)?.segment
  const left = new Map(held.map((each) => [each.reservationId, each.quantity]))
  const plan: Plan = { claims: [], handed: [], allocations: [] }
  for (const request of requests) {
    for (const line of request.lines) {
      for (const part of line.components ?? componentsOf(kits, line.sku)) {
        const allocation = allocationOf(world, request, line, part)
        plan.allocations.push(allocation)
        let wanted = allocation.quantity
        for (const each of held) {
          if (each.sku !== part.sku || each.nodeId !== request.nodeId) continue
          const quantity = Math.min(wanted, left.get(each.reservationId) ?? 0)
          if (quantity === 0) continue
          left.set(each.reservationId, (left.get(each.reservationId) ?? 0) - quantity)
          wanted -= quantity
          plan.handed.push({ held: each, quantity, to: allocation })
        }
        if (wanted > 0) plan.claims.push(claimOf(allocation, wanted, segment, now))
      }
    }
  }
  return plan
}

const allocationOf = (
  world: World,
  request: FulfillmentRequest,
  line: FulfillmentRequestLine,
  part: { sku: string; quantity: number },
): NewAllocation => ({
  id: world.ids.next('rsv'),
  request,
  lineNo: line.lineNo,
  sku: part.sku,
  kit: line.components === undefined ? null : line.sku,
  perUnit: part.quantity,
  quantity: line.requested * part.quantity,
})

const claimOf = (to: NewAllocation, quantity: number, segment: string | undefined, now: Instant): StockClaim => ({
  sku: to.sku,
  nodeId: to.request.nodeId,
  quantity,
  to: 'allocated',
  segment,
  reservationId: to.id,
  cause: 'claim',
  reference: to.request.id,
  actor: 'routing',
  effectiveAt: now,
})

const handedPosting =
  (now: Instant) =>
  ({ held, quantity, to }: Handed): Posting => ({
    sku: held.sku as Posting['sku'],
    nodeId: held.nodeId as Posting['nodeId'],
    from: 'reserved',
    to: 'allocated',
    quantity,
    cause: 'claim',
    reference: to.request.id,
    actor: 'routing',
    effectiveAt: now,
  })

/** What the order still holds beyond its units that stay open. */
function surplusAfter(world: World, { order, requests, held }: Claiming, handed: readonly Handed[]): Release[] {
  if (held.length === 0) return []
  const { kits } = world.master.current()
  const served = new Map<number, number>()
  for (const line of requests.flatMap((request) => request.lines))
    served.set(line.lineNo, (served.get(line.lineNo) ?? 0) + line.requested)
  const open = openUnitsOf(
    order.lines.map((line) => ({
      ...line,
      counters: { ...line.counters, open: line.counters.open - (served.get(line.lineNo) ?? 0) },
    })),
    kits,
  )
  const used = new Map<string, number>()
  for (const each of handed) used.set(each.held.reservationId, (used.get(each.held.reservationId) ?? 0) + each.quantity)
  const rest = held
    .map((each) => ({ ...each, quantity: each.quantity - (used.get(each.reservationId) ?? 0) }))
    .filter((each) => each.quantity > 0)
  return surplusOf(rest, open)
}
