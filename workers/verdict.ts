/** What became of one canonical document of an envelope. */
import type { Issue } from '#core/issue.ts'
import type { StockFeed } from '#core/model/stock.ts'

export type Verdict =
  | { kind: 'applied' }
  | { kind: 'duplicate' }
  | { kind: 'superseded'; reason: string }
  /** It could be read and not used; it goes to quarantine with these issues. */
  | { kind: 'refused'; issues: Issue[] }

/** Stock may also wait for a person, or say nothing new. A held feed may have refused rows beside it. */
export type StockVerdict =
  | Verdict
  | { kind: 'held'; reason: string; issues: Issue[] }
  | { kind: 'ignored'; reason: string }

/** A document on its way in, with who sent it. */
export type Incoming<T> = { envelopeId: string; connectionId: string; part: string; value: T }

export type IncomingFeed = Incoming<StockFeed> & { port: string }
