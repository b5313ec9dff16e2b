/** What became of a change that a channel wanted of its order. Pure: nothing is answered that is still open. */
import type { Order, OrderLine } from '../model/order.ts'
import type { AmendmentAnswer, LineVerdict, OrderAmendment } from '../model/order-change.ts'
import type { Instant } from '../model/time.ts'
import { saidBefore } from './amendment.ts'
import { isAddedHere } from './stated.ts'

/** The change as it was wanted: units in all of each line that it names, before it and from then on. */
export type WantedChange = {
  revisedAt: Instant
  /** The channel's own number of it; empty for none. */
  number: string
  cancel: boolean
  lines: { externalLineId: string; before: number; asked: number; added?: true }[]
}

/** `order` as it was before; `pending`: units of a line that are wanted back from nodes already. A cancel is about every line. */
export function wantedChange(
  order: Order,
  { revisedAt, number = '', cancelled, lines }: OrderAmendment,
  pending: (lineNo: number) => number,
): WantedChange {
  const own = order.lines.filter((line) => !isAddedHere(line.externalId))
  const asked = new Map<string, number>(lines.map((line) => [line.externalId, line.quantity]))
  const known = new Set<string>(own.map((line) => line.externalId))
  const added = cancelled ? [] : lines.filter(({ externalId, sku }) => sku !== undefined && !known.has(externalId))
  return {
    revisedAt,
    number,
    cancel: cancelled,
    lines: [
      ...own
        .filter((line) => cancelled || asked.has(line.externalId))
        .map((line) => ({
          externalLineId: line.externalId,
          before: saidBefore(order, line, pending),
          asked: cancelled ? 0 : (asked.get(line.externalId) ?? 0),
        })),
      ...added.map(({ externalId, quantity }) => ({
        externalLineId: externalId,
        before: 0,
        asked: quantity,
        added: true as const,
      })),
    ],
  }
}

/** How far the order is decided. */
export type Decided = {
  /** Units of a line that its nodes were asked for and have neither given up nor refused. */
  pending: (lineNo: number) => number
  /** Whether open units of a line are to be planned yet; those that are not wait for goods. */
  undecided: boolean
  /** Units of a line that are planned in this very commit, and when the last of them leaves. */
  planned: (lineNo: number) => { quantity: number; shipBy?: Instant | undefined }
}

/** Undefined while anything of what the change named is open. */
export function amendmentAnswer(
  order: Order,
  { number, cancel, lines: wanted }: WantedChange,
  { pending, undecided, planned }: Decided,
  answeredAt: Instant,
): AmendmentAnswer | undefined {
  const lines: AmendmentAnswer['lines'] = []
  for (const { externalLineId, before, asked, added } of wanted) {
    const line = order.lines.find(({ externalId }) => externalId === externalLineId)
    if (line === undefined) continue
    const { open, backordered } = line.counters
    if (pending(line.lineNo) > 0 || (undecided && open > 0)) return undefined
    const { quantity: now, shipBy } = planned(line.lineNo)
    const quantity = unitsOf(line)
    lines.push({
      externalLineId: line.externalId,
      sku: line.sku,
      unitPriceMinor: line.unitPriceMinor,
      verdict: verdictOn(quantity, before, asked),
      ...(added === undefined ? {} : { added }),
      asked,
      quantity,
      waiting: open - now + backordered,
      ...(shipBy === undefined ? {} : { shipBy }),
    })
  }
  return {
    externalOrderId: order.externalId,
    ...(number === '' ? {} : { number }),
    answeredAt,
    currency: order.currency,
    cancel,
    lines,
  }
}

const unitsOf = ({ counters: { ordered, cancelled } }: OrderLine): number => ordered - cancelled

function verdictOn(quantity: number, before: number, asked: number): LineVerdict {
  if (quantity === asked) return 'agreed'
  return quantity === before ? 'refused' : 'changed'
}
