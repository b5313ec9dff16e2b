import { expect, test } from 'vitest'
import { parseScenario } from '#core/routing/simulation/scenario.ts'
import { F3_SMALL, F3_SMALL_TIGHT, familyF3 } from './family-f3.ts'

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
