/**
 * Capturing a channel's word on an order: new, repeated, older than what is known, or a change. Pure: it says what is to be
 * written; the store writes it. Units that a node already works on are never taken back here: that is a negotiation.
 */
import { sameData } from '../same-data.ts'
import type { NewOrderFact } from '../model/fact.ts'
import type { OrderId } from '../model/ids.ts'
import type { Order, OrderInput, OrderLine } from '../model/order.ts'
import type { Instant } from '../model/time.ts'
import { amendTo, newLine, type Units } from './amend.ts'
import { channelHolds } from './holds.ts'
import { adopted, rebased, statedAfter } from './stated.ts'

export type CaptureFact = NewOrderFact

/** Units that left at the till with this word of the channel. */
export type HandedOver = Units

export type Capture =
  | { kind: 'created'; order: Order; facts: CaptureFact[]; handedOver: HandedOver[] }
  | { kind: 'duplicate' }
  | { kind: 'superseded'; reason: string }
  | {
      kind: 'amended'
      order: Order
      facts: CaptureFact[]
      /** Units the channel no longer wants but that are claimed or with a node; each needs its node's consent. */
      toNegotiate: Units[]
      /** The same for every line that the channel spoke of, also where it is none: what it wants after all is not taken back. */
      unwanted: Units[]
      /** Units in work that go elsewhere now: they are planned anew when their nodes give them up. */
      recalls: Units[]
      handedOver: HandedOver[]
    }

/** Ids are handed in: `newId('ord')` for the order, `newId('hld')` for each hold. */
export function capture(
  input: OrderInput,
  existing: Order | undefined,
  newId: (prefix: string) => string,
  now: Instant,
): Capture {
  if (existing === undefined) return create(input, newId, now)
  if (existing.erasedAt !== undefined) return { kind: 'superseded', reason: 'its buyer asked to be forgotten' }
  if (input.revisedAt < existing.revisedAt) {
    return { kind: 'superseded', reason: `revised ${input.revisedAt}, while revision ${existing.revisedAt} is known` }
  }
  return amend(input, existing, newId, now)
}

function create(input: OrderInput, newId: (prefix: string) => string, now: Instant): Capture {
  const { lines, holds, ...head } = input
  const cancelled = input.cancelledAt !== undefined
  const held = channelHolds([], holds, newId, now)
  const placed: Order = {
    ...head,
    id: newId('ord') as OrderId,
    lines: lines.map((line, index) => newLine(line, index + 1, cancelled)),
    holds: held.holds,
    version: 1,
  }
  const { order, handedOver } = handOver(placed, input)
  const facts: CaptureFact[] = [
    { kind: 'captured', at: input.placedAt, data: { lines: lines.length, number: input.number } },
  ]
  facts.push(...held.facts)
  if (input.cancelledAt !== undefined)
    facts.push({ kind: 'cancelled', at: input.cancelledAt, data: { units: unitsOf(order.lines) } })
  facts.push(...handOverFacts(handedOver, order, input.placedAt))
  return { kind: 'created', order, facts, handedOver }
}

/** Units that the channel says were taken along. What a node was asked for is the node's to tell, so only open ones count. */
function handOver(before: Order, said: OrderInput): { order: Order; handedOver: HandedOver[] } {
  const stated = new Map(said.lines.map((line) => [line.externalId, line.handedOver ?? 0]))
  const handedOver: HandedOver[] = []
  const lines = before.lines.map((line) => {
    const c = line.counters
    const more = Math.max(0, (stated.get(line.externalId) ?? 0) - c.shipped)
    const quantity = line.nodeId === undefined ? 0 : Math.min(c.open, more)
    if (quantity === 0) return line
    handedOver.push({ lineNo: line.lineNo, quantity })
    return { ...line, counters: { ...c, open: c.open - quantity, shipped: c.shipped + quantity } }
  })
  return { order: { ...before, lines }, handedOver }
}

const handOverFacts = (handedOver: readonly HandedOver[], { lines }: Order, at: Instant): CaptureFact[] =>
  handedOver.map((each) => {
    const line = lines.find(({ lineNo }) => lineNo === each.lineNo)
    return { kind: 'handedOver', at, data: { ...each, nodeId: line?.nodeId } }
  })

/**
 * Nothing is told twice: a revision that says what the order is already is a duplicate. Where the order was changed here since, only
 * what the channel says anew counts.
 */
function amend(said: OrderInput, known: Order, newId: (prefix: string) => string, now: Instant): Capture {
  const existing = adopted(known, said)
  const { input, repeated } = rebased(said, existing)
  const made = amendTo(existing, input, (line) => !repeated.has(line.externalId))
  const { order: amended, handedOver } = handOver(made.order, said)
  const toNegotiate = made.unwanted.filter((each) => each.quantity > 0)
  const held = channelHolds(existing.holds, said.holds, newId, now)
  // Said once: units in work stay what they are until their nodes have answered.
  const isRepeat = said.revisedAt === existing.revisedAt
  const changes = isRepeat ? made.changes.filter((each) => !isInWorkOnly(each, existing, made.order)) : made.changes

  const nothingNew =
    existing === known &&
    handedOver.length === 0 &&
    changes.length === 0 &&
    !made.cancelledNow &&
    toNegotiate.length === 0 &&
    held.facts.length === 0
  if (nothingNew && isRepeat) return { kind: 'duplicate' }
  const order: Order = {
    ...amended,
    holds: held.holds,
    ...(existing.stated === undefined ? {} : { stated: statedAfter(said, existing.stated) }),
  }
  const facts: CaptureFact[] = [...held.facts]
  if (made.cancelledNow)
    facts.push({ kind: 'cancelled', at: said.cancelledAt ?? now, data: { negotiating: toNegotiate } })
  else if (changes.length > 0) facts.push({ kind: 'amended', at: said.revisedAt, data: { changes } })
  facts.push(...handOverFacts(handedOver, order, said.revisedAt))
  return { kind: 'amended', order, facts, toNegotiate, unwanted: made.unwanted, recalls: made.recalls, handedOver }
}

function isInWorkOnly(change: Record<string, unknown>, before: Order, after: Order): boolean {
  if (!('wanted' in change)) return false
  const line = (order: Order) => order.lines.find((each) => each.externalId === change['line'])
  return sameData(line(before)?.counters, line(after)?.counters)
}

const unitsOf = (lines: readonly OrderLine[]): number => lines.reduce((sum, line) => sum + line.counters.ordered, 0)
