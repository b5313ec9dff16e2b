/**
 * Jobs of a queue that wait at the same time are worked as one: a worker takes what waits, not what one job names. So batches grow
 * with the load, and statements and commits for each order become fewer just when it counts.
 */
import { coalesce } from './accept.ts'
import type { Handler } from './pump.ts'

/** Jobs that a worker holds at once: one at work, the others gathered for the next round. */
export const JOBS_AT_ONCE = 8
/** A round is worked in pieces of this many ids, which bounds a commit's time and memory. */
const MAX_IDS_AT_ONCE = 1_000
/** The stages before this one have the machine meanwhile. */
const MAX_PAUSE_MS = 40

/**
 * A job that failed before is worked by itself with `alone`, so that what stopped it cannot stop its neighbours again. If a round
 * fails, all its jobs are run again, each alone.
 */
export function gathered(together: (ids: string[]) => Promise<void>, alone: (ids: string[]) => Promise<void>): Handler {
  const join = coalesce<string[], undefined>(
    async (jobs) => {
      const ids = [...new Set(jobs.flat())]
      for (let i = 0; i < ids.length; i += MAX_IDS_AT_ONCE) await together(ids.slice(i, i + MAX_IDS_AT_ONCE))
      return jobs.map(() => undefined)
    },
    JOBS_AT_ONCE,
    MAX_PAUSE_MS,
  )
  return async (ids, job) => {
    await (job.retried ? alone(ids) : join(ids))
  }
}
