/** What an order waits on, since when, until when, and what people may do about it. Derived, never stored. */
import type { FulfillmentRequest } from '../model/fulfillment.ts'
import { type Hold, isActive, type LineCounters } from '../model/order.ts'
import { earliest, type Instant, latest } from '../model/time.ts'
import { type OrderPhase, PHASE_WAITS_ON } from './phase.ts'

export const ORDER_ACTIONS = [
  /** Stop what was not sent yet. */
  'hold',
  'releaseHold',
  /** Takes effect at once: nobody outside was told. */
  'cancel',
  /** Some node was told: it may refuse. */
  'askCancel',
  'resolveCase',
] as const
export type OrderAction = (typeof ORDER_ACTIONS)[number]

export type Waiting = {
  on: string
  /** Since when; absent once nothing is waited for. */
  since?: Instant
  /** Somebody is told when it has not moved by then. */
  dueAt?: Instant
  actions: OrderAction[]
}

export type WaitFacts = {
  phase: OrderPhase
  lines: readonly { counters: LineCounters }[]
  holds: readonly Hold[]
  routingSince: Instant
  requests: readonly (Pick<
    FulfillmentRequest,
    'nodeId' | 'negotiation' | 'work' | 'createdAt' | 'releaseAt' | 'submittedAt' | 'answerDueAt' | 'lines'
  > & { shippedAt?: Instant | undefined })[]
  backorders: readonly { expectedAt: Instant | null; sku: string }[]
  cases: readonly { kind: string; dueAt: Instant }[]
  now: Instant
}

export function waitingOf(facts: WaitFacts): Waiting {
  return { ...clockOf(facts), actions: actionsOf(facts) }
}

type Clock = Omit<Waiting, 'actions'>
const clock = (on: string, since: Instant | undefined, dueAt: Instant | undefined): Clock => ({
  on,
  ...(since === undefined ? {} : { since }),
  ...(dueAt === undefined ? {} : { dueAt }),
})

function clockOf(facts: WaitFacts): Clock {
  const { phase, now } = facts
  const on = PHASE_WAITS_ON[phase]
  const live = facts.requests.filter((request) => request.lines.some((line) => line.outstanding > 0))
  switch (phase) {
    case 'held': {
      const active = facts.holds.filter(isActive)
      const names = active.map((hold) => `${hold.kind} (${hold.placedBy})`).join(', ')
      return clock(
        `${on}: ${names}`,
        earliest(active.map((hold) => hold.placedAt)),
        earliest(active.map((hold) => hold.dueAt)),
      )
    }
    case 'unroutable':
      return clock(
        on,
        facts.routingSince,
        earliest(facts.cases.filter((each) => each.kind === 'unroutable').map((each) => each.dueAt)),
      )
    case 'routing':
      return clock(on, facts.routingSince, undefined)
    case 'backordered':
      return clock(
        `${on}: ${[...new Set(facts.backorders.map((each) => each.sku))].join(', ')}`,
        facts.routingSince,
        latest(facts.backorders.flatMap((each) => each.expectedAt ?? [])),
      )
    case 'releasing': {
      const untold = live.filter((request) => request.negotiation === 'unsubmitted')
      const grace = earliest(untold.flatMap((request) => request.releaseAt ?? []))
      const since = earliest(untold.map((request) => request.createdAt))
      return grace !== undefined && grace > now
        ? clock('its grace period to end', since, grace)
        : clock(on, since, undefined)
    }
    case 'inProgress':
    case 'partlyShipped': {
      const told = live.filter((request) => request.submittedAt !== undefined)
      const nodes = [...new Set(told.map((request) => request.nodeId))].join(', ')
      return clock(
        nodes === '' ? on : `${nodes} (${[...new Set(told.map((request) => request.negotiation))].join(', ')})`,
        earliest(told.flatMap((request) => request.submittedAt ?? [])),
        earliest(told.flatMap((request) => request.answerDueAt ?? [])),
      )
    }
    case 'shipped':
      return clock(on, latest(facts.requests.flatMap((request) => request.shippedAt ?? [])), undefined)
    case 'delivered':
    case 'cancelled':
      return clock(on, undefined, undefined)
  }
}

function actionsOf({ lines, holds, cases }: WaitFacts): OrderAction[] {
  const some = (pick: (c: LineCounters) => number): boolean => lines.some((line) => pick(line.counters) > 0)
  const unsent = some((c) => c.open + c.backordered + c.allocated)
  const atNodes = some((c) => c.released)
  const can: [OrderAction, boolean][] = [
    ['hold', unsent || atNodes],
    ['releaseHold', holds.some(isActive)],
    ['cancel', unsent],
    ['askCancel', atNodes],
    ['resolveCase', cases.length > 0],
  ]
  return can.flatMap(([action, legal]) => (legal ? [action] : []))
}
