import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { boundFromPrices } from '#core/routing/simulation/bound.ts'
import { parseScenario, type Scenario, type ScenarioFile } from '#core/routing/simulation/scenario.ts'
import { familyF1 } from './family-f1.ts'

const Certificates = z.array(
  z.object({ seed: z.int(), sequence: z.int(), strict: z.boolean(), bound: z.number(), prices: z.array(z.number()) }),
)
const certificates = Certificates.parse(JSON.parse(readFileSync(new URL('certificates.json', import.meta.url), 'utf8')))

function scenarioOf(file: ScenarioFile): Scenario {
  const result = parseScenario(file)
  if (!result.ok) throw new Error(result.issues[0]?.rule)
  return result.value
}

test.each(certificates)('the bound of seed $seed, strict $strict, is proved by its prices without a solver', (each) => {
  const scenario = scenarioOf(familyF1(each.seed, each.sequence, each.strict))
  const proved = boundFromPrices(scenario, Float64Array.from(each.prices))
  expect(proved / each.bound).toBeGreaterThan(1 - 1e-6)
  expect(proved / each.bound).toBeLessThan(1 + 1e-9)
})

test('a seed gives one instance; its sequences share all but the orders', () => {
  expect(familyF1(1, 1, false)).toEqual(familyF1(1, 1, false))
  const { orders: a, history: _a, name: _one, ...first } = familyF1(1, 1, false)
  const { orders: b, history: _b, name: _two, ...second } = familyF1(1, 2, false)
  expect(first).toEqual(second)
  expect(a).not.toEqual(b)
})

test('the family is as published: 20 items, 26 types of order, about as much stock as demand', () => {
  const scenario = scenarioOf(familyF1(3, 1, false))
  const lines = scenario.orders.reduce((sum, order) => sum + order.skus.length, 0)
  const units = scenario.stock.reduce((sum, each) => sum + each, 0)
  expect(units / lines).toBeGreaterThan(0.97)
  expect(units / lines).toBeLessThan(1.12)
  expect(new Set(scenario.orders.map((order) => order.skus.join())).size).toBeLessThanOrEqual(26)
  expect(new Set(scenario.packageCost)).toEqual(new Set([8759]))
})
