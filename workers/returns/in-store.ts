/** A web order's goods are brought to a store: asked for, taken in, looked at and paid back in one commit, and in one book. */
import { ReturnReceipt, ReturnRequest } from '#core/model/return.ts'
import type { Condition, ReturnReason } from '#core/model/return.ts'
import type { Instant } from '#core/model/time.ts'
import { receiptNumbered } from '#store/return-receipts.ts'
import type { Unit } from '#store/unit.ts'
import type { World } from '../world.ts'
import { type By, openReturn, refused, type ReturnAnswer } from './desk.ts'
import { receive } from './receive.ts'
import { requestReturn } from './request.ts'

export type InStore = {
  nodeId: string
  /** The till's own number; the same twice is the same return. */
  receiptNumber: string
  orderId: string
  broughtAt: Instant
  lines: { lineNo: number; quantity: number; reason: ReturnReason; condition: Condition }[]
}

/** Thrown to take everything back that was written before the refusal. */
export class InStoreRefused extends Error {}

export async function returnInStore(
  unit: Unit,
  world: World,
  word: InStore,
  by: By,
  now: Instant,
): Promise<ReturnAnswer> {
  const known = await receiptNumbered(unit, word.nodeId, word.receiptNumber)
  if (known !== undefined) return { kind: 'done', returnId: known.named[0] ?? known.id, repeated: true }
  const request = ReturnRequest.parse({
    orderId: word.orderId,
    requestedAt: word.broughtAt,
    agreed: true,
    lines: word.lines.map(({ lineNo, quantity, reason }) => ({ lineNo, quantity, reason })),
  })
  const made = await requestReturn(unit, world, request, by, now, { way: 'inStore', nodeId: word.nodeId })
  if (made.kind === 'refused') throw new InStoreRefused(made.reason)
  if (made.kind === 'unknown') return made
  const work = await openReturn(unit, made.returnId)
  if (work === undefined || work.ret.custody === 'requested') throw new InStoreRefused('it could not be authorised')
  const receipt = ReturnReceipt.parse({
    receiptNumber: word.receiptNumber,
    nodeId: word.nodeId,
    receivedAt: word.broughtAt,
    references: [made.returnId],
    lines: word.lines.map((line, index) => ({
      sku: work.ret.lines[index]?.sku,
      item: work.ret.lines[index]?.sku,
      quantity: line.quantity,
      condition: line.condition,
    })),
  })
  await receive(unit, world, receipt, by, now)
  return made
}

export const refusalOf = (error: unknown): ReturnAnswer | undefined =>
  error instanceof InStoreRefused ? refused(error.message) : undefined
