/** The limits of the HTTP side. All are data, so that they can be shown, tuned and tested. */

export type HttpOptions = {
  /** Largest JSON body of the API; ports of connections bring their own limit. */
  maxBodyBytes: number
  /** Requests a key may make in `rateWindowSeconds`, refilled evenly. */
  rateQuota: number
  rateWindowSeconds: number
  /** Requests at work at once; above it new ones are told to come back. */
  maxRunning: number
  /** How long a checked API key is believed without asking the database. A revoked key works at most this much longer. */
  keyTtlMs: number
  /** How long channels, nodes and connections are believed. */
  masterTtlMs: number
  /** An idempotent request that has not ended after this died with its process; the key may be used again. */
  idempotencyLeaseMs: number
}

export const HTTP_OPTIONS: HttpOptions = {
  maxBodyBytes: 2_000_000,
  rateQuota: 600_000,
  rateWindowSeconds: 60,
  maxRunning: 10_000,
  keyTtlMs: 5_000,
  masterTtlMs: 1_000,
  idempotencyLeaseMs: 60_000,
}
