/** Answers kept by Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): a repeated request gets the first answer again. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

export type Idempotency =
  | { kind: 'first' }
  | { kind: 'inProgress' }
  /** The key was used with another payload. */
  | { kind: 'mismatch' }
  | { kind: 'answered'; status: number; answer: unknown }

type KeyRow = { request_hash: string; status: number | null; answer: unknown }

export async function beginIdempotent(
  db: Queryable,
  apiKeyId: string,
  key: string,
  requestHash: string,
  now: Instant,
): Promise<Idempotency> {
  const inserted = await db.query(
    `INSERT INTO idempotency_key (api_key_id, key, request_hash, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1`,
    [apiKeyId, key, requestHash, now],
  )
  if (inserted.length > 0) return { kind: 'first' }
  const [row] = await db.query<KeyRow>(
    'SELECT request_hash, status, answer FROM idempotency_key WHERE api_key_id = $1 AND key = $2',
    [apiKeyId, key],
  )
  if (row === undefined) return { kind: 'inProgress' }
  if (row.request_hash !== requestHash) return { kind: 'mismatch' }
  return row.status === null ? { kind: 'inProgress' } : { kind: 'answered', status: row.status, answer: row.answer }
}

export async function finishIdempotent(
  db: Queryable,
  apiKeyId: string,
  key: string,
  status: number,
  answer: unknown,
): Promise<void> {
  await db.query('UPDATE idempotency_key SET status = $3, answer = $4::jsonb WHERE api_key_id = $1 AND key = $2', [
    apiKeyId,
    key,
    status,
    JSON.stringify(answer),
  ])
}

/** The request failed on our side: the key is free for another try. */
export async function abandonIdempotent(db: Queryable, apiKeyId: string, key: string): Promise<void> {
  await db.query('DELETE FROM idempotency_key WHERE api_key_id = $1 AND key = $2 AND status IS NULL', [apiKeyId, key])
}

export async function forgetIdempotencyBefore(db: Queryable, before: Instant): Promise<void> {
  await db.query('DELETE FROM idempotency_key WHERE created_at < $1', [before])
}
