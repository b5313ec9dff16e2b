/**
 * A scenario from what a hub has recorded: its network, its stock, and two periods of its orders. Lanes are priced by the
 * router itself, one and two units of a SKU from each node to each region, so that its costs and rules hold here too.
 */
import type { NodeId, OrderId, Sku } from '../../model/ids.ts'
import type { CurrencyCode } from '../../model/money.ts'
import type { Node } from '../../model/node.ts'
import type { Instant } from '../../model/time.ts'
import { plan } from '../plan.ts'
import type { RoutingPolicy } from '../policy.ts'
import { prepareNodes } from '../prepared-nodes.ts'
import type { PreparedNodes } from '../prepared-nodes.ts'
import { regionOf } from '../prices/demand-groups.ts'
import type { RecordedOrder } from '../prices/demand-groups.ts'
import type { RouteRequest } from '../request.ts'
import { snapshotOfRows } from '../snapshot.ts'
import { MAX_LINES, SCENARIO_FORMAT } from './scenario.ts'
import type { ScenarioFile } from './scenario.ts'

export type PlacedOrder = RecordedOrder & { readonly placedAt: Instant }

export type Recording = {
  readonly name: string
  readonly nodes: readonly Node[]
  readonly currency: CurrencyCode
  readonly policy: RoutingPolicy
  readonly at: Instant
  /** Both in time order. */
  readonly history: readonly PlacedOrder[]
  readonly orders: readonly PlacedOrder[]
  /** Units that can be had at the start of `orders`. */
  readonly stock: readonly { readonly sku: string; readonly nodeId: string; readonly units: number }[]
}

/** `leftOut` orders of more units than a scenario's order may have lines. */
export type Recorded = { readonly file: ScenarioFile; readonly leftOut: number }

const PRICED_SKU = 'priced'
/** What a lane costs that the router would not use: more than any other way. */
const CLOSED_LANE_MINOR = 1e9
/** A unit that nobody sends weighs as this many of the dearest packages. */
const UNSERVED_PACKAGES = 2

export function recordedScenario(recording: Recording): Recorded {
  const nodes = prepareNodes(recording.nodes)
  const regions = regionsOf([...recording.history, ...recording.orders])
  const skus = [
    ...new Set([...recording.history, ...recording.orders].flatMap((each) => each.lines.map((line) => line.sku))),
  ]
  const skuIndex = new Map(skus.map((sku, index) => [sku, index]))
  const lanes = regions.map((region) => nodes.list.map((_, node) => laneCost(recording, nodes, node, region.order)))
  const open = lanes.flat().filter((lane) => lane.packageMinor < CLOSED_LANE_MINOR)
  const dearest = Math.max(1, ...open.map((lane) => lane.packageMinor + lane.unitMinor))
  const ordersOf = (orders: readonly RecordedOrder[]): [number, number[]][] =>
    orders.map((order) => [
      regions.findIndex((each) => each.key === regionOf(order)),
      order.lines.flatMap((line) => Array.from({ length: line.quantity }, () => skuIndex.get(line.sku) ?? 0)),
    ])
  const past = recording.history.filter(isPlayable)
  const history = ordersOf(past)
  const played = recording.orders.filter(isPlayable)
  const orders = ordersOf(played)
  return {
    leftOut: recording.history.length + recording.orders.length - history.length - orders.length,
    file: {
      format: SCENARIO_FORMAT,
      name: recording.name,
      costUnit: `${recording.currency} minor units`,
      nodes: nodes.list.map((node) => ({
        id: node.id,
        ...placeOf(node.position),
        packageFixed: 0,
        ...(node.capacity?.packagesPerDay === undefined ? {} : { packagesPerDay: node.capacity.packagesPerDay }),
      })),
      destinations: regions.map(({ key, order }, region) => ({
        id: key === '' ? 'unknown' : key,
        ...placeOf(order.position),
        packageCost: (lanes[region] ?? []).map((lane) => lane.packageMinor),
        unitCost: (lanes[region] ?? []).map((lane) => lane.unitMinor),
        unfulfilledUnit: UNSERVED_PACKAGES * dearest,
      })),
      unfulfilledFixed: 0,
      skus,
      stock: stockRows(recording, nodes, skuIndex),
      history,
      orders,
      ...(nodes.list.some((node) => node.capacity?.packagesPerDay !== undefined)
        ? {
            dayStarts: dayStartsOf(played),
            ...(past.length === 0 ? {} : { historyDayStarts: dayStartsOf(past) }),
          }
        : {}),
    },
  }
}

const isPlayable = (order: RecordedOrder): boolean =>
  order.lines.reduce((sum, line) => sum + line.quantity, 0) <= MAX_LINES

/** Days of UTC: nodes of several time zones have one calendar here. */
const dayOf = ({ placedAt }: PlacedOrder): string => placedAt.slice(0, 10)

const dayStartsOf = (orders: readonly PlacedOrder[]): number[] =>
  orders.flatMap((order, index) => {
    const before = orders[index - 1]
    return before !== undefined && dayOf(before) === dayOf(order) ? [] : [index]
  })

type Region = { key: string; order: RecordedOrder }

/** Each stands where its first order went. */
function regionsOf(orders: readonly RecordedOrder[]): Region[] {
  const regions = new Map<string, Region>()
  for (const order of orders) {
    const key = regionOf(order)
    if (!regions.has(key)) regions.set(key, { key, order })
  }
  return [...regions.values()]
}

const placeOf = (position: RecordedOrder['position']) => ({
  lat: position?.latitude ?? 0,
  lon: position?.longitude ?? 0,
})

/** The router's price of a package with one unit and with two: their difference is a unit, the rest is the package. */
function laneCost(recording: Recording, nodes: PreparedNodes, node: number, order: RecordedOrder) {
  const stock = new Int32Array(nodes.list.length)
  stock[node] = 2
  const snapshot = snapshotOfRows(nodes, new Map([[PRICED_SKU, stock]]))
  const cost = (quantity: number): number | undefined => {
    const made = plan(pricingRequest(recording, order, quantity), snapshot, recording.policy)
    return made.unserved.length > 0 ? undefined : made.costMinor
  }
  const [one, two] = [cost(1), cost(2)]
  if (one === undefined || two === undefined) return { packageMinor: CLOSED_LANE_MINOR, unitMinor: 0 }
  const unitMinor = Math.min(one, Math.max(0, two - one))
  return { packageMinor: one - unitMinor, unitMinor }
}

function pricingRequest({ at, currency }: Recording, order: RecordedOrder, quantity: number): RouteRequest {
  return {
    orderId: 'ord_priced' as OrderId,
    placedAt: at,
    decidedAt: at,
    currency,
    ...(order.country === undefined
      ? {}
      : {
          destination: {
            country: order.country,
            ...(order.position === undefined ? {} : { position: order.position }),
          },
        }),
    lines: [{ lineNo: 1, sku: PRICED_SKU as Sku, quantity, method: 'ship', excludedNodeIds: [] as NodeId[] }],
  }
}

function stockRows(recording: Recording, nodes: PreparedNodes, skuIndex: ReadonlyMap<string, number>): number[][] {
  const rows = nodes.list.map(() => Array.from({ length: skuIndex.size }, () => 0))
  for (const { sku, nodeId, units } of recording.stock) {
    const row = rows[nodes.indexById.get(nodeId) ?? -1]
    const index = skuIndex.get(sku)
    if (row !== undefined && index !== undefined) row[index] = (row[index] ?? 0) + units
  }
  return rows.map((row) => row.map((units) => Math.max(0, units)))
}
