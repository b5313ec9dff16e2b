/** Writes the solver's assignments down as packages with their costs and dates. */
import type { PlannedPackage } from '../model/decision.ts'
import { FULFILLMENT_METHODS } from '../model/node.ts'
import { epochMsOf, instantFromEpochMs } from '../model/time.ts'
import { curveIndex, packageCostParts, sumOfParts } from './cost.ts'
import { arrivalMs } from './order-context.ts'
import type { OrderContext } from './order-context.ts'
import { TRANSFER } from './prepared-nodes.ts'
import { wayOf } from './price-columns.ts'
import type { PricePerUnit } from './price-columns.ts'
import type { Assignment, Problem } from './problem.ts'
import type { ServableLine } from './servable-line.ts'

/** Packages by node id, lines by their place in the order. */
export function packagesOf(
  context: OrderContext,
  lines: readonly ServableLine[],
  problem: Problem,
  assignments: readonly Assignment[],
  pricePerUnit: PricePerUnit | undefined,
): PlannedPackage[] {
  const parcels = Map.groupBy(assignments, (each) => `${each.column} ${each.parcel ?? 0}`)
  const inOrder = [...parcels.values()].sort(
    ([a], [b]) => (a?.column ?? 0) - (b?.column ?? 0) || (a?.parcel ?? 0) - (b?.parcel ?? 0),
  )
  return inOrder.flatMap((together, index) => packageOf(context, lines, problem, together, index === 0, pricePerUnit))
}

function packageOf(
  context: OrderContext,
  lines: readonly ServableLine[],
  problem: Problem,
  assignments: Assignment[],
  first: boolean,
  pricePerUnit: PricePerUnit | undefined,
): PlannedPackage[] {
  const { request, nodes, handOverMs } = context
  const way = wayOf(problem.columns, assignments[0]?.column ?? -1)
  const node = nodes.list[way.node]
  const method = FULFILLMENT_METHODS[way.service === TRANSFER ? 0 : way.service]
  if (node === undefined || method === undefined) return []
  const contents = assignments
    .toSorted((a, b) => a.line - b.line)
    .flatMap(({ line, quantity }) => {
      const servable = lines[line]
      const asked = request.lines[servable?.row ?? -1]
      return asked === undefined || servable === undefined
        ? []
        : [{ line: asked, sellable: servable.sellable, quantity }]
    })
  const costParts = packageCostParts(context, way, contents, first)
  const handOver = handOverMs[way.node] ?? 0
  const arrives = arrivalMs(context, way.node, way.service, way.slot)
  const lateMinutes = Math.max(
    0,
    ...contents.map(({ line }) =>
      line.promisedBy === undefined ? 0 : Math.ceil((arrives - epochMsOf(line.promisedBy)) / 60_000),
    ),
  )
  const card = serviceOf(context, way)
  return [
    {
      nodeId: node.id,
      method,
      lines: contents.map(({ line, quantity }) => ({ lineNo: line.lineNo, sku: line.sku, quantity })),
      costParts,
      costMinor: sumOfParts(costParts),
      ...(pricePerUnit === undefined
        ? {}
        : { opportunityMinor: opportunityOf(lines, way.node, assignments, pricePerUnit) }),
      handOverAt: instantFromEpochMs(handOver),
      ...(card === undefined ? {} : { service: { rateCardId: card.id, carrier: card.carrier, service: card.service } }),
      ...(arrives > handOver && Number.isFinite(arrives) ? { deliveredAt: instantFromEpochMs(arrives) } : {}),
      ...(way.service === TRANSFER && context.store !== undefined ? { viaNodeId: context.store.id } : {}),
      ...(lateMinutes > 0 ? { lateMinutes } : {}),
    },
  ]
}

/** Rounded once, so that whole prices stay whole. */
function opportunityOf(
  lines: readonly ServableLine[],
  node: number,
  assignments: readonly Assignment[],
  pricePerUnit: PricePerUnit,
): number {
  return Math.round(
    assignments.reduce((sum, { line, quantity }) => sum + quantity * pricePerUnit(lines[line]?.sku ?? '', node), 0),
  )
}

function serviceOf(context: OrderContext, way: { node: number; service: number; slot: number }) {
  const { nodes, lanes } = context
  if (lanes === undefined || curveIndex(context, way) < 0) return undefined
  return nodes.cards.cards[lanes.card[way.node * nodes.cards.slots + way.slot] ?? -1]?.card
}
