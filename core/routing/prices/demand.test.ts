import { expect, test } from 'vitest'
import { seededRandom } from '../../random.ts'
import { createFutures, expectedRemaining, poissonQuantile } from './demand.ts'

test('what is left of a period is shared out as all that is known was', () => {
  expect([...expectedRemaining(Float64Array.of(30, 10), 40, 20)]).toEqual([15, 5])
  expect([...expectedRemaining(Float64Array.of(60, 20), 40, 40)]).toEqual([0.75, 0.25])
  expect([...expectedRemaining(new Float64Array(2), 0, 5)]).toEqual([0, 0])
})

test.each([0.3, 2, 17, 59, 61, 400])(
  'quantiles of a Poisson variable of mean %d have its mean and its variance',
  (mean) => {
    const counts = Array.from({ length: 4_000 }, (_, at) => poissonQuantile(mean, (at + 0.5) / 4_000))
    const average = counts.reduce((sum, each) => sum + each, 0) / counts.length
    const variance = counts.reduce((sum, each) => sum + (each - average) ** 2, 0) / counts.length
    expect(average).toBeCloseTo(mean, mean > 60 ? 0 : 1)
    expect(variance / mean).toBeGreaterThan(0.97)
    expect(variance / mean).toBeLessThan(1.03)
  },
)

test('futures come in pairs: where one has more than expected, the other has less', () => {
  const expected = new Float64Array(50).fill(100)
  const [a, b] = createFutures(50, 1, seededRandom(1)).draw(expected)
  a?.forEach((count, kind) => expect(Math.abs(count + (b?.[kind] ?? 0) - 200)).toBeLessThanOrEqual(1))
})

test('renewing changes one pair and leaves the others', () => {
  const futures = createFutures(20, 2, seededRandom(1))
  const expected = new Float64Array(20).fill(9)
  const before = futures.draw(expected)
  futures.renew()
  const after = futures.draw(expected)
  expect(after[0]).not.toEqual(before[0])
  expect(after.slice(2)).toEqual(before.slice(2))
})
