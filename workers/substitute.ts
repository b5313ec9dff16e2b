/** Substitutes: other goods for units that wait, with the customer's yes. Claimed in the commit of the swap, or nothing is swapped. */
import type { OrderChange } from '#core/model/order-change.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from '#store/database.ts'
import { appendFacts } from '#store/facts.ts'
import { loadProducts } from '#store/master-data.ts'
import type { StoredOrder } from '#store/orders.ts'
import { takeOverCarts } from '#store/reservations.ts'
import type { Unit } from '#store/unit.ts'
import { reserveIn } from './reserve.ts'
import type { World } from './world.ts'

/** `index`: its place among the changes that were asked for. */
export type Substitute = Extract<OrderChange, { do: 'substitute' }> & { index: number }

/** Thrown in the commit, so that nothing of it stays. */
export class SubstituteGone extends Error {
  readonly index: number
  constructor(index: number, message: string) {
    super(message)
    this.index = index
  }
}

/** The order extends it for as long as it waits. */
const TTL_SECONDS = 24 * 3_600

/** Why one of them is none: only what the product names may stand in for it. */
export async function noSubstitute(
  db: Queryable,
  order: StoredOrder,
  changes: readonly OrderChange[],
): Promise<{ kind: 'refused'; index: number; reason: string } | undefined> {
  const swaps = changes.flatMap((change, index) => {
    if (change.do !== 'substitute') return []
    const line = order.lines.find((each) => each.lineNo === change.lineNo)
    return line === undefined ? [] : [{ index, from: line.sku, to: change.sku }]
  })
  if (swaps.length === 0) return undefined
  const products = await loadProducts(
    db,
    swaps.map((each) => each.from),
  )
  for (const { index, from, to } of swaps) {
    const listed: readonly string[] = products.find((each) => each.sku === from)?.substitutes ?? []
    if (listed.includes(to)) continue
    const has = listed.length === 0 ? 'it has none' : `it has ${listed.join(', ')}`
    return { kind: 'refused', index, reason: `${to} is no substitute of ${from}: ${has}` }
  }
  return undefined
}

/** Claims what stands in, for the order, and puts the customer's yes on its timeline. The caller holds the order's lock. */
export async function claimSubstitutes(
  unit: Unit,
  world: World,
  order: StoredOrder,
  substitutes: readonly Substitute[],
  by: { actor: string; cause: string },
  now: Instant,
): Promise<void> {
  for (const { index, sku, quantity } of substitutes) {
    const cart = { channelId: order.channelId, cartKey: `${by.cause}-${index}` }
    const [answer] = await reserveIn(unit, world, [
      { ...cart, binding: 'timed', ttlSeconds: TTL_SECONDS, lines: [{ sku, quantity }], actor: by.actor },
    ])
    if (answer?.kind === 'insufficient') {
      const short = answer.lines.map((each) => `${each.available} of ${each.wanted} ${each.sku} can be had`)
      throw new SubstituteGone(index, short.join('; '))
    }
    await takeOverCarts(unit, [{ ...cart, orderId: order.id }])
  }
  await appendFacts(
    unit,
    substitutes.map(({ do: _do, index: _index, ...data }) => ({
      id: world.ids.next('fct'),
      orderId: order.id,
      kind: 'substituted' as const,
      at: now,
      ...by,
      data,
    })),
  )
}
