import { beforeAll, expect, test } from 'vitest'
import { loadLinearProgramSolver } from '#workers/prices/highs.ts'
import { seededRandom } from '../../random.ts'
import type { LinearProgramSolver } from '../prices/linear-program.ts'
import { boundFromPrices, hindsightBound } from './bound.ts'
import { ascendBound, createAscent } from './dual-ascent.ts'
import { knownPart } from './scenario.ts'
import { aBusyScenario, aScenario } from './test-kit.ts'

let solver: LinearProgramSolver
beforeAll(async () => {
  solver = await loadLinearProgramSolver()
})

test('climbing stays below the exact bound and not far below, and its prices prove what it found', () => {
  const scenario = aBusyScenario(seededRandom(5), 200)
  const exact = hindsightBound(scenario, solver).bound
  const { bound, prices } = ascendBound(scenario, scenario.orders, 200)
  expect(bound).toBeLessThanOrEqual(exact * (1 + 1e-9))
  expect(bound / exact).toBeGreaterThan(0.97)
  expect(boundFromPrices(scenario, prices)).toBeCloseTo(bound, 6)
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
  const prices = createAscent(knownPart(scenario), seededRandom(1)).climb(scenario.history, 60, scenario.stock, 40)
  expect(prices[0]).toBeGreaterThan(20)
  expect(prices[1]).toBe(0)
})
