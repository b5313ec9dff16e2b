/** Versions of the return policy. The newest activated one holds; older ones stay, because returns cite them. */
import { DEFAULT_RETURN_POLICY, type ReturnPolicy } from '#core/model/return-policy.ts'
import { sameData } from '#core/same-data.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { bumpVersion } from './master-data.ts'

export async function activeReturnPolicy(db: Queryable): Promise<ReturnPolicy> {
  const [row] = await db.query<{ document: ReturnPolicy }>(
    'SELECT document FROM return_policy ORDER BY activated_at DESC, version DESC LIMIT 1',
  )
  return row?.document ?? DEFAULT_RETURN_POLICY
}

/** `taken`: the version holds other rules; versions never change. */
export async function activateReturnPolicy(
  db: Queryable,
  policy: ReturnPolicy,
  actor: string,
  now: Instant,
): Promise<'activated' | 'known' | 'taken'> {
  const [known] = await db.query<{ document: ReturnPolicy }>('SELECT document FROM return_policy WHERE version = $1', [
    policy.version,
  ])
  if (known !== undefined) return sameData(known.document, policy) ? 'known' : 'taken'
  await db.query('INSERT INTO return_policy (version, document, activated_at, actor) VALUES ($1, $2::jsonb, $3, $4)', [
    policy.version,
    JSON.stringify(policy),
    now,
    actor,
  ])
  await bumpVersion(db)
  return 'activated'
}
