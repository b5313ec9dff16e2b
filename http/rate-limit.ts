/**
 * A token bucket for each API key: one noisy client cannot take the hub from the others. Headers follow
 * draft-ietf-httpapi-ratelimit-headers-11: `RateLimit-Policy` (q, w) and `RateLimit` (r, t).
 */
import { HttpProblem } from './problem.ts'

export type RatePolicy = { quota: number; windowSeconds: number }

export type RateLimiter = {
  /** Takes one request of the key's allowance. Answers with the headers to send; throws `rate-limited` when none is left. */
  take: (keyId: string, nowMs: number) => Record<string, string>
}

export function createRateLimiter({ quota, windowSeconds }: RatePolicy): RateLimiter {
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  const perMs = quota / (windowSeconds * 1000)
  const policy = `"default";q=${quota};w=${windowSeconds}`
  return {
    take: (keyId, nowMs) => {
      const bucket = buckets.get(keyId) ?? { tokens: quota, atMs: nowMs }
      buckets.set(keyId, bucket)
      bucket.tokens = Math.min(quota, bucket.tokens + Math.max(0, nowMs - bucket.atMs) * perMs)
      bucket.atMs = nowMs
      if (bucket.tokens < 1) {
        const seconds = Math.max(1, Math.ceil((1 - bucket.tokens) / perMs / 1000))
        throw new HttpProblem('rate-limited', `This key may make ${quota} requests in ${windowSeconds} s.`, {
          headers: {
            'retry-after': String(seconds),
            'ratelimit-policy': policy,
            ratelimit: `"default";r=0;t=${seconds}`,
          },
        })
      }
      bucket.tokens -= 1
      const fullInSeconds = Math.ceil((quota - bucket.tokens) / perMs / 1000)
      return {
        'ratelimit-policy': policy,
        ratelimit: `"default";r=${Math.floor(bucket.tokens)};t=${fullInSeconds}`,
      }
    },
  }
}
