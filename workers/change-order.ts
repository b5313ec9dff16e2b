/**
 * Edits and cancels by hand. What a preview shows and what a confirmed change does come from the same functions: the preview stops before
 * it writes. A change names the version it was made for; on any other it is refused, so that nobody confirms what he did not see.
 */
import { amendTo } from '#core/orders/amend.ts'
import { edited, wantedNow } from '#core/orders/edit.ts'
import { statedOf } from '#core/orders/stated.ts'
import { backOf, wantBack } from '#core/fulfillment/take-back.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { NewOrderFact } from '#core/model/fact.ts'
import type { OrderInput } from '#core/model/order.ts'
import type { CancelWish, OrderChange } from '#core/model/order-change.ts'
import { type Instant, latest } from '#core/model/time.ts'
import { isConsolidated, parcelsOf } from '#core/routing/parcels.ts'
import { decisionsOf } from '#store/decisions.ts'
import { appendFacts } from '#store/facts.ts'
import { loadRequests } from '#store/fulfillment.ts'
import { loadProducts } from '#store/master-data.ts'
import { loadOrders, lockOrders, routingStateOf, type StoredOrder } from '#store/orders.ts'
import type { Queryable } from '#store/database.ts'
import { type Evaluated, evaluateOrder } from './evaluate.ts'
import { followAmendment } from './follow-amendment.ts'
import { pendingOf } from './pending.ts'
import { retryRaces } from './races.ts'
import { claimSubstitutes, noSubstitute, type Substitute, SubstituteGone } from './substitute.ts'
import { tellChanges } from './tell-changes.ts'
import type { World } from './world.ts'

export type ChangeWish = { changes: OrderChange[]; reason: string; version?: number | undefined }

/** Units that leave a node's hands: at once, or when it agrees. */
export type GivenBack = {
  requestId: string
  nodeId: string
  lineNo: number
  sku: string
  quantity: number
  why: 'cancel' | 'planAnew'
  how: 'atOnce' | 'asked'
}

export type ChangeEffect = {
  /** Of the order as it was seen; confirm with it. */
  version: number
  changes: Record<string, unknown>[]
  money: { currency: string; before: number; after: number; delta: number }
  stock: GivenBack[]
  /** What routing would do with the units that are open then, if it decided now. */
  plan: {
    nodeId: string
    lines: { lineNo: number; quantity: number }[]
    handOverAt: Instant
    deliveredAt?: Instant | undefined
  }[]
  unserved: { lineNo: number; quantity: number; reason: string }[]
  /** When the last of it is there, or handed over where the way is not known. */
  promise: { before?: Instant | undefined; after?: Instant | undefined }
}

export type ChangeRefusal =
  | { kind: 'unknown' }
  | { kind: 'stale'; version: number }
  | { kind: 'refused'; index: number; reason: string }
export type ChangeAnswer = { kind: 'done'; effect: ChangeEffect } | ChangeRefusal

type Made = {
  kind: 'made'
  before: StoredOrder
  after: StoredOrder
  amendment: ReturnType<typeof amendTo>
  requests: FulfillmentRequest[]
}

/** What the change would do, and nothing written. */
export async function previewChange(world: World, orderId: string, wish: ChangeWish): Promise<ChangeAnswer> {
  const [order] = await loadOrders(world.db, [orderId])
  const made = order === undefined ? { kind: 'unknown' as const } : await make(world.db, order, wish, world.clock.now())
  return made.kind === 'made' ? { kind: 'done', effect: await effectOf(world, made) } : made
}

export async function changeOrder(
  world: World,
  orderId: string,
  wish: ChangeWish,
  actor: string,
): Promise<ChangeAnswer> {
  const preview = await previewChange(world, orderId, wish)
  if (preview.kind !== 'done') return preview
  return write(
    world,
    orderId,
    actor,
    (db, order, now) => make(db, order, { ...wish, version: wish.version ?? order.version }, now),
    {
      kind: 'edited',
      reason: wish.reason,
      effect: preview.effect,
      substitutes: wish.changes.flatMap((change, index) => (change.do === 'substitute' ? [{ ...change, index }] : [])),
    },
  )
}

/** A cancel of some units takes those first that nobody works on. Of the whole order it is final. */
export async function cancelOrder(
  world: World,
  orderId: string,
  wish: CancelWish,
  actor: string,
): Promise<ChangeAnswer> {
  const decide = async (db: Queryable, order: StoredOrder, now: Instant): Promise<Made | ChangeRefusal> => {
    if (wish.lines === undefined) return makeFrom(db, order, { ...asItIs(order), cancelledAt: now }, new Set(), now)
    const pending = pendingOf(await loadRequests(db, { orderIds: [order.id] }))
    const changes: OrderChange[] = []
    for (const [index, { lineNo, quantity }] of wish.lines.entries()) {
      const line = order.lines.find((each) => each.lineNo === lineNo)
      const wanted = line === undefined ? 0 : wantedNow(line, pending)
      const left = wanted - (line?.counters.shipped ?? 0)
      if (line === undefined || quantity > left) {
        const reason =
          line === undefined
            ? `the order has no line ${lineNo}`
            : `only ${left} units of line ${lineNo} can still be cancelled`
        return { kind: 'refused', index, reason }
      }
      changes.push({ do: 'setQuantity', lineNo, quantity: wanted - quantity })
    }
    return make(db, order, { changes, reason: wish.reason }, now)
  }
  const [order] = await loadOrders(world.db, [orderId])
  const made = order === undefined ? { kind: 'unknown' as const } : await decide(world.db, order, world.clock.now())
  if (made.kind !== 'made') return made
  const effect = await effectOf(world, made)
  return write(world, orderId, actor, decide, { kind: 'cancelled', reason: wish.reason, effect, substitutes: [] })
}

async function make(db: Queryable, order: StoredOrder, wish: ChangeWish, now: Instant): Promise<Made | ChangeRefusal> {
  if (wish.version !== undefined && wish.version !== order.version) return { kind: 'stale', version: order.version }
  const pending = pendingOf(await loadRequests(db, { orderIds: [order.id] }))
  const wanted = edited(order, wish.changes, pending)
  if (!wanted.ok) return { kind: 'refused', index: wanted.index, reason: wanted.reason }
  const unknown = (await unknownSku(db, wish.changes)) ?? (await noSubstitute(db, order, wish.changes))
  if (unknown !== undefined) return unknown
  return makeFrom(db, order, wanted.input, wanted.touched, now)
}

async function unknownSku(db: Queryable, changes: readonly OrderChange[]): Promise<ChangeRefusal | undefined> {
  const added = changes.flatMap((change, index) =>
    change.do === 'addLine' || change.do === 'substitute' ? [{ index, sku: change.sku }] : [],
  )
  if (added.length === 0) return undefined
  const known = new Set(
    (
      await loadProducts(
        db,
        added.map((each) => each.sku),
      )
    ).map((product) => product.sku),
  )
  const missing = added.find((each) => !known.has(each.sku))
  if (missing === undefined) return undefined
  return { kind: 'refused', index: missing.index, reason: `the hub knows no product with the SKU ${missing.sku}` }
}

async function makeFrom(
  db: Queryable,
  order: StoredOrder,
  input: OrderInput,
  touched: ReadonlySet<string>,
  now: Instant,
): Promise<Made | ChangeRefusal> {
  const requests = await loadRequests(db, { orderIds: [order.id] })
  const amendment = amendTo(order, input, (line) => touched.has(line.externalId))
  if (amendment.changes.length === 0 && !amendment.cancelledNow)
    return { kind: 'refused', index: 0, reason: 'the order is as the change would have it' }
  const stated = order.stated ?? statedOf(order, pendingOf(requests))
  const made = { ...amendment.order, holds: order.holds, stated }
  const after = { ...made, routing: routingStateOf(made), routingSince: now }
  return { kind: 'made', before: order, after, amendment, requests }
}

const asItIs = (order: StoredOrder): OrderInput => {
  const same = edited(order, [], () => 0)
  return same.ok ? same.input : { ...order, holds: [], lines: [] }
}

async function write(
  world: World,
  orderId: string,
  actor: string,
  decide: (db: Queryable, order: StoredOrder, now: Instant) => Promise<Made | ChangeRefusal>,
  told: { kind: 'edited' | 'cancelled'; reason: string; effect: ChangeEffect; substitutes: readonly Substitute[] },
): Promise<ChangeAnswer> {
  await world.master.fresh()
  try {
    return await retryRaces(() => writeOnce(world, orderId, actor, decide, told))
  } catch (error) {
    // All of it or nothing: what was written before the substitute was found missing is undone.
    if (error instanceof SubstituteGone) return { kind: 'refused', index: error.index, reason: error.message }
    throw error
  }
}

function writeOnce(
  world: World,
  orderId: string,
  actor: string,
  decide: (db: Queryable, order: StoredOrder, now: Instant) => Promise<Made | ChangeRefusal>,
  told: { kind: 'edited' | 'cancelled'; reason: string; effect: ChangeEffect; substitutes: readonly Substitute[] },
): Promise<ChangeAnswer> {
  return world.commit(async (unit): Promise<ChangeAnswer> => {
    const now = world.clock.now()
    const [order] = await lockOrders(unit, [orderId])
    if (order === undefined) return { kind: 'unknown' }
    const made = await decide(unit, order, now)
    if (made.kind !== 'made') return made
    const { after, amendment } = made
    const id = world.ids.next('fct')
    const fact: NewOrderFact = { kind: told.kind, at: now, data: { reason: told.reason, changes: amendment.changes } }
    await appendFacts(unit, [{ ...fact, id, orderId, actor, cause: id }])
    await followAmendment(
      unit,
      world,
      { order: after, holdsBefore: order.holds, unwanted: amendment.unwanted, recalls: amendment.recalls },
      { actor, cause: id, reason: told.reason },
      now,
    )
    await claimSubstitutes(unit, world, after, told.substitutes, { actor, cause: id }, now)
    await tellChanges(unit, world, [orderId], { reason: told.reason, byHand: true }, now)
    return { kind: 'done', effect: { ...told.effect, version: after.version } }
  })
}

async function effectOf(world: World, { before, after, amendment, requests }: Made): Promise<ChangeEffect> {
  const stock = givenBack(requests, amendment)
  const decided = await decideOpen(world, after, amendment.recalls)
  const decision = decided?.ok === true ? decided.decision : undefined
  const was = await promisedBy(world, before, requests)
  const plan = decision?.packages ?? []
  const kept = amendment.recalls.length === 0 && !amendment.cancelledNow ? was : undefined
  return {
    version: before.version,
    changes: amendment.changes,
    money: {
      currency: before.currency,
      before: before.totalMinor,
      after: after.totalMinor,
      delta: after.totalMinor - before.totalMinor,
    },
    stock,
    plan: plan.map(({ nodeId, lines, handOverAt, deliveredAt }) => ({
      nodeId,
      lines: lines.map(({ lineNo, quantity }) => ({ lineNo, quantity })),
      handOverAt,
      deliveredAt,
    })),
    unserved: (decision?.unserved ?? []).map(({ lineNo, quantity, reason }) => ({ lineNo, quantity, reason })),
    promise: {
      before: was,
      after: latest([
        ...(kept === undefined ? [] : [kept]),
        ...(decision === undefined ? [] : parcelsOf(decision)).map((each) => each.deliveredAt ?? each.handOverAt),
      ]),
    },
  }
}

function givenBack(requests: readonly FulfillmentRequest[], { unwanted, recalls }: Made['amendment']): GivenBack[] {
  const now = new Map(requests.map((request) => [request.id as string, request]))
  const wishes = [
    ...unwanted.map((each) => ({
      ...each,
      quantity: each.quantity - pendingOf(requests)(each.lineNo),
      purpose: 'cancel' as const,
    })),
    ...recalls.map((each) => ({ ...each, purpose: 'recall' as const })),
  ]
  return wishes.flatMap(({ lineNo, quantity, purpose }) =>
    wantBack([...now.values()], lineNo, Math.max(0, quantity), purpose).changed.flatMap((request): GivenBack[] => {
      const was = now.get(request.id)?.lines.find((line) => line.lineNo === lineNo)
      const is = request.lines.find((line) => line.lineNo === lineNo)
      now.set(request.id, request)
      if (was === undefined || is === undefined) return []
      return [
        {
          requestId: request.id,
          nodeId: request.nodeId,
          lineNo,
          sku: is.sku,
          quantity: backOf(is)[purpose] - backOf(was)[purpose],
          why: purpose === 'cancel' ? 'cancel' : 'planAnew',
          how: request.negotiation === 'unsubmitted' ? 'atOnce' : 'asked',
        },
      ]
    }),
  )
}

/** Units that have to be planned anew count as open already; stock that the change frees does not count as free yet. */
function decideOpen(
  world: World,
  after: StoredOrder,
  recalls: Made['amendment']['recalls'],
): Promise<Evaluated | undefined> {
  const again = new Map(recalls.map((each) => [each.lineNo, each.quantity]))
  const lines = after.lines.map((line) => ({
    ...line,
    counters: { ...line.counters, open: line.counters.open + (again.get(line.lineNo) ?? 0) },
  }))
  if (!lines.some((line) => line.counters.open > 0)) return Promise.resolve(undefined)
  return evaluateOrder(world, { ...after, lines })
}

/** When the decisions behind its live requests said that the last of it would be there. */
async function promisedBy(
  world: World,
  order: StoredOrder,
  requests: readonly FulfillmentRequest[],
): Promise<Instant | undefined> {
  const live = requests.filter((request) => request.lines.some((line) => line.outstanding > 0))
  if (live.length === 0) return undefined
  const decisions = await decisionsOf(world.db, order.id)
  return latest(
    live.flatMap((request) => {
      const made = decisions.find((each) => each.id === request.decisionId)
      const planned = made?.packages.find((each) => each.nodeId === request.nodeId && each.method === request.method)
      if (made === undefined || planned === undefined) return []
      const parcel = isConsolidated(planned, made.consolidated) ? (made.consolidated ?? planned) : planned
      return [parcel.deliveredAt ?? parcel.handOverAt]
    }),
  )
}
