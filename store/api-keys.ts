/** API keys: `dom_<id>_<secret>`. Only a SHA-256 of the secret is stored (it has 256 random bits, so no slow hash is needed). */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

export const SCOPES = [
  'orders:write',
  'orders:read',
  'stock:write',
  'stock:read',
  'fulfillment:write',
  'master:write',
  /** Where secrets lie and where calls go to: whoever has this can make the hub show a secret to a partner of his own. */
  'connections:write',
  'operations',
] as const
export type Scope = (typeof SCOPES)[number]

export type ApiKey = { id: string; name: string; scopes: Scope[] }

/** The key in clear is returned this once and never stored. */
export async function createApiKey(
  db: Queryable,
  name: string,
  scopes: readonly Scope[],
  now: Instant,
): Promise<{ id: string; key: string }> {
  const id = randomBytes(6).toString('hex')
  const secret = randomBytes(32).toString('base64url')
  await db.query('INSERT INTO api_key (id, name, hash, scopes, created_at) VALUES ($1, $2, $3, $4::text[], $5)', [
    id,
    name,
    hashSecret(secret),
    scopes,
    now,
  ])
  return { id, key: `dom_${id}_${secret}` }
}

export async function findApiKey(db: Queryable, key: string): Promise<ApiKey | undefined> {
  const match = /^dom_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/.exec(key)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  const [row] = await db.query<ApiKey & { hash: string }>(
    'SELECT id, name, scopes, hash FROM api_key WHERE id = $1 AND revoked_at IS NULL',
    [match[1]],
  )
  if (row === undefined || !timingSafeEqual(Buffer.from(row.hash, 'hex'), Buffer.from(hashSecret(match[2]), 'hex')))
    return undefined
  return { id: row.id, name: row.name, scopes: row.scopes }
}

export async function revokeApiKey(db: Queryable, id: string, now: Instant): Promise<boolean> {
  const rows = await db.query('UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id', [
    id,
    now,
  ])
  return rows.length > 0
}

export async function listApiKeys(
  db: Queryable,
): Promise<(ApiKey & { createdAt: Instant; revokedAt: Instant | null })[]> {
  return db.query(
    'SELECT id, name, scopes, created_at AS "createdAt", revoked_at AS "revokedAt" FROM api_key ORDER BY created_at, id',
  )
}

const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')
