/** Agreeing to a return: a node is chosen, an exchange reserved first, node and channel told, and what is due paid. Or declining it. */
import type { Instant } from '#core/model/time.ts'
import { plusMs } from '#core/model/time.ts'
import { dispositionFor, EXPECTED_CONDITION } from '#core/returns/disposition.ts'
import { chooseReturnNode, type ReturnChoice } from '#core/returns/node.ts'
import { loadProducts } from '#store/master-data.ts'
import { openCases, resolveCases } from '#store/quarantine.ts'
import { moveReturning, type StoredReturn, updateReturn } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import type { World } from '../world.ts'
import { finishStep } from './close.ts'
import { type By, moved, refused, type ReturnAnswer, tell, type Work } from './desk.ts'
import { orderExchange, reserveExchange } from './exchange.ts'
import { goodsOf } from './goods.ts'
import { tellChannel, tellNode } from './words.ts'

const DAY_MS = 86_400_000

export type AuthoriseMore = { nodeId?: string | undefined; agreed?: boolean | undefined }

/** Refused, it stays requested and a person has a case that says why. */
export async function authorise(
  unit: Unit,
  world: World,
  work: Work,
  by: By,
  now: Instant,
  more: AuthoriseMore = {},
): Promise<ReturnAnswer> {
  const policy = world.master.current().returnPolicy
  const stepped = moved(work.ret, 'authorise')
  if (!stepped.ok) return refused(stepped.reason)
  const choice = await chosen(unit, world, work, more.nodeId)
  if (choice.nodeId === undefined || choice.bookId === undefined) {
    const why = `no node can take it: ${choice.candidates.map((each) => `${each.nodeId}: ${'reason' in each ? each.reason : 'not asked'}`).join(', ')}`
    await updateReturn(unit, { ...work.ret, choice })
    await needPerson(unit, world, work.ret, why, now)
    return refused(why)
  }
  if (work.ret.kind === 'exchange') {
    const short = await reserveExchange(unit, world, work.ret, by)
    if (short !== undefined) {
      await needPerson(unit, world, work.ret, `the new item cannot be reserved: ${short}`, now)
      return refused(`the new item cannot be reserved: ${short}`)
    }
  }
  const { nodeId, bookId } = choice
  let ret: StoredReturn = {
    ...stepped.ret,
    nodeId,
    bookId,
    choice,
    authorisedAt: now,
    expiresAt: plusMs(now, policy.labelDays * DAY_MS),
  }
  await updateReturn(unit, ret)
  await resolveCases(unit, 'returnNeedsPerson', [ret.id], `authorised by ${by.actor}`, now)
  await tell(unit, world, { orderId: ret.orderId, returnId: ret.id }, 'returnAuthorised', by, now, {
    nodeId,
    policyVersion: choice.policyVersion,
  })
  if (ret.way === 'parcel') await tellNode(unit, world, { order: work.order, ret }, now)
  if (more.agreed !== true) await tellChannel(unit, world, ret, 'approve', undefined, now)
  if (ret.kind === 'exchange')
    ret = await orderExchange(unit, world, { order: work.order, ret }, policy.exchangeShips, by, now)
  await finishStep(unit, world, { order: work.order, ret }, by, now)
  return { kind: 'done', returnId: ret.id, repeated: false }
}

/** A node named by hand passes the same checks; the record keeps what the others would have cost. */
async function chosen(
  unit: Unit,
  world: World,
  { order, ret }: Work,
  nodeId: string | undefined,
): Promise<ReturnChoice> {
  const { nodes, returnPolicy } = world.master.current()
  const products = new Map(
    (await loadProducts(unit, [...new Set(ret.lines.map((line) => line.sku))])).map((each) => [
      each.sku as string,
      each,
    ]),
  )
  const choice = chooseReturnNode(nodes.values(), returnPolicy, {
    way: ret.way,
    from: order.shipTo ?? order.billTo,
    currency: order.currency,
    units: ret.lines.map((line) => ({
      quantity: line.quantity,
      disposition: dispositionFor(returnPolicy, {
        goods: goodsOf(products, line.sku),
        reason: line.reason,
        condition: EXPECTED_CONDITION[line.reason],
        shippedBySupplier: line.shippedBySupplier,
      }).disposition,
    })),
  })
  if (nodeId === undefined || choice.nodeId === nodeId) return choice
  const { nodeId: _node, bookId: _book, ...rest } = choice
  const candidates = choice.candidates.map((each) =>
    'cost' in each ? { ...each, chosen: each.nodeId === nodeId } : each,
  )
  const named = candidates.find((each) => each.nodeId === nodeId && 'cost' in each)
  return named === undefined
    ? { ...rest, candidates }
    : { ...rest, candidates, nodeId: named.nodeId, bookId: named.bookId }
}

export async function needPerson(
  unit: Unit,
  world: World,
  ret: Pick<StoredReturn, 'id' | 'orderId'>,
  detail: string,
  now: Instant,
): Promise<void> {
  await openCases(
    unit,
    [
      {
        id: world.ids.next('exc'),
        kind: 'returnNeedsPerson',
        subject: ret.id,
        orderId: ret.orderId,
        detail,
        cure: 'POST /v1/returns/{id}/authorise (a node may be named), or POST /v1/returns/{id}/decline with the reason.',
        owner: 'operator',
      },
    ],
    now,
  )
}

/** The customer keeps the goods. */
export async function decline(
  unit: Unit,
  world: World,
  { ret }: Work,
  reason: string,
  by: By,
  now: Instant,
): Promise<ReturnAnswer> {
  if (ret.custody === 'declined') return { kind: 'done', returnId: ret.id, repeated: true }
  const stepped = moved(ret, 'decline')
  if (!stepped.ok) return refused(stepped.reason)
  await moveReturning(
    unit,
    ret.lines.map((line) => ({
      orderId: ret.orderId,
      lineNo: line.orderLineNo,
      returning: -line.expected,
      returned: 0,
    })),
  )
  const lines = ret.lines.map((line) => ({ ...line, missing: line.missing + line.expected, expected: 0 }))
  await updateReturn(unit, { ...stepped.ret, lines, closedAt: now })
  await resolveCases(unit, 'returnNeedsPerson', [ret.id], `declined: ${reason}`, now)
  await tell(unit, world, { orderId: ret.orderId, returnId: ret.id }, 'returnDeclined', by, now, { reason })
  await tellChannel(unit, world, ret, 'decline', reason, now)
  return { kind: 'done', returnId: ret.id, repeated: false }
}
