import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { readSettings } from '../settings.ts'
import { readArguments, UsageError } from './command.ts'
import { simulate } from './simulate.ts'

const EXAMPLE = 'docs/examples/scenario.json'
const folder = mkdtempSync(join(tmpdir(), 'crossdock-simulate-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function run(...args: string[]): Promise<string> {
  const lines: string[] = []
  const call = readArguments(simulate, args)
  const code = await simulate.run({ ...call, settings: readSettings({}), print: (line) => void lines.push(line) })
  expect(code).toBe(0)
  return lines.join('\n')
}

const Report = z.object({
  policies: z.array(
    z.object({
      policy: z.string(),
      cost: z.number(),
      hindsightBound: z.number().nullable(),
      ratio: z.number().nullable(),
      packagesPerOrder: z.number(),
      unfilledOrders: z.int(),
      decisionMicrosP50: z.number(),
      decisionMicrosP99: z.number(),
      nodes: z.array(z.object({ node: z.string(), packages: z.int() })),
    }),
  ),
  diff: z.object({ orders: z.array(z.object({ order: z.int(), costs: z.array(z.number()) })) }).optional(),
})

const Example = z.object({
  nodes: z.array(z.looseObject({})),
  orders: z.array(z.unknown()),
  history: z.array(z.unknown()),
})

test('--json has one report for each policy asked for, and the differences of two add up to their costs', async () => {
  const report = Report.parse(
    JSON.parse(
      await run('--scenario', EXAMPLE, '--policy', 'nearest', '--bound', '--diff', 'nearest', 'cheapest', '--json'),
    ),
  )
  expect(report.policies.map((each) => each.policy)).toEqual(['nearest', 'cheapest'])
  const [nearest, cheapest] = report.policies
  expect(nearest?.ratio).toBeGreaterThanOrEqual(1)
  const differing = report.diff?.orders.reduce((sum, { costs }) => sum + (costs[1] ?? 0) - (costs[0] ?? 0), 0)
  expect(differing).toBeCloseTo((cheapest?.cost ?? 0) - (nearest?.cost ?? 0), 6)
})

test('without a bound in the file the ratio is null, and the table says how to get one', async () => {
  const report = Report.parse(JSON.parse(await run('--scenario', EXAMPLE, '--policy', 'cheapest', '--json')))
  expect(report.policies[0]).toMatchObject({ hindsightBound: null, ratio: null })
  expect(await run('--scenario', EXAMPLE, '--policy', 'cheapest')).toContain('Add --bound')
})

test('a caller’s mistake is told with its place and what would be right', async () => {
  const broken = join(folder, 'broken.json')
  writeFileSync(broken, '{"format": "crossdock-scenario/1", "nodes": [}')
  const wrong = join(folder, 'wrong.json')
  writeFileSync(wrong, '{"format": "crossdock-scenario/1", "nodes": []}')
  await expect(run('--policy', 'cheapest')).rejects.toThrow('name the scenario')
  await expect(run('--scenario', join(folder, 'none.json'))).rejects.toThrow('cannot be read')
  await expect(run('--scenario', broken)).rejects.toThrow(/broken\.json is not a scenario:\n {2}.*line|\/nodes/)
  await expect(run('--scenario', wrong)).rejects.toThrow(/\/nodes: /)
  await expect(run('--scenario', EXAMPLE, '--policy', 'best')).rejects.toThrow('there are nearest, priority-list')
  await expect(run('--scenario', EXAMPLE, '--diff', 'cheapest')).rejects.toThrow(UsageError)
})

test('limits of a day without the days are refused with what to add, and with them every policy keeps to them', async () => {
  const example: object = JSON.parse(readFileSync(EXAMPLE, 'utf8'))
  const { nodes, orders, history } = Example.parse(example)
  const limited = { ...example, nodes: nodes.map((node) => ({ ...node, packagesPerDay: 2 })) }
  const path = join(folder, 'limited.json')
  writeFileSync(path, JSON.stringify(limited))
  await expect(run('--scenario', path)).rejects.toThrow(
    /\/nodes\/0\/packagesPerDay: needs the days of orders.*Add `dayStarts`[^]*Add `historyDayStarts`/,
  )
  writeFileSync(path, JSON.stringify({ ...limited, dayStarts: [0, orders.length], historyDayStarts: [0] }))
  await expect(run('--scenario', path)).rejects.toThrow(/\/dayStarts\/1: must begin at 0, rise, and lie within/)
  const days = { dayStarts: [0, 2], historyDayStarts: [0, Math.floor(history.length / 2)] }
  writeFileSync(path, JSON.stringify({ ...limited, ...days }))
  const report = Report.parse(JSON.parse(await run('--scenario', path, '--bound', '--json')))
  for (const { ratio, nodes: load } of report.policies) {
    expect(ratio).toBeGreaterThanOrEqual(1)
    for (const { packages } of load) expect(packages).toBeLessThanOrEqual(2 * 2)
  }
})
