/** API keys of requests: checked against the database, then believed for a few seconds so that the hot path does not ask each time. */
import { createHash } from 'node:crypto'
import { type ApiKey, findApiKey, type Scope } from '#store/api-keys.ts'
import type { Database } from '#store/database.ts'
import { HttpProblem } from './problem.ts'

export type KeyRing = {
  /** The key of an `Authorization: Bearer dom_…` header. Throws the problems `no-key` and `bad-key`. */
  keyOf: (authorization: string | undefined, nowMs: number) => Promise<ApiKey>
}

/** Far more than there are keys: only good keys are kept, so this only bounds a mistake of ours. */
const MAX_KEPT = 10_000

const CHALLENGE = { 'www-authenticate': 'Bearer realm="crossdock"' }

export function createKeyRing(db: Database, ttlMs: number): KeyRing {
  const kept = new Map<string, { key: ApiKey; untilMs: number }>()
  return {
    keyOf: async (authorization, nowMs) => {
      const secret = bearerOf(authorization)
      const hash = createHash('sha256').update(secret).digest('base64')
      const known = kept.get(hash)
      if (known !== undefined && known.untilMs > nowMs) return known.key
      kept.delete(hash)
      const key = await findApiKey(db, secret)
      if (key === undefined) {
        throw new HttpProblem('bad-key', 'The API key is unknown or was revoked. Ask an operator for a new one.', {
          headers: CHALLENGE,
        })
      }
      if (kept.size >= MAX_KEPT) kept.clear()
      kept.set(hash, { key, untilMs: nowMs + ttlMs })
      return key
    },
  }
}

/** Every request is taken for this key's. */
export const ringOfOne = (key: ApiKey): KeyRing => ({ keyOf: () => Promise.resolve(key) })

function bearerOf(authorization: string | undefined): string {
  const match = /^Bearer +(\S{1,200})$/i.exec(authorization ?? '')
  if (match?.[1] !== undefined) return match[1]
  throw new HttpProblem('no-key', 'Send an API key of the hub as "Authorization: Bearer dom_…".', {
    headers: CHALLENGE,
  })
}

/** Any one of the scopes is enough. */
export function requireScope(key: ApiKey, anyOf: readonly Scope[]): void {
  if (anyOf.some((scope) => key.scopes.includes(scope))) return
  throw new HttpProblem(
    'missing-scope',
    `This needs the scope ${anyOf.join(' or ')}; the key "${key.name}" has ${key.scopes.join(', ') || 'none'}.`,
  )
}
