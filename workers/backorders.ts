/** Selling beyond stock: units that no node has wait, under a cap and with a date. What comes in is given out by release-backorders.ts. */
import { openUnits } from '#core/ledger/supply.ts'
import { backorderRuleOf } from '#core/ledger/stock-rules.ts'
import type { BackorderRule } from '#core/model/stock-policy.ts'
import type { Instant } from '#core/model/time.ts'
import {
  type Backorder,
  backordersOf,
  insertBackorders,
  lockWaitingCounts,
  shrinkBackorders,
} from '#store/backorders.ts'
import { appendFacts } from '#store/facts.ts'
import { loadProducts } from '#store/master-data.ts'
import { moveUnits, type StoredOrder } from '#store/orders.ts'
import { openSupplies } from '#store/supply.ts'
import type { Unit } from '#store/unit.ts'
import { pegAnew, type Serving } from './expectations.ts'
import type { World } from './world.ts'

export type UnservedUnits = {
  order: StoredOrder
  lineNo: number
  sku: string
  quantity: number
  /** The decision that found no node for them. */
  cause: string
}

/**
 * Lets units wait that no node can serve, as far as the policy allows. Returns how many of each line wait now, by `order/line`; the rest
 * has to be parked. The caller holds the orders' locks.
 */
export async function backorder(
  unit: Unit,
  world: World,
  unserved: readonly UnservedUnits[],
  now: Instant,
): Promise<Map<string, number>> {
  const waiting = new Map<string, number>()
  const rules = await rulesOf(
    unit,
    world,
    unserved.map((each) => each.sku),
    now,
  )
  const wanted = unserved.filter((each) => rules.has(each.sku))
  if (wanted.length === 0) return waiting
  const room = await roomFor(unit, rules)
  const made = wanted.flatMap(({ order, lineNo, sku, quantity }): Backorder[] => {
    const units = Math.min(quantity, room.get(sku) ?? 0)
    if (units <= 0) return []
    room.set(sku, (room.get(sku) ?? 0) - units)
    waiting.set(`${order.id}/${lineNo}`, units)
    const isPreorder = (rules.get(sku)?.releaseFrom ?? now) > now
    return [
      {
        id: world.ids.next('bko'),
        orderId: order.id,
        lineNo,
        sku,
        kind: isPreorder ? 'preorder' : 'backorder',
        quantity: units,
        supplyId: null,
        expectedAt: null,
        promisedAt: null,
        priority: order.priority ?? 0,
        placedAt: order.placedAt,
      },
    ]
  })
  await insertBackorders(unit, made)
  await moveUnits(
    unit,
    made.map((each) => ({
      orderId: each.orderId,
      lineNo: each.lineNo,
      quantity: each.quantity,
      from: 'open',
      to: 'backordered',
    })),
  )
  await pegAnew(unit, world, servingOf(rules), 'routing', now)
  const pegged = new Map(
    (
      await backordersOf(
        unit,
        made.map((each) => each.orderId),
      )
    ).map((each) => [each.id, each]),
  )
  await appendFacts(
    unit,
    made.map((each) => ({
      id: world.ids.next('fct'),
      orderId: each.orderId,
      kind: 'backordered' as const,
      at: now,
      actor: 'routing',
      cause: wanted.find((one) => one.order.id === each.orderId && one.lineNo === each.lineNo)?.cause ?? 'routing',
      data: {
        lineNo: each.lineNo,
        sku: each.sku,
        quantity: each.quantity,
        kind: each.kind,
        expectedAt: pegged.get(each.id)?.expectedAt ?? null,
      },
    })),
  )
  return waiting
}

/** The backorder rule of each SKU that has one. A kit has no stock of its own to wait for, so it is never backordered. */
async function rulesOf(
  unit: Unit,
  world: World,
  skus: readonly string[],
  now: Instant,
): Promise<Map<string, BackorderRule>> {
  const { stockPolicy, kits } = world.master.current()
  if (stockPolicy.backorders.length === 0 || skus.length === 0) return new Map()
  const products = await loadProducts(
    unit,
    [...new Set(skus)].filter((sku) => !kits.has(sku)),
  )
  return new Map(
    products.flatMap((product) => {
      const rule = backorderRuleOf(stockPolicy, { product, at: now })
      return rule === undefined ? [] : [[product.sku, rule] as const]
    }),
  )
}

/** Units of each SKU that may still be let wait: below its cap, and where the rule says so only what open supplies will bring. */
async function roomFor(unit: Unit, rules: ReadonlyMap<string, BackorderRule>): Promise<Map<string, number>> {
  const counts = await lockWaitingCounts(unit, [...rules.keys()])
  const coming = new Map<string, number>()
  for (const supply of await openSupplies(unit, [...rules.keys()]))
    coming.set(supply.sku, (coming.get(supply.sku) ?? 0) + openUnits(supply))
  return new Map(
    [...rules].map(([sku, rule]) => {
      const waiting = counts.get(sku) ?? 0
      const capped = rule.capUnits - waiting
      return [sku, rule.onlyAgainstSupply ? Math.min(capped, (coming.get(sku) ?? 0) - waiting) : capped]
    }),
  )
}

const servingOf = (rules: ReadonlyMap<string, BackorderRule>): Map<string, Serving> =>
  new Map([...rules].map(([sku, rule]) => [sku, { releaseBy: rule.releaseBy, releaseFrom: rule.releaseFrom }]))

/** How the backorders of these SKUs are served: by their rule, or first come first served where it is gone. */
export async function servingFor(
  unit: Unit,
  world: World,
  skus: readonly string[],
  now: Instant,
): Promise<Map<string, Serving>> {
  const rules = await rulesOf(unit, world, skus, now)
  return new Map(
    [...new Set(skus)].map((sku) => {
      const rule = rules.get(sku)
      return [sku, { releaseBy: rule?.releaseBy ?? 'fifo', releaseFrom: rule?.releaseFrom }]
    }),
  )
}

/** A line that wants fewer units than wait for it gives the latest ones up. The caller holds the order's lock. */
export async function trimBackorders(
  unit: Unit,
  world: World,
  order: StoredOrder | { id: string; lines: StoredOrder['lines'] },
  now: Instant,
): Promise<void> {
  const mine = await backordersOf(unit, [order.id])
  if (mine.length === 0) return
  await lockWaitingCounts(
    unit,
    mine.map((each) => each.sku),
  )
  const parts = [...Map.groupBy(mine, (each) => each.lineNo)].flatMap(([lineNo, rows]) => {
    const line = order.lines.find((each) => each.lineNo === lineNo)
    let surplus = rows.reduce((sum, row) => sum + row.quantity, 0) - (line?.counters.backordered ?? 0)
    return [...rows].reverse().flatMap((row) => {
      const quantity = Math.min(Math.max(0, surplus), row.quantity)
      surplus -= quantity
      return quantity > 0 ? [{ id: row.id, sku: row.sku, quantity }] : []
    })
  })
  await shrinkBackorders(unit, parts)
  await pegAnew(
    unit,
    world,
    await servingFor(
      unit,
      world,
      parts.map((part) => part.sku),
      now,
    ),
    'units were given up',
    now,
  )
}
