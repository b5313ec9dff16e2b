import { beforeAll, expect, test } from 'vitest'
import { loadLinearProgramSolver } from '#workers/prices/highs.ts'
import { seededRandom } from '../../random.ts'
import type { LinearProgramSolver } from '../prices/linear-program.ts'
import { boundFromPrices, hindsightBound } from './bound.ts'
import { ascendBound } from './bound-ascent.ts'
import { createAscent } from './dual-ascent.ts'
import { outlook } from './outlook.ts'
import { knownPart } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { aBusyScenario, aScenario } from './test-kit.ts'

let solver: LinearProgramSolver
beforeAll(async () => {
  solver = await loadLinearProgramSolver()
})

test('climbing stays below the exact bound and not far below, and its prices prove what it found', () => {
  const scenario = aBusyScenario(seededRandom(5), 200)
  const exact = hindsightBound(scenario, solver).bound
  const { bound, prices } = ascendBound(scenario, 200)
  expect(bound).toBeLessThanOrEqual(exact * (1 + 1e-9))
  expect(bound / exact).toBeGreaterThan(0.97)
  expect(boundFromPrices(scenario, prices)).toBeCloseTo(bound, 6)
})

test('climbing with the places of days stays below the exact bound too, and not far, and proves what it found', () => {
  const days = [0, 50, 100, 150]
  const limits = Int32Array.of(20, 25, -1)
  const limited: Scenario = { ...aBusyScenario(seededRandom(5), 200), dayStarts: days, packagesPerDay: limits }
  const exact = hindsightBound(limited, solver).bound
  const { bound, prices } = ascendBound(limited, 300)
  expect(bound).toBeLessThanOrEqual(exact * (1 + 1e-9))
  expect(bound / exact).toBeGreaterThan(0.97)
  expect(boundFromPrices(limited, prices)).toBeCloseTo(bound, 6)
})

test('a place is worth something where more packages are wanted than a day has, and nothing on a day that has plenty', () => {
  const known = knownPart(
    aScenario({
      packageFixed: [100, 150],
      unitCost: [[1, 1]],
      stock: [[500], [500]],
      packagesPerDay: [10, undefined],
      dayStarts: [0],
      historyDayStarts: [0, 20, 40],
      history: Array.from({ length: 60 }, (): [number, number[]] => [0, [0]]),
    }),
  )
  const pricesAt = (placesLeft: number[]): Float64Array => {
    const ahead = outlook(known, 10, known.stock, { orders: 10, placesLeft: Int32Array.from(placesLeft) })
    return createAscent(known, seededRandom(1)).climb(known.history, ahead, 40)
  }
  const [, , ...short] = pricesAt([1, -1])
  const [, , ...plenty] = pricesAt([40, -1])
  expect(short).toEqual([expect.any(Number), 0, expect.any(Number), 0])
  expect(short[0]).toBeGreaterThan(20)
  expect(short[2]).toBeGreaterThan(20)
  expect(plenty[0]).toBe(0)
})

test('a position that more orders want than it has gets a price, one with plenty has none', () => {
  const scenario = aScenario({
    packageFixed: [100, 150],
    unitCost: [[1, 1]],
    stock: [
      [5, 500],
      [90, 90],
    ],
    history: Array.from({ length: 60 }, (_, at): [number, number[]] => [0, [at % 2]]),
  })
  const ahead = { remaining: 60, partToday: 1, limits: Float64Array.from(scenario.stock) }
  const prices = createAscent(knownPart(scenario), seededRandom(1)).climb(scenario.history, ahead, 40)
  expect(prices[0]).toBeGreaterThan(20)
  expect(prices[1]).toBe(0)
})
