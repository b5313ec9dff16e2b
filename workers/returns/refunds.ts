/**
 * Money that goes back. A refund is a row, claimed against what was paid in the commit that decides it, and an instruction to the
 * channel under its own name; so it is paid once, whatever becomes of the answer.
 */
import type { Order } from '#core/model/order.ts'
import { step } from '#core/model/chart.ts'
import { refundChart } from '#core/model/charts.ts'
import type { ChannelRefund, RefundState } from '#core/model/return.ts'
import type { Instant } from '#core/model/time.ts'
import { refundable } from '#core/returns/lines.ts'
import { planRefund, type RefundPlan } from '#core/returns/money.ts'
import { insertInstructions } from '#store/instructions.ts'
import { openCases, resolveCases } from '#store/quarantine.ts'
import {
  claimMoney,
  countRefunded,
  insertRefund,
  loadRefunds,
  type OrderMoney,
  orderMoney,
  setRefundState,
  type StoredRefund,
} from '#store/refunds.ts'
import { loadReturns, type StoredReturn } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import { outboundPort } from '../master.ts'
import type { World } from '../world.ts'
import { type By, tell, type Work } from './desk.ts'

/** What the customer paid as the order was placed: the channel's total falls when it refunds, what was paid does not. */
export function paidFor(order: Pick<Order, 'lines' | 'totalMinor' | 'shippingMinor' | 'taxesIncluded'>): number {
  const asPlaced = order.lines.reduce(
    (sum, line) =>
      sum +
      line.unitPriceMinor * line.counters.ordered -
      (line.discountMinor ?? 0) +
      (order.taxesIncluded === false ? (line.taxMinor ?? 0) : 0),
    order.shippingMinor ?? 0,
  )
  return Math.max(order.totalMinor, asPlaced)
}

export const moneyOf = (unit: Unit, order: Order & { id: string }): Promise<OrderMoney> =>
  orderMoney(unit, { orderId: order.id, currency: order.currency, paidMinor: paidFor(order) })

/** Pays back whatever the terms say is due by now. Returns the return with its money counted. */
export async function payBack(unit: Unit, world: World, work: Work, by: By, now: Instant): Promise<StoredReturn> {
  const { order, ret } = work
  const due = ret.lines.flatMap((line) => {
    const quantity = refundable(line, ret.custody)
    return quantity === 0 ? [] : [{ line, quantity }]
  })
  if (due.length === 0) return ret
  const settledBefore = await settledUnits(unit, ret)
  const money = await moneyOf(unit, order)
  const plan = planRefund({
    order,
    units: due.map(({ line, quantity }) => {
      const before = settledBefore.get(line.orderLineNo) ?? 0
      settledBefore.set(line.orderLineNo, before + quantity)
      return { returnLineNo: line.lineNo, lineNo: line.orderLineNo, quantity, before, terms: line.terms }
    }),
    shippingUnitsBefore: money.shippingUnits,
    labelFeeMinor: ret.labelFeeMinor,
    creditMinor: ret.creditMinor,
  })
  const units = new Map(due.map(({ line, quantity }) => [line.lineNo, quantity]))
  const settled: StoredReturn = {
    ...ret,
    creditMinor: ret.creditMinor - plan.creditMinor,
    labelFeeMinor: ret.labelFeeMinor - plan.labelFeeMinor,
    lines: ret.lines.map((line) => ({ ...line, settled: line.settled + (units.get(line.lineNo) ?? 0) })),
  }
  await claimAndTrigger(unit, world, { order, ret: settled }, plan, money, by, now)
  return settled
}

/** Units of each order line that earlier refunds have paid back, over all returns of the order. */
async function settledUnits(unit: Unit, ret: StoredReturn): Promise<Map<number, number>> {
  const settled = new Map<number, number>()
  const all = await loadReturns(unit, { orderIds: [ret.orderId] })
  for (const each of all.map((other) => (other.id === ret.id ? ret : other)))
    for (const line of each.lines) settled.set(line.orderLineNo, (settled.get(line.orderLineNo) ?? 0) + line.settled)
  return settled
}

async function claimAndTrigger(
  unit: Unit,
  world: World,
  work: Work,
  plan: RefundPlan,
  money: OrderMoney,
  by: By,
  now: Instant,
): Promise<void> {
  const left = money.paidMinor - money.refundedMinor
  const amountMinor = Math.min(plan.amountMinor, left)
  await claimMoney(unit, work.order.id, { amountMinor, shippingUnits: plan.shippingUnits })
  if (amountMinor === 0) return
  const refund: StoredRefund = {
    id: world.ids.next('rfd'),
    orderId: work.order.id,
    returnId: work.ret.id,
    state: 'pending',
    amountMinor,
    plan,
    reference: null,
    createdAt: now,
    settledAt: null,
  }
  await insertRefund(unit, refund)
  await countRefunded(unit, work.order.id, plan, 1)
  // The channel paid something back by itself: whether this is owed on top only a person can say.
  const foreign = (await loadRefunds(unit, { orderIds: [work.order.id] })).some((each) => each.returnId === null)
  const objection =
    amountMinor < plan.amountMinor
      ? `${plan.amountMinor} would be due, but only ${left} of what was paid is left`
      : foreign
        ? 'the channel has paid money back for this order by itself'
        : undefined
  if (objection === undefined) await trigger(unit, world, work, refund, by, now)
  else await needsPerson(unit, world, refund, objection, now)
}

/** Tells the channel to pay. Where it cannot be told, a person pays and confirms. */
export async function trigger(
  unit: Unit,
  world: World,
  { order, ret }: Work,
  refund: StoredRefund,
  by: By,
  now: Instant,
): Promise<void> {
  const { channels, connections } = world.master.current()
  const connectionId = channels.get(order.channelId)?.connection
  const connection = connectionId === undefined ? undefined : connections.get(connectionId)
  const port = connection === undefined ? undefined : outboundPort(connection, 'channelRefund')
  if (connection === undefined || port === undefined)
    return needsPerson(unit, world, refund, 'the channel has no way to be told of refunds', now)
  await insertInstructions(unit, [
    {
      id: world.ids.next('ins'),
      connectionId: connection.id,
      port: port.name,
      kind: 'channelRefund',
      businessKey: refund.id,
      subjectId: refund.id,
      orderId: order.id,
      document: refundDocument(order, refund),
      createdAt: now,
    },
  ])
  await setRefundState(unit, refund.id, 'triggered', null, now)
  await tell(unit, world, { orderId: order.id, returnId: ret.id }, 'refundTriggered', by, now, {
    refundId: refund.id,
    amountMinor: refund.amountMinor,
  })
}

function refundDocument(order: Order, refund: StoredRefund): ChannelRefund {
  const names = new Map(order.lines.map((line) => [line.lineNo, line.externalId]))
  const lines = new Map<number, number>()
  for (const line of refund.plan.lines) lines.set(line.lineNo, (lines.get(line.lineNo) ?? 0) + line.quantity)
  return {
    refundId: refund.id,
    externalOrderId: order.externalId,
    currency: order.currency,
    amountMinor: refund.amountMinor,
    shippingMinor: refund.plan.shippingMinor,
    feeMinor: refund.plan.feeMinor,
    lines: [...lines].flatMap(([lineNo, quantity]) => {
      const externalLineId = names.get(lineNo)
      return externalLineId === undefined ? [] : [{ externalLineId, quantity }]
    }),
  }
}

async function needsPerson(
  unit: Unit,
  world: World,
  refund: StoredRefund,
  objection: string,
  now: Instant,
): Promise<void> {
  await openCases(
    unit,
    [
      {
        id: world.ids.next('exc'),
        kind: 'refundRefused',
        subject: refund.id,
        orderId: refund.orderId,
        detail: `${objection}; ${refund.amountMinor} wait to be paid back`,
        cure: 'Pay it back by hand and POST /v1/refunds/{id}/confirm, or POST /v1/refunds/{id}/trigger or /deny.',
        owner: 'operator',
      },
    ],
    now,
  )
}

type RefundEvent = 'trigger' | 'confirm' | 'lose' | 'refuse' | 'deny' | 'waive' | 'retry'

/** Moves a refund by its chart; a refusal of the chart is returned, so that nobody takes a late word for news. */
export async function moveRefund(
  unit: Unit,
  world: World,
  refund: StoredRefund,
  event: RefundEvent,
  more: { reference?: string | undefined; by: By; now: Instant; detail?: string | undefined },
): Promise<string | undefined> {
  const stepped = step(refundChart, refund.state, event)
  if (!stepped.ok) return stepped.reason
  const { now, by } = more
  await setRefundState(unit, refund.id, stepped.state, more.reference ?? null, now)
  if (stepped.state === 'refunded' || stepped.state === 'denied') {
    await resolveCases(unit, 'refundRefused', [refund.id], `the refund was ${stepped.state}`, now)
    await tell(
      unit,
      world,
      { orderId: refund.orderId, returnId: refund.returnId ?? refund.id },
      stepped.state === 'refunded' ? 'refunded' : 'refundDenied',
      by,
      now,
      { refundId: refund.id, amountMinor: refund.amountMinor, reference: more.reference, reason: more.detail },
    )
  }
  if (stepped.state === 'denied') {
    await countRefunded(unit, refund.orderId, refund.plan, -1)
    await claimMoney(unit, refund.orderId, {
      amountMinor: -refund.amountMinor,
      shippingUnits: -refund.plan.shippingUnits,
    })
  }
  if (event === 'refuse') await needsPerson(unit, world, refund, more.detail ?? 'the channel refused the refund', now)
  return undefined
}

export const isOpenRefund = (state: RefundState): boolean =>
  state === 'pending' || state === 'triggered' || state === 'inDoubt'
