/** Partners' words on returns: a wish from a channel, a receipt from a node, a refund that a channel has paid. */
import type { Issue } from '#core/issue.ts'
import type { RefundNotice, ReturnReceipt, ReturnRequest } from '#core/model/return.ts'
import type { Instant } from '#core/model/time.ts'
import { externalKey, lockOrdersByExternalId } from '#store/orders.ts'
import { openCases } from '#store/quarantine.ts'
import { claimMoney, insertRefund, loadRefunds } from '#store/refunds.ts'
import type { Unit } from '#store/unit.ts'
import type { Incoming, Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import type { By } from './desk.ts'
import { paid } from './follow.ts'
import { applyReceipts } from './receive.ts'
import { moneyOf } from './refunds.ts'
import { requestReturn } from './request.ts'

export type ReturnWord =
  | { kind: 'returnRequest'; value: ReturnRequest }
  | { kind: 'returnReceipt'; value: ReturnReceipt }
  | { kind: 'refundNotice'; value: RefundNotice }

/** Answers in the order of `incoming`; `subjectId` is what the document's trace belongs to. */
export async function applyReturnWords(
  unit: Unit,
  world: World,
  incoming: readonly Incoming<ReturnWord>[],
  now: Instant,
): Promise<{ verdict: Verdict; subjectId?: string | undefined }[]> {
  const results: { verdict: Verdict; subjectId?: string | undefined }[] = []
  for (const each of incoming) {
    const by = { actor: each.connectionId, cause: each.envelopeId }
    const word = each.value
    if (word.kind === 'returnReceipt') {
      const [verdict] = await applyReceipts(unit, world, [{ ...each, value: word.value }], now)
      results.push({ verdict: verdict ?? { kind: 'duplicate' } })
    } else if (word.kind === 'returnRequest') {
      const answer = await requestReturn(unit, world, word.value, by, now)
      if (answer.kind === 'done')
        results.push({ verdict: { kind: answer.repeated ? 'duplicate' : 'applied' }, subjectId: answer.returnId })
      else results.push({ verdict: { kind: 'refused', issues: [issueOf(word.value, answer)] } })
    } else results.push({ verdict: await applyNotice(unit, world, word.value, by, now) })
  }
  return results
}

function issueOf(request: ReturnRequest, answer: { kind: 'unknown' } | { kind: 'refused'; reason: string }): Issue {
  const name = request.externalOrderId ?? request.orderId ?? ''
  return {
    code: answer.kind === 'unknown' ? 'return.order-unknown' : 'return.refused',
    class: 'data',
    place: { path: answer.kind === 'unknown' ? '/externalOrderId' : '/lines' },
    rule: answer.kind === 'unknown' ? 'must be an order that the hub knows' : answer.reason,
    value: name,
    cure: 'Replay it when the order has come and its goods have left; else settle the return with the channel.',
    subject: name,
  }
}

/** Our own refund, confirmed; or one that the channel paid by itself, which counts against what was paid. */
async function applyNotice(unit: Unit, world: World, notice: RefundNotice, by: By, now: Instant): Promise<Verdict> {
  const key = { channelId: notice.channelId, externalId: notice.externalOrderId }
  const order = (await lockOrdersByExternalId(unit, [key])).get(externalKey(key))
  if (order === undefined)
    return { kind: 'superseded', reason: 'the hub has no such order: nothing of it can come back' }
  const known = await loadRefunds(unit, { orderIds: [order.id] })
  const ours = known.find((each) => each.id === notice.refundId)
  if (ours !== undefined) {
    if (ours.state === 'refunded') return { kind: 'duplicate' }
    await paid(unit, world, ours, notice.externalId, by, now)
    return { kind: 'applied' }
  }
  if (known.some((each) => each.reference === notice.externalId) || notice.amountMinor === 0)
    return { kind: 'duplicate' }
  const money = await moneyOf(unit, order)
  const amountMinor = Math.min(notice.amountMinor, money.paidMinor - money.refundedMinor)
  if (amountMinor > 0) {
    await claimMoney(unit, order.id, { amountMinor, shippingUnits: 0 })
    await insertRefund(unit, {
      id: world.ids.next('rfd'),
      orderId: order.id,
      returnId: null,
      state: 'refunded',
      amountMinor,
      plan: { ...NO_PLAN, amountMinor },
      reference: notice.externalId,
      createdAt: notice.refundedAt,
      settledAt: now,
    })
  }
  if (amountMinor < notice.amountMinor)
    await openCases(
      unit,
      [
        {
          id: world.ids.next('exc'),
          kind: 'refundRefused',
          subject: `${order.id}/${notice.externalId}`.slice(0, 100),
          orderId: order.id,
          detail: `the channel paid back ${notice.amountMinor}, ${notice.amountMinor - amountMinor} more than was left of what the customer paid`,
          cure: 'Compare the order’s refunds in the channel with GET /v1/orders/{id}/refunds; resolve the case when they are right.',
          owner: 'operator',
        },
      ],
      now,
    )
  return { kind: 'applied' }
}

const NO_PLAN = {
  lines: [],
  shippingMinor: 0,
  shippingUnits: 0,
  feeMinor: 0,
  labelFeeMinor: 0,
  creditMinor: 0,
}
