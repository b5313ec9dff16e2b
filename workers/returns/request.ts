/** A wish to send goods back: checked against what was shipped, judged by the policy, and authorised at once where nothing speaks against it. */
import type { ReturnPolicy } from '#core/model/return-policy.ts'
import type { ReturnRequest } from '#core/model/return.ts'
import type { Instant } from '#core/model/time.ts'
import type { ReturnLine } from '#core/returns/lines.ts'
import { planRefund } from '#core/returns/money.ts'
import type { ReturnWay } from '#core/returns/node.ts'
import { judgeLine } from '#core/returns/terms.ts'
import { loadRequests } from '#store/fulfillment.ts'
import { loadProducts } from '#store/master-data.ts'
import { externalKey, lockOrders, lockOrdersByExternalId, type StoredOrder } from '#store/orders.ts'
import {
  insertReturn,
  lastShipments,
  loadReturns,
  returnedUnits,
  returnNamed,
  type StoredReturn,
} from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import type { World } from '../world.ts'
import { authorise, needPerson } from './authorise.ts'
import { type By, refused, type ReturnAnswer, tell } from './desk.ts'
import { goodsOf } from './goods.ts'

/** `nodeId`: where it is brought to, when somebody says so. */
export type RequestMore = { way?: ReturnWay; nodeId?: string }

export async function requestReturn(
  unit: Unit,
  world: World,
  request: ReturnRequest,
  by: By,
  now: Instant,
  more: RequestMore = {},
): Promise<ReturnAnswer> {
  const order = await orderOf(unit, request)
  if (order === undefined) return { kind: 'unknown' }
  if (request.externalId !== undefined) {
    const known = await returnNamed(unit, order.channelId, request.externalId)
    if (known !== undefined) return agreedElsewhere(unit, world, order, known.id, request, by, now)
  }
  const lines = await linesOf(unit, world, order, request, now)
  if (typeof lines === 'string') return refused(lines)
  const creditMinor = request.exchange.reduce((sum, each) => sum + each.quantity * each.unitPriceMinor, 0)
  const worth = worthOf(order, lines.made)
  if (creditMinor > worth)
    return refused(`the new goods cost ${creditMinor}, what comes back is worth ${worth}: take the difference first`)
  const ret: StoredReturn = {
    id: world.ids.next('rma'),
    orderId: order.id,
    channelId: order.channelId,
    externalId: request.externalId ?? null,
    kind: request.kind,
    way: more.way ?? 'parcel',
    custody: 'requested',
    nodeId: null,
    bookId: null,
    choice: null,
    exchange: request.exchange,
    exchangeOrderId: null,
    creditMinor,
    labelFeeMinor: more.way === 'inStore' ? 0 : labelFee(lines.made),
    carrier: null,
    trackingNumber: null,
    labelUrl: null,
    requestedAt: request.requestedAt,
    authorisedAt: null,
    expiresAt: null,
    dueAt: null,
    closedAt: null,
    lines: lines.made,
  }
  const named = { ...ret, lines: ret.lines.map((line) => ({ ...line, returnId: ret.id })) }
  await insertReturn(unit, named)
  await tell(unit, world, { orderId: order.id, returnId: ret.id }, 'returnRequested', by, request.requestedAt, {
    lines: named.lines.map(({ orderLineNo: lineNo, quantity, reason }) => ({ lineNo, quantity, reason })),
    objections: lines.objections,
  })
  if (lines.objections.length > 0 && !request.agreed)
    await needPerson(unit, world, named, lines.objections.join('; '), now)
  else {
    const answer = await authorise(unit, world, { order, ret: named }, by, now, {
      nodeId: more.nodeId,
      agreed: request.agreed,
    })
    // Over the counter there is nobody to wait for: what cannot be authorised is not taken.
    if (answer.kind === 'refused' && more.way === 'inStore') return answer
  }
  return { kind: 'done', returnId: ret.id, repeated: false }
}

async function orderOf(unit: Unit, request: ReturnRequest): Promise<StoredOrder | undefined> {
  if (request.orderId !== undefined) return (await lockOrders(unit, [request.orderId]))[0]
  const { channelId, externalOrderId } = request
  if (channelId === undefined || externalOrderId === undefined) return undefined
  const key = { channelId, externalId: externalOrderId }
  return (await lockOrdersByExternalId(unit, [key])).get(externalKey(key))
}

/** The channel's second word on a return: it may have agreed in the meantime. */
async function agreedElsewhere(
  unit: Unit,
  world: World,
  order: StoredOrder,
  id: string,
  request: ReturnRequest,
  by: By,
  now: Instant,
): Promise<ReturnAnswer> {
  const [ret] = await loadReturns(unit, { ids: [id] })
  if (ret === undefined) return { kind: 'unknown' }
  if (request.agreed && ret.custody === 'requested') {
    await authorise(unit, world, { order, ret }, by, now, { agreed: true })
    return { kind: 'done', returnId: id, repeated: false }
  }
  return { kind: 'done', returnId: id, repeated: true }
}

async function linesOf(
  unit: Unit,
  world: World,
  order: StoredOrder,
  request: ReturnRequest,
  now: Instant,
): Promise<{ made: ReturnLine[]; objections: string[] } | string> {
  const policy = world.master.current().returnPolicy
  const products = new Map(
    (await loadProducts(unit, [...new Set(order.lines.map((line) => line.sku))])).map((each) => [
      each.sku as string,
      each,
    ]),
  )
  const left = new Map(
    (await returnedUnits(unit, [order.id])).map((each) => [each.lineNo, each.shipped - each.returned - each.returning]),
  )
  const shipments = await lastShipments(unit, order.id)
  const components = await componentsShipped(unit, order.id)
  const made: ReturnLine[] = []
  const objections: string[] = []
  for (const [index, wish] of request.lines.entries()) {
    const line = order.lines.find((each) =>
      wish.lineNo === undefined ? each.externalId === wish.externalLineId : each.lineNo === wish.lineNo,
    )
    if (line === undefined)
      return `line ${wish.lineNo ?? wish.externalLineId} is none of order ${order.number ?? order.id}`
    const room = left.get(line.lineNo) ?? 0
    if (wish.quantity > room)
      return `${wish.quantity} of line ${line.lineNo} (${line.sku}) are to come back, but only ${room} were shipped and are not on their way back already`
    left.set(line.lineNo, room - wish.quantity)
    const last = shipments.get(line.lineNo)
    const judged = judgeLine(
      policy,
      { goods: goodsOf(products, line.sku), reason: wish.reason, shippedAt: last?.shippedAt },
      order.channelId,
      now,
    )
    if (judged.objection !== undefined) objections.push(judged.objection)
    const parts = components.get(line.lineNo)
    made.push({
      returnId: '',
      lineNo: index + 1,
      orderLineNo: line.lineNo,
      sku: line.sku,
      ...(parts === undefined ? {} : { components: parts }),
      reason: wish.reason,
      ...(wish.note === undefined ? {} : { note: wish.note }),
      terms: termsOf(judged.rule),
      shippedBySupplier: last !== undefined && world.master.current().nodes.get(last.nodeId)?.kind === 'supplier',
      quantity: wish.quantity,
      expected: wish.quantity,
      ...NOTHING,
    })
  }
  return { made, objections }
}

const NOTHING = { missing: 0, received: 0, ungraded: 0, blocked: 0, disposed: 0, denied: 0, settled: 0 }

function termsOf(rule: ReturnPolicy['rules'][number]): ReturnLine['terms'] {
  const { name, refundAt, refundShipping, restockingFeeBasisPoints, paidBy, labelFeeMinor } = rule
  return { name, refundAt, refundShipping, restockingFeeBasisPoints, paidBy, labelFeeMinor }
}

/** One label a return, whatever is in it: the dearest of its lines' fees, where the customer pays for all of them. */
const labelFee = (lines: readonly ReturnLine[]): number =>
  lines.every((line) => line.terms.paidBy === 'customer')
    ? Math.max(...lines.map((line) => line.terms.labelFeeMinor))
    : 0

/** What the lines are worth if all of it comes back, before any fee. */
function worthOf(order: StoredOrder, lines: readonly ReturnLine[]): number {
  const free = { restockingFeeBasisPoints: 0, refundShipping: 'never' as const }
  const units = lines.map((line) => ({
    returnLineNo: line.lineNo,
    lineNo: line.orderLineNo,
    quantity: line.quantity,
    before: 0,
    terms: free,
  }))
  return planRefund({ order, units, shippingUnitsBefore: 0, labelFeeMinor: 0, creditMinor: 0 }).amountMinor
}

/** What kits were made of when they were shipped, by order line. */
async function componentsShipped(
  unit: Unit,
  orderId: string,
): Promise<Map<number, NonNullable<ReturnLine['components']>>> {
  const requests = await loadRequests(unit, { orderIds: [orderId] })
  return new Map(
    requests.flatMap((request) =>
      request.lines.flatMap((line) =>
        line.components === undefined || line.shipped === 0 ? [] : [[line.lineNo, line.components] as const],
      ),
    ),
  )
}
