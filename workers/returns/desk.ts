/** What every step of a return shares: its order and its siblings under lock, its moves by the chart, its facts. */
import { step } from '#core/model/chart.ts'
import { custodyChart } from '#core/model/charts.ts'
import type { FactKind } from '#core/model/fact.ts'
import type { Instant } from '#core/model/time.ts'
import { appendFacts } from '#store/facts.ts'
import { lockOrders, type StoredOrder } from '#store/orders.ts'
import { loadReturns, type StoredReturn } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import type { World } from '../world.ts'

/** Who acts, and the document, case or request behind it. */
export type By = { actor: string; cause?: string | undefined }

export type Work = { order: StoredOrder; ret: StoredReturn }

/** What came of a person's or a partner's word on a return. */
export type ReturnAnswer =
  | { kind: 'done'; returnId: string; repeated: boolean }
  | { kind: 'unknown' }
  | { kind: 'refused'; reason: string }

export const refused = (reason: string): { kind: 'refused'; reason: string } => ({ kind: 'refused', reason })

/** Locks the order of a return, then reads both. */
export async function openReturn(unit: Unit, id: string): Promise<Work | undefined> {
  const [row] = await loadReturns(unit, { ids: [id] })
  if (row === undefined) return undefined
  const [order] = await lockOrders(unit, [row.orderId])
  // What was read before the lock may have moved on.
  const [ret] = await loadReturns(unit, { ids: [id] })
  return order === undefined || ret === undefined ? undefined : { order, ret }
}

type CustodyEvent = 'authorise' | 'decline' | 'send' | 'receive' | 'lapse' | 'inspect' | 'dispose' | 'close'

/** The return after an event, or why the event does not fit. */
export function moved(
  ret: StoredReturn,
  event: CustodyEvent,
): { ok: true; ret: StoredReturn } | { ok: false; reason: string } {
  const stepped = step(custodyChart, ret.custody, event)
  return stepped.ok ? { ok: true, ret: { ...ret, custody: stepped.state } } : stepped
}

export async function tell(
  unit: Unit,
  world: World,
  work: { orderId: string; returnId: string },
  kind: FactKind,
  by: By,
  at: Instant,
  data: Record<string, unknown> = {},
): Promise<void> {
  await appendFacts(unit, [
    {
      id: world.ids.next('fct'),
      orderId: work.orderId,
      kind,
      at,
      actor: by.actor,
      cause: by.cause ?? work.returnId,
      data: { returnId: work.returnId, ...data },
    },
  ])
}
