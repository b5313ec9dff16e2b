/**
 * The ledger of what partners' files claim for themselves: control numbers and business keys, each with the content it first came
 * with. All workers share it; a claim is decided by one statement that locks its row.
 */
import type { Instant } from '#core/model/time.ts'
import { insertRows } from './rows.ts'
import type { Unit } from './unit.ts'

export type EdiClaimKind = 'interchange' | 'group' | 'document'

export type NewEdiClaim = {
  kind: EdiClaimKind
  /** Unique within the connection and kind, e.g. `x12 ZZ/ACME ZZ/US 000000042`. */
  key: string
  /** Of the content, without what changes from one sending to the next. */
  hash: string
  /** Which part of the document claims it. */
  part: string
}

/** `mine`: new, or claimed by this very document before. `repeat`: the same content came before. `conflict`: other content did. */
export type EdiVerdict = { claim: NewEdiClaim; verdict: 'mine' | 'repeat' | 'conflict'; firstEnvelopeId: string }

/** Nine digits begin again after the last: a number that is older than this may be used anew. */
const FORGET_AFTER = "interval '400 days'"

const COLUMNS = {
  connection_id: 'text',
  kind: 'text',
  key: 'text',
  hash: 'text',
  envelope_id: 'text',
  part: 'text',
  claimed_at: 'timestamptz',
  last_seen_at: 'timestamptz',
} as const

/** Claims all keys of one document, in the order of the answer. A worker that claims the same keys waits for this commit. */
export async function claimEdiKeys(
  unit: Unit,
  connectionId: string,
  envelopeId: string,
  claims: readonly NewEdiClaim[],
  now: Instant,
): Promise<EdiVerdict[]> {
  // One order for all workers, so that none waits in a circle; one row a key (its first), or the statement would touch it twice.
  const unique = new Map(claims.toReversed().map((claim) => [`${claim.kind} ${claim.key}`, claim]))
  const ordered = [...unique.entries()].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, claim]) => claim)
  const rows = await insertRows<typeof COLUMNS, { kind: string; key: string; hash: string; envelope_id: string }>(
    unit,
    'edi_claim AS c',
    COLUMNS,
    ordered.map((claim) => ({
      connection_id: connectionId,
      kind: claim.kind,
      key: claim.key,
      hash: claim.hash,
      envelope_id: envelopeId,
      part: claim.part,
      claimed_at: now,
      last_seen_at: now,
    })),
    `ON CONFLICT (connection_id, kind, key) DO UPDATE SET
       seen = c.seen + 1, last_seen_at = excluded.last_seen_at,
       hash = CASE WHEN c.claimed_at < excluded.claimed_at - ${FORGET_AFTER} THEN excluded.hash ELSE c.hash END,
       envelope_id = CASE WHEN c.claimed_at < excluded.claimed_at - ${FORGET_AFTER} THEN excluded.envelope_id ELSE c.envelope_id END,
       part = CASE WHEN c.claimed_at < excluded.claimed_at - ${FORGET_AFTER} THEN excluded.part ELSE c.part END,
       claimed_at = CASE WHEN c.claimed_at < excluded.claimed_at - ${FORGET_AFTER} THEN excluded.claimed_at ELSE c.claimed_at END
     RETURNING c.kind, c.key, c.hash, c.envelope_id`,
  )
  const holders = new Map(rows.map((row) => [`${row.kind} ${row.key}`, row]))
  const taken = new Set<string>()
  return claims.map((claim): EdiVerdict => {
    const name = `${claim.kind} ${claim.key}`
    const holder = holders.get(name)
    const isFirstHere = !taken.has(name)
    taken.add(name)
    const firstEnvelopeId = holder?.envelope_id ?? envelopeId
    if (firstEnvelopeId === envelopeId && isFirstHere) return { claim, verdict: 'mine', firstEnvelopeId }
    return { claim, verdict: holder?.hash === claim.hash ? 'repeat' : 'conflict', firstEnvelopeId }
  })
}

export type Resend = { port: string; businessKey: string; instructionId: string; transmissionId: string }

/**
 * Sends again what was sent: the same bytes under a name of their own. Nothing happens for a key whose first sending is still on its
 * way, or never was: that one goes out by itself.
 */
export async function resendStored(
  unit: Unit,
  connectionId: string,
  envelopeId: string,
  resends: readonly Resend[],
  now: Instant,
  queue: string,
): Promise<number> {
  let count = 0
  for (const resend of resends) {
    const [made] = await unit.query<{ id: string }>(
      `WITH first AS (
         SELECT i.*, t.name AS file, t.bytes AS stored FROM instruction i JOIN transmission t ON t.id = i.transmission_id
         WHERE i.connection_id = $1 AND i.port = $2 AND i.business_key = $3 AND i.state = 'sent'
       ), copy AS (
         INSERT INTO transmission (id, connection_id, port, name, bytes, created_at)
         SELECT $4, connection_id, port, regexp_replace(file, '(\\.[^.]*)?$', '-again-' || right($6, 8) || '\\1'), stored, $7::timestamptz FROM first
       )
       INSERT INTO instruction (id, connection_id, port, kind, business_key, subject_id, document, transmission_id, next_at, created_at)
       SELECT $5, connection_id, port, kind, business_key || '#' || $6, $6, document, $4, $7::timestamptz, $7::timestamptz FROM first
       ON CONFLICT (connection_id, port, business_key) DO NOTHING RETURNING id`,
      [connectionId, resend.port, resend.businessKey, resend.transmissionId, resend.instructionId, envelopeId, now],
    )
    if (made === undefined) continue
    unit.enqueue(queue, [made.id])
    count += 1
  }
  return count
}
