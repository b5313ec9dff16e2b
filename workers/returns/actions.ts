/** Everything that people, the API and the command line do to returns. Each resolves after its commit. */
import type { ReturnReceipt, ReturnRequest } from '#core/model/return.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import { loadRefunds } from '#store/refunds.ts'
import { lockOrders } from '#store/orders.ts'
import { resolveCases } from '#store/quarantine.ts'
import { insertInspection, isKnownInspection, loadReturns, updateReturn } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import { nudgePublish } from '../nudge.ts'
import { retryRaces } from '../races.ts'
import type { World } from '../world.ts'
import { authorise, decline } from './authorise.ts'
import { clearUnits, disposeBlocked, matchUnits } from './clear.ts'
import { finishStep } from './close.ts'
import { type By, moved, openReturn, refused, type ReturnAnswer, tell, type Work } from './desk.ts'
import { type Finding, findingsFit, grade } from './grade.ts'
import { type InStore, refusalOf, returnInStore } from './in-store.ts'
import { receive } from './receive.ts'
import { moveRefund, trigger } from './refunds.ts'
import { requestReturn } from './request.ts'
import { tellNode } from './words.ts'

export type Label = {
  carrier: string
  trackingNumber: string
  url?: string | undefined
  /** Worth nothing after this; the policy's days from now when left out. */
  expiresAt?: Instant | undefined
}

const DAY_MS = 86_400_000

export type ReceiptAnswer = { repeated: boolean; receiptId: string; returnIds: string[] }

export type ReturnActions = ReturnType<typeof returnActions>

export function returnActions(world: World) {
  const commit = async <T>(work: (unit: Unit, now: Instant) => Promise<T>): Promise<T> => {
    await world.master.fresh()
    const answer = await retryRaces(() => world.commit((unit) => work(unit, world.clock.now())))
    await nudgePublish(world)
    return answer
  }
  const onReturn = (id: string, work: (unit: Unit, opened: Work, now: Instant) => Promise<ReturnAnswer>) =>
    commit(async (unit, now): Promise<ReturnAnswer> => {
      const opened = await openReturn(unit, id)
      return opened === undefined ? { kind: 'unknown' } : work(unit, opened, now)
    })
  return {
    request: (request: ReturnRequest, actor: string) =>
      commit((unit, now) => requestReturn(unit, world, request, { actor }, now)),
    authorise: (id: string, nodeId: string | undefined, actor: string) =>
      onReturn(id, (unit, work, now) => authorise(unit, world, work, { actor }, now, { nodeId })),
    decline: (id: string, reason: string, actor: string) =>
      onReturn(id, (unit, work, now) => decline(unit, world, work, reason, { actor }, now)),
    label: (id: string, label: Label, actor: string) =>
      onReturn(id, (unit, work, now) => setLabel(unit, world, work, label, { actor }, now)),
    sent: (id: string, sentAt: Instant, actor: string) =>
      onReturn(id, (unit, work) => markSent(unit, world, work, sentAt, { actor })),
    receive: (receipt: ReturnReceipt, actor: string): Promise<ReceiptAnswer> =>
      commit((unit, now) => receive(unit, world, receipt, { actor }, now)),
    inspect: (
      id: string,
      inspection: { inspectionNumber: string; inspectedAt: Instant; findings: Finding[] },
      actor: string,
    ) => onReturn(id, (unit, work, now) => inspect(unit, world, work, inspection, { actor }, now)),
    match: (word: Parameters<typeof matchUnits>[2], actor: string) =>
      commit((unit, now) => matchUnits(unit, world, word, { actor }, now)),
    clear: (word: Parameters<typeof clearUnits>[2], actor: string) =>
      commit((unit, now) => clearUnits(unit, world, word, { actor }, now)),
    dispose: (word: Parameters<typeof disposeBlocked>[2], actor: string) =>
      commit((unit, now) => disposeBlocked(unit, world, word, { actor }, now)),
    inStore: (word: InStore, actor: string): Promise<ReturnAnswer> =>
      commit((unit, now) => returnInStore(unit, world, word, { actor }, now)).catch((error: unknown) => {
        const refusal = refusalOf(error)
        if (refusal === undefined) throw error
        return refusal
      }),
    refund: (id: string, word: RefundWord, actor: string) =>
      commit((unit, now) => onRefund(unit, world, id, word, { actor }, now)),
  }
}

async function setLabel(
  unit: Unit,
  world: World,
  { order, ret }: Work,
  label: Label,
  by: By,
  now: Instant,
): Promise<ReturnAnswer> {
  if (ret.custody !== 'advised' && ret.custody !== 'inTransit')
    return refused(`a return that is ${ret.custody} needs no label`)
  const days = world.master.current().returnPolicy.labelDays
  const labelled = {
    ...ret,
    carrier: label.carrier,
    trackingNumber: label.trackingNumber,
    labelUrl: label.url ?? null,
    expiresAt: label.expiresAt ?? plusMs(now, days * DAY_MS),
  }
  await updateReturn(unit, labelled)
  await tellNode(unit, world, { order, ret: labelled }, now)
  await tell(unit, world, { orderId: ret.orderId, returnId: ret.id }, 'returnAuthorised', by, now, {
    carrier: label.carrier,
    trackingNumber: label.trackingNumber,
    expiresAt: labelled.expiresAt,
  })
  return { kind: 'done', returnId: ret.id, repeated: ret.trackingNumber === label.trackingNumber }
}

/** The carrier has it. */
async function markSent(unit: Unit, world: World, { ret }: Work, sentAt: Instant, by: By): Promise<ReturnAnswer> {
  if (ret.custody === 'inTransit') return { kind: 'done', returnId: ret.id, repeated: true }
  const stepped = moved(ret, 'send')
  if (!stepped.ok) return refused(stepped.reason)
  await updateReturn(unit, stepped.ret)
  await tell(unit, world, { orderId: ret.orderId, returnId: ret.id }, 'returnSent', by, sentAt, {
    trackingNumber: ret.trackingNumber,
  })
  return { kind: 'done', returnId: ret.id, repeated: false }
}

async function inspect(
  unit: Unit,
  world: World,
  { order, ret }: Work,
  inspection: { inspectionNumber: string; inspectedAt: Instant; findings: Finding[] },
  by: By,
  now: Instant,
): Promise<ReturnAnswer> {
  const { inspectionNumber, inspectedAt } = inspection
  if (await isKnownInspection(unit, ret.id, inspectionNumber)) return { kind: 'done', returnId: ret.id, repeated: true }
  const misfit = findingsFit(ret, inspection.findings)
  if (misfit !== undefined) return refused(misfit)
  await insertInspection(unit, { returnId: ret.id, inspectionNumber, inspectedAt, actor: by.actor })
  const graded = await grade(unit, world, { order, ret }, inspection.findings, by, now)
  if (graded.dueAt === null) await resolveCases(unit, 'returnOverdue', [ret.id], 'its goods were looked at', now)
  await finishStep(unit, world, { order, ret: graded }, by, now)
  return { kind: 'done', returnId: ret.id, repeated: false }
}

export type RefundWord = { do: 'trigger' } | { do: 'confirm'; reference: string } | { do: 'deny'; reason: string }

/** A person's word on a refund that waits for one. */
async function onRefund(
  unit: Unit,
  world: World,
  id: string,
  word: RefundWord,
  by: By,
  now: Instant,
): Promise<ReturnAnswer> {
  const [known] = await loadRefunds(unit, { ids: [id] })
  if (known === undefined || known.returnId === null) return { kind: 'unknown' }
  const [order] = await lockOrders(unit, [known.orderId])
  const [refund] = await loadRefunds(unit, { ids: [id] })
  const [ret] = await loadReturns(unit, { ids: [known.returnId] })
  if (order === undefined || refund === undefined || ret === undefined) return { kind: 'unknown' }
  if (refund.state !== 'pending') return refused(`the refund is ${refund.state}; only one that waits can be decided`)
  if (word.do === 'trigger') {
    await resolveCases(unit, 'refundRefused', [id], `triggered by ${by.actor}`, now)
    await trigger(unit, world, { order, ret }, refund, by, now)
    return { kind: 'done', returnId: ret.id, repeated: false }
  }
  if (word.do === 'confirm') {
    await moveRefund(unit, world, refund, 'trigger', { by, now })
    await moveRefund(unit, world, { ...refund, state: 'triggered' }, 'confirm', { reference: word.reference, by, now })
  } else await moveRefund(unit, world, refund, 'deny', { detail: word.reason, by, now })
  await finishStep(unit, world, { order, ret }, by, now)
  return { kind: 'done', returnId: ret.id, repeated: false }
}
