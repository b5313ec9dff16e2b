import { expect, test } from 'vitest'
import { seededRandom } from '#core/random.ts'
import type { LinearProgramSolver } from '#core/routing/prices/linear-program.ts'
import { POLICIES } from '#core/routing/simulation/builtin.ts'
import { play } from '#core/routing/simulation/play.ts'
import { knownPart, parseScenario } from '#core/routing/simulation/scenario.ts'
import { F3_SMALL, F3_SMALL_TIGHT, familyF3 } from './family-f3.ts'

const NO_SOLVER: LinearProgramSolver = {
  create: () => {
    throw new Error('there are too many kinds of orders for a linear program')
  },
}

test('stores send so many packages a day, centres as many as they like; ten days of as many orders each', () => {
  const file = familyF3(1, F3_SMALL)
  expect(new Set(file.nodes.map((node) => `${node.id[0]} ${node.packagesPerDay}`))).toEqual(
    new Set(['F undefined', 'S 25']),
  )
  expect(file.dayStarts).toEqual([0, 200, 400, 600, 800, 1_000, 1_200, 1_400, 1_600, 1_800])
  expect(file.historyDayStarts).toEqual(file.dayStarts)
  expect(parseScenario(file).ok).toBe(true)
})

test('the tight family differs in its limits alone', () => {
  const { nodes: wide, name: _wide, ...others } = familyF3(1, F3_SMALL)
  const { nodes: tight, name: _tight, ...same } = familyF3(1, F3_SMALL_TIGHT)
  expect(same).toEqual(others)
  expect(tight.map((node) => node.packagesPerDay)).toEqual(wide.map((node) => (node.packagesPerDay ? 2 : undefined)))
})

test('at prices that climb too, no store exceeds its limit, and looking ahead pays', () => {
  const parsed = parseScenario(familyF3(1, F3_SMALL_TIGHT))
  if (!parsed.ok) throw new Error(parsed.issues[0]?.rule)
  const scenario = parsed.value
  const policies = [POLICIES.cheapest, POLICIES.default].map((make) =>
    make(knownPart(scenario), { solver: NO_SOLVER, random: seededRandom(1) }),
  )
  const [cheapest, ahead] = policies.map((policy) => play(scenario, policy, { nowMs: () => 0 }))
  const stores = ahead?.nodePackages.slice(10) ?? []
  expect(Math.max(...stores)).toBeLessThanOrEqual(2 * 10)
  expect(ahead?.nodeFullDays.some((days) => days > 0)).toBe(true)
  expect(ahead?.cost).toBeLessThan(cheapest?.cost ?? 0)
})
