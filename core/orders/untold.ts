/**
 * What a channel does not know of its order, because it was changed here: edits and cancels by hand, and what became of them. Only what
 * is settled counts: units that a node was asked for and has not given up may still be shipped.
 */
import type { ChannelChange } from '../model/order-change.ts'
import type { Order, OrderLine, Stated } from '../model/order.ts'
import { sameData } from '../same-data.ts'
import { isAddedHere } from './stated.ts'

export type Untold = {
  /** What a document can say; absent when there is nothing of that. */
  change?: Omit<ChannelChange, 'reason'>
  /** What no document says, for people: `line 2 is pickup at south now`. */
  words: string[]
  /** What the channel will have been told then. */
  stated: Stated
}

/** Undefined: the channel knows everything, or it is not settled yet. */
export function untoldOf(order: Order): Untold | undefined {
  const { stated } = order
  if (stated === undefined || order.erasedAt !== undefined) return undefined
  const own = order.lines.filter((line) => !isAddedHere(line.externalId))
  if (order.cancelledAt !== undefined && order.lines.some(inWork)) return undefined
  const cancelled =
    order.cancelledAt !== undefined && order.lines.every((line) => line.counters.cancelled === line.counters.ordered)
  const words = wordsOf(order, stated)
  if (cancelled && stated.cancelTold === true) return undefined
  const quantities = cancelled ? [] : own.filter((line) => wantedOf(line) !== heardOf(stated, line))
  const added = cancelled
    ? []
    : order.lines.filter(
        (line) => isAddedHere(line.externalId) && wantedOf(line) > 0 && stated.lines[line.externalId] === undefined,
      )
  const moved = !cancelled && order.shipTo !== undefined && !sameData(order.shipTo, stated.shipToTold ?? stated.shipTo)
  const isSomething = cancelled || quantities.length > 0 || added.length > 0 || moved
  if (!isSomething) return words.length === 0 ? undefined : { words, stated }
  return {
    change: {
      externalOrderId: order.externalId,
      cancelled,
      quantities: quantities.map((line) => ({
        externalLineId: line.externalId,
        sku: line.sku,
        quantity: wantedOf(line),
      })),
      added: added.map((line) => ({
        lineNo: line.lineNo,
        sku: line.sku,
        ...(line.name === undefined ? {} : { name: line.name }),
        quantity: wantedOf(line),
        unitPriceMinor: line.unitPriceMinor,
        currency: order.currency,
      })),
      knownLineIds: own.map((line) => line.externalId),
      ...(moved ? { shipTo: order.shipTo } : {}),
    },
    words,
    stated: {
      ...toldNow(stated, [...quantities, ...added], cancelled),
      ...(moved ? { shipToTold: order.shipTo } : {}),
    },
  }
}

/** The order whose channel was told, with an answer of ours, how many units these lines have: nothing of it is told again. */
export function toldUnits<T extends Order>(
  order: T,
  lines: readonly { externalLineId: string; quantity: number }[],
): T {
  const { stated } = order
  if (stated === undefined) return order
  const told = Object.fromEntries(
    lines.flatMap(({ externalLineId, quantity }) => {
      const heard = stated.lines[externalLineId]
      if (heard === undefined || (heard.told?.at(-1) ?? heard.wanted) === quantity) return []
      return [[externalLineId, { ...heard, told: [...(heard.told ?? []), quantity] }]]
    }),
  )
  return { ...order, stated: { ...stated, lines: { ...stated.lines, ...told } } }
}

/** What was paid back is not wanted in the channel's own count. */
const wantedOf = ({ counters: { ordered, cancelled, refunded = 0 } }: OrderLine): number =>
  Math.max(0, ordered - cancelled - refunded)

const inWork = ({ counters: { open, backordered, allocated, released } }: OrderLine): boolean =>
  open + backordered + allocated + released > 0

function heardOf(stated: Stated, line: OrderLine): number | undefined {
  const heard = stated.lines[line.externalId]
  return heard?.told?.at(-1) ?? heard?.wanted
}

function toldNow(stated: Stated, lines: readonly OrderLine[], cancelled: boolean): Stated {
  const told = lines.map((line): [string, Stated['lines'][string]] => {
    const before = stated.lines[line.externalId] ?? {
      wanted: 0,
      method: line.method,
      ...(line.nodeId === undefined ? {} : { nodeId: line.nodeId }),
    }
    return [line.externalId, { ...before, told: [...(before.told ?? []), wantedOf(line)] }]
  })
  return {
    ...stated,
    lines: { ...stated.lines, ...Object.fromEntries(told) },
    ...(cancelled ? { cancelTold: true } : {}),
  }
}

function wordsOf(order: Order, stated: Stated): string[] {
  if (order.cancelledAt !== undefined) return []
  const words = order.lines.flatMap((line) => {
    const heard = stated.lines[line.externalId]
    if (heard === undefined || (heard.method === line.method && heard.nodeId === line.nodeId)) return []
    return [`line ${line.lineNo} is ${line.method}${line.nodeId === undefined ? '' : ` at ${line.nodeId}`} now`]
  })
  if (order.shippingService !== stated.shippingService)
    words.push(`the shipping service is ${order.shippingService ?? 'nobody’s choice'} now`)
  return words
}
