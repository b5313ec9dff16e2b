/** Writes the solver's assignments down as packages with their costs and dates. */
import type { PlannedPackage } from '../model/decision.ts'
import { FULFILLMENT_METHODS } from '../model/node.ts'
import { epochMsOf, instantFromEpochMs } from '../model/time.ts'
import { curveIndex, packageCostParts, sumOfParts } from './cost.ts'
import type { Way } from './cost.ts'
import { arrivalMs, readyMs } from './order-context.ts'
import type { OrderContext } from './order-context.ts'
import { TRANSFER } from './prepared-nodes.ts'
import { wayOf } from './price-columns.ts'
import type { OpportunityPrices } from './price-columns.ts'
import type { Assignment, Problem } from './problem.ts'
import type { RouteLine } from './request.ts'
import type { ServableLine } from './servable-line.ts'

/** Packages by node id, lines by their place in the order. */
export function packagesOf(
  context: OrderContext,
  lines: readonly ServableLine[],
  problem: Problem,
  assignments: readonly Assignment[],
  opportunity: OpportunityPrices | undefined,
): PlannedPackage[] {
  const parcels = Map.groupBy(assignments, (each) => `${each.column} ${each.parcel ?? 0}`)
  const inOrder = [...parcels.values()].sort(
    ([a], [b]) => (a?.column ?? 0) - (b?.column ?? 0) || (a?.parcel ?? 0) - (b?.parcel ?? 0),
  )
  return inOrder.flatMap((together, index) => packageOf(context, lines, problem, together, index === 0, opportunity))
}

function packageOf(
  context: OrderContext,
  lines: readonly ServableLine[],
  problem: Problem,
  assignments: Assignment[],
  first: boolean,
  opportunity: OpportunityPrices | undefined,
): PlannedPackage[] {
  const { request, nodes, handOverMs } = context
  const way = wayOf(problem.columns, assignments[0]?.column ?? -1)
  const node = nodes.list[way.node]
  const isSentOn = way.service === TRANSFER || context.consolidation !== undefined
  const method = isSentOn ? 'ship' : FULFILLMENT_METHODS[way.service]
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
  const arrives =
    context.consolidation === undefined
      ? arrivalMs(context, way.node, way.service, way.slot)
      : readyMs(context, way.node, way.service)
  const lateMinutes =
    context.consolidation === undefined
      ? latestMinutes(
          contents.map(({ line }) => line),
          arrives,
        )
      : 0
  const service = serviceOf(context, way)
  return [
    {
      nodeId: node.id,
      method,
      lines: contents.map(({ line, quantity }) => ({ lineNo: line.lineNo, sku: line.sku, quantity })),
      costParts,
      costMinor: sumOfParts(costParts),
      ...(opportunity === undefined
        ? {}
        : { opportunityMinor: opportunityOf(lines, way.node, assignments, opportunity) }),
      handOverAt: instantFromEpochMs(handOver),
      ...(service === undefined ? {} : { service }),
      ...(arrives > handOver && Number.isFinite(arrives) ? { deliveredAt: instantFromEpochMs(arrives) } : {}),
      ...viaOf(context, way.service),
      ...(lateMinutes > 0 ? { lateMinutes } : {}),
    },
  ]
}

function viaOf({ receiver, consolidation }: OrderContext, service: number): Pick<PlannedPackage, 'viaNodeId'> {
  return receiver !== undefined && (service === TRANSFER || consolidation !== undefined)
    ? { viaNodeId: receiver.id }
    : {}
}

/** How much later than promised, for the line that waits longest. */
export const latestMinutes = (lines: readonly RouteLine[], arrivesMs: number): number =>
  Math.max(
    0,
    ...lines.map(({ promisedBy }) =>
      promisedBy === undefined ? 0 : Math.ceil((arrivesMs - epochMsOf(promisedBy)) / 60_000),
    ),
  )

/** Rounded once, so that whole prices stay whole. */
function opportunityOf(
  lines: readonly ServableLine[],
  node: number,
  assignments: readonly Assignment[],
  { unit, place }: OpportunityPrices,
): number {
  return Math.round(
    assignments.reduce((sum, { line, quantity }) => sum + quantity * unit(lines[line]?.sku ?? '', node), place(node)),
  )
}

export function serviceOf(context: OrderContext, way: Way): PlannedPackage['service'] {
  const { nodes, lanes } = context
  if (lanes === undefined || curveIndex(context, way) < 0) return undefined
  const card = nodes.cards.cards[lanes.card[way.node * nodes.cards.slots + way.slot] ?? -1]?.card
  return card === undefined ? undefined : { rateCardId: card.id, carrier: card.carrier, service: card.service }
}
