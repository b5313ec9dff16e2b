import { expect, test, vi } from 'vitest'
import { gathered } from './gather.ts'

const fresh = { retried: false, signal: new AbortController().signal }

function rounds() {
  const together: string[][] = []
  const alone: string[][] = []
  let end = (): void => undefined
  const handler = gathered(
    (ids) => {
      together.push(ids)
      return new Promise((resolve) => (end = resolve))
    },
    (ids) => {
      alone.push(ids)
      return Promise.resolve()
    },
  )
  return { together, alone, handler, end: () => end() }
}
const turn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

test('jobs that come while one is at work are worked as one, each id once', async () => {
  const { together, handler, end } = rounds()
  const first = handler(['a'], fresh)
  await turn()
  const later = Promise.all([handler(['b', 'c'], fresh), handler(['c', 'd'], fresh)])
  end()
  await first
  // The next round may wait a moment for company.
  await vi.waitFor(() => expect(together).toHaveLength(2), { timeout: 60_000 })
  end()
  await later
  expect(together).toEqual([['a'], ['b', 'c', 'd']])
})

test('a job that failed before is worked alone', async () => {
  const { together, alone, handler } = rounds()
  await handler(['a'], { ...fresh, retried: true })
  expect([together, alone]).toEqual([[], [['a']]])
})

test('a round that fails fails every job of it', async () => {
  const handler = gathered(
    () => Promise.reject(new Error('a bug')),
    () => Promise.resolve(),
  )
  const told = await Promise.allSettled([handler(['a'], fresh), handler(['b'], fresh)])
  expect(told.map((each) => each.status)).toEqual(['rejected', 'rejected'])
})

test('a large round is worked in pieces', async () => {
  const sizes: number[] = []
  const handler = gathered(
    (ids) => {
      sizes.push(ids.length)
      return Promise.resolve()
    },
    () => Promise.resolve(),
  )
  const jobs = Array.from({ length: 5 }, (_, job) => Array.from({ length: 500 }, (_, i) => `${job}-${i}`))
  await Promise.all(jobs.map((ids) => handler(ids, fresh)))
  expect(sizes).toEqual([1_000, 1_000, 500])
})
