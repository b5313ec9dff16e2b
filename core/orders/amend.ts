/**
 * Bringing a known order to what is wanted of it now, whoever says so: a channel's newer revision, or a person's edit. Pure. Units that
 * nobody works on follow at once; what nodes work on is only named, because taking it back is a negotiation.
 */
import { sameData } from '../same-data.ts'
import {
  type LineCounters,
  NO_UNITS,
  type Order,
  type OrderInput,
  type OrderLine,
  type OrderLineInput,
} from '../model/order.ts'
import type { Address } from '../model/party.ts'
import { samePlace } from './buyer.ts'

export type Units = { lineNo: number; quantity: number }

export type Amendment = {
  /** One version on. Its holds are the old ones. */
  order: Order
  /** The visible difference. Of an address only the fields that changed, never what they say. */
  changes: Record<string, unknown>[]
  cancelledNow: boolean
  /** Units in work that are wanted no more, of every line that was spoken about: all of them, not only new ones. */
  unwanted: Units[]
  /** Units in work that have to be planned anew, because they go elsewhere or in another way. */
  recalls: Units[]
}

/** `spoken`: lines about whose units something was said. */
export function amendTo(existing: Order, input: OrderInput, spoken: (line: OrderLine) => boolean): Amendment {
  // A cancel is final: a later revision that does not repeat it does not undo it.
  const cancelled = input.cancelledAt !== undefined || existing.cancelledAt !== undefined
  const known = new Set(existing.lines.map((line) => line.externalId))
  const stated = new Map(input.lines.map((line) => [line.externalId, line]))
  const changes: Record<string, unknown>[] = []
  const unwanted: Units[] = []
  const recalls: Units[] = []
  const elsewhere = goesElsewhere(existing, input)

  const lines = existing.lines.map((line) => {
    const said = stated.get(line.externalId)
    const ordered = Math.max(said?.quantity ?? line.counters.ordered, line.counters.ordered)
    const wanted = cancelled ? 0 : wantedUnits(line, said)
    const { counters, inWork } = adjustLine(line.counters, ordered, wanted)
    if (cancelled || (said !== undefined && spoken(line))) unwanted.push({ lineNo: line.lineNo, quantity: inWork })
    const before = line.counters.ordered - line.counters.cancelled
    if (counters !== line.counters || inWork > 0)
      changes.push({ line: line.externalId, wanted: { from: before, to: wanted } })
    const { changed, difference, otherWay } = restate({ ...line, counters }, said)
    if (difference !== undefined) changes.push({ line: line.externalId, ...difference })
    const left = counters.allocated + counters.released - inWork
    if (left > 0 && !cancelled && (otherWay || (elsewhere && changed.method !== 'pickup')))
      recalls.push({ lineNo: line.lineNo, quantity: left })
    return changed
  })
  let lineNo = Math.max(0, ...existing.lines.map((line) => line.lineNo))
  for (const line of input.lines) {
    if (known.has(line.externalId)) continue
    lineNo += 1
    lines.push(newLine(line, lineNo, cancelled))
    changes.push({ line: line.externalId, sku: line.sku, added: line.quantity })
  }
  changes.push(...headChanges(existing, input))
  const { lines: _lines, holds: _holds, ...head } = input
  return {
    order: { ...existing, ...head, lines, version: existing.version + 1 },
    changes,
    cancelledNow: cancelled && existing.cancelledAt === undefined,
    unwanted,
    recalls,
  }
}

/** Goods in work would arrive at the wrong door, or by the wrong service. */
function goesElsewhere(before: Order, after: OrderInput): boolean {
  if (before.shippingService !== after.shippingService) return true
  const [was, is] = [before.shipTo, after.shipTo]
  if (was === undefined || is === undefined) return was !== is
  return !samePlace(was, is) || was.name !== is.name || was.company !== is.company
}

function headChanges(before: Order, after: OrderInput): Record<string, unknown>[] {
  const changes: Record<string, unknown>[] = []
  if (!sameData(before.shipTo, after.shipTo)) changes.push({ shipTo: fieldsOf(before.shipTo, after.shipTo) })
  if (before.shippingService !== after.shippingService)
    changes.push({ shippingService: { from: before.shippingService ?? null, to: after.shippingService ?? null } })
  if (before.totalMinor !== after.totalMinor)
    changes.push({ totalMinor: { from: before.totalMinor, to: after.totalMinor } })
  return changes
}

function fieldsOf(before: Address | undefined, after: Address | undefined): string[] {
  const [was, is]: Record<string, unknown>[] = [{ ...before }, { ...after }]
  return [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])]
    .filter((field) => !sameData(was?.[field], is?.[field]))
    .toSorted()
}

/** What is said of a line beside its units. What a channel does not say stays. */
function restate(
  line: OrderLine,
  said: OrderLineInput | undefined,
): { changed: OrderLine; difference?: Record<string, unknown>; otherWay: boolean } {
  if (said === undefined) return { changed: line, otherWay: false }
  const { nodeId: _node, ...rest } = line
  const changed: OrderLine = {
    ...rest,
    ...(said.name === undefined ? {} : { name: said.name }),
    unitPriceMinor: said.unitPriceMinor,
    method: said.method,
    ...(said.nodeId === undefined ? {} : { nodeId: said.nodeId }),
    ...(said.promisedBy === undefined ? {} : { promisedBy: said.promisedBy }),
  }
  const difference = Object.fromEntries(
    (['unitPriceMinor', 'method', 'nodeId', 'promisedBy'] as const)
      .filter((field) => line[field] !== changed[field])
      .map((field) => [field, { from: line[field] ?? null, to: changed[field] ?? null }]),
  )
  const otherWay = line.method !== changed.method || line.nodeId !== changed.nodeId
  return { changed, otherWay, ...(Object.keys(difference).length === 0 ? {} : { difference }) }
}

export function newLine(line: OrderLineInput, lineNo: number, orderCancelled: boolean): OrderLine {
  const { quantity, cancelledQuantity, handedOver = 0, ...rest } = line
  // What the customer has taken along is nobody's to cancel.
  const left = rest.nodeId === undefined ? quantity : Math.max(0, quantity - handedOver)
  const cancelled = orderCancelled ? left : Math.min(cancelledQuantity, left)
  return { ...rest, lineNo, counters: { ...NO_UNITS, ordered: quantity, open: quantity - cancelled, cancelled } }
}

/** Units of a known line that are still wanted. A line that is not stated any more is left as it is: silence is no cancel. */
function wantedUnits(line: OrderLine, said: OrderLineInput | undefined): number {
  return said === undefined ? line.counters.ordered - line.counters.cancelled : said.quantity - said.cancelledQuantity
}

function adjustLine(c: LineCounters, ordered: number, wanted: number): { counters: LineCounters; inWork: number } {
  const added = ordered - c.ordered
  const open = c.open + added
  // Units that were shipped, came back and were paid for again are no wish to cancel others.
  const surplus = Math.max(0, ordered - c.cancelled - (c.refunded ?? 0) - wanted)
  const fromOpen = Math.min(surplus, open)
  const fromBackorder = Math.min(surplus - fromOpen, c.backordered)
  const inWork = Math.min(surplus - fromOpen - fromBackorder, c.allocated + c.released)
  // Units are wanted again that were given up earlier: they are open again.
  const reopened = Math.max(0, wanted - (ordered - c.cancelled))
  if (added === 0 && fromOpen === 0 && fromBackorder === 0 && reopened === 0) return { counters: c, inWork }
  return {
    counters: {
      ...c,
      ordered,
      open: open - fromOpen + reopened,
      backordered: c.backordered - fromBackorder,
      cancelled: c.cancelled + fromOpen + fromBackorder - reopened,
    },
    inWork,
  }
}
