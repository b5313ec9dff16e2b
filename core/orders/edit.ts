/** What an order is to be after a person's edit, in the words in which channels say it. */
import type { Order, OrderInput, OrderLine, OrderLineInput } from '../model/order.ts'
import type { OrderChange } from '../model/order-change.ts'
import { addedHereId } from './stated.ts'

export type Edited =
  | { ok: true; input: OrderInput; touched: Set<string> }
  /** `index` of the change that cannot be made. */
  | { ok: false; index: number; reason: string }

/** `pending`: units of a line that are wanted back from nodes already. */
export function edited(order: Order, changes: readonly OrderChange[], pending: (lineNo: number) => number): Edited {
  if (order.cancelledAt !== undefined)
    return { ok: false, index: 0, reason: 'the order is cancelled, and a cancel is final' }
  const { id: _id, version: _version, holds: _holds, stated: _stated, lines: known, ...head } = order
  const lines = new Map<number, OrderLineInput>(known.map((line) => [line.lineNo, asInput(line)]))
  const input: OrderInput = { ...head, holds: [], lines: [] }
  const touched = new Set<string>()
  let next = Math.max(0, ...known.map((line) => line.lineNo))
  for (const [index, change] of changes.entries()) {
    switch (change.do) {
      case 'setAddress':
        input.shipTo = change.shipTo
        break
      case 'setService':
        input.shippingService = change.shippingService
        break
      case 'addLine': {
        const { do: _do, ...line } = change
        next += 1
        lines.set(next, { ...line, externalId: addedHereId(next), cancelledQuantity: 0 })
        input.totalMinor += change.quantity * change.unitPriceMinor
        break
      }
      case 'substitute': {
        const line = known.find((each) => each.lineNo === change.lineNo)
        const said = lines.get(change.lineNo)
        if (line === undefined || said === undefined)
          return { ok: false, index, reason: `the order has no line ${change.lineNo}` }
        if (line.substitution === 'refused')
          return { ok: false, index, reason: `the customer wants no substitute for line ${change.lineNo}` }
        const already = touched.has(line.externalId)
        const wanted = already ? said.quantity - said.cancelledQuantity : wantedNow(line, pending)
        const waiting =
          line.counters.open + line.counters.backordered - (already ? wantedNow(line, pending) - wanted : 0)
        if (change.quantity > waiting)
          return { ok: false, index, reason: `${Math.max(0, waiting)} units of line ${change.lineNo} wait for goods` }
        const { unitPriceMinor = line.unitPriceMinor } = change
        touched.add(line.externalId)
        lines.set(line.lineNo, { ...said, ...unitsFor(line, wanted - change.quantity) })
        next += 1
        lines.set(next, {
          externalId: addedHereId(next),
          sku: change.sku,
          quantity: change.quantity,
          cancelledQuantity: 0,
          unitPriceMinor,
          method: line.method,
          ...(line.nodeId === undefined ? {} : { nodeId: line.nodeId }),
          ...(line.promisedBy === undefined ? {} : { promisedBy: line.promisedBy }),
        })
        input.totalMinor += change.quantity * (unitPriceMinor - line.unitPriceMinor)
        break
      }
      case 'setMethod':
      case 'setQuantity': {
        const line = known.find((each) => each.lineNo === change.lineNo)
        const said = lines.get(change.lineNo)
        if (line === undefined || said === undefined)
          return { ok: false, index, reason: `the order has no line ${change.lineNo}` }
        if (change.do === 'setMethod') {
          const { nodeId: _node, ...rest } = said
          lines.set(line.lineNo, {
            ...rest,
            method: change.method,
            ...(change.nodeId === undefined ? {} : { nodeId: change.nodeId }),
          })
          break
        }
        const { shipped } = line.counters
        if (change.quantity < shipped)
          return { ok: false, index, reason: `${shipped} units of line ${change.lineNo} are shipped already` }
        touched.add(line.externalId)
        lines.set(line.lineNo, { ...said, ...unitsFor(line, change.quantity) })
        input.totalMinor += (change.quantity - wantedNow(line, pending)) * line.unitPriceMinor
      }
    }
  }
  return { ok: true, input: { ...input, lines: [...lines.values()] }, touched }
}

export const wantedNow = ({ lineNo, counters }: OrderLine, pending: (lineNo: number) => number): number =>
  counters.ordered - counters.cancelled - pending(lineNo)

export function asInput(line: OrderLine): OrderLineInput {
  const { lineNo: _lineNo, counters, ...rest } = line
  return { ...rest, quantity: counters.ordered, cancelledQuantity: counters.cancelled }
}

export function unitsFor(
  { counters: { ordered } }: OrderLine,
  wanted: number,
): Pick<OrderLineInput, 'quantity' | 'cancelledQuantity'> {
  const quantity = Math.max(ordered, wanted)
  return { quantity, cancelledQuantity: quantity - wanted }
}
