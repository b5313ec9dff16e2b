/** Prices the columns of a problem: money and the policy's other criteria, weighed into one number. */
import type { ServableLine } from './servable-line.ts'
import { fixedMinor, handlingOnly, lateMs, unitMinor } from './cost.ts'
import type { Way } from './cost.ts'
import { MONEY, PACKAGES_THEN_MONEY, scalesFor } from './criteria.ts'
import type { Scales } from './criteria.ts'
import { distanceKm, distanceSteps } from './distance.ts'
import type { OrderContext } from './order-context.ts'
import { criteriaOf } from './policy.ts'
import type { Criterion, RoutingPolicy } from './policy.ts'
import { PICKUP } from './prepared-nodes.ts'
import type { Columns, Tariffs } from './problem.ts'
import { curveMinor } from './tariff.ts'

/**
 * What later orders would give for what a package takes, in minor units and fractions of them: a unit of a SKU at a node, and a place
 * of a day at a node that sends only so many packages. Weighed in the choice, never shown as cost.
 */
export type OpportunityPrices = {
  readonly unit: (sku: string, nodeIndex: number) => number
  readonly place: (nodeIndex: number) => number
}
export type UnscaledTariffs = Omit<Tariffs, 'scale'>

export const wayOf = (columns: Columns, c: number): Way => ({
  node: columns.node[c] ?? 0,
  service: columns.service[c] ?? 0,
  slot: columns.slot?.[c] ?? 0,
})

function scalesOf(policy: RoutingPolicy): Scales | undefined {
  if (policy.tieBreaks?.some((each) => each !== 'earliestHandOver') === true) return undefined
  const criteria = criteriaOf(policy).join()
  return [MONEY, PACKAGES_THEN_MONEY].find((scales) => scales.criteria.join() === criteria)
}

export function priceColumns(
  context: OrderContext,
  columns: Columns,
  lines: readonly ServableLine[],
  tariffs: UnscaledTariffs | undefined,
  opportunity: OpportunityPrices | undefined,
): Scales {
  const known = scalesOf(context.policy)
  const scales = known ?? scalesFromBounds(context, columns, lines, tariffs)
  const { weight } = scales
  const splitMinor = context.policy.charges?.splitMinor ?? 0
  const sameForAll = handlingOnly(context)
  const width = lines.length
  if (sameForAll && known !== undefined && context.lanes === undefined && opportunity === undefined) {
    priceByNode(context, columns, width, scales)
    return scales
  }
  for (let c = 0; c < columns.count; c++) {
    const way = wayOf(columns, c)
    const fixed = weight.packages + weight.cost * (splitMinor + fixedMinor(context, way))
    columns.fixedCost[c] = fixed + (known === undefined ? otherFixed(context, way.node, scales) : 0)
    if (sameForAll) {
      const perUnit = weight.cost * (context.nodes.perUnitMinor[way.node] ?? 0)
      for (let l = 0; l < width; l++) columns.unitCost[c * width + l] = perUnit
    } else {
      lines.forEach((line, l) => {
        const asked = context.request.lines[line.row]
        if (asked === undefined) return
        const minor = unitMinor(context, way, { line: asked, sellable: line.sellable })
        columns.unitCost[c * width + l] = weight.cost * minor
      })
    }
    if (weight.lateness > 0) addLateness(context, columns, c, lines, weight.lateness)
    if (opportunity !== undefined) addPrices(columns, c, way.node, lines, opportunity, weight.cost)
  }
  return scales
}

/** The common case, without a call for each column: what a node asks for a package, the way, and a unit. */
function priceByNode({ nodes, destination }: OrderContext, columns: Columns, lines: number, { weight }: Scales): void {
  const { node, service, fixedCost, unitCost, count } = columns
  const { packageFixedMinor, perUnitMinor, per100KmMinor, positions } = nodes
  for (let c = 0; c < count; c++) {
    const n = node[c] ?? 0
    const perStep = per100KmMinor[n] ?? 0
    const travels = perStep !== 0 && service[c] !== PICKUP
    const way = travels ? perStep * distanceSteps(positions[n], destination) : 0
    fixedCost[c] = weight.packages + (packageFixedMinor[n] ?? 0) + way
    const unit = perUnitMinor[n] ?? 0
    for (let place = c * lines; place < (c + 1) * lines; place++) unitCost[place] = unit
  }
}

const HOUR_MS = 3_600_000

function addLateness(
  context: OrderContext,
  columns: Columns,
  c: number,
  lines: readonly ServableLine[],
  weight: number,
): void {
  lines.forEach((line, l) => {
    const asked = context.request.lines[line.row]
    const hours = asked === undefined ? 0 : Math.ceil(lateMs(context, wayOf(columns, c), asked) / HOUR_MS)
    const place = c * lines.length + l
    columns.unitCost[place] = (columns.unitCost[place] ?? 0) + weight * hours
  })
}

function addPrices(
  columns: Columns,
  c: number,
  node: number,
  lines: readonly ServableLine[],
  opportunity: OpportunityPrices,
  weight: number,
): void {
  columns.fixedCost[c] = (columns.fixedCost[c] ?? 0) + weight * opportunity.place(node)
  lines.forEach((line, l) => {
    const place = c * lines.length + l
    columns.unitCost[place] = (columns.unitCost[place] ?? 0) + weight * opportunity.unit(line.sku, node)
  })
}

function otherFixed(context: OrderContext, node: number, { weight }: Scales): number {
  return (
    (weight.distance === 0 ? 0 : weight.distance * kmTo(context, node)) +
    (weight.priority === 0 ? 0 : weight.priority * placeOf(context, node))
  )
}

const FARTHEST_KM = 20_100

/** Whole kilometres; a place that is not known is as far as can be. */
export function kmTo({ nodes, destination }: OrderContext, node: number): number {
  const from = nodes.positions[node]
  return from === undefined || destination === undefined ? FARTHEST_KM : Math.round(distanceKm(from, destination))
}

export function placeOf({ nodes, policy }: OrderContext, node: number): number {
  const order = policy.nodePriority ?? []
  const id = nodes.list[node]?.id
  const place = id === undefined ? -1 : order.indexOf(id)
  return place < 0 ? order.length : place
}

function scalesFromBounds(
  context: OrderContext,
  columns: Columns,
  lines: readonly ServableLine[],
  tariffs: UnscaledTariffs | undefined,
): Scales {
  const { policy } = context
  const timely = !criteriaOf(policy).includes('lateness')
  const asked = lines.flatMap((line) => context.request.lines[line.row] ?? [])
  const units = asked.reduce((sum, line) => sum + line.quantity, 0)
  const packages = Math.min(units, policy.allowSplit ? (policy.maxPackages ?? units) : 1)
  let fixed = 0
  let unit = 0
  let late = 0
  for (let c = 0; c < columns.count; c++) {
    const way = wayOf(columns, c)
    fixed = Math.max(fixed, Math.abs(fixedMinor(context, way)))
    lines.forEach((line, l) => {
      const each = asked[l]
      if (each === undefined) return
      unit = Math.max(unit, Math.abs(unitMinor(context, way, { line: each, sellable: line.sellable })))
      const hours = timely ? 0 : Math.ceil(lateMs(context, way, each) / HOUR_MS)
      if (Number.isFinite(hours)) late = Math.max(late, hours)
    })
  }
  const grams = asked.reduce((sum, line) => sum + line.quantity * (line.weightGrams ?? 0), 0)
  const volume = asked.reduce((sum, line) => sum + line.quantity * (line.volumeCm3 ?? 0), 0)
  const shipping = Math.max(0, ...(tariffs?.curves ?? []).map((curve) => curveMinor(curve, grams, volume)))
  const largest: Record<Criterion, number> = {
    packages,
    cost: packages * (fixed + shipping + (policy.charges?.splitMinor ?? 0)) + units * unit,
    lateness: units * late,
    distance: packages * FARTHEST_KM,
    priority: packages * (policy.nodePriority?.length ?? 0),
  }
  const ties = (policy.tieBreaks ?? []).flatMap((each): Criterion[] =>
    each === 'nodePriority' ? ['priority'] : each === 'nearest' ? ['distance'] : [],
  )
  return scalesFor([...new Set([...criteriaOf(policy), ...ties])], largest)
}
