/**
 * Holds: what channels state, what rules place, what people add. Each is released on its own, and an order is held as long as one is
 * active. What a channel states in a revision replaces what it stated before; a person's release of it stands until the channel takes
 * it back and states it anew.
 */
import type { NewOrderFact } from '../model/fact.ts'
import { samePlace } from './buyer.ts'
import { matches } from './match.ts'
import type { HoldId } from '../model/ids.ts'
import { type Hold, isActive, type Order, type OrderInput } from '../model/order.ts'
import type { HoldRule } from '../model/order-policy.ts'
import type { Address } from '../model/party.ts'
import { type Instant, plusMs } from '../model/time.ts'

export const CHANNEL = 'channel'
const DUE_MS = 24 * 3_600_000

type NewId = (prefix: string) => string
export type Held = { holds: Hold[]; facts: NewOrderFact[] }

export function newHold(
  made: Pick<Hold, 'kind' | 'reason' | 'placedBy'>,
  newId: NewId,
  now: Instant,
  dueMs = DUE_MS,
): Hold {
  return { ...made, id: newId('hld') as HoldId, placedAt: now, dueAt: plusMs(now, dueMs) }
}

export const heldFact = (hold: Hold): NewOrderFact => ({
  kind: 'held',
  at: hold.placedAt,
  data: { holdId: hold.id, kind: hold.kind, reason: hold.reason, placedBy: hold.placedBy },
})

export function released(hold: Hold, by: string, resolution: string, now: Instant): Hold {
  return { ...hold, releasedAt: now, releasedBy: by, resolution }
}

export const releasedFact = (hold: Hold): NewOrderFact => ({
  kind: 'holdReleased',
  at: hold.releasedAt ?? hold.placedAt,
  data: { holdId: hold.id, kind: hold.kind, releasedBy: hold.releasedBy, resolution: hold.resolution },
})

/** What the channel's newest revision makes of the order's holds. */
export function channelHolds(existing: readonly Hold[], stated: OrderInput['holds'], newId: NewId, now: Instant): Held {
  const facts: NewOrderFact[] = []
  const holds = existing.map((hold) => {
    if (hold.placedBy !== CHANNEL || !isActive(hold) || stated.some((each) => each.kind === hold.kind)) return hold
    const over = released(hold, CHANNEL, 'the channel states it no more', now)
    facts.push(releasedFact(over))
    return over
  })
  for (const { kind, reason } of firstOfKind(stated)) {
    const last = existing.filter((hold) => hold.placedBy === CHANNEL && hold.kind === kind).at(-1)
    if (last !== undefined && last.releasedBy !== CHANNEL) continue
    const hold = newHold({ kind, reason, placedBy: CHANNEL }, newId, now)
    holds.push(hold)
    facts.push(heldFact(hold))
  }
  return { holds, facts }
}

/** Two reasons of one kind are one hold: they would be released together anyway. */
const firstOfKind = (stated: OrderInput['holds']): OrderInput['holds'] => [
  ...new Map(stated.toReversed().map((each) => [each.kind, each])).values(),
]

export type RuleFacts = {
  /** Addresses that the buyer's earlier orders went to. */
  knownAddresses: readonly Address[]
}

/**
 * Holds that rules place on a new order, or on a changed one for what is new about it: a rule that matched before and was answered by
 * a person does not ask again, unless it is about the address and the address is another.
 */
export function ruleHolds(
  rules: readonly HoldRule[],
  order: Order,
  before: Order | undefined,
  facts: RuleFacts,
  newId: NewId,
  now: Instant,
): Held {
  if (order.cancelledAt !== undefined) return { holds: [], facts: [] }
  const holds = rules.flatMap((rule) => {
    const placedBy = `rule:${rule.name}`
    if (order.holds.some((hold) => hold.placedBy === placedBy && isActive(hold))) return []
    if (!speaksOf(rule, order, facts)) return []
    if (before !== undefined && speaksOf(rule, before, facts) && !asksAgain(rule, order, before)) return []
    return [
      newHold({ kind: rule.kind, reason: rule.reason ?? rule.name, placedBy }, newId, now, rule.dueMinutes * 60_000),
    ]
  })
  return { holds, facts: holds.map(heldFact) }
}

function speaksOf({ match }: HoldRule, order: Order, { knownAddresses }: RuleFacts): boolean {
  const { newAddress, billedElsewhere, ...plain } = match
  const { shipTo, billTo } = order
  if (newAddress === true && (shipTo === undefined || knownAddresses.some((each) => samePlace(each, shipTo))))
    return false
  if (billedElsewhere === true && (shipTo === undefined || billTo === undefined || samePlace(shipTo, billTo)))
    return false
  return matches(plain, order)
}

function asksAgain({ match }: HoldRule, order: Order, before: Order): boolean {
  if (match.newAddress !== true && match.billedElsewhere !== true) return false
  return order.shipTo !== undefined && (before.shipTo === undefined || !samePlace(order.shipTo, before.shipTo))
}
