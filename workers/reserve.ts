/**
 * Carts reserve stock. A cart says what it wants and gets all of it or nothing; the same wish again changes nothing and keeps it alive.
 * Many carts share one commit, first come first served: that is what makes a hot SKU fast.
 */
import { type CartClaim, type CartLine, type CartPlan, planCart } from '#core/ledger/cart.ts'
import { componentsOf } from '#core/ledger/kits.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import { claimStock, type StockClaim } from '#store/claims.ts'
import {
  cartName,
  extendCarts,
  growHeld,
  type HeldReservation,
  heldByCarts,
  insertHeld,
  lockCarts,
  type NewHeld,
  type Release,
} from '#store/reservations.ts'
import type { Unit } from '#store/unit.ts'
import { giveBack } from './held.ts'
import type { Master } from './master.ts'
import { nudgePublish } from './nudge.ts'
import { retryRaces } from './races.ts'
import { ENDLESS_STOCK, stockViews } from './stock-view.ts'
import type { World } from './world.ts'

export type CartRequest = {
  channelId: string
  cartKey: string
  binding: 'advisory' | 'timed'
  ttlSeconds: number
  lines: CartLine[]
  actor: string
}

export type CartAnswer =
  | { kind: 'held'; held: HeldReservation[]; changed: boolean }
  | { kind: 'insufficient'; lines: { sku: string; wanted: number; available: number }[] }
  /** An order took the cart over: its units are the order's now. */
  | { kind: 'ordered'; orderId: string }

export async function reserveCarts(world: World, requests: readonly CartRequest[]): Promise<CartAnswer[]> {
  await world.master.fresh()
  const answers = await retryRaces(() => world.commit((unit) => reserveIn(unit, world, requests)))
  await nudgePublish(world)
  return answers
}

/** As `reserveCarts`, in the commit of a caller who decides more than the cart. */
export async function reserveIn(unit: Unit, world: World, requests: readonly CartRequest[]): Promise<CartAnswer[]> {
  const now = world.clock.now()
  await lockCarts(unit, requests)
  const answers = new Map<CartRequest, CartAnswer>()
  // A cart that is named twice in one batch is served in turn: its later wish is decided on the outcome of the earlier one.
  let waiting = [...requests]
  // Stock is read without locks at first. What another process took in between is decided again on locked stock: nothing is lost twice.
  for (let locked = false; waiting.length > 0; locked = true) {
    const turn = firstOfEachCart(waiting)
    const held = Map.groupBy(await heldByCarts(unit, turn), nameOfHeld)
    const decided = await reserveTurn(unit, world, turn, held, now, locked)
    for (const [request, answer] of decided) answers.set(request, answer)
    waiting = waiting.filter((request) => !decided.has(request))
  }
  return withHeld(unit, requests, answers)
}

const firstOfEachCart = (requests: readonly CartRequest[]): CartRequest[] =>
  [...new Map([...requests].reverse().map((request) => [cartName(request), request])).values()].reverse()

async function reserveTurn(
  unit: Unit,
  world: World,
  requests: readonly CartRequest[],
  held: ReadonlyMap<string, HeldReservation[]>,
  now: Instant,
  locked: boolean,
): Promise<Map<CartRequest, CartAnswer>> {
  const master = world.master.current()
  const skus = requests.flatMap((request) =>
    request.lines.flatMap((line) => componentsOf(master.kits, line.sku).map((part) => part.sku)),
  )
  const stock = await stockViews(unit, master, [...new Set(skus)], locked)
  const answers = new Map<CartRequest, CartAnswer>()
  const plans = requests.flatMap((request): Planned[] => {
    const mine = held.get(cartName(request)) ?? []
    const orderId = mine.find((each) => each.orderId !== null)?.orderId
    if (orderId !== undefined && orderId !== null) {
      answers.set(request, { kind: 'ordered', orderId })
      return []
    }
    const { same, other } = split(mine, request.binding)
    const segment = master.channels.get(request.channelId)?.segment
    const view = request.binding === 'advisory' ? ENDLESS_STOCK : stock(segment)
    const plan = planCart(request.lines, same, nodesOf(master, request), master.kits, view)
    if (plan.kind === 'insufficient') {
      answers.set(request, plan)
      return []
    }
    const releases = [
      ...(plan.releases as Release[]),
      ...other.map((each) => ({ held: each, quantity: each.quantity })),
    ]
    return [{ request, isNew: mine.length === 0, segment, releases, claims: named(world, plan, request, segment, now) }]
  })
  const firm = plans.map((plan) => (plan.request.binding === 'advisory' ? [] : plan.claims))
  const won = await claimStock(
    unit,
    firm.map((claims) => claims.map(({ claim }) => claim)),
    master.stockPolicy.segments,
  )
  const winners = plans.filter((_, i) => won[i] === true)
  await write(unit, world, winners, now)
  for (const plan of winners)
    answers.set(plan.request, {
      kind: 'held',
      // What a new cart holds is known; another's is read when all is written.
      held: plan.isNew ? plan.claims.map(({ claim, from }) => heldOf(newHeld(plan, claim, from, now))) : [],
      changed: plan.claims.length + plan.releases.length > 0,
    })
  return answers
}

type Planned = {
  request: CartRequest
  /** It held nothing before. */
  isNew: boolean
  segment: string | undefined
  releases: Release[]
  claims: { claim: StockClaim; from: CartClaim; isNew: boolean }[]
}

/** A cart that turns from a wish into a claim, or back, is written anew. */
const split = (held: readonly HeldReservation[], binding: string) => ({
  same: held.filter((each) => each.binding === binding),
  other: held.filter((each) => each.binding !== binding),
})

function nodesOf(master: Master, request: CartRequest): string[] {
  const groups = master.channels.get(request.channelId)?.nodeGroups
  return [...master.nodes.values()]
    .filter((node) => node.enabled && (groups === undefined || node.groups.some((group) => groups.includes(group))))
    .map((node) => node.id)
}

function named(
  world: World,
  plan: Extract<CartPlan, { kind: 'change' }>,
  request: CartRequest,
  segment: string | undefined,
  now: Instant,
): Planned['claims'] {
  return plan.claims.map((from) => {
    const reservationId = from.reservationId ?? world.ids.next('rsv')
    return {
      from,
      isNew: from.reservationId === undefined,
      claim: {
        sku: from.sku,
        nodeId: from.nodeId,
        quantity: from.quantity,
        to: 'reserved',
        segment,
        reservationId,
        cause: 'reserve',
        reference: reservationId,
        actor: request.actor,
        effectiveAt: now,
      },
    }
  })
}

async function write(unit: Unit, world: World, plans: readonly Planned[], now: Instant): Promise<void> {
  const claims = plans.flatMap((plan) => plan.claims.map((each) => ({ plan, ...each })))
  await insertHeld(
    unit,
    claims.filter((each) => each.isNew).map((each) => newHeld(each.plan, each.claim, each.from, now)),
  )
  await growHeld(
    unit,
    claims
      .filter((each) => !each.isNew)
      .map(({ claim }) => ({ reservationId: claim.reservationId, quantity: claim.quantity })),
  )
  for (const [actor, group] of Map.groupBy(plans, (plan) => plan.request.actor)) {
    const releases = group.flatMap((plan) => plan.releases)
    await giveBack(unit, world, releases, { state: 'released', cause: 'release', actor }, now)
  }
  await extendCarts(
    unit,
    plans
      .filter((plan) => !plan.isNew)
      .map(({ request }) => ({ ...request, expiresAt: plusMs(now, request.ttlSeconds * 1_000) })),
  )
}

const newHeld = ({ request, segment }: Planned, claim: StockClaim, from: CartClaim, now: Instant): NewHeld => ({
  id: claim.reservationId,
  channelId: request.channelId,
  cartKey: request.cartKey,
  orderId: null,
  lineNo: null,
  sku: claim.sku,
  nodeId: claim.nodeId,
  quantity: claim.quantity,
  kit: from.kit,
  perUnit: from.perUnit,
  pinned: from.pinned,
  binding: request.binding,
  segment: segment ?? null,
  ttlSeconds: request.ttlSeconds,
  expiresAt: plusMs(now, request.ttlSeconds * 1_000),
  createdAt: now,
})

const heldOf = ({ id, createdAt: _, ...held }: NewHeld): HeldReservation => ({ ...held, reservationId: id })

/** Reads what carts hold that held something before: a growth, a release and what stayed are one thing to the caller. */
async function withHeld(
  unit: Unit,
  requests: readonly CartRequest[],
  answers: ReadonlyMap<CartRequest, CartAnswer>,
): Promise<CartAnswer[]> {
  const known = requests.filter((request) => {
    const answer = answers.get(request)
    return answer?.kind === 'held' && answer.held.length === 0
  })
  const held = Map.groupBy(known.length === 0 ? [] : await heldByCarts(unit, known), nameOfHeld)
  return requests.map((request): CartAnswer => {
    const answer = answers.get(request) ?? { kind: 'insufficient', lines: [] }
    if (answer.kind !== 'held' || answer.held.length > 0) return answer
    return { ...answer, held: held.get(cartName(request)) ?? [] }
  })
}

const nameOfHeld = (held: HeldReservation): string =>
  cartName({ channelId: held.channelId ?? '', cartKey: held.cartKey ?? '' })

export type HeldTransfer = {
  channelId: string
  cartKey: string
  sku: string
  quantity: number
  fromNodeId: string
  toNodeId: string
  actor: string
}

/**
 * Moves held units to another node: claimed there and given back here in one commit, or not at all. Resolves to undefined when it was
 * done, else to why not. A kit's units are moved by its own SKU.
 */
export async function transferHeld(world: World, move: HeldTransfer): Promise<string | undefined> {
  await world.master.fresh()
  const refused = await retryRaces(() => world.commit((unit) => transferIn(unit, world, move)))
  await nudgePublish(world)
  return refused
}

async function transferIn(unit: Unit, world: World, move: HeldTransfer): Promise<string | undefined> {
  const now = world.clock.now()
  const { segments } = world.master.current().stockPolicy
  await lockCarts(unit, [move])
  const mine = (await heldByCarts(unit, [move])).filter(
    (each) => (each.kit ?? each.sku) === move.sku && each.binding !== 'advisory',
  )
  const here = mine.filter((each) => each.nodeId === move.fromNodeId)
  const [first] = here
  const units = first === undefined ? 0 : first.quantity / first.perUnit
  if (first === undefined || units < move.quantity)
    return `the cart holds ${units} of ${move.sku} at ${move.fromNodeId}`
  const moves = here.map((held) => ({
    held,
    quantity: move.quantity * held.perUnit,
    at: mine.find((each) => each.nodeId === move.toNodeId && each.sku === held.sku && each.pinned === held.pinned),
    id: world.ids.next('rsv'),
  }))
  const claims = moves.map(({ held, quantity, at, id }): StockClaim => ({
    sku: held.sku,
    nodeId: move.toNodeId,
    quantity,
    to: 'reserved',
    segment: held.segment ?? undefined,
    reservationId: at?.reservationId ?? id,
    cause: 'reserve',
    reference: at?.reservationId ?? id,
    actor: move.actor,
    effectiveAt: now,
  }))
  const [won] = await claimStock(unit, [claims], segments)
  if (won !== true) return `${move.toNodeId} has not ${move.quantity} of ${move.sku} to give`
  await insertHeld(
    unit,
    moves.flatMap(({ held, quantity, at, id }) => {
      const { reservationId: _, ...rest } = held
      return at === undefined ? [{ ...rest, id, nodeId: move.toNodeId, quantity, createdAt: now }] : []
    }),
  )
  await growHeld(
    unit,
    moves.flatMap(({ quantity, at }) => (at === undefined ? [] : [{ reservationId: at.reservationId, quantity }])),
  )
  await giveBack(unit, world, moves, { state: 'released', cause: 'release', actor: move.actor }, now)
  return undefined
}
