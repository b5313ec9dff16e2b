/**
 * From the outbox to the queue, straight after the commit. Messages that pile up while one round runs are joined into one job a
 * queue: under load, jobs get larger instead of more.
 */
import type { Log } from '#core/ports.ts'
import { faultMessage } from '#core/fault.ts'
import type { Database } from '#store/database.ts'
import { forgetPublished } from '#store/outbox.ts'
import type { StoredMessage } from '#store/unit.ts'

/** Ids in one job: large enough to batch, small enough to share among workers. */
export const MAX_IDS_PER_JOB = 500

export type Flusher = {
  /** Never throws: what does not reach the queue stays in the outbox for the relay. */
  flush: (messages: StoredMessage[]) => void
  /** Resolves when everything flushed so far is in the queue or left to the relay. */
  idle: () => Promise<void>
}

export function createFlusher(
  db: Database,
  add: (queue: string, ids: readonly string[]) => Promise<void>,
  log: Log,
): Flusher {
  let pending: StoredMessage[] = []
  let running: Promise<void> | undefined

  const round = async (): Promise<void> => {
    while (pending.length > 0) {
      const batch = pending
      pending = []
      const published: number[] = []
      for (const [queue, messages] of Map.groupBy(batch, (message) => message.queue)) {
        try {
          await publish(queue, messages, add)
          published.push(...messages.map((message) => message.outboxId))
        } catch (error) {
          log.warn('the queue did not take the work; the relay will', { queue, error: faultMessage(error) })
        }
      }
      await forgetPublished(db, published).catch((error: unknown) =>
        log.warn('the outbox kept published rows', { error: faultMessage(error) }),
      )
    }
    running = undefined
  }

  return {
    flush: (messages) => {
      pending.push(...messages)
      running ??= round()
    },
    idle: async () => {
      while (running !== undefined) await running
    },
  }
}

export async function publish(
  queue: string,
  messages: readonly StoredMessage[],
  add: (queue: string, ids: readonly string[]) => Promise<void>,
): Promise<void> {
  const ids = messages.flatMap((message) => message.ids)
  for (let i = 0; i < ids.length; i += MAX_IDS_PER_JOB) await add(queue, ids.slice(i, i + MAX_IDS_PER_JOB))
}
