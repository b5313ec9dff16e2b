/** What comes after the sale: a customer calls and wants one more; goods come back, are looked at, and their money is paid back. */
import type { Stage } from './stage.ts'
import { ask, until } from './asking.ts'
import { productBySku } from './stock.ts'

const RETURN_POLICY = {
  version: 'demo-1',
  currency: 'EUR',
  rules: [{ name: 'thirty days', windowDays: 30, paidBy: 'customer', labelFeeMinor: 495 }],
  dispositions: [
    { name: 'as new', match: { conditions: ['asNew'] }, disposition: 'restock' },
    { name: 'the rest', disposition: 'scrap' },
  ],
}

type Changed = { version: number; money: { delta: number } }

/** The agent sees what it would cost, says so, and does it: one more of the first line. */
export async function oneMore(stage: Stage, orderId: string, quantity: number): Promise<void> {
  const changes = [{ do: 'setQuantity', lineNo: 1, quantity: quantity + 1 }]
  const path = `/v1/orders/${orderId}/changes`
  // Its first node may answer in between: then the preview is out of date, and the agent looks again.
  await until('the order is changed', async () => {
    const { version } = await ask<Changed>(stage, 'POST', `${path}/preview`, { changes })
    return ask(stage, 'POST', path, { changes, version, reason: 'the customer called: one more' }).then(
      () => true,
      () => false,
    )
  })
}

export type CameBack = {
  /** The shop's order, its line, and what became of the unit. */
  orderName: string
  lineId: number
  condition: 'asNew' | 'damaged'
}

/** One shipped order in fifteen. */
const EVERY = 15

type Return = { id: string; nodeId: string; orderNumber?: string; custody: string; refunds: { state: string }[] }
const returnsOf = async (stage: Stage): Promise<Return[]> =>
  (await ask<{ items: Return[] }>(stage, 'GET', '/v1/returns?limit=200')).items

/** Customers ask at the shop; the hub agrees, receives, looks, restocks or scraps, and the shop pays back. */
export async function goodsComeBack(stage: Stage): Promise<CameBack[]> {
  const { shop, erp } = stage.partners
  await ask(stage, 'PUT', '/v1/return-policy', RETURN_POLICY)
  // The supplier's goods go back to the supplier: those are another story.
  const shipped = shop.books().orders.filter(({ lines: [line], cancelled }) => {
    const product = line === undefined ? undefined : productBySku.get(line.sku)
    return (
      !cancelled && line !== undefined && line.fulfilled > 0 && product !== undefined && product.vendorSku === undefined
    )
  })
  const wanted = shipped.filter((_, index) => index % EVERY === 0)
  const back = wanted.map((order, index): CameBack & { sku: string } => {
    const line = order.lines[0]
    if (line === undefined) throw new Error('an order without lines was shipped')
    shop.requestReturn(order.id, [{ lineId: line.id, quantity: 1, reason: 'SIZE_TOO_SMALL' }])
    const condition = index % 3 === 2 ? 'damaged' : 'asNew'
    return { orderName: order.name, lineId: line.id, sku: line.sku, condition }
  })
  await until('every return is agreed to', async () => (await returnsOf(stage)).length === back.length)
  for (const each of await returnsOf(stage)) {
    const [row] = await stage.hub.world.db.query<{ number: string }>(
      'SELECT o.number FROM sales_order o JOIN customer_return r ON r.order_id = o.id WHERE r.id = $1',
      [each.id],
    )
    const one = back.find(({ orderName }) => orderName === row?.number)
    if (one === undefined) throw new Error(`nobody asked for the return ${each.id}`)
    await takeIn(stage, each, one)
    if (one.condition === 'asNew') erp.adjust(one.sku, each.nodeId, 1)
  }
  await until('every refund is paid', async () =>
    (await returnsOf(stage)).every(({ refunds }) => refunds.length === 1 && refunds[0]?.state === 'refunded'),
  )
  return back
}

async function takeIn(
  stage: Stage,
  { id, nodeId }: Return,
  { sku, condition }: CameBack & { sku: string },
): Promise<void> {
  const now = (): string => stage.hub.world.clock.now()
  const trackingNumber = `BACK-${id}`
  await ask(stage, 'POST', `/v1/returns/${id}/label`, { carrier: 'DPD', trackingNumber })
  await ask(stage, 'POST', '/v1/return-receipts', {
    receiptNumber: `IN-${id}`,
    nodeId,
    receivedAt: now(),
    references: [trackingNumber],
    lines: [{ sku, item: sku, quantity: 1 }],
  })
  await ask(stage, 'POST', `/v1/returns/${id}/inspections`, {
    inspectionNumber: `LOOK-${id}`,
    inspectedAt: now(),
    findings: [{ lineNo: 1, quantity: 1, condition }],
  })
}
