/** `npm run bench -- routing`: what each policy costs beside the hindsight bound, one table a family. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '#core/random.ts'
import type { LinearProgramSolver } from '#core/routing/prices/linear-program.ts'
import { hindsightBound } from '#core/routing/simulation/bound.ts'
import { POLICIES, POLICY_NAMES } from '#core/routing/simulation/builtin.ts'
import { play } from '#core/routing/simulation/play.ts'
import { type PolicyReport, reportOf } from '#core/routing/simulation/report.ts'
import { knownPart, parseScenario, type Scenario } from '#core/routing/simulation/scenario.ts'
import { loadLinearProgramSolver } from '#workers/prices/highs.ts'
import type { Bench, BenchOptions } from '../bench.ts'
import { median } from '../kit/measure.ts'
import { table } from '../kit/table.ts'
import { F3_FULL, F3_FULL_TIGHT, F3_SMALL, F3_SMALL_TIGHT, type F3Size, familyF3 } from './family-f3.ts'
import { familyF1 } from './family-f1.ts'

/** `prices` prove the bound by weak duality (boundFromPrices): anybody can check it without a solver. */
type Measured = { scenario: string; bound: number; prices: number[]; boundSeconds: number; reports: PolicyReport[] }
type Family = { name: string; measured: Measured[] }

export const routing: Bench = {
  name: 'routing',
  summary: 'cost of each routing policy beside the hindsight bound, on generated scenarios; decision and refresh times',
  run: async (options) => {
    const solver = await loadLinearProgramSolver()
    const families = listFamilies(options)
      .filter((each) => each.scenarios.length > 0)
      .map(({ name, scenarios }): Family => ({
        name,
        measured: scenarios.map((make) => measure(make(), solver)),
      }))
    return {
      json: { bench: 'routing', options, families },
      text: families.map((family) => describe(family)).join('\n\n'),
    }
  },
}

type Listed = { name: string; scenarios: (() => Scenario)[] }

function listFamilies({ full, instances, sequences, seed, scenarios }: BenchOptions): Listed[] {
  const generated = (strict: boolean): (() => Scenario)[] =>
    Array.from(
      { length: instances * sequences },
      (_, index) => () => scenarioOf(familyF1(seed + Math.floor(index / sequences), 1 + (index % sequences), strict)),
    )
  const files = scenarios === undefined ? [] : readdirSync(scenarios).filter((name) => name.endsWith('.json'))
  return [
    { name: 'F1-H: published instances, history only', scenarios: generated(false) },
    { name: 'F1-S-H: strict service, history only', scenarios: generated(true) },
    ...(full ? [F3_FULL, F3_FULL_TIGHT] : [F3_SMALL, F3_SMALL_TIGHT]).map((size) => ({
      name: describeF3(size),
      scenarios: [() => scenarioOf(familyF3(seed, size))],
    })),
    ...files.map((name) => ({
      name,
      scenarios: [() => scenarioOf(JSON.parse(readFileSync(join(scenarios ?? '', name), 'utf8')))],
    })),
  ]
}

const describeF3 = ({ stores, skus, orders, packagesADay }: F3Size): string =>
  `F3: ship from store (${stores} stores, ${skus} SKUs, ${orders} orders in ten days, ${packagesADay} packages a store and day)`

function scenarioOf(file: unknown): Scenario {
  const result = parseScenario(file)
  if (!result.ok) throw new Error(`no scenario: ${result.issues[0]?.place.path} ${result.issues[0]?.rule}`)
  return result.value
}

function measure(scenario: Scenario, solver: LinearProgramSolver): Measured {
  const began = performance.now()
  const { bound, prices } = hindsightBound(scenario, solver)
  const boundSeconds = (performance.now() - began) / 1_000
  const reports = POLICY_NAMES.map((name) => {
    const policy = POLICIES[name](knownPart(scenario), { solver, random: seededRandom(1) })
    try {
      return reportOf(scenario, play(scenario, policy, { nowMs: () => performance.now() }), bound)
    } finally {
      policy.close?.()
    }
  })
  process.stderr.write(
    `${scenario.name}: ${reports.map((each) => `${each.policy} ${(each.ratio ?? 0).toFixed(4)}`).join(', ')}\n`,
  )
  return { scenario: scenario.name, bound, prices: [...prices], boundSeconds, reports }
}

function describe({ name, measured }: Family): string {
  const orders = measured.length
  const rows = POLICY_NAMES.map((policy) => {
    const reports = measured.flatMap((each) => each.reports.filter((report) => report.policy === policy))
    const of = (value: (report: PolicyReport) => number): number[] => reports.map((report) => value(report))
    const ratios = of((report) => report.ratio ?? 0)
    return [
      policy,
      mean(ratios).toFixed(4),
      ratios.length > 1 ? `± ${standardError(ratios).toFixed(4)}` : '',
      Math.max(...ratios).toFixed(4),
      mean(of((report) => report.packagesPerOrder)).toFixed(3),
      mean(of((report) => report.unfilledOrders)).toFixed(0),
      median(of((report) => report.decisionMicrosP50)).toFixed(1),
      median(of((report) => report.decisionMicrosP99)).toFixed(1),
      mean(of((report) => report.refreshSeconds)).toFixed(1),
    ]
  })
  const head = ['policy', 'cost ÷ bound', '', 'worst', 'packages/order', 'unfilled', 'µs p50', 'µs p99', 'refresh s']
  return `${name} (${orders} scenarios)\n${table(head, rows)}`
}

const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length

function standardError(values: readonly number[]): number {
  const average = mean(values)
  const variance = values.reduce((sum, each) => sum + (each - average) ** 2, 0) / (values.length - 1)
  return Math.sqrt(variance / values.length)
}
