/** What a person says of goods that no return expected, and of goods that could not be restocked. */
import type { Disposition, ReturnReason } from '#core/model/return.ts'
import { ReturnRequest } from '#core/model/return.ts'
import type { StockState } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { matchReceipt } from '#core/returns/receive.ts'
import { resolveCases } from '#store/quarantine.ts'
import { lockReceipt, type ReceiptLine, settleReceiptLine, type StoredReceipt } from '#store/return-receipts.ts'
import { insertDispositions, updateReturn } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import { stockRose } from '../stock-rose.ts'
import type { World } from '../world.ts'
import { finishStep } from './close.ts'
import { type By, openReturn, refused, type ReturnAnswer, tell, type Work } from './desk.ts'
import { bookIn, bookOut, ledgerUnits } from './goods.ts'
import { inspected, LEDGER_OF, move, notThere } from './grade.ts'
import { receiptLineSubject, takeIn } from './receive.ts'
import { requestReturn } from './request.ts'

export type MatchWord = {
  receiptId: string
  lineNo: number
  quantity?: number | undefined
  /** What it is, where the node did not know. */
  sku?: string | undefined
  to: { returnId: string } | { orderId: string; orderLineNo: number; reason: ReturnReason }
}

type Open = { receipt: StoredReceipt; line: ReceiptLine; left: number }

async function openLine(unit: Unit, receiptId: string, lineNo: number): Promise<Open | undefined> {
  const receipt = await lockReceipt(unit, receiptId)
  const line = receipt?.lines.find((each) => each.lineNo === lineNo)
  if (receipt === undefined || line === undefined) return undefined
  return { receipt, line, left: line.quantity - line.matched - line.cleared }
}

/** The goods belong to this return, or to this line of an order: then a return is made for them. */
export async function matchUnits(
  unit: Unit,
  world: World,
  word: MatchWord,
  by: By,
  now: Instant,
): Promise<ReturnAnswer> {
  // The order is locked before the receipt, as a receipt that comes in does it.
  const target = 'returnId' in word.to ? await openReturn(unit, word.to.returnId) : undefined
  if ('returnId' in word.to && target === undefined) return { kind: 'unknown' }
  const open = await openLine(unit, word.receiptId, word.lineNo)
  if (open === undefined) return { kind: 'unknown' }
  const { receipt, line, left } = open
  const quantity = word.quantity ?? left
  const sku = line.sku ?? word.sku
  if (sku === undefined) return refused(`say what "${line.item}" is: sku`)
  if (quantity < 1 || quantity > left) return refused(`${left} units of this line wait for a word`)
  const work = target ?? (await returnMadeFor(unit, world, word, quantity, receipt, by, now))
  if ('kind' in work) return work
  const said = {
    sku: sku as never,
    item: line.item,
    quantity,
    ...(line.condition === null ? {} : { condition: line.condition }),
  }
  const matched = matchReceipt(work.ret.lines, { lines: [said] })
  if (matched.unmatched.length > 0)
    return refused(`return ${work.ret.id} does not expect ${quantity} of ${sku} any more`)
  if (line.sku === null)
    await bookIn(
      unit,
      receipt.bookId,
      ledgerUnits([{ sku, quantity }], world.master.current().kits),
      receipt.id,
      receipt.receivedAt,
    )
  await settleReceiptLine(unit, { receiptId: receipt.id, lineNo: line.lineNo, matched: quantity, cleared: 0, sku })
  await takeIn(
    unit,
    world,
    work,
    {
      receipt: { ...receipt, nodeId: receipt.nodeId as never, lines: [said] },
      bookId: receipt.bookId,
      taken: matched.taken,
    },
    by,
    now,
  )
  if (quantity === left) await resolve(unit, receipt.id, line.lineNo, `matched to ${work.ret.id} by ${by.actor}`, now)
  return { kind: 'done', returnId: work.ret.id, repeated: false }
}

async function returnMadeFor(
  unit: Unit,
  world: World,
  word: MatchWord,
  quantity: number,
  receipt: StoredReceipt,
  by: By,
  now: Instant,
): Promise<Work | ReturnAnswer> {
  if ('returnId' in word.to) return { kind: 'unknown' }
  const request = ReturnRequest.parse({
    orderId: word.to.orderId,
    requestedAt: now,
    agreed: true,
    lines: [{ lineNo: word.to.orderLineNo, quantity, reason: word.to.reason }],
  })
  const made = await requestReturn(unit, world, request, by, now, { nodeId: receipt.nodeId })
  if (made.kind !== 'done') return made
  const work = await openReturn(unit, made.returnId)
  if (work === undefined) return { kind: 'unknown' }
  return work.ret.custody === 'requested'
    ? refused(`${receipt.nodeId} takes no returns by the policy; authorise ${made.returnId} by hand, then match`)
    : work
}

const CLEARED_TO = {
  restock: 'available',
  scrap: 'adjustment',
  returnToVendor: 'supplier',
  sentBack: 'customer',
} as const
export const CLEARINGS = ['restock', 'scrap', 'returnToVendor', 'sentBack'] as const
export type Clearing = (typeof CLEARINGS)[number]

/** The goods belong to no return: what became of them. */
export async function clearUnits(
  unit: Unit,
  world: World,
  word: { receiptId: string; lineNo: number; quantity?: number | undefined; as: Clearing; reason: string },
  by: By,
  now: Instant,
): Promise<ReturnAnswer> {
  const open = await openLine(unit, word.receiptId, word.lineNo)
  if (open === undefined) return { kind: 'unknown' }
  const { receipt, line, left } = open
  const quantity = word.quantity ?? left
  if (quantity < 1 || quantity > left) return refused(`${left} units of this line wait for a word`)
  if (line.sku === null && word.as === 'restock')
    return refused(`nobody knows what "${line.item}" is; match it with its sku`)
  if (line.sku !== null) {
    const units = ledgerUnits([{ sku: line.sku, quantity }], world.master.current().kits)
    const missing = await notThere(unit, receipt.bookId, units)
    if (missing !== undefined) return refused(missing)
    const to: StockState = CLEARED_TO[word.as]
    await bookOut(
      unit,
      units.map((each) => ({ ...each, bookId: receipt.bookId, to, reference: receipt.id })),
      now,
    )
    if (to === 'available')
      await stockRose(
        unit,
        world,
        units.map((each) => each.sku),
        now,
      )
  }
  await settleReceiptLine(unit, { receiptId: receipt.id, lineNo: line.lineNo, matched: 0, cleared: quantity })
  if (quantity === left) await resolve(unit, receipt.id, line.lineNo, `${word.as} by ${by.actor}: ${word.reason}`, now)
  return { kind: 'done', returnId: receipt.id, repeated: false }
}

const resolve = (unit: Unit, receiptId: string, lineNo: number, resolution: string, now: Instant): Promise<void> =>
  resolveCases(unit, 'returnUnmatched', [receiptLineSubject(receiptId, lineNo)], resolution, now)

/** Blocked units: a person says what becomes of them, and whose book they belong to. */
export async function disposeBlocked(
  unit: Unit,
  world: World,
  word: {
    returnId: string
    lineNo: number
    quantity?: number | undefined
    disposition: Disposition
    bookId?: string | undefined
  },
  by: By,
  now: Instant,
): Promise<ReturnAnswer> {
  const work = await openReturn(unit, word.returnId)
  const line = work?.ret.lines.find((each) => each.lineNo === word.lineNo)
  if (work === undefined || line === undefined) return { kind: 'unknown' }
  const quantity = word.quantity ?? line.blocked
  if (quantity < 1 || quantity > line.blocked) return refused(`${line.blocked} units of this line are blocked`)
  const from = work.ret.bookId ?? ''
  const to = word.bookId ?? from
  const book = world.master.current().nodes.get(to)
  if (book === undefined || !book.enabled) return refused(`${to} is no node that works`)
  const units = ledgerUnits([{ ...line, quantity }])
  const missing = await notThere(unit, from, units)
  if (missing !== undefined) return refused(missing)
  if (to !== from) await rebook(unit, units, from, to, work.ret.id, now)
  await move(unit, world, work.ret, line, to, word.disposition, quantity, now)
  await insertDispositions(unit, [
    {
      id: world.ids.next('dsp'),
      returnId: work.ret.id,
      lineNo: line.lineNo,
      quantity,
      condition: 'asNew',
      disposition: word.disposition,
      rule: by.actor,
      bookId: to,
      blocked: null,
      decidedAt: now,
    },
  ])
  const lines = work.ret.lines.map((each) =>
    each === line ? { ...each, blocked: each.blocked - quantity, disposed: each.disposed + quantity } : each,
  )
  const ret = inspected({ ...work.ret, lines })
  await updateReturn(unit, ret)
  await tell(unit, world, { orderId: ret.orderId, returnId: ret.id }, 'returnDisposed', by, now, {
    units: [
      { lineNo: line.lineNo, quantity, disposition: word.disposition, bookId: to, ledger: LEDGER_OF[word.disposition] },
    ],
  })
  if (quantity === line.blocked)
    await resolveCases(unit, 'restockBlocked', [`${ret.id}/${line.lineNo}`], `${word.disposition} by ${by.actor}`, now)
  await finishStep(unit, world, { order: work.order, ret }, by, now)
  return { kind: 'done', returnId: ret.id, repeated: false }
}

/** The units change hands between two books, in quality control at both ends. */
async function rebook(
  unit: Unit,
  units: readonly { sku: string; quantity: number }[],
  from: string,
  to: string,
  reference: string,
  now: Instant,
): Promise<void> {
  await bookOut(
    unit,
    units.map((each) => ({ ...each, bookId: from, to: 'transfer' as const, reference })),
    now,
  )
  await bookIn(unit, to, units, reference, now, 'transfer')
}
