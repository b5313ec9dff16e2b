/**
 * The unit of work: new state, facts and outbox rows in one commit. What the commit left to do reaches the queue right after it;
 * if the process dies in between, the relay finds the outbox rows. Nothing is ever put into a queue before its commit.
 */
import type { Database, Transaction } from './database.ts'

export type OutboxMessage = { queue: string; ids: string[] }
export type StoredMessage = OutboxMessage & { outboxId: number }

export type Unit = Transaction & {
  /** Work for a queue, visible to it only after the commit. */
  enqueue: (queue: string, ids: readonly string[]) => void
}

export type UnitOfWork = <T>(work: (unit: Unit) => Promise<T>) => Promise<T>

/** `flush` is told what was committed; it must not throw, since the commit stands whatever becomes of the queue. */
export function unitOfWork(db: Database, flush: (messages: StoredMessage[]) => void): UnitOfWork {
  return async (work) => {
    const messages: OutboxMessage[] = []
    let stored: StoredMessage[] = []
    const result = await db.transaction(async (tx) => {
      const value = await work({
        query: tx.query,
        enqueue: (queue, ids) => {
          if (ids.length > 0) messages.push({ queue, ids: [...ids] })
        },
      })
      stored = await storeMessages(tx, messages)
      return value
    })
    if (stored.length > 0) flush(stored)
    return result
  }
}

async function storeMessages(tx: Transaction, messages: OutboxMessage[]): Promise<StoredMessage[]> {
  const byQueue = Map.groupBy(messages, (message) => message.queue)
  const stored = [...byQueue].map(async ([queue, group]): Promise<StoredMessage[]> => {
    const ids = [...new Set(group.flatMap((message) => message.ids))]
    const rows = await tx.query<{ id: number }>(
      'INSERT INTO outbox (queue, ids) VALUES ($1, $2::text[]) RETURNING id',
      [queue, ids],
    )
    return rows.map((row) => ({ queue, ids, outboxId: row.id }))
  })
  return (await Promise.all(stored)).flat()
}
