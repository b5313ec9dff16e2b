/**
 * A scenario: a network, its stock and two periods of orders, in a file that anybody can write (format
 * `crossdock-scenario/1`, docs/simulate.md). Parsed once into rows of numbers, which is what the player reads.
 */
import { z } from 'zod'
import { parsed, unreadable } from '../../issue.ts'
import type { Issue, Parsed } from '../../issue.ts'

export const SCENARIO_FORMAT = 'crossdock-scenario/1'

/** More nodes, or lines in an order, than this are refused: positions are counted in memory, and plans line by line. */
const MAX_NODES = 2_000
export const MAX_LINES = 64
const MAX_POSITIONS = 20_000_000
const MAX_ISSUES = 20

const Id = z.string().min(1).max(200)
const Cost = z.number().min(0).max(1e12)
const Order = z.tuple([z.int().min(0), z.array(z.int().min(0)).min(1).max(MAX_LINES)])
const DayStarts = z.array(z.int().min(0)).min(1)

export const ScenarioFile = z.object({
  format: z.literal(SCENARIO_FORMAT),
  name: z.string().max(200).default('scenario'),
  /** What a cost of 1 means, for people: `USD/1000`. */
  costUnit: z.string().max(50).default(''),
  nodes: z
    .array(
      z.object({
        id: Id,
        lat: z.number().min(-90).max(90),
        lon: z.number().min(-180).max(180),
        packageFixed: Cost,
        /** Most packages that it sends in a day; needs `dayStarts` and `historyDayStarts`. Without it as many as there are. */
        packagesPerDay: z.int().min(0).max(1e9).optional(),
      }),
    )
    .min(1)
    .max(MAX_NODES),
  destinations: z
    .array(
      z.object({
        id: Id,
        lat: z.number().min(-90).max(90),
        lon: z.number().min(-180).max(180),
        unitCost: z.array(Cost),
        unfulfilledUnit: Cost,
        /** Of a package from each node, besides its `packageFixed`. */
        packageCost: z.array(Cost).optional(),
        /** Of a kilogram from each node; needs `skuWeightsKg`. */
        kgCost: z.array(Cost).optional(),
      }),
    )
    .min(1)
    .max(100_000),
  unfulfilledFixed: Cost,
  skus: z.array(Id).min(1).max(1_000_000),
  skuWeightsKg: z.array(z.number().min(0).max(1e6)).optional(),
  /** Units on hand, by node, then SKU. */
  stock: z.array(z.array(z.int().min(0).max(1e9))),
  history: z.array(Order),
  orders: z.array(Order).min(1),
  /** Where in `orders` each day begins, the first at 0. */
  dayStarts: DayStarts.optional(),
  /** The same for `history`. */
  historyDayStarts: DayStarts.optional(),
  hindsightBound: z.number().min(0).optional(),
})
export type ScenarioFile = z.infer<typeof ScenarioFile>

/** One unit a line: a SKU asked for twice stands there twice. */
export type ScenarioOrder = { readonly destination: number; readonly skus: readonly number[] }

export type Place = { readonly id: string; readonly lat: number; readonly lon: number }

/** What a policy may know: everything but the orders to come. */
export type KnownScenario = {
  readonly name: string
  readonly costUnit: string
  readonly nodes: readonly Place[]
  readonly destinations: readonly Place[]
  readonly skus: readonly string[]
  /** Of one package, at `destination × nodes + node`. */
  readonly packageCost: Float64Array
  /** Of one unit, at `destination × nodes + node`. */
  readonly unitCost: Float64Array
  /** Of a kilogram, at `destination × nodes + node`; undefined when weight costs nothing. */
  readonly kgCost: Float64Array | undefined
  readonly weightKg: Float64Array
  /** Of a line left out, by destination. */
  readonly unfulfilledUnit: Float64Array
  /** Once for an order with any line left out. */
  readonly unfulfilledFixed: number
  /** Units at the start, at `node × skus + sku`. */
  readonly stock: Int32Array
  /** Most packages of a day by node, -1 for no limit; undefined where no node has one. */
  readonly packagesPerDay: Int32Array | undefined
  /** The orders of one past period, in time order: the only forecast there is. */
  readonly history: readonly ScenarioOrder[]
  /** Index of the first order of each of its days. */
  readonly historyDayStarts: readonly number[]
}

export type Scenario = KnownScenario & {
  readonly orders: readonly ScenarioOrder[]
  /** Index of the first order of each day. */
  readonly dayStarts: readonly number[]
  readonly hindsightBound: number | undefined
}

/** Issues: `scenario.shape` (a field is missing or of the wrong kind), `scenario.length`, `scenario.index`, `scenario.days`; each with its pointer. */
export function parseScenario(value: unknown): Parsed<Scenario> {
  const result = ScenarioFile.safeParse(value)
  if (!result.success) return unreadable(...result.error.issues.slice(0, MAX_ISSUES).map((issue) => shapeIssue(issue)))
  const issues = [...lengthIssues(result.data), ...indexIssues(result.data), ...dayIssues(result.data)].slice(
    0,
    MAX_ISSUES,
  )
  return issues.length > 0 ? unreadable(...issues) : parsed(scenarioOf(result.data))
}

/** What a policy is handed. A copy without the orders, so that none can look ahead by mistake. */
export function knownPart(scenario: Scenario): KnownScenario {
  const { orders: _orders, dayStarts: _days, hindsightBound: _bound, ...known } = scenario
  return known
}

/** Positions that have anything at the start. */
export const stockedPositions = (scenario: KnownScenario): number =>
  scenario.stock.reduce((sum, units) => sum + (units > 0 ? 1 : 0), 0)

/** What one unit of `sku` costs from a node to a destination, its package apart. */
export function unitCostOf(scenario: KnownScenario, destination: number, node: number, sku: number): number {
  const lane = destination * scenario.nodes.length + node
  const unit = scenario.unitCost[lane] ?? 0
  return scenario.kgCost === undefined
    ? unit
    : unit + Math.round((scenario.kgCost[lane] ?? 0) * (scenario.weightKg[sku] ?? 0))
}

function scenarioOf(file: ScenarioFile): Scenario {
  const lanes = (of: (destination: ScenarioFile['destinations'][number], node: number) => number): Float64Array =>
    Float64Array.from(file.destinations.flatMap((each) => file.nodes.map((_, node) => of(each, node))))
  const ordersOf = (orders: ScenarioFile['orders']): ScenarioOrder[] =>
    orders.map(([destination, skus]) => ({ destination, skus }))
  const place = ({ id, lat, lon }: Place): Place => ({ id, lat, lon })
  const stock = new Int32Array(file.nodes.length * file.skus.length)
  file.stock.forEach((row, node) => stock.set(row, node * file.skus.length))
  return {
    name: file.name,
    costUnit: file.costUnit,
    nodes: file.nodes.map((each) => place(each)),
    destinations: file.destinations.map((each) => place(each)),
    skus: file.skus,
    packageCost: lanes((each, node) => (file.nodes[node]?.packageFixed ?? 0) + (each.packageCost?.[node] ?? 0)),
    unitCost: lanes((each, node) => each.unitCost[node] ?? 0),
    kgCost: file.skuWeightsKg === undefined ? undefined : lanes((each, node) => each.kgCost?.[node] ?? 0),
    weightKg: Float64Array.from(file.skuWeightsKg ?? []),
    unfulfilledUnit: Float64Array.from(file.destinations, (each) => each.unfulfilledUnit),
    unfulfilledFixed: file.unfulfilledFixed,
    stock,
    packagesPerDay: file.nodes.some((each) => each.packagesPerDay !== undefined)
      ? Int32Array.from(file.nodes, (each) => each.packagesPerDay ?? -1)
      : undefined,
    history: ordersOf(file.history),
    orders: ordersOf(file.orders),
    dayStarts: file.dayStarts ?? [0],
    historyDayStarts: file.historyDayStarts ?? [0],
    hindsightBound: file.hindsightBound,
  }
}

function lengthIssues(file: ScenarioFile): Issue[] {
  const { nodes, skus } = file
  const wrong = (path: string, found: number, wanted: number, what: string): Issue[] =>
    found === wanted
      ? []
      : [issue('scenario.length', path, `must have one entry for each ${what}: ${wanted}, not ${found}`, 'Correct it.')]
  return [
    ...wrong('/stock', file.stock.length, nodes.length, 'node'),
    ...file.stock.flatMap((row, node) => wrong(`/stock/${node}`, row.length, skus.length, 'SKU')),
    ...file.destinations.flatMap((each, index) => [
      ...wrong(`/destinations/${index}/unitCost`, each.unitCost.length, nodes.length, 'node'),
      ...wrong(`/destinations/${index}/packageCost`, each.packageCost?.length ?? nodes.length, nodes.length, 'node'),
      ...wrong(`/destinations/${index}/kgCost`, each.kgCost?.length ?? nodes.length, nodes.length, 'node'),
    ]),
    ...wrong('/skuWeightsKg', file.skuWeightsKg?.length ?? skus.length, skus.length, 'SKU'),
    ...(nodes.length * skus.length > MAX_POSITIONS
      ? [issue('scenario.length', '/stock', `holds more than ${MAX_POSITIONS} positions`, 'Leave SKUs out.')]
      : []),
  ]
}

function indexIssues(file: ScenarioFile): Issue[] {
  const outside = (path: string, index: number, count: number, list: string): Issue[] =>
    index < count
      ? []
      : [
          issue(
            'scenario.index',
            path,
            `names entry ${index} of ${list}, which has ${count}`,
            `Use an index from 0 to ${count - 1}.`,
          ),
        ]
  return (['history', 'orders'] as const).flatMap((list) =>
    file[list].flatMap(([destination, skus], at) => [
      ...outside(`/${list}/${at}/0`, destination, file.destinations.length, 'destinations'),
      ...skus.flatMap((sku, line) => outside(`/${list}/${at}/1/${line}`, sku, file.skus.length, 'skus')),
    ]),
  )
}

function dayIssues(file: ScenarioFile): Issue[] {
  const limited = file.nodes.findIndex((each) => each.packagesPerDay !== undefined)
  const missing = (list: 'orders' | 'history', field: string): Issue[] =>
    limited < 0 || file[list].length === 0
      ? []
      : [
          issue(
            'scenario.days',
            `/nodes/${limited}/packagesPerDay`,
            `needs the days of ${list}: nobody knows otherwise when the next one begins`,
            `Add \`${field}\`: the indexes in \`${list}\` at which each day begins, the first 0.`,
          ),
        ]
  const wrong = (list: 'orders' | 'history', field: string, starts: readonly number[]): Issue[] =>
    starts.flatMap((start, at) =>
      (at === 0 ? start === 0 : start > (starts[at - 1] ?? 0)) && start < file[list].length
        ? []
        : [
            issue(
              'scenario.days',
              `/${field}/${at}`,
              `must begin at 0, rise, and lie within the ${file[list].length} orders of ${list}, not ${start}`,
              'Correct it; leave out days without orders.',
            ),
          ],
    )
  return [
    ...(file.dayStarts === undefined ? missing('orders', 'dayStarts') : wrong('orders', 'dayStarts', file.dayStarts)),
    ...(file.historyDayStarts === undefined
      ? missing('history', 'historyDayStarts')
      : wrong('history', 'historyDayStarts', file.historyDayStarts)),
  ]
}

const shapeIssue = ({ path, message }: z.core.$ZodIssue): Issue =>
  issue('scenario.shape', `/${path.map(String).join('/')}`, message, 'See docs/simulate.md for the format.')

const issue = (code: string, path: string, rule: string, cure: string): Issue => ({
  code,
  class: 'data',
  place: { path },
  rule,
  cure,
})
