/**
 * Parcels that came back. What belongs to a return is counted there; whatever else is in them (too much, unknown goods, no number at
 * all) is booked where it lies and waits for a person, so that no count and no customer ever loses it.
 */
import type { Issue } from '#core/issue.ts'
import type { ReturnReceipt } from '#core/model/return.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import { returnTermsOf } from '#core/returns/node.ts'
import type { ReturnLine } from '#core/returns/lines.ts'
import { matchReceipt, type Taken } from '#core/returns/receive.ts'
import { lockOrders, type StoredOrder } from '#store/orders.ts'
import { openCases } from '#store/quarantine.ts'
import { insertReceipt, type StoredReceipt } from '#store/return-receipts.ts'
import { loadReturns, moveReturning, ordersNamed, returnedUnits, type StoredReturn } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import { API_CONNECTION } from '../apply-fulfillment.ts'
import type { Incoming, Verdict } from '../verdict.ts'
import type { World } from '../world.ts'
import { finishStep } from './close.ts'
import { type By, moved, tell } from './desk.ts'
import { releaseWaitingExchange } from './exchange.ts'
import { bookIn, ledgerUnits } from './goods.ts'
import { grade } from './grade.ts'

const HOUR_MS = 3_600_000

export async function applyReceipts(
  unit: Unit,
  world: World,
  incoming: readonly Incoming<ReturnReceipt>[],
  now: Instant,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const each of incoming) {
    const issue = refusal(world, each)
    if (issue !== undefined) verdicts.push({ kind: 'refused', issues: [issue] })
    else {
      const by = { actor: each.connectionId, cause: each.envelopeId }
      const { repeated } = await receive(unit, world, each.value, by, now)
      verdicts.push(repeated ? { kind: 'duplicate' } : { kind: 'applied' })
    }
  }
  return verdicts
}

/** A partner speaks for its own nodes only; the hub's own API for any. */
function refusal(world: World, { connectionId, value }: Incoming<ReturnReceipt>): Issue | undefined {
  const node = world.master.current().nodes.get(value.nodeId)
  if (node !== undefined && (connectionId === API_CONNECTION || node.connection === connectionId)) return undefined
  return {
    code: 'return.node-unknown',
    class: 'config',
    place: { path: 'nodeId' },
    rule: 'must be a node that this connection speaks for',
    value: value.nodeId,
    cure: 'Correct the node’s connection or the crosswalk, then replay.',
    subject: value.nodeId,
  }
}

/** `receiptId` is there for a fresh receipt; a repeated one changes nothing. */
export async function receive(
  unit: Unit,
  world: World,
  receipt: ReturnReceipt,
  by: By,
  now: Instant,
): Promise<{ repeated: boolean; receiptId: string; returnIds: string[] }> {
  const master = world.master.current()
  const orders = new Map(
    (await lockOrders(unit, (await ordersNamed(unit, receipt.references)).sort())).map((order) => [
      order.id as string,
      order,
    ]),
  )
  const returns = servedFirst(await loadReturns(unit, { orderIds: [...orders.keys()] }), receipt.references)
  const matched = matchReceipt(await openLines(unit, returns), receipt)
  const node = master.nodes.get(receipt.nodeId)
  const bookId = (node === undefined ? undefined : returnTermsOf(master.returnPolicy, node)?.book) ?? receipt.nodeId
  const stored = storedReceipt(world, receipt, bookId, matched.taken, by, now)
  if (!(await insertReceipt(unit, stored))) return { repeated: true, receiptId: stored.id, returnIds: [] }

  const known = receipt.lines.flatMap((line) =>
    line.sku === undefined ? [] : [{ sku: line.sku, quantity: line.quantity }],
  )
  await bookIn(unit, bookId, ledgerUnits(known, master.kits), stored.id, receipt.receivedAt)
  const returnIds = [...new Set(matched.taken.map((each) => each.returnId))].sort()
  for (const id of returnIds) {
    const ret = returns.find((each) => each.id === id)
    const order = ret === undefined ? undefined : orders.get(ret.orderId)
    if (ret === undefined || order === undefined) continue
    const taken = matched.taken.filter((each) => each.returnId === id)
    await takeIn(unit, world, { order, ret }, { receipt, bookId, taken }, by, now)
  }
  await openUnmatched(
    unit,
    world,
    stored,
    matched.unmatched.map((each) => ({ lineNo: each.index + 1, quantity: each.quantity })),
    now,
  )
  return { repeated: false, receiptId: stored.id, returnIds }
}

/** Returns that still take goods: those the parcel names first, then by age. */
function servedFirst(returns: readonly StoredReturn[], names: readonly string[]): StoredReturn[] {
  const named = (ret: StoredReturn): boolean =>
    [ret.id, ret.externalId, ret.trackingNumber].some((each) => each !== null && names.includes(each))
  const open = returns.filter(
    (ret) => ret.custody !== 'requested' && ret.custody !== 'declined' && ret.custody !== 'closed',
  )
  return [...open.filter(named), ...open.filter((ret) => !named(ret))]
}

/** Units that were given up are taken only as far as no later return has claimed them. */
async function openLines(unit: Unit, returns: readonly StoredReturn[]): Promise<ReturnLine[]> {
  const orderIds = [...new Set(returns.map((ret) => ret.orderId))]
  const rooms = new Map(
    (await returnedUnits(unit, orderIds)).map((each) => [
      `${each.orderId}/${each.lineNo}`,
      each.shipped - each.returned - each.returning,
    ]),
  )
  return returns.flatMap((ret) =>
    ret.lines.map((line) => {
      const key = `${ret.orderId}/${line.orderLineNo}`
      const missing = Math.min(line.missing, rooms.get(key) ?? 0)
      rooms.set(key, (rooms.get(key) ?? 0) - missing)
      return { ...line, missing }
    }),
  )
}

function storedReceipt(
  world: World,
  receipt: ReturnReceipt,
  bookId: string,
  taken: readonly Taken[],
  by: By,
  now: Instant,
): StoredReceipt {
  const matched = (index: number): number =>
    taken.filter((each) => each.index === index).reduce((sum, each) => sum + each.quantity, 0)
  return {
    id: world.ids.next('rcp'),
    nodeId: receipt.nodeId,
    bookId,
    receiptNumber: receipt.receiptNumber,
    named: receipt.references,
    receivedAt: receipt.receivedAt,
    recordedAt: now,
    actor: by.actor,
    lines: receipt.lines.map((line, index) => ({
      lineNo: index + 1,
      sku: line.sku ?? null,
      item: line.item,
      quantity: line.quantity,
      matched: matched(index),
      cleared: 0,
      condition: line.condition ?? null,
      reason: line.reason ?? null,
      note: line.note ?? null,
    })),
  }
}

export type TakeIn = {
  receipt: Pick<ReturnReceipt, 'nodeId' | 'receivedAt' | 'receiptNumber' | 'lines'>
  bookId: string
  taken: readonly Taken[]
}

/** Counts what came for one return; what the node has looked at already is graded at once. */
export async function takeIn(
  unit: Unit,
  world: World,
  { order, ret }: { order: StoredOrder; ret: StoredReturn },
  { receipt, bookId, taken }: TakeIn,
  by: By,
  now: Instant,
): Promise<void> {
  const stepped = moved(ret, 'receive')
  if (!stepped.ok) throw new Error(stepped.reason)
  await moveReturning(
    unit,
    taken.map((each) => ({
      orderId: ret.orderId,
      lineNo: ret.lines.find((line) => line.lineNo === each.lineNo)?.orderLineNo ?? 0,
      returning: each.late - each.quantity,
      returned: each.quantity,
    })),
  )
  await tell(unit, world, { orderId: ret.orderId, returnId: ret.id }, 'returnReceived', by, receipt.receivedAt, {
    nodeId: receipt.nodeId,
    receiptNumber: receipt.receiptNumber,
    lines: taken.map(({ lineNo, quantity }) => ({ lineNo, quantity })),
  })
  await releaseWaitingExchange(unit, world, ret, by, now)
  const hours = world.master.current().returnPolicy.inspectWithinHours
  const here: StoredReturn = {
    ...stepped.ret,
    // Where it was sent is one thing, where it came is another: the goods are in this book now.
    nodeId: receipt.nodeId,
    bookId,
    dueAt: plusMs(now, hours * HOUR_MS),
    lines: ret.lines.map((line) => takenInto(line, taken)),
  }
  const findings = taken.flatMap((each) => {
    const condition = receipt.lines[each.index]?.condition
    return condition === undefined ? [] : [{ lineNo: each.lineNo, quantity: each.quantity, condition }]
  })
  const graded = findings.length === 0 ? here : await grade(unit, world, { order, ret: here }, findings, by, now)
  await finishStep(unit, world, { order, ret: graded }, by, now)
}

function takenInto(line: ReturnLine, taken: readonly Taken[]): ReturnLine {
  const mine = taken.filter((each) => each.lineNo === line.lineNo)
  const quantity = mine.reduce((sum, each) => sum + each.quantity, 0)
  const late = mine.reduce((sum, each) => sum + each.late, 0)
  return {
    ...line,
    expected: line.expected - (quantity - late),
    missing: line.missing - late,
    received: line.received + quantity,
    ungraded: line.ungraded + quantity,
  }
}

export const receiptLineSubject = (receiptId: string, lineNo: number): string => `${receiptId}/${lineNo}`

async function openUnmatched(
  unit: Unit,
  world: World,
  receipt: StoredReceipt,
  unmatched: readonly { lineNo: number; quantity: number }[],
  now: Instant,
): Promise<void> {
  await openCases(
    unit,
    unmatched.map(({ lineNo, quantity }) => {
      const line = receipt.lines.find((each) => each.lineNo === lineNo)
      const what = line?.sku ?? `unknown goods marked "${line?.item ?? ''}"`
      const names = receipt.named.length === 0 ? 'without any number' : `under ${receipt.named.join(', ')}`
      return {
        id: world.ids.next('exc'),
        kind: 'returnUnmatched' as const,
        subject: receiptLineSubject(receipt.id, lineNo),
        detail: `${quantity} × ${what} came to ${receipt.nodeId} in receipt ${receipt.receiptNumber} ${names}, and no open return expects them`,
        cure: 'POST /v1/return-receipts/{id}/lines/{line}/match with the return or the order’s line, or …/clear with what became of them.',
        owner: 'operator' as const,
      }
    }),
    now,
  )
}
