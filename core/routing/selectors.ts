/** Which orders, lines and nodes a policy means. A condition that is not stated holds; all that are stated must. */
import type { Node } from '../model/node.ts'
import { distanceKm } from './distance.ts'
import type { UnitVector } from './distance.ts'
import type { LineSelector, NodeSelector, OrderSelector } from './policy.ts'
import type { RouteLine, RouteRequest } from './request.ts'

export function selectsOrder(selector: OrderSelector, request: RouteRequest): boolean {
  const value = request.orderValueMinor ?? 0
  return (
    includes(selector.channels, request.channelId) &&
    overlaps(selector.customerTags, request.customerTags) &&
    includes(selector.countries, request.destination?.country) &&
    fitsPostcode(selector.postcodePrefixes, request.destination) &&
    value >= (selector.valueAtLeastMinor ?? Number.NEGATIVE_INFINITY) &&
    value < (selector.valueBelowMinor ?? Number.POSITIVE_INFINITY)
  )
}

export const selectsLine = (selector: LineSelector, line: Pick<RouteLine, 'sku' | 'tags'>): boolean =>
  includes(selector.skus, line.sku) && overlaps(selector.tags, line.tags)

/** `from` and `to` are the node's and the destination's positions. */
export function selectsNode(
  selector: NodeSelector,
  node: Node,
  from: UnitVector | undefined,
  to: UnitVector | undefined,
): boolean {
  const { withinKm } = selector
  return (
    includes(selector.ids, node.id) &&
    includes(selector.kinds, node.kind) &&
    overlaps(selector.tags, node.tags) &&
    includes(selector.countries, node.address?.country) &&
    (withinKm === undefined || (from !== undefined && to !== undefined && distanceKm(from, to) <= withinKm))
  )
}

/** Postcodes are compared without spaces and in capitals: `sw1a 1aa` begins with `SW1A1`. */
export function fitsPostcode(
  prefixes: readonly string[] | undefined,
  destination: { country: string; postcode?: string | undefined } | undefined,
): boolean {
  if (prefixes === undefined) return true
  if (destination?.postcode === undefined) return false
  const whole = `${destination.country}-${destination.postcode.replaceAll(/[\s-]/g, '').toUpperCase()}`
  return prefixes.some((prefix) => whole.startsWith(prefix.replaceAll(' ', '')))
}

const includes = <T extends string>(wanted: readonly T[] | undefined, found: T | undefined): boolean =>
  wanted === undefined || (found !== undefined && wanted.includes(found))

const overlaps = (wanted: readonly string[] | undefined, found: readonly string[] | undefined): boolean =>
  wanted === undefined || (found !== undefined && wanted.some((tag) => found.includes(tag)))
