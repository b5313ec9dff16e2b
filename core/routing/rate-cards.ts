/** Rate cards laid out for routing: curves by zone, and for one order the zone and transit days of every node's services. */
import type { Node } from '../model/node.ts'
import type { RateCard, RateZone } from '../model/rate-card.ts'
import { deliveryMs } from './delivery.ts'
import { distanceKm } from './distance.ts'
import type { UnitVector } from './distance.ts'
import type { Destination } from './request.ts'
import { fitsPostcode } from './selectors.ts'
import { type Curve, curveOf } from './tariff.ts'

export type PreparedCard = {
  readonly card: RateCard
  /** By zone index: an index into the curves of all cards. */
  readonly curves: readonly number[]
  /** Delivery times asked for before; a batch of orders asks for few. */
  readonly deliveries: Map<string, Map<number, number>>
}

export type PreparedCards = {
  readonly cards: readonly PreparedCard[]
  readonly curves: readonly Curve[]
  /** By node index: indexes into `cards`. */
  readonly ofNode: readonly (readonly number[])[]
  /** By node index: whether only rate cards price what it ships. */
  readonly byCard: readonly boolean[]
  /** The most services any node has; 1 when none has a card. */
  readonly slots: number
  readonly services: ReadonlySet<string>
  /** Whether a curve is never dearer than another, at index × number of curves + other; filled as it is asked. */
  readonly dominance: Map<number, boolean>
}

/**
 * A card that is not there, or is in another currency than the node's costs, serves nothing: a node that has no other ships
 * nothing until it is mended, and its neighbors go on.
 */
export function prepareCards(nodes: readonly Node[], rateCards: readonly RateCard[]): PreparedCards {
  const indexById = new Map(rateCards.map((card, index) => [String(card.id), index]))
  const curves: Curve[] = []
  const cards = rateCards.map((card) => ({
    card,
    curves: card.zones.map(({ zone }) => curves.push(curveOf(card, zone)) - 1),
    deliveries: new Map<string, Map<number, number>>(),
  }))
  const ofNode = nodes.map((node) =>
    (node.costs.rateCards ?? []).flatMap((id) => {
      const index = indexById.get(id)
      return index === undefined || rateCards[index]?.currency !== node.costs.currency ? [] : [index]
    }),
  )
  return {
    cards,
    curves,
    ofNode,
    byCard: nodes.map((node) => (node.costs.rateCards?.length ?? 0) > 0),
    slots: Math.max(1, ...ofNode.map((each) => each.length)),
    services: new Set(rateCards.map((card) => card.service)),
    dominance: new Map(),
  }
}

/** What reaches one order's destination, at node index × slots + slot. */
export type Lanes = {
  /** Index of a curve; -1: this service does not go there or was not asked for. */
  readonly curve: Int32Array
  readonly card: Int32Array
  readonly transitDays: Int32Array
  /** False where a node has rate cards and none of them serves; nodes without cards always reach. */
  readonly reaches: Uint8Array
}

export function lanesTo(
  prepared: PreparedCards,
  nodes: readonly Node[],
  positions: readonly (UnitVector | undefined)[],
  destination: Destination | undefined,
  at: UnitVector | undefined,
  service: string | undefined,
): Lanes {
  const { slots, cards, ofNode } = prepared
  const lanes: Lanes = {
    curve: new Int32Array(nodes.length * slots).fill(-1),
    card: new Int32Array(nodes.length * slots).fill(-1),
    transitDays: new Int32Array(nodes.length * slots),
    reaches: new Uint8Array(nodes.length).fill(1),
  }
  // Zones without a distance are the same from every node: found once for each card.
  const zones = cards.map(({ card }) =>
    card.zones.some((zone) => zone.maxKm !== undefined) ? undefined : zoneOf(card.zones, destination, 0),
  )
  const asked = service !== undefined && prepared.services.has(service) ? service : undefined
  nodes.forEach((node, n) => {
    const ofThis = ofNode[n] ?? []
    if (prepared.byCard[n] !== true) return
    lanes.reaches[n] = 0
    const from = positions[n]
    ofThis.forEach((index, slot) => {
      const prepared = cards[index]
      if (prepared === undefined || (asked !== undefined && prepared.card.service !== asked)) return
      const km = from === undefined || at === undefined ? Number.POSITIVE_INFINITY : distanceKm(from, at)
      const zone = zones[index] ?? zoneOf(prepared.card.zones, destination, km)
      const rate = prepared.card.zones[zone]
      if (rate === undefined) return
      const place = n * slots + slot
      lanes.reaches[n] = 1
      lanes.card[place] = index
      lanes.curve[place] = prepared.curves[zone] ?? -1
      lanes.transitDays[place] = laneDays(prepared.card, node.id, destination) ?? rate.transitDays
    })
  })
  return lanes
}

function zoneOf(zones: readonly RateZone[], destination: Destination | undefined, km: number): number {
  return zones.findIndex(
    (zone) =>
      (zone.maxKm === undefined || km <= zone.maxKm) &&
      (zone.countries === undefined || (destination !== undefined && zone.countries.includes(destination.country))) &&
      fitsPostcode(zone.postcodePrefixes, destination),
  )
}

const laneDays = (card: RateCard, nodeId: string, destination: Destination | undefined): number | undefined =>
  card.lanes?.find(
    (lane) =>
      lane.nodeId === nodeId &&
      (lane.countries === undefined || (destination !== undefined && lane.countries.includes(destination.country))) &&
      fitsPostcode(lane.postcodePrefixes, destination),
  )?.transitDays

const MAX_KEPT = 10_000

/** Infinity when the service never delivers. */
export function deliveredMs(
  prepared: PreparedCard,
  transitDays: number,
  handOverMs: number,
  fromZone: string,
  toZone: string,
): number {
  if (handOverMs === Number.POSITIVE_INFINITY) return handOverMs
  const lane = `${fromZone}>${toZone}`
  const known = prepared.deliveries.get(lane) ?? new Map<number, number>()
  prepared.deliveries.set(lane, known)
  // Moments stay below 2^42 until the year 2109.
  const key = transitDays * 2 ** 42 + handOverMs
  const found = known.get(key)
  if (found !== undefined) return found
  const at = deliveryMs(prepared.card, transitDays, handOverMs, fromZone, toZone) ?? Number.POSITIVE_INFINITY
  if (known.size >= MAX_KEPT) known.clear()
  known.set(key, at)
  return at
}
