/** A line that at least one node may serve. */
import type { ProblemLine } from './problem.ts'

export type ServableLine = ProblemLine & {
  /** Its place among the request's lines. */
  readonly row: number
  /** What each node would do for it, as in PreparedNodes.serviceByMethod. */
  readonly service: Uint8Array
  /** Epoch ms by which it must arrive; Infinity: whenever. */
  readonly deadlineMs: number
}
