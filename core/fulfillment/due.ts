/** By when a node owes its word. */
import type { Node } from '../model/node.ts'
import { type Instant, plusMs } from '../model/time.ts'

const DEFAULT_MINUTES = 24 * 60

/** The first answer to a request that the node was told of at `from`. */
export const answerDue = (node: Pick<Node, 'answerWithinMinutes'> | undefined, from: Instant): Instant =>
  plusMs(from, (node?.answerWithinMinutes ?? DEFAULT_MINUTES) * 60_000)
