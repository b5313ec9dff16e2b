/** An order that the hub has given to a connection's node, so that the node can answer. */
import { handleRoute } from '#workers/route.ts'
import { applyOrders } from '#workers/apply-orders.ts'
import { applyStockFeed } from '#workers/apply-stock.ts'
import { loadRequests } from '#store/fulfillment.ts'
import { must } from './check.ts'
import { atSecond } from './paper-clock.ts'
import type { Desk } from './desk.ts'
import type { Process } from './runtime.ts'
import { valueOf } from './values.ts'

const QUANTITY = 2

export async function seedRequest(
  process: Process,
  desk: Desk,
  { cancel = false } = {},
): Promise<{ requestId: string; quantity: number }> {
  const { world } = process
  const now = world.clock.now()
  const from = { envelopeId: 'kit', connectionId: desk.connectionId, part: '' }
  await world.master.fresh()
  const lines = [{ sku: 'SKU-1', quantity: QUANTITY }]
  const order = valueOf('order', { id: 'seed', lines }, desk)
  const stock = valueOf('stock', { id: 'seed', lines: [{ sku: 'SKU-1', quantity: 9 }] }, desk)
  const [captured] = await world.commit(async (unit) => {
    await applyStockFeed(unit, world, { ...from, port: 'kit', value: stock }, now)
    return applyOrders(unit, world, [{ ...from, value: order }], now)
  })
  const orderId = captured?.orderId
  must(orderId !== undefined, 'the kit’s own order is not captured')
  await handleRoute(world, [orderId])
  await process.work(60_000)
  const [request] = await loadRequests(world.db, { orderIds: [orderId] })
  must(request !== undefined, 'the kit’s own order is not given to the node')
  if (cancel) {
    const cancelled = { ...order, revisedAt: atSecond(40), cancelledAt: atSecond(40) }
    await world.commit((unit) => applyOrders(unit, world, [{ ...from, value: cancelled }], world.clock.now()))
    await process.work(60_000)
  }
  return { requestId: request.id, quantity: QUANTITY }
}
