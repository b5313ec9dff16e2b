import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '#store/database.ts'
import { outboxLength } from '#store/outbox.ts'
import { unitOfWork } from '#store/unit.ts'
import { databases } from '#test/kit/backends.ts'
import { keptLog } from '#test/kit/log.ts'
import { createFlusher, MAX_IDS_PER_JOB, publish } from './flusher.ts'

describe.each(databases)('the flusher on $name', (backend) => {
  let db: Database
  beforeEach(async () => {
    db = await backend.database()
  })
  afterEach(() => db.close())

  test('joins what piles up while a job is being added: larger jobs, not more of them', async () => {
    const jobs: { queue: string; ids: readonly string[] }[] = []
    let letGo = (): void => undefined
    const first = new Promise<void>((resolve) => (letGo = resolve))
    const flusher = createFlusher(
      db,
      async (queue, ids) => {
        jobs.push({ queue, ids })
        if (jobs.length === 1) await first
      },
      keptLog(),
    )
    const commit = unitOfWork(db, flusher.flush)
    const leave = (queue: string, id: string) => commit((unit) => Promise.resolve(unit.enqueue(queue, [id])))
    await leave('route', 'ord_0')
    for (let i = 1; i <= 6; i++) await leave(i % 3 === 0 ? 'inbound' : 'route', `ord_${i}`)
    letGo()
    await flusher.idle()
    expect(jobs).toEqual([
      { queue: 'route', ids: ['ord_0'] },
      { queue: 'route', ids: ['ord_1', 'ord_2', 'ord_4', 'ord_5'] },
      { queue: 'inbound', ids: ['ord_3', 'ord_6'] },
    ])
    expect(await outboxLength(db)).toBe(0)
  })

  test('leaves what one queue refuses in the outbox, says so, and goes on with the others', async () => {
    const log = keptLog()
    const added: string[] = []
    const flusher = createFlusher(
      db,
      (queue) => {
        if (queue === 'route') return Promise.reject(new Error('connection refused'))
        added.push(queue)
        return Promise.resolve()
      },
      log,
    )
    const commit = unitOfWork(db, flusher.flush)
    await commit((unit) => {
      unit.enqueue('route', ['ord_1'])
      unit.enqueue('inbound', ['env_1'])
      return Promise.resolve()
    })
    await flusher.idle()
    expect(added).toEqual(['inbound'])
    expect(await db.query('SELECT queue, ids FROM outbox')).toEqual([{ queue: 'route', ids: ['ord_1'] }])
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { queue: 'route', error: 'connection refused' } }])
  })

  test('that failed once works again at the next flush', async () => {
    let refuse = true
    const flusher = createFlusher(db, () => (refuse ? Promise.reject(new Error('away')) : Promise.resolve()), keptLog())
    const commit = unitOfWork(db, flusher.flush)
    await commit((unit) => Promise.resolve(unit.enqueue('route', ['ord_1'])))
    await flusher.idle()
    refuse = false
    await commit((unit) => Promise.resolve(unit.enqueue('route', ['ord_2'])))
    await flusher.idle()
    expect(await db.query('SELECT ids FROM outbox')).toEqual([{ ids: ['ord_1'] }])
  })
})

test('a message of very many ids becomes several jobs, none too large, none forgotten', async () => {
  const ids = Array.from({ length: 2 * MAX_IDS_PER_JOB + 7 }, (_, i) => `ord_${i}`)
  const jobs: (readonly string[])[] = []
  await publish('route', [{ queue: 'route', outboxId: 1, ids }], (_, some) => Promise.resolve(void jobs.push(some)))
  expect(jobs.map((each) => each.length)).toEqual([MAX_IDS_PER_JOB, MAX_IDS_PER_JOB, 7])
  expect(jobs.flat()).toEqual(ids)
})
