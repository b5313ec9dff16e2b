import { readFileSync, writeFileSync } from 'node:fs'
import { describeIssue } from '#core/issue.ts'
import { seededRandom } from '#core/random.ts'
import type { LinearProgramSolver } from '#core/routing/prices/linear-program.ts'
import { hindsightBound } from '#core/routing/simulation/bound.ts'
import { POLICIES, POLICY_NAMES, type PolicyName } from '#core/routing/simulation/builtin.ts'
import { type Played, play } from '#core/routing/simulation/play.ts'
import { differences, type PolicyReport, reportOf } from '#core/routing/simulation/report.ts'
import { knownPart, MAX_LINES, parseScenario, type Scenario } from '#core/routing/simulation/scenario.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { loadLinearProgramSolver } from '#workers/prices/highs.ts'
import type { Settings } from '../settings.ts'
import { type Command, text, UsageError, type Values } from './command.ts'
import { recordedScenarioFile } from './simulate-recorded.ts'
import { describeDifferences, describeReports } from './simulate-tables.ts'

/** 100,000 orders of four lines are 3 MB; nobody's scenario needs more than this. */
const MAX_SCENARIO_BYTES = 500_000_000

export const simulate: Command = {
  name: 'simulate',
  summary: 'Play a scenario through routing policies side by side; touches nothing.',
  usage:
    'simulate (--scenario FILE | --recorded [--days N] [--save FILE]) [--policy NAME]... [--diff A B] [--bound] [--json]',
  options: {
    scenario: { type: 'string' },
    recorded: { type: 'boolean' },
    days: { type: 'string' },
    save: { type: 'string' },
    policy: { type: 'string', multiple: true },
    diff: { type: 'string' },
    bound: { type: 'boolean' },
    seed: { type: 'string' },
    json: { type: 'boolean' },
  },
  examples: [
    'crossdock simulate --scenario docs/examples/scenario.json',
    'crossdock simulate --scenario docs/examples/scenario.json --policy cheapest --policy default --json',
    'crossdock simulate --scenario docs/examples/scenario.json --diff cheapest default',
    'crossdock simulate --scenario docs/examples/scenario.json --bound',
    'crossdock simulate --recorded --days 28 --save last-month.json',
  ],
  run: async ({ positionals, values, settings, print }) => {
    const diff = diffOf(values, positionals)
    const names = policyNames(values, diff)
    const scenario =
      values['recorded'] === true ? await recorded(values, settings) : readScenarioFile(text(values['scenario']))
    const solver = await loadLinearProgramSolver()
    const bound = scenario.hindsightBound ?? (values['bound'] === true ? solveBound(scenario, solver) : undefined)
    const seed = seedOf(values)
    const played = names.map((name) => playOne(scenario, name, solver, seed))
    const reports = played.map((each) => reportOf(scenario, each, bound))
    const [a, b] = (diff ?? []).map((name) => played.find((each) => each.policy === name))
    const found = a === undefined || b === undefined ? undefined : differences(scenario, a, b)
    if (values['json'] === true) {
      print(
        JSON.stringify({
          ...headOf(scenario, bound),
          policies: reports,
          ...(found === undefined ? {} : { diff: { policies: diff, orders: found } }),
        }),
      )
      return 0
    }
    printTables(print, scenario, reports)
    if (diff !== undefined && found !== undefined)
      for (const line of describeDifferences(diff, found, scenario)) print(line)
    return 0
  },
}

function headOf(scenario: Scenario, bound: number | undefined) {
  return {
    scenario: scenario.name,
    costUnit: scenario.costUnit,
    orders: scenario.orders.length,
    hindsightBound: bound ?? null,
  }
}

function printTables(print: (line: string) => void, scenario: Scenario, reports: readonly PolicyReport[]): void {
  print(
    `${scenario.name}: ${scenario.orders.length} orders, ${scenario.nodes.length} nodes, ${scenario.skus.length} SKUs`,
  )
  for (const line of describeReports(reports)) print(line)
  if (reports.some((each) => each.hindsightBound === null))
    print('No hindsight bound: the file has none. Add --bound to have it worked out.')
}

function playOne(scenario: Scenario, name: PolicyName, solver: LinearProgramSolver, seed: number): Played {
  const policy = POLICIES[name](knownPart(scenario), { solver, random: seededRandom(seed) })
  try {
    return play(scenario, policy, {
      nowMs: () => performance.now(),
      onProgress: (done, of) => progress(`${name}: ${done} of ${of} orders`),
    })
  } finally {
    policy.close?.()
    done(`${name}: ${scenario.orders.length} orders played`)
  }
}

function solveBound(scenario: Scenario, solver: LinearProgramSolver): number {
  progress('hindsight bound')
  const { bound } = hindsightBound(scenario, solver)
  done('hindsight bound found')
  return bound
}

/** On a terminal one line that is written over; elsewhere only what is done, so that logs stay short. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line}`)
}

function done(line: string): void {
  if (process.stderr.isTTY) progress('')
  else process.stderr.write(`${line}\n`)
}

async function recorded(values: Values, settings: Settings): Promise<Scenario> {
  if (values['scenario'] !== undefined) throw new UsageError('--scenario and --recorded are two sources: name one')
  const days = Number(text(values['days']) ?? 28)
  if (!(days > 0)) throw new UsageError('--days must be a number of days, such as 28')
  const { file, leftOut } = await recordedScenarioFile(settings, days)
  if (leftOut > 0) process.stderr.write(`${leftOut} orders of more than ${MAX_LINES} units were left out\n`)
  const save = text(values['save'])
  if (save !== undefined) writeFileSync(save, `${JSON.stringify(file)}\n`)
  const scenario = parseScenario(file)
  if (!scenario.ok) throw new Error(scenario.issues.map((each) => describeIssue(each)).join('\n'))
  return scenario.value
}

function readScenarioFile(path: string | undefined): Scenario {
  if (path === undefined)
    throw new UsageError('name the scenario: crossdock simulate --scenario scenario.json; or --recorded')
  const read = readJson(bytesOf(path), { maxBytes: MAX_SCENARIO_BYTES })
  const scenario = read.ok ? parseScenario(read.value) : read
  if (!scenario.ok)
    throw new UsageError(
      `${path} is not a scenario:\n${scenario.issues.map((each) => `  ${describeIssue(each)}`).join('\n')}`,
    )
  return scenario.value
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}`)
  }
}

/** `--diff A B`: the second name follows as a positional. */
function diffOf(values: Values, positionals: readonly string[]): [PolicyName, PolicyName] | undefined {
  const first = text(values['diff'])
  const [second, ...others] = positionals
  if (first === undefined && second === undefined) return undefined
  if (first === undefined)
    throw new UsageError(`"${second ?? ''}" is no option of simulate; a policy is named by --policy`)
  if (second === undefined || others.length > 0)
    throw new UsageError('--diff takes two policies: --diff cheapest default')
  return [policyName(first), policyName(second)]
}

/** Those asked for, and those of `--diff`; without either, all there are. */
function policyNames(values: Values, diff: readonly PolicyName[] = []): PolicyName[] {
  const asked = [values['policy'] ?? []].flat().map((name) => policyName(String(name)))
  const all = [...new Set([...asked, ...diff])]
  return all.length > 0 ? all : POLICY_NAMES
}

function policyName(value: string): PolicyName {
  const name = POLICY_NAMES.find((each) => each === value)
  if (name === undefined) throw new UsageError(`there is no policy "${value}"; there are ${POLICY_NAMES.join(', ')}`)
  return name
}

function seedOf(values: Values): number {
  const seed = Number(text(values['seed']) ?? 1)
  if (!Number.isSafeInteger(seed)) throw new UsageError('--seed must be a whole number')
  return seed
}
