/**
 * What came of sending something to a partner. Outcomes, not exceptions, are the language at the edge, because "it may have
 * arrived" is an answer of its own: after `unknown` the runtime looks the transmission up before it ever sends again.
 */
import type { FaultKind } from './fault.ts'
import type { Issue } from './issue.ts'

export type Outcome =
  /** The partner has it. `reference` is the partner's own name for it. */
  | { kind: 'accepted'; reference?: string }
  /** The partner had it already; counts as success. */
  | { kind: 'duplicate'; reference?: string }
  /** Understood and refused; sending it again unchanged is pointless. */
  | { kind: 'rejected'; issues: Issue[] }
  /** Not taken because of a limit; costs no attempt. */
  | { kind: 'throttled'; retryAfterMs: number }
  /** Certainly not taken: never connected, or refused before it was read. */
  | { kind: 'unavailable'; fault: FaultKind; code: string; message: string; retryAfterMs?: number }
  /** It may have arrived: time-out after writing, connection cut, unreadable answer. */
  | { kind: 'unknown'; code: string; message: string }

/** What a look-up at the partner finds. `undecided` means: ask again later. */
export type Lookup =
  | { kind: 'present'; reference?: string }
  | { kind: 'absent' }
  | { kind: 'undecided'; message: string }
