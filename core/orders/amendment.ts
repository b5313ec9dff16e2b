/** A channel's difference (860) brought to the whole revision that it means, so that it is captured like any other. */
import { isActive, type Order, type OrderInput, type OrderLine, type OrderLineInput } from '../model/order.ts'
import type { OrderAmendment } from '../model/order-change.ts'
import { asInput, unitsFor } from './edit.ts'
import { CHANNEL } from './holds.ts'
import { isAddedHere } from './stated.ts'

/** `line`: one that the order does not have, or has with another product. */
export type Revision = { ok: true; input: OrderInput } | { ok: false; line: string; otherSku: boolean }

/** Units that the line was to have in all when its channel spoke last. */
export const saidBefore = (
  { stated }: Pick<Order, 'stated'>,
  { externalId, lineNo, counters }: OrderLine,
  pending: (lineNo: number) => number,
): number => stated?.lines[externalId]?.wanted ?? counters.ordered - counters.cancelled - pending(lineNo)

/**
 * `pending`: units of a line that are wanted back from nodes already. What the amendment is silent about is as the channel said it last,
 * which undoes nothing that was changed here since. A line that the order does not have is added where its product is told, promised as
 * the others are; else it is named.
 */
export function revisionOf(order: Order, amendment: OrderAmendment, pending: (lineNo: number) => number): Revision {
  const { id: _id, version: _version, holds, stated: _stated, erasedAt: _erasedAt, lines: known, ...head } = order
  // What was added here the channel does not know, and silence is no cancel.
  const own = known.filter((line) => !isAddedHere(line.externalId))
  const wanted = new Map<string, number>(amendment.lines.map((line) => [line.externalId, line.quantity]))
  const knownById = new Map<string, OrderLine>(own.map((line) => [line.externalId, line]))
  for (const { externalId, sku } of amendment.lines) {
    const line = knownById.get(externalId)
    const otherSku = line !== undefined && sku !== undefined && sku !== line.sku
    if (otherSku || (line === undefined && sku === undefined)) return { ok: false, line: externalId, otherSku }
  }
  let totalMinor = order.stated?.totalMinor ?? order.totalMinor
  const lines = own.map((line): OrderLineInput => {
    const before = saidBefore(order, line, pending)
    const units = wanted.get(line.externalId) ?? before
    totalMinor += (units - before) * line.unitPriceMinor
    return { ...asInput(line), ...unitsFor(line, units) }
  })
  const promises = new Set(own.map((line) => line.promisedBy))
  const [promisedBy] = promises.size === 1 ? promises : []
  for (const { externalId, sku, quantity, unitPriceMinor = 0 } of amendment.lines) {
    if (sku === undefined || knownById.has(externalId) || quantity === 0) continue
    totalMinor += quantity * unitPriceMinor
    lines.push({
      externalId,
      sku,
      quantity,
      unitPriceMinor,
      cancelledQuantity: 0,
      method: 'ship',
      ...(promisedBy === undefined ? {} : { promisedBy }),
    })
  }
  return {
    ok: true,
    input: {
      ...head,
      revisedAt: amendment.revisedAt,
      ...(amendment.cancelled ? { cancelledAt: amendment.revisedAt } : {}),
      totalMinor,
      holds: holds
        .filter((hold) => hold.placedBy === CHANNEL && isActive(hold))
        .map(({ kind, reason }) => ({ kind, reason })),
      lines,
    },
  }
}
