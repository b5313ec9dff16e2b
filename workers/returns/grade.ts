/**
 * Somebody has looked: each unit is graded, the policy's rule says what becomes of it, and the ledger follows. A restock that has no book
 * to go to waits in quality control with a case that says why; nothing is restocked in silence.
 */
import type { Condition, Disposition } from '#core/model/return.ts'
import type { StockState } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { dispositionFor } from '#core/returns/disposition.ts'
import type { ReturnLine } from '#core/returns/lines.ts'
import { loadProducts } from '#store/master-data.ts'
import { openCases } from '#store/quarantine.ts'
import { lockBookPositions } from '#store/returned-goods.ts'
import { insertDispositions, type StoredDisposition, type StoredReturn } from '#store/returns.ts'
import { positionKey } from '#store/stock.ts'
import type { Unit } from '#store/unit.ts'
import { stockRose } from '../stock-rose.ts'
import type { World } from '../world.ts'
import { type By, moved, tell, type Work } from './desk.ts'
import { bookOut, goodsOf, ledgerUnits } from './goods.ts'

export type Finding = { lineNo: number; quantity: number; condition: Condition }

/** Where units go when they leave quality control. Refurbished goods stay on hand and are not sold: a stock movement frees them. */
export const LEDGER_OF: Record<Disposition, StockState> = {
  restock: 'available',
  refurbish: 'damaged',
  returnToVendor: 'supplier',
  scrap: 'adjustment',
}

/** Why the findings do not fit; undefined when they do. */
export function findingsFit(ret: StoredReturn, findings: readonly Finding[]): string | undefined {
  const left = new Map(ret.lines.map((line) => [line.lineNo, line.ungraded]))
  for (const { lineNo, quantity } of findings) {
    const rest = (left.get(lineNo) ?? 0) - quantity
    if (rest < 0)
      return `line ${lineNo} has ${left.get(lineNo) ?? 0} units that came and were not looked at, not ${quantity}`
    left.set(lineNo, rest)
  }
  return undefined
}

/** Grades units that fit. Returns the return as it is then; the caller writes it. */
export async function grade(
  unit: Unit,
  world: World,
  { ret }: Work,
  findings: readonly Finding[],
  by: By,
  now: Instant,
): Promise<StoredReturn> {
  const bookId = ret.bookId ?? ret.nodeId ?? ''
  const lines = new Map(ret.lines.map((line) => [line.lineNo, { ...line }]))
  const policy = world.master.current().returnPolicy
  const products = new Map(
    (await loadProducts(unit, [...new Set(ret.lines.map((line) => line.sku))])).map((each) => [
      each.sku as string,
      each,
    ]),
  )
  const decided: StoredDisposition[] = []
  for (const finding of findings) {
    const line = lines.get(finding.lineNo)
    if (line === undefined) continue
    const { disposition, rule, refund } = dispositionFor(policy, {
      goods: goodsOf(products, line.sku),
      reason: line.reason,
      condition: finding.condition,
      shippedBySupplier: line.shippedBySupplier,
    })
    const blocked = await objectionTo(unit, world, bookId, line, finding.quantity, disposition)
    line.ungraded -= finding.quantity
    if (blocked === undefined) line.disposed += finding.quantity
    else line.blocked += finding.quantity
    if (refund === 'none' && line.terms.refundAt === 'inspected') line.denied += finding.quantity
    if (blocked === undefined) await move(unit, world, ret, line, bookId, disposition, finding.quantity, now)
    decided.push({
      id: world.ids.next('dsp'),
      returnId: ret.id,
      lineNo: line.lineNo,
      quantity: finding.quantity,
      condition: finding.condition,
      disposition,
      rule,
      bookId,
      blocked: blocked ?? null,
      decidedAt: now,
    })
  }
  await insertDispositions(unit, decided)
  await tellGraded(unit, world, ret, decided, by, now)
  return inspected({ ...ret, lines: [...lines.values()] })
}

/** Takes units out of quality control; what can be sold again goes first to those who wait for it. */
export async function move(
  unit: Unit,
  world: World,
  ret: Pick<StoredReturn, 'id'>,
  line: Pick<ReturnLine, 'sku' | 'components'>,
  bookId: string,
  disposition: Disposition,
  quantity: number,
  now: Instant,
): Promise<void> {
  const units = ledgerUnits([{ ...line, quantity }])
  await bookOut(
    unit,
    units.map((each) => ({ ...each, bookId, to: LEDGER_OF[disposition], reference: ret.id })),
    now,
  )
  if (disposition !== 'restock') return
  await stockRose(
    unit,
    world,
    units.map((each) => each.sku),
    now,
  )
}

/** Why units cannot be taken out of quality control as decided. */
async function objectionTo(
  unit: Unit,
  world: World,
  bookId: string,
  line: ReturnLine,
  quantity: number,
  disposition: Disposition,
): Promise<string | undefined> {
  const units = ledgerUnits([{ ...line, quantity }])
  const missing = await notThere(unit, bookId, units)
  if (missing !== undefined) return missing
  if (disposition !== 'restock') return undefined
  const book = world.master.current().nodes.get(bookId)
  if (book === undefined) return `there is no node ${bookId}`
  if (!book.enabled) return `${bookId} is taken out of work`
  if (line.shippedBySupplier && book.kind !== 'supplier') return `${line.sku} belongs to the supplier that shipped it`
  const kept = new Map((await positionsOf(unit, bookId, units)).map((each) => [each.sku, each.kept]))
  const strange = units.find((each) => kept.get(each.sku) !== true)
  return strange === undefined ? undefined : `${bookId} keeps no stock of ${strange.sku}`
}

/** Somebody moved the units by hand meanwhile. */
export async function notThere(
  unit: Unit,
  bookId: string,
  units: readonly { sku: string; quantity: number }[],
): Promise<string | undefined> {
  const there = new Map(
    (await positionsOf(unit, bookId, units)).map((each) => [positionKey(each), each.qualityControl]),
  )
  const missing = units.find((each) => (there.get(positionKey({ sku: each.sku, nodeId: bookId })) ?? 0) < each.quantity)
  return missing === undefined
    ? undefined
    : `${bookId} has not ${missing.quantity} of ${missing.sku} in quality control`
}

const positionsOf = (unit: Unit, bookId: string, units: readonly { sku: string }[]) =>
  lockBookPositions(
    unit,
    units.map((each) => ({ sku: each.sku, nodeId: bookId })),
  )

async function tellGraded(
  unit: Unit,
  world: World,
  ret: StoredReturn,
  decided: readonly StoredDisposition[],
  by: By,
  now: Instant,
): Promise<void> {
  const about = { orderId: ret.orderId, returnId: ret.id }
  const told = decided.map(({ lineNo, quantity, condition, disposition, rule }) => ({
    lineNo,
    quantity,
    condition,
    disposition,
    rule,
  }))
  await tell(unit, world, about, 'returnInspected', by, now, { findings: told })
  const done = decided.filter((each) => each.blocked === null)
  if (done.length > 0)
    await tell(unit, world, about, 'returnDisposed', by, now, {
      units: done.map(({ lineNo, quantity, disposition, bookId }) => ({ lineNo, quantity, disposition, bookId })),
    })
  for (const each of decided.filter((one) => one.blocked !== null)) {
    await tell(unit, world, about, 'restockBlocked', by, now, { lineNo: each.lineNo, reason: each.blocked })
    await openCases(
      unit,
      [
        {
          id: world.ids.next('exc'),
          kind: 'restockBlocked',
          subject: `${ret.id}/${each.lineNo}`,
          orderId: ret.orderId,
          detail: `${each.quantity} units of line ${each.lineNo} wait in quality control at ${each.bookId}: ${each.blocked}`,
          cure: 'POST /v1/returns/{id}/dispositions with the disposition, and the node whose book they belong to.',
          owner: 'operator',
        },
      ],
      now,
    )
  }
}

/** Once nothing is left to look at, the return is inspected; once nothing is blocked either, its goods have ended. */
export function inspected(ret: StoredReturn): StoredReturn {
  if (ret.lines.some((line) => line.ungraded > 0)) return ret
  const looked = moved(ret, 'inspect')
  const after = { ...(looked.ok ? looked.ret : ret), dueAt: null }
  if (after.lines.some((line) => line.blocked > 0)) return after
  const ended = moved(after, 'dispose')
  return ended.ok ? ended.ret : after
}
