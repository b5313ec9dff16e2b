/** The bare parts the hub stands on, measured in the same run: no-op jobs through the same queue, single-row commits on the same store. */
import { randomBytes } from 'node:crypto'
import type { Hub } from '#app/hub.ts'
import { inParallel, perSecond, waitUntil } from '../kit/measure.ts'

/** One job a unit of work, sixteen under way: what a queue of one job an order could do at most. */
export async function noopJobs(hub: Hub, count: number): Promise<number> {
  const queue = `bench-${randomBytes(4).toString('hex')}`
  let done = 0
  hub.world.pump.work(queue, () => {
    done += 1
    return Promise.resolve()
  })
  await hub.world.pump.add(queue, ['warm'])
  await waitUntil('the worker runs', () => done === 1)
  return perSecond(count, async () => {
    await inParallel(count, 16, (index) => hub.world.pump.add(queue, [String(index)]))
    await waitUntil('every job is done', () => done === count + 1)
  })
}

/** One row, one commit, sixteen under way. */
export async function singleRowCommits(hub: Hub, count: number): Promise<number> {
  await hub.world.db.query('CREATE TABLE IF NOT EXISTS bench_row (id text PRIMARY KEY, body text NOT NULL)')
  const run = randomBytes(4).toString('hex')
  const body = 'x'.repeat(700)
  return perSecond(count, () =>
    inParallel(count, 16, async (index) => {
      await hub.world.db.query('INSERT INTO bench_row (id, body) VALUES ($1, $2)', [`${run}-${index}`, body])
    }),
  )
}
