/** By when a node owes its word, and how long it has after it was reminded. */
import type { Node } from '../model/node.ts'
import { type Instant, plusMs } from '../model/time.ts'
import { plusOpenMinutes } from './open-time.ts'

const DEFAULT_MINUTES = 24 * 60

type Owing = Pick<Node, 'answerWithinMinutes' | 'answerClock' | 'reminderMinutes' | 'calendar'>

/** The first answer to a request that the node was told of at `from`. */
export const answerDue = (node: Owing | undefined, from: Instant): Instant =>
  after(node, from, node?.answerWithinMinutes ?? DEFAULT_MINUTES)

/** For a node that has missed its time and is reminded at `from`; undefined for one that is not reminded. */
export const reminderDue = (node: Owing | undefined, from: Instant): Instant | undefined =>
  // Nodes that were stored before there were reminders say nothing of them.
  node !== undefined && node.reminderMinutes > 0 ? after(node, from, node.reminderMinutes) : undefined

/** A node that does not open for so long owes it by the clock: nothing waits for ever. */
const after = (node: Owing | undefined, from: Instant, minutes: number): Instant =>
  (node?.answerClock === 'openHours' ? plusOpenMinutes(node.calendar, from, minutes) : undefined) ??
  plusMs(from, minutes * 60_000)
