/** What a plan's packages become: the customer's parcels, and places in nodes' days. */
import type { ConsolidatedParcel, PlannedPackage, RoutingDecision } from '../model/decision.ts'

type Packages = Pick<RoutingDecision, 'packages' | 'consolidated'>

/** True for a package that ends at the node which consolidates it with others. */
export const isConsolidated = (planned: PlannedPackage, consolidated: ConsolidatedParcel | undefined): boolean =>
  consolidated !== undefined &&
  planned.viaNodeId === consolidated.nodeId &&
  planned.lines.some((line) => consolidated.lines.some((one) => one.lineNo === line.lineNo))

/** What the customer gets, parcel by parcel. */
export const parcelsOf = ({ packages, consolidated }: Packages): readonly (PlannedPackage | ConsolidatedParcel)[] =>
  consolidated === undefined
    ? packages
    : [...packages.filter((each) => !isConsolidated(each, consolidated)), consolidated]

/** `at`: the index of the package that takes it. */
export type Place = Pick<PlannedPackage, 'nodeId' | 'handOverAt'> & { at: number }

/**
 * Where and when the plan takes a place in a node's day, and for which of its packages. A parcel that a node makes up takes one: with the
 * node's own goods for it, else with the first that are sent there.
 */
export function placesTaken({ packages, consolidated }: Packages): Place[] {
  const places = packages.map(({ nodeId, handOverAt }, at) => ({ nodeId, handOverAt, at }))
  if (consolidated === undefined) return places
  const { nodeId, handOverAt } = consolidated
  const joined = packages.filter((each) => isConsolidated(each, consolidated))
  const own = joined.some((each) => each.nodeId === nodeId)
  const at = packages.findIndex((each) => each === joined[0])
  return own || at < 0 ? places : [...places, { nodeId, handOverAt, at }]
}

/** How much later than promised, for the line of the order that waits longest. */
export const lateMinutesOf = (made: Packages): number =>
  parcelsOf(made).reduce((most, each) => Math.max(most, each.lateMinutes ?? 0), 0)
