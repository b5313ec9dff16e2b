/**
 * Writes what nodes' answers did to fulfillment requests: request, order counters, stock, facts and cases in the caller's
 * commit. Several answers for one request in one batch are applied one after the other, in the order they came.
 */
import { isActive } from '#core/model/order.ts'
import type { Progress } from '#core/fulfillment/progress.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import { releaseCapacity } from '#store/capacity.ts'
import { refillFences } from '#store/claims.ts'
import { appendFacts } from '#store/facts.ts'
import { allocationIds, updateRequests } from '#store/fulfillment.ts'
import { type CounterMove, type StoredOrder, moveUnits, setRouting } from '#store/orders.ts'
import { openCases, resolveShortCases } from '#store/quarantine.ts'
import { wakeWaiting } from '#store/routing-waits.ts'
import { post } from '#store/stock.ts'
import type { Unit } from '#store/unit.ts'
import { answerAmendments } from './answer-amendments.ts'
import { recordWords } from './node-record.ts'
import type { Step } from './step.ts'
import { stockRose } from './stock-rose.ts'
import type { World } from './world.ts'

export async function writeProgress(
  unit: Unit,
  world: World,
  orders: ReadonlyMap<string, StoredOrder>,
  steps: readonly Step[],
  now: Instant,
): Promise<void> {
  if (steps.length === 0) return
  const last = new Map(steps.map((step) => [step.request.id, { request: step.request, progress: step.progress }]))
  await updateRequests(unit, [...last.values()])
  await moveUnits(
    unit,
    steps.flatMap((step) => movesOf(step, orders.get(step.request.orderId))),
  )
  const covered = await post(
    unit,
    steps.flatMap((step) => step.progress.postings),
  )
  await resolveShortCases(unit, covered, 'the units are claimed no more', now)
  await refillFencesOf(unit, world, steps)
  await appendFacts(
    unit,
    steps.flatMap((step) =>
      step.progress.facts.map((fact) => ({
        ...fact,
        id: world.ids.next('fct'),
        orderId: step.request.orderId,
        actor: step.actor,
        cause: step.cause,
      })),
    ),
  )
  await openCases(
    unit,
    steps.flatMap((step) =>
      step.progress.cases.map((each) => ({
        ...each,
        id: world.ids.next('exc'),
        subject: step.request.id,
        orderId: step.request.orderId,
        owner: 'operator' as const,
      })),
    ),
    now,
  )
  await recordWords(unit, steps, now)
  await giveBackCapacity(unit, [...last.values()], now)
  await reroute(unit, orders, steps, now)
  await answerAmendments(unit, world, orders.values(), now)
  await stockRose(
    unit,
    world,
    steps.flatMap((step) => step.progress.postings.filter((each) => each.to === 'available').map((each) => each.sku)),
    now,
  )
}

/** Units that a request gives back to stock fill the fences that its claims drew on. */
async function refillFencesOf(unit: Unit, world: World, steps: readonly Step[]): Promise<void> {
  const { segments } = world.master.current().stockPolicy
  if (segments.length === 0) return
  const freed = steps.flatMap((step) => step.progress.postings.filter((each) => each.to === 'available'))
  const allocations = await allocationIds(unit, [...new Set(freed.map((each) => each.reference))])
  await refillFences(
    unit,
    freed.flatMap((each) => {
      const reservationId = allocations.get(`${each.reference}/${each.sku}`)
      return reservationId === undefined ? [] : [{ reservationId, quantity: each.quantity }]
    }),
    segments,
  )
}

/** A request that ends without a parcel leaves its place to another; whoever waits for one is routed again. */
async function giveBackCapacity(
  unit: Unit,
  ended: readonly { request: FulfillmentRequest; progress: Progress }[],
  now: Instant,
): Promise<void> {
  const ids = ended.filter(({ progress }) => progress.work === 'cancelled').map(({ request }) => request.id)
  const roomAt = await releaseCapacity(unit, ids)
  if (roomAt.length > 0) unit.enqueue('route', await wakeWaiting(unit, 'capacityFull', now, now, MAX_WOKEN))
}

const MAX_WOKEN = 500

/** Units that come back to a cancelled order are cancelled; to any other they are open again. */
function movesOf(step: Step, order: StoredOrder | undefined): CounterMove[] {
  const unwanted = order?.cancelledAt !== undefined
  return step.progress.moves.map((move) => ({
    ...move,
    to: move.to === 'open' && unwanted ? 'cancelled' : move.to,
    orderId: step.request.orderId,
  }))
}

async function reroute(
  unit: Unit,
  orders: ReadonlyMap<string, StoredOrder>,
  steps: readonly Step[],
  now: Instant,
): Promise<void> {
  const ids = new Set(steps.filter((step) => step.progress.reroute).map((step) => step.request.orderId as string))
  const states = [...ids].flatMap((orderId) => {
    const order = orders.get(orderId)
    if (order === undefined || order.cancelledAt !== undefined) return []
    const held = order.holds.some(isActive)
    return [{ orderId, routing: held ? ('held' as const) : ('pending' as const) }]
  })
  await setRouting(unit, states, now)
  unit.enqueue(
    'route',
    states.filter((state) => state.routing === 'pending').map((state) => state.orderId),
  )
}

/** The request as the progress leaves it, for the next answer of the same batch. */
export function advance(request: FulfillmentRequest, progress: Progress): FulfillmentRequest {
  const { answerDueAt: _due, ...rest } = request
  const due = progress.answerDueAt === undefined ? request.answerDueAt : (progress.answerDueAt ?? undefined)
  return {
    ...rest,
    work: progress.work,
    negotiation: progress.negotiation,
    lines: progress.lines,
    ...(due === undefined ? {} : { answerDueAt: due }),
  }
}
