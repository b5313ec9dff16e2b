/**
 * What a channel last said of an order that the hub has changed by itself. A later word of the channel changes only what it changes:
 * a field it repeats keeps the hub's value, a field it states anew is the channel's again. So the newest word decides for each field,
 * and a channel that merely repeats itself undoes no change that was made here.
 */
import { sameData } from '../same-data.ts'
import type { Order, OrderInput, OrderLineInput, Stated } from '../model/order.ts'

/** `pending`: units of a line that are wanted back from nodes, and still counted with them. */
export const statedOf = (order: Order, pending: (lineNo: number) => number): Stated => ({
  lines: Object.fromEntries(
    order.lines.map((line) => [
      line.externalId,
      {
        wanted: line.counters.ordered - line.counters.cancelled - pending(line.lineNo),
        method: line.method,
        ...(line.nodeId === undefined ? {} : { nodeId: line.nodeId }),
      },
    ]),
  ),
  totalMinor: order.totalMinor,
  ...(order.shipTo === undefined ? {} : { shipTo: order.shipTo }),
  ...(order.shippingService === undefined ? {} : { shippingService: order.shippingService }),
})

export const statementOf = (input: OrderInput): Stated => ({
  lines: Object.fromEntries(
    input.lines.map((line) => [
      line.externalId,
      {
        wanted: line.quantity - line.cancelledQuantity,
        method: line.method,
        ...(line.nodeId === undefined ? {} : { nodeId: line.nodeId }),
      },
    ]),
  ),
  totalMinor: input.totalMinor,
  ...(input.shipTo === undefined ? {} : { shipTo: input.shipTo }),
  ...(input.shippingService === undefined ? {} : { shippingService: input.shippingService }),
})

/** The revision as it counts here, and the lines whose units it says nothing new about. */
export function rebased(input: OrderInput, existing: Order): { input: OrderInput; repeated: Set<string> } {
  const { stated } = existing
  const repeated = new Set<string>()
  if (stated === undefined) return { input, repeated }
  const known = new Map(existing.lines.map((line) => [line.externalId as string, line]))
  const lines = input.lines.map((said): OrderLineInput => {
    const before = stated.lines[said.externalId]
    const mine = known.get(said.externalId)
    if (before === undefined || mine === undefined) return said
    const { method, nodeId, ...rest } = said
    const sameWay = method === before.method && nodeId === before.nodeId
    const way = sameWay ? mine : said
    const line = { ...rest, method: way.method, ...(way.nodeId === undefined ? {} : { nodeId: way.nodeId }) }
    if (said.quantity - said.cancelledQuantity !== before.wanted) return line
    repeated.add(said.externalId)
    const { ordered, cancelled } = mine.counters
    return { ...line, quantity: ordered, cancelledQuantity: cancelled }
  })
  const { shipTo, shippingService, ...head } = input
  const address = sameData(shipTo, stated.shipTo) ? existing.shipTo : shipTo
  const service = shippingService === stated.shippingService ? existing.shippingService : shippingService
  return {
    input: {
      ...head,
      lines,
      totalMinor: input.totalMinor === stated.totalMinor ? existing.totalMinor : input.totalMinor,
      ...(address === undefined ? {} : { shipTo: address }),
      ...(service === undefined ? {} : { shippingService: service }),
    },
    repeated,
  }
}
