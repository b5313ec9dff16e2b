/** Supplies and receipts that partners' documents state, in the commit of the document. The API's go through supply.ts, by the same rules. */
import type { Issue } from '#core/issue.ts'
import type { GoodsReceipts, SupplyReceipt, SupplyStatement } from '#core/model/stock.ts'
import { lockSuppliesByName } from '#store/supply.ts'
import type { Unit } from '#store/unit.ts'
import { receiveIn, stateIn } from './supply.ts'
import type { Incoming, Verdict } from './verdict.ts'
import type { World } from './world.ts'

export async function applySupplies(unit: Unit, world: World, from: Incoming<SupplyStatement>): Promise<Verdict> {
  const { supplies, statedAt } = from.value
  const { stale } = await stateIn(unit, world, supplies, from.connectionId, statedAt)
  if (supplies.length > 0 && stale === supplies.length)
    return { kind: 'superseded', reason: `newer statements than ${statedAt} are known of every supply` }
  return { kind: 'applied' }
}

/** Receipts of supplies that nobody has stated wait for them; the others are booked. */
export async function applyReceipts(unit: Unit, world: World, from: Incoming<GoodsReceipts>): Promise<Verdict> {
  const issues: Issue[] = []
  let booked = 0
  for (const [index, receipt] of from.value.receipts.entries()) {
    const [supply] = await lockSuppliesByName(unit, [{ ...receipt, reference: receipt.supply }])
    if (supply === undefined) {
      issues.push(unknownSupply(receipt, index))
      continue
    }
    const answer = await receiveIn(unit, world, supply, receipt, from.connectionId)
    if (answer.kind === 'refused') issues.push(refusedReceipt(receipt, index, answer.reason))
    else if (answer.kind === 'done' && !answer.repeated) booked += 1
  }
  if (issues.length > 0) return { kind: 'refused', issues }
  return booked > 0 || from.value.receipts.length === 0 ? { kind: 'applied' } : { kind: 'duplicate' }
}

const nameOf = (receipt: SupplyReceipt): string =>
  `${receipt.kind} ${receipt.supply}: ${receipt.sku} at ${receipt.nodeId}`

const unknownSupply = (receipt: SupplyReceipt, index: number): Issue => ({
  code: 'supply.unknown',
  class: 'data',
  place: { path: `/receipts/${index}/supply` },
  rule: 'must be a supply that was stated, with this SKU and node',
  value: nameOf(receipt),
  cure: 'State the supply, then replay.',
  subject: nameOf(receipt),
})

const refusedReceipt = (receipt: SupplyReceipt, index: number, reason: string): Issue => ({
  code: 'supply.receipt-refused',
  class: 'data',
  place: { path: `/receipts/${index}/quantity` },
  rule: reason,
  value: String(receipt.quantity),
  cure: 'Dispatch the transfer first, then replay; or send the receipt with what has come.',
  subject: nameOf(receipt),
})
