/** A channel's difference (860) brought to the whole revision that it means, so that it is captured like any other. */
import { isActive, type Order, type OrderInput, type OrderLine, type OrderLineInput } from '../model/order.ts'
import type { OrderAmendment } from '../model/order-change.ts'
import { asInput, unitsFor } from './edit.ts'
import { CHANNEL } from './holds.ts'
import { isAddedHere } from './stated.ts'

export type Revision = { ok: true; input: OrderInput } | { ok: false; line: string }

/** Units that the line was to have in all when its channel spoke last. */
export const saidBefore = (
  { stated }: Pick<Order, 'stated'>,
  { externalId, lineNo, counters }: OrderLine,
  pending: (lineNo: number) => number,
): number => stated?.lines[externalId]?.wanted ?? counters.ordered - counters.cancelled - pending(lineNo)

/**
 * `pending`: units of a line that are wanted back from nodes already. What the amendment is silent about is as the channel said it last,
 * which undoes nothing that was changed here since. A line that the order does not have is named.
 */
export function revisionOf(order: Order, amendment: OrderAmendment, pending: (lineNo: number) => number): Revision {
  const { id: _id, version: _version, holds, stated: _stated, erasedAt: _erasedAt, lines: known, ...head } = order
  // What was added here the channel does not know, and silence is no cancel.
  const own = known.filter((line) => !isAddedHere(line.externalId))
  const wanted = new Map<string, number>(amendment.lines.map((line) => [line.externalId, line.quantity]))
  const unknown = amendment.lines.find(({ externalId }) => own.every((line) => line.externalId !== externalId))
  if (unknown !== undefined) return { ok: false, line: unknown.externalId }
  let totalMinor = order.stated?.totalMinor ?? order.totalMinor
  const lines = own.map((line): OrderLineInput => {
    const before = saidBefore(order, line, pending)
    const units = wanted.get(line.externalId) ?? before
    totalMinor += (units - before) * line.unitPriceMinor
    return { ...asInput(line), ...unitsFor(line, units) }
  })
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
