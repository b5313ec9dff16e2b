/**
 * Opportunity cost for the live router: what a unit of each SKU at each node is worth to the orders to come, and a place for a package
 * at a node that sends only so many a day. The methods of the linear program are made by `plan` itself, at prices and on stock without
 * end, so every rule and cost of the router counts.
 */
import type { NodeId, OrderId, Sku } from '../../model/ids.ts'
import type { CurrencyCode } from '../../model/money.ts'
import type { Node } from '../../model/node.ts'
import type { Instant } from '../../model/time.ts'
import type { Random } from '../../ports.ts'
import type { OpportunityPrices } from '../price-columns.ts'
import { plan } from '../plan.ts'
import type { RoutingPlan } from '../routing-plan.ts'
import type { RoutingPolicy } from '../policy.ts'
import { prepareNodes } from '../prepared-nodes.ts'
import type { PreparedNodes } from '../prepared-nodes.ts'
import type { RouteRequest } from '../request.ts'
import { snapshotOf, snapshotOfRows } from '../snapshot.ts'
import type { KnownPosition } from '../snapshot.ts'
import type { DemandGroup } from './demand-groups.ts'
import { createGuide } from './guidance.ts'
import type { LinearProgramSolver } from './linear-program.ts'
import type { Method, MethodSource } from './method-program.ts'

/** Everything the prices follow from; plain data, so that it can be sent to another thread. */
export type PriceQuestion = {
  readonly nodes: readonly Node[]
  readonly currency: CurrencyCode
  readonly policy: RoutingPolicy
  readonly at: Instant
  readonly groups: readonly DemandGroup[]
  /** How many orders to come stand behind one recorded order: horizon ÷ recorded time. */
  readonly toCome: number
  readonly positions: readonly KnownPosition[]
  /** Places for packages at nodes with a limit, for the time that the orders to come take (capacity.ts, `placesPerHorizon`). */
  readonly places: readonly { readonly nodeId: string; readonly left: number }[]
}

/** In minor units of the question's currency, rounded: prices are weighed beside money and must add up exactly. A price without a SKU is that of a place. */
export type OpportunityPrice = { readonly sku?: string; readonly nodeId: string; readonly minor: number }

/** A unit that nobody can serve weighs as this many of the dearest packages that the question knows. */
const UNSERVED_PACKAGES = 2
/** Stock of a position that may be used, while methods are made. */
const ENDLESS = 1_000_000

/** What is worth less than half a minor unit is left out: its price is zero. */
export function opportunityPrices(
  question: PriceQuestion,
  solver: LinearProgramSolver,
  random: Random,
): OpportunityPrice[] {
  const nodes = prepareNodes(question.nodes)
  const stocked = stockedPositions(question, nodes)
  const positions = [...stocked, ...placePositions(question, nodes)]
  if (question.groups.length === 0 || stocked.length === 0) return []
  const source = plannedMethods(question, nodes, positions)
  const guide = createGuide(solver, random, source, question.groups.length, positions.length)
  try {
    const counts = Float64Array.from(question.groups, (group) => group.count)
    const orders = counts.reduce((sum, each) => sum + each, 0)
    const limits = Float64Array.from(positions, (each) => each.left)
    const { prices } = guide.solve(counts, orders * question.toCome, 0, limits)
    return positions.flatMap(({ sku, node }, position) => {
      const minor = Math.round(prices[position] ?? 0)
      const nodeId = nodes.list[node]?.id
      return minor === 0 || nodeId === undefined ? [] : [{ ...(sku === undefined ? {} : { sku }), nodeId, minor }]
    })
  } finally {
    guide.close()
  }
}

/** Prices as the router asks for them, by node index. */
export function priceLookup(prices: readonly OpportunityPrice[], nodes: PreparedNodes): OpportunityPrices {
  const rows = new Map<string | undefined, Float64Array>()
  for (const { sku, nodeId, minor } of prices) {
    const node = nodes.indexById.get(nodeId)
    if (node === undefined) continue
    const row = rows.get(sku) ?? new Float64Array(nodes.list.length)
    row[node] = minor
    rows.set(sku, row)
  }
  return {
    unit: (sku, node) => rows.get(sku)?.[node] ?? 0,
    place: (node) => rows.get(undefined)?.[node] ?? 0,
  }
}

/** What there is only so much of: units of a SKU at a node, or places at it. */
type Position = { sku?: string; node: number; left: number }

/** Positions that somebody may ask for and that have something, at nodes that have places. */
function stockedPositions({ groups, positions, places }: PriceQuestion, nodes: PreparedNodes): Position[] {
  const shut = new Set(places.filter(({ left }) => left === 0).map(({ nodeId }) => nodes.indexById.get(nodeId)))
  const stock = snapshotOf(nodes, positions)
  const skus = new Set(groups.flatMap((group) => group.lines.map((line) => line.sku)))
  return [...skus].flatMap((sku) =>
    [...stock.sellable(sku)].flatMap((units, node) =>
      units > 0 && !shut.has(node) ? [{ sku, node, left: units }] : [],
    ),
  )
}

const placePositions = ({ places }: PriceQuestion, nodes: PreparedNodes): Position[] =>
  places.flatMap(({ nodeId, left }) => {
    const node = nodes.indexById.get(nodeId)
    return node === undefined || left === 0 ? [] : [{ node, left }]
  })

function plannedMethods(
  question: PriceQuestion,
  nodes: PreparedNodes,
  positions: readonly Position[],
): MethodSource<Method> {
  const indexes = new Map(positions.map(({ sku, node }, index) => [`${node} ${sku ?? ''}`, index]))
  const indexOf = (node: number, sku = ''): number => indexes.get(`${node} ${sku}`) ?? -1
  const requests = question.groups.map((group, index) => requestOf(question, group, index))
  const stock = endlessStock(nodes, positions)
  const planAt = (request: RouteRequest, prices?: Float64Array): RoutingPlan =>
    plan(request, stock, question.policy, {
      opportunity: {
        unit: (sku, node) => prices?.[indexOf(node, sku)] ?? 0,
        place: (node) => prices?.[indexOf(node)] ?? 0,
      },
    })
  const dearest = Math.max(1, ...requests.flatMap((each) => planAt(each).packages.map((one) => one.costMinor)))
  const unservedMinor = UNSERVED_PACKAGES * dearest
  return {
    idle: (group) => ({ cost: unservedMinor * unitsOf(question.groups[group]), positions: [] }),
    best: (group, prices) => {
      const request = requests[group]
      if (request === undefined) throw new Error(`there is no group ${group}`)
      const made = planAt(request, prices)
      return {
        cost: made.costMinor + unservedMinor * made.unserved.reduce((sum, each) => sum + each.quantity, 0),
        positions: made.packages.flatMap((each) => {
          const node = nodes.indexById.get(each.nodeId) ?? -1
          const place = indexOf(node)
          return [
            ...each.lines.flatMap(({ sku, quantity }) => Array.from({ length: quantity }, () => indexOf(node, sku))),
            ...(place < 0 ? [] : [place]),
          ]
        }),
      }
    },
  }
}

const unitsOf = (group: DemandGroup | undefined): number =>
  (group?.lines ?? []).reduce((sum, line) => sum + line.quantity, 0)

function endlessStock(nodes: PreparedNodes, positions: readonly Position[]) {
  const rows = new Map<string, Int32Array>()
  for (const { sku, node } of positions) {
    if (sku === undefined) continue
    const row = rows.get(sku) ?? new Int32Array(nodes.list.length)
    row[node] = ENDLESS
    rows.set(sku, row)
  }
  return snapshotOfRows(nodes, rows)
}

function requestOf({ at, currency }: PriceQuestion, group: DemandGroup, index: number): RouteRequest {
  return {
    orderId: `ord_demand-${index}` as OrderId,
    placedAt: at,
    decidedAt: at,
    currency,
    ...(group.country === undefined
      ? {}
      : {
          destination: {
            country: group.country,
            ...(group.position === undefined ? {} : { position: group.position }),
          },
        }),
    lines: group.lines.map(({ sku, quantity }, line) => ({
      lineNo: line + 1,
      sku: sku as Sku,
      quantity,
      method: 'ship' as const,
      excludedNodeIds: [] as NodeId[],
    })),
  }
}
