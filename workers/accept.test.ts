import { expect, test } from 'vitest'
import { coalesce } from './accept.ts'

/** Rounds that stay open until they are ended; `rounds` are the items of each. */
function heldRounds(maxItems: number) {
  const rounds: number[][] = []
  const ends: { resolve: (results: string[]) => void; reject: (error: Error) => void }[] = []
  const handle = (items: number[]): Promise<string[]> => {
    rounds.push(items)
    return new Promise((resolve, reject) => ends.push({ resolve, reject }))
  }
  return {
    rounds,
    say: coalesce(handle, maxItems),
    end: (round: number) => ends[round]?.resolve((rounds[round] ?? []).map((item) => `answer ${item}`)),
    fail: (round: number, message: string) => ends[round]?.reject(new Error(message)),
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

test('what arrives in one moment shares a round, and each hears its own answer', async () => {
  const { say, rounds, end } = heldRounds(100)
  const all = Promise.all([say(1), say(2), say(3)])
  await turn()
  expect(rounds).toEqual([[1, 2, 3]])
  end(0)
  expect(await all).toEqual(['answer 1', 'answer 2', 'answer 3'])
})

test('what arrives while a round runs shares the next one', async () => {
  const { say, rounds, end } = heldRounds(100)
  const first = say(1)
  await turn()
  const later = Promise.all([say(2), say(3)])
  await turn()
  expect(rounds).toEqual([[1]])
  end(0)
  expect(await first).toBe('answer 1')
  await turn()
  expect(rounds).toEqual([[1], [2, 3]])
  end(1)
  expect(await later).toEqual(['answer 2', 'answer 3'])
})

test('a round holds no more than its limit; nobody is forgotten', async () => {
  const { say, rounds, end } = heldRounds(2)
  const all = Promise.all([1, 2, 3, 4, 5].map(say))
  for (let round = 0; round < 3; round++) {
    await turn()
    end(round)
  }
  expect(await all).toHaveLength(5)
  expect(rounds).toEqual([[1, 2], [3, 4], [5]])
})

test('an error reaches everyone of its round and no one of the next', async () => {
  const { say, rounds, end, fail } = heldRounds(2)
  const told = Promise.allSettled([1, 2, 3].map(say))
  await turn()
  fail(0, 'the database is away')
  await turn()
  end(1)
  const [first, second, third] = await told
  for (const each of [first, second])
    expect(each).toMatchObject({ status: 'rejected', reason: { message: 'the database is away' } })
  expect(third).toMatchObject({ status: 'fulfilled', value: 'answer 3' })
  expect(rounds).toHaveLength(2)
})

test('after a quiet time it begins again', async () => {
  const { say, end } = heldRounds(10)
  for (let round = 0; round < 3; round++) {
    const answer = say(round)
    await turn()
    end(round)
    expect(await answer).toBe(`answer ${round}`)
    await turn()
  }
})
