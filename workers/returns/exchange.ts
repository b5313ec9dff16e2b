/** Exchanges: the new item is reserved in the commit that authorises the return, and goes out as an order of its own. */
import { OrderInput } from '#core/model/order.ts'
import type { Instant } from '#core/model/time.ts'
import { lockOrders, setRouting } from '#store/orders.ts'
import { releaseExchange, type StoredReturn } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import { applyOrders } from '../apply-orders.ts'
import { reserveIn } from '../reserve.ts'
import type { World } from '../world.ts'
import { type By, tell, type Work } from './desk.ts'

/** The order that takes the cart over extends it for as long as it lives. */
const TTL_SECONDS = 24 * 3_600

/** Why the new item cannot be had; undefined when it is reserved now. Nothing is changed where it cannot. */
export async function reserveExchange(
  unit: Unit,
  world: World,
  ret: StoredReturn,
  by: By,
): Promise<string | undefined> {
  const answers = await reserveIn(unit, world, [
    {
      channelId: ret.channelId,
      cartKey: ret.id,
      binding: 'timed',
      ttlSeconds: TTL_SECONDS,
      lines: ret.exchange.map(({ sku, quantity }) => ({ sku, quantity })),
      actor: by.actor,
    },
  ])
  const [answer] = answers
  if (answer?.kind !== 'insufficient') return undefined
  return answer.lines.map((each) => `${each.available} of ${each.wanted} ${each.sku} can be reserved`).join('; ')
}

/** The exchange's order takes the reserved units over. It waits for the goods where the policy says so. */
export async function orderExchange(
  unit: Unit,
  world: World,
  { order, ret }: Work,
  ships: 'atOnce' | 'onReceipt',
  by: By,
  now: Instant,
): Promise<StoredReturn> {
  const input = OrderInput.parse({
    channelId: ret.channelId,
    externalId: `exchange-${ret.id}`,
    number: `${order.number ?? order.externalId}-X`.slice(0, 100),
    revisedAt: now,
    placedAt: now,
    currency: order.currency,
    totalMinor: ret.exchange.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0),
    ...(order.shipTo === undefined ? {} : { shipTo: order.shipTo }),
    ...(order.billTo === undefined ? {} : { billTo: order.billTo }),
    cartKey: ret.id,
    holds: ships === 'onReceipt' ? [{ kind: 'manual', reason: `waits for the goods of return ${ret.id}` }] : [],
    lines: ret.exchange.map((line, index) => ({ ...line, externalId: `${ret.id}-${index + 1}` })),
  })
  const [captured] = await applyOrders(
    unit,
    world,
    [{ envelopeId: ret.id, connectionId: by.actor, part: '', value: input }],
    now,
  )
  const exchangeOrderId = captured?.orderId ?? null
  await tell(unit, world, { orderId: order.id, returnId: ret.id }, 'exchangeOrdered', by, now, { exchangeOrderId })
  return { ...ret, exchangeOrderId }
}

/** The goods are here: the new item goes out. */
export async function releaseWaitingExchange(
  unit: Unit,
  world: World,
  ret: StoredReturn,
  by: By,
  now: Instant,
): Promise<void> {
  if (ret.exchangeOrderId === null || !(await releaseExchange(unit, ret.exchangeOrderId, now))) return
  const [order] = await lockOrders(unit, [ret.exchangeOrderId])
  await tell(unit, world, { orderId: ret.exchangeOrderId, returnId: ret.id }, 'holdReleased', by, now)
  if (order === undefined || order.routing !== 'held') return
  await setRouting(unit, [{ orderId: order.id, routing: 'pending' }], now)
  unit.enqueue('route', [order.id])
}

/** The goods will not come: an exchange that still waits for them is cancelled, and its units are free again. */
export async function cancelWaitingExchange(
  unit: Unit,
  world: World,
  ret: StoredReturn,
  by: By,
  now: Instant,
): Promise<'cancelled' | 'sent' | 'none'> {
  if (ret.exchangeOrderId === null) return 'none'
  const [order] = await lockOrders(unit, [ret.exchangeOrderId])
  if (order === undefined || order.routing !== 'held') return 'sent'
  const { id: _id, lines, holds: _holds, version: _version, routing: _routing, routingSince: _since, ...head } = order
  const input = OrderInput.parse({
    ...head,
    revisedAt: now,
    cancelledAt: now,
    holds: [],
    lines: lines.map(({ lineNo: _lineNo, counters, ...line }) => ({ ...line, quantity: counters.ordered })),
  })
  await applyOrders(unit, world, [{ envelopeId: ret.id, connectionId: by.actor, part: '', value: input }], now)
  return 'cancelled'
}
