/**
 * The fault taxonomy: named by what the machine must do next, never by where the error came from.
 * Only edges throw a Fault; the core returns unions. Anything else that is thrown is a `bug`.
 */

/**
 * - `transient`: passing trouble; try again with back-off.
 * - `throttled`: the partner asks for less; wait, costs no attempt.
 * - `auth`: credential refused; pause the connection, alert once, resume after a good check.
 * - `config`: our set-up is wrong (URL, host key, missing mapping); stop the port, the operator owns it.
 * - `data`: this document is wrong; quarantine it alone.
 * - `crosswalk`: a code has no translation; the cure is one table row.
 * - `partnerReject`: the partner understood and said no.
 * - `unknownOutcome`: it may have arrived; look it up before any resend.
 * - `conflict`: our version check lost a race; reload and decide again.
 * - `bug`: an invariant of ours is broken; park the work, keep the state.
 */
export const FAULT_KINDS = [
  'transient',
  'throttled',
  'auth',
  'config',
  'data',
  'crosswalk',
  'partnerReject',
  'unknownOutcome',
  'conflict',
  'bug',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export type FaultOwner = 'crossdock' | 'operator' | 'integrator' | 'partner'

/** What the runtime does with each kind. One table; workers read it, docs print it. */
export const FAULT_RULES: Record<
  FaultKind,
  { retry: 'backoff' | 'after' | 'never' | 'lookup' | 'resume'; owner: FaultOwner; cure: string }
> = {
  transient: { retry: 'backoff', owner: 'crossdock', cure: 'Nothing to do: it is tried again by itself.' },
  throttled: { retry: 'after', owner: 'crossdock', cure: 'Nothing to do: sending goes on when the partner allows it.' },
  auth: { retry: 'resume', owner: 'operator', cure: 'Renew the credential, then run `crossdock connection check`.' },
  config: {
    retry: 'resume',
    owner: 'operator',
    cure: 'Correct the connection settings, then run `crossdock connection check`.',
  },
  data: { retry: 'never', owner: 'partner', cure: 'Correct the document and replay it.' },
  crosswalk: { retry: 'never', owner: 'operator', cure: 'Add the missing crosswalk row, then replay.' },
  partnerReject: { retry: 'never', owner: 'partner', cure: 'Read the reason; route elsewhere or correct the request.' },
  unknownOutcome: {
    retry: 'lookup',
    owner: 'crossdock',
    cure: 'It is looked up at the partner before anything is sent again.',
  },
  conflict: { retry: 'backoff', owner: 'crossdock', cure: 'Nothing to do: it is decided again on fresh state.' },
  bug: { retry: 'never', owner: 'integrator', cure: 'Read the detail, fix the code, then replay.' },
}

export type FaultDetail = {
  /** Stable and dotted: `shopify.fulfillment.over-quantity`, `sftp.host-key`. */
  code: string
  /** One sentence for an operator; never holds a secret. */
  message: string
  /** For `throttled` and `transient`: do not try before this many milliseconds. */
  retryAfterMs?: number
  cause?: unknown
}

export class Fault extends Error {
  readonly kind: FaultKind
  readonly code: string
  readonly retryAfterMs: number | undefined

  constructor(kind: FaultKind, detail: FaultDetail) {
    super(detail.message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'Fault'
    this.kind = kind
    this.code = detail.code
    this.retryAfterMs = detail.retryAfterMs
  }
}

/** The kind of anything caught: a Fault says its own, everything else is a bug. */
export function faultKindOf(error: unknown): FaultKind {
  return error instanceof Fault ? error.kind : 'bug'
}

/** A sentence about anything caught, safe to store: client libraries' error objects carry credentials, so only text is taken. */
export function faultMessage(error: unknown): string {
  if (error instanceof Error) return error.message
  return typeof error === 'string' ? error : 'an unknown error was thrown'
}
