/** How far each subscriber of events was told. */
import type { Instant } from '#core/model/time.ts'
import { chainHead } from './audit.ts'
import type { Queryable } from './database.ts'

export type EventSubscription = { connectionId: string; seq: number; round: number; movedAt: Instant }

/** Locks the place of a subscriber; a new one begins at the end of what is known. */
export async function lockSubscription(tx: Queryable, connectionId: string, now: Instant): Promise<EventSubscription> {
  const { seq } = await chainHead(tx)
  await tx.query(
    'INSERT INTO event_subscription (connection_id, seq, moved_at) VALUES ($1, $2, $3) ON CONFLICT (connection_id) DO NOTHING',
    [connectionId, seq, now],
  )
  const [row] = await tx.query<EventSubscription>(`${SELECT} WHERE connection_id = $1 FOR UPDATE`, [connectionId])
  if (row === undefined) throw new Error(`the subscription of ${connectionId} is gone`)
  return row
}

const SELECT = `SELECT connection_id AS "connectionId", seq, round, moved_at AS "movedAt" FROM event_subscription`

export async function moveSubscription(tx: Queryable, connectionId: string, seq: number, now: Instant): Promise<void> {
  await tx.query('UPDATE event_subscription SET seq = $2, moved_at = $3 WHERE connection_id = $1', [
    connectionId,
    seq,
    now,
  ])
}

/** Everything after `seq` is told again, under the same event ids. False where there is no such subscriber yet. */
export async function replaySubscription(
  db: Queryable,
  connectionId: string,
  seq: number,
  now: Instant,
): Promise<boolean> {
  const rows = await db.query(
    `UPDATE event_subscription SET seq = least(seq, $2), round = round + 1, moved_at = $3 WHERE connection_id = $1 RETURNING connection_id`,
    [connectionId, seq, now],
  )
  return rows.length > 0
}

export type SubscriptionView = EventSubscription & {
  state: string
  /** Events in the chain that were not made ready for it yet. */
  behind: number
  /** Made ready, and not delivered yet. */
  waiting: number
  parked: number
}

export async function listSubscriptions(db: Queryable): Promise<SubscriptionView[]> {
  return db.query<SubscriptionView>(
    `SELECT s.connection_id AS "connectionId", s.seq, s.round, s.moved_at AS "movedAt", c.state,
       (SELECT count(*) FROM audit_link l WHERE l.seq > s.seq AND l.source = 'fact') AS behind,
       (SELECT count(*) FROM instruction i WHERE i.connection_id = s.connection_id AND i.kind = 'event' AND i.state IN ('queued', 'sending', 'unknown')) AS waiting,
       (SELECT count(*) FROM instruction i WHERE i.connection_id = s.connection_id AND i.kind = 'event' AND i.state = 'parked') AS parked
     FROM event_subscription s JOIN connection c ON c.id = s.connection_id ORDER BY s.connection_id`,
  )
}
