/**
 * What a channel last said of an order that the hub has changed by itself. A later word of the channel changes only what it changes:
 * a field it repeats keeps the hub's value, a field it states anew is the channel's again. So the newest word decides for each field,
 * and a channel that merely repeats itself undoes no change that was made here.
 */
import { sameData } from '../same-data.ts'
import type { ExternalLineId } from '../model/ids.ts'
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

/** What a channel has said with this revision, and what it was told before and has still to repeat. */
export function statedAfter(input: OrderInput, before: Stated): Stated {
  const now = statementOf(input)
  const lines = Object.entries(now.lines).map(([id, line]) => {
    const told = before.lines[id]?.told ?? []
    const left = told.slice(told.indexOf(line.wanted) + 1)
    return [id, left.length === 0 ? line : { ...line, told: left }] as const
  })
  const untaken = Object.entries(before.lines).filter(([id]) => isAddedHere(id) && now.lines[id] === undefined)
  return {
    ...now,
    lines: Object.fromEntries([...untaken, ...lines]),
    ...(before.shipToTold !== undefined && sameData(now.shipTo, before.shipTo)
      ? { shipToTold: before.shipToTold }
      : {}),
    ...(before.cancelTold === true || input.cancelledAt !== undefined ? { cancelTold: true } : {}),
  }
}

/** A line that was added here has this name until the channel gives it one. */
export const addedHereId = (lineNo: number): ExternalLineId => `hub-${lineNo}` as ExternalLineId
export const isAddedHere = (externalId: string): boolean => externalId.startsWith('hub-')

/**
 * The order with the channel's names for lines that were added here: a line it has under a name that nobody knows, of the same SKU, is
 * that line. Otherwise what a channel was told to add would be ordered twice.
 */
export function adopted(existing: Order, said: OrderInput): Order {
  const known = new Set<string>(existing.lines.map((line) => line.externalId))
  const names = new Map<string, ExternalLineId>()
  for (const line of said.lines) {
    if (known.has(line.externalId)) continue
    const mine = existing.lines.find(
      (each) => isAddedHere(each.externalId) && each.sku === line.sku && !names.has(each.externalId),
    )
    if (mine !== undefined) names.set(mine.externalId, line.externalId)
  }
  if (names.size === 0) return existing
  const { stated } = existing
  return {
    ...existing,
    lines: existing.lines.map((line) => ({ ...line, externalId: names.get(line.externalId) ?? line.externalId })),
    ...(stated === undefined
      ? {}
      : {
          stated: {
            ...stated,
            lines: Object.fromEntries(Object.entries(stated.lines).map(([id, line]) => [names.get(id) ?? id, line])),
          },
        }),
  }
}

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
    const wanted = said.quantity - said.cancelledQuantity
    if (wanted !== before.wanted && before.told?.includes(wanted) !== true) return line
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
