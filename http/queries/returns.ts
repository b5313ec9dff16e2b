/** Returns with everything around them, for people and for nodes that ask through the API. */
import type { Queryable } from '#store/database.ts'
import { loadRefunds } from '#store/refunds.ts'
import type { StoredReceipt } from '#store/return-receipts.ts'
import { dispositionsOf, loadReturns } from '#store/returns.ts'

export async function returnViews(db: Queryable, ids: readonly string[]): Promise<unknown[]> {
  const returns = await loadReturns(db, { ids })
  const refunds = Map.groupBy(await loadRefunds(db, { returnIds: ids }), (each) => each.returnId)
  const dispositions = Map.groupBy(await dispositionsOf(db, ids), (each) => each.returnId)
  return returns.map(({ lines, choice, ...ret }) => ({
    ...ret,
    choice: choice === null ? null : { policyVersion: choice.policyVersion, candidates: choice.candidates },
    lines: lines.map(({ returnId: _, components: _parts, shippedBySupplier: _owner, ...line }) => line),
    refunds: (refunds.get(ret.id) ?? []).map(({ orderId: _, returnId: _id, ...refund }) => refund),
    dispositions: (dispositions.get(ret.id) ?? []).map(({ id: _, returnId: _id, ...each }) => each),
  }))
}

export const receiptView = ({ named, lines, ...receipt }: StoredReceipt): unknown => ({
  ...receipt,
  references: named,
  lines: lines.map((line) => ({ ...line, waiting: line.quantity - line.matched - line.cleared })),
})
