/** What nodes received (944, RECADV): each line brings in units of the supply that was announced under its reference. */
import type { Issue } from '#core/issue.ts'
import type { ReceiptAdvice, Told } from '#core/model/trade.ts'
import type { Posting, Supply } from '#core/model/stock.ts'
import { post } from '#store/stock.ts'
import { lockSuppliesOf, lockSupply } from '#store/supply.ts'
import type { Unit } from '#store/unit.ts'
import { foreignNode } from './own-nodes.ts'
import { receiveIn } from './supply.ts'
import type { Incoming, Verdict } from './verdict.ts'
import type { World } from './world.ts'

type Line = ReceiptAdvice['lines'][number]

/** Lines that can be booked are booked; the others wait in quarantine, and a replay books no line twice. */
export async function applyReceipt(
  unit: Unit,
  world: World,
  { value, connectionId }: Incoming<Told<ReceiptAdvice>>,
): Promise<Verdict> {
  const { nodeId, reference } = value
  const foreign = foreignNode(world, nodeId, connectionId)
  if (foreign !== undefined) return { kind: 'refused', issues: [foreign] }
  const skus = value.lines.map((line) => line.sku as string)
  const supplies = await lockSuppliesOf(unit, reference, nodeId, skus)
  const issues: Issue[] = []
  let booked = 0
  for (const [index, line] of value.lines.entries()) {
    // The goods of one product may be announced twice, by an order and by its shipment: what is still open comes first.
    const ofSku = supplies.filter((supply) => supply.sku === line.sku)
    const supply = ofSku.find((each) => each.state === 'open') ?? ofSku[0]
    if (supply === undefined) issues.push(unannounced(index, line, reference))
    else if (line.damaged > line.received) issues.push(moreDamaged(index, line))
    else booked += await receiveLine(unit, world, supply, line, { value, connectionId }, index, issues)
  }
  if (issues.length > 0) return { kind: 'refused', issues }
  return booked === 0 ? { kind: 'duplicate' } : { kind: 'applied' }
}

/** 1 when the line was booked now, 0 when it was before or could not be. Damaged units are set aside in the same commit. */
async function receiveLine(
  unit: Unit,
  world: World,
  supply: Supply,
  line: Line,
  { value, connectionId }: Pick<Incoming<Told<ReceiptAdvice>>, 'value' | 'connectionId'>,
  index: number,
  issues: Issue[],
): Promise<number> {
  if (line.received === 0) return 0
  const reference = `${value.receiptNumber}/${line.lineNo}`
  const receipt = { reference, quantity: line.received, receivedAt: value.toldAt }
  // Another line of this very receipt may have brought in units of it.
  const asItStands = (await lockSupply(unit, supply.id)) ?? supply
  const answer = await receiveIn(unit, world, asItStands, receipt, connectionId)
  if (answer.kind === 'refused') issues.push(notReceivable(index, line, answer.reason))
  if (answer.kind !== 'done' || answer.repeated) return 0
  if (line.damaged > 0) {
    const aside: Posting = {
      sku: line.sku,
      nodeId: value.nodeId,
      from: 'available',
      to: 'damaged',
      quantity: line.damaged,
      cause: 'movement',
      reference,
      actor: connectionId,
      effectiveAt: value.toldAt,
    }
    await post(unit, [aside])
  }
  return 1
}

const lineIssue = (index: number, field: string): Pick<Issue, 'class' | 'place'> => ({
  class: 'data',
  place: { path: `/lines/${index}/${field}` },
})

const unannounced = (index: number, line: Line, reference: string): Issue => ({
  ...lineIssue(index, 'sku'),
  code: 'receipt.supply-unknown',
  rule: `must be a product that was announced under ${reference}`,
  value: line.sku,
  cure: 'State the supply with its reference (POST /v1/supplies), then replay; or discard it if a count will tell the goods.',
  subject: reference,
})

const moreDamaged = (index: number, line: Line): Issue => ({
  ...lineIssue(index, 'damaged'),
  code: 'receipt.damaged',
  rule: `must be at most what was received, ${line.received}`,
  value: String(line.damaged),
  cure: 'Ask the partner for a corrected receipt.',
})

const notReceivable = (index: number, line: Line, reason: string): Issue => ({
  ...lineIssue(index, 'received'),
  code: 'receipt.refused',
  rule: reason,
  value: String(line.received),
  cure: 'Correct the supply, then replay.',
})
