/** How much work waits, for /metrics. Each count runs over a partial index. */
import type { Queryable } from '#store/database.ts'

export type WaitingWork = {
  outbox: number
  documents: number
  quarantine: number
  cases: number
  instructions: number
  orders: number
  feeds: number
}

export async function waitingWork(db: Queryable): Promise<WaitingWork> {
  const [row] = await db.query<WaitingWork>(
    `SELECT (SELECT count(*) FROM outbox) AS outbox,
            (SELECT count(*) FROM envelope WHERE state = 'received') AS documents,
            (SELECT count(*) FROM quarantine_item WHERE state = 'open') AS quarantine,
            (SELECT count(*) FROM exception_case WHERE state = 'open') AS cases,
            (SELECT count(*) FROM instruction WHERE state IN ('queued', 'sending', 'unknown')) AS instructions,
            (SELECT count(*) FROM sales_order WHERE routing = 'pending') AS orders,
            (SELECT count(*) FROM stock_feed WHERE state IN ('staging', 'applying')) AS feeds`,
  )
  return row ?? { outbox: 0, documents: 0, quarantine: 0, cases: 0, instructions: 0, orders: 0, feeds: 0 }
}
