/**
 * Requests that may be sent twice (draft-ietf-httpapi-idempotency-key-header-07): the second one with the same Idempotency-Key gets
 * the first one's answer. Only good answers are kept: after a refusal is cured, the same key may be used again.
 */
import { createHash } from 'node:crypto'
import { faultMessage } from '#core/fault.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import { abandonIdempotent, beginIdempotent, finishIdempotent } from '#store/idempotency.ts'
import { HttpProblem } from './problem.ts'
import type { Answer, Call } from './route.ts'
import type { Shared } from './shared.ts'

type Kept = { json: unknown; headers: Record<string, string> }

/** Without the header, `work` just runs. */
export async function answeredOnce(
  shared: Shared,
  call: Call<unknown, unknown, unknown>,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const header = call.request.headers['idempotency-key']
  if (header === undefined || call.key === undefined) return work()
  const key = keyOf(header)
  const { deps } = shared
  const owner = call.key.id
  const now = deps.clock.now()
  const begun = await beginIdempotent(deps.db, owner, key, hashOf(call.bytes), now)
  if (begun.kind === 'mismatch') {
    throw new HttpProblem('key-reused', 'Use a fresh Idempotency-Key for a new request, or repeat the body unchanged.')
  }
  if (begun.kind === 'answered') {
    const kept = begun.answer as Kept
    return { status: begun.status, json: kept.json, headers: { ...kept.headers, 'idempotency-replayed': 'true' } }
  }
  if (begun.kind === 'inProgress' && !(await takeOver(shared, owner, key, now))) {
    throw new HttpProblem('in-progress', 'Wait for its answer, or send it again in a moment.', {
      headers: { 'retry-after': '1' },
    })
  }
  return remember(shared, owner, key, work)
}

async function remember(shared: Shared, owner: string, key: string, work: () => Promise<Answer>): Promise<Answer> {
  const { db, log } = shared.deps
  const warn = (error: unknown): void =>
    log.warn('an idempotency key keeps no answer; its lease frees it', { error: faultMessage(error) })
  let answer: Answer
  try {
    answer = await work()
  } catch (error) {
    await abandonIdempotent(db, owner, key).catch(warn)
    throw error
  }
  // The work is committed: whatever becomes of the note about it, the caller is told.
  const kept: Kept = { json: answer.json, headers: answer.headers ?? {} }
  await finishIdempotent(db, owner, key, answer.status, kept).catch(warn)
  return answer
}

/** A process that died before its answer leaves the key open. Capturing is idempotent by itself, so doing it again is safe. */
async function takeOver({ deps, options }: Shared, owner: string, key: string, now: Instant): Promise<boolean> {
  const rows = await deps.db.query(
    `UPDATE idempotency_key SET created_at = $3 WHERE api_key_id = $1 AND key = $2 AND status IS NULL AND created_at < $4 RETURNING 1`,
    [owner, key, now, plusMs(now, -options.idempotencyLeaseMs)],
  )
  return rows.length > 0
}

/** A structured-field string (`"abc"`) or the bare text that most clients send. */
function keyOf(header: string): string {
  const bare = /^"(.*)"$/.exec(header)?.[1] ?? header
  if (/^[\x21-\x7e]{1,255}$/.test(bare)) return bare
  throw new HttpProblem('bad-query', 'An Idempotency-Key has 1 to 255 visible ASCII characters, such as a UUID.')
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
