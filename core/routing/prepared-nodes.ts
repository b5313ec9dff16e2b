/**
 * Nodes laid out for fast routing: sorted by id and turned into columns of numbers, once per change of the network.
 * A node's index here is its place in every stock row and every verdict table.
 */
import { FULFILLMENT_METHODS } from '../model/node.ts'
import type { FulfillmentMethod, Node } from '../model/node.ts'
import type { CurrencyCode } from '../model/money.ts'
import { unitVector } from './distance.ts'
import type { UnitVector } from './distance.ts'
import { nextHandOver } from './handover.ts'
import { prepareCards } from './rate-cards.ts'
import type { PreparedCards } from './rate-cards.ts'
import type { RateCard } from '../model/rate-card.ts'

export const methodIndex = (method: FulfillmentMethod): number => FULFILLMENT_METHODS.indexOf(method)

/** A service is how a package leaves: an index into FULFILLMENT_METHODS, or this. */
export const NOT_OFFERED = 255
export const SHIP = methodIndex('ship')
export const PICKUP = methodIndex('pickup')
/** Sent to another node first; not a method that an order asks for. */
export const TRANSFER = FULFILLMENT_METHODS.length

/** When each node would hand over work that arrives now. Never changed once handed out. */
export type HandOvers = {
  /** Epoch milliseconds by node index; Infinity when the node never opens again. */
  readonly atMs: Float64Array
  readonly someClosed: boolean
}

export type PreparedNodes = {
  /** Sorted by id, so that results never depend on the order nodes were read in. */
  readonly list: readonly Node[]
  readonly indexById: ReadonlyMap<string, number>
  /** Per asked method: the service of each node, or NOT_OFFERED. */
  readonly serviceByMethod: readonly Uint8Array[]
  /** Per asked method: whether every node offers it. */
  readonly offersEverywhere: readonly boolean[]
  /** Indexes of nodes taken out of routing. */
  readonly disabled: readonly number[]
  readonly positions: readonly (UnitVector | undefined)[]
  readonly packageFixedMinor: Float64Array
  readonly perUnitMinor: Float64Array
  readonly per100KmMinor: Float64Array
  /** The currency of all nodes' costs; undefined when they differ. */
  readonly currency: CurrencyCode | undefined
  readonly handOversAt: (atMs: number) => HandOvers
  readonly cards: PreparedCards
  /** True when some node limits what it takes on. */
  readonly someLimited: boolean
  /** By store: what each node does for a line that is collected there, as in `serviceByMethod`, transfers among them. */
  readonly transfersTo: ReadonlyMap<string, Uint8Array>
  /** By node that consolidates: what each node does for a line that is sent on from there; its own goods lie there as if for collection. */
  readonly consolidatesFrom: ReadonlyMap<string, Uint8Array>
}

/** Sorts and lays out the nodes. Throws when two have one id: the caller's books are wrong. */
export function prepareNodes(nodes: readonly Node[], rateCards: readonly RateCard[] = []): PreparedNodes {
  const list = [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1))
  const indexById = new Map(list.map((node, index) => [String(node.id), index]))
  if (indexById.size !== list.length) throw new Error('two nodes have the same id')
  const currency = list[0]?.costs.currency
  const serviceByMethod = FULFILLMENT_METHODS.map((method) => Uint8Array.from(list, (node) => serviceOf(node, method)))
  return {
    list,
    indexById,
    serviceByMethod,
    offersEverywhere: serviceByMethod.map((services) => !services.includes(NOT_OFFERED)),
    disabled: list.flatMap((node, index) => (node.enabled ? [] : [index])),
    positions: list.map((node) => positionOf(node)),
    packageFixedMinor: Float64Array.from(list, (node) => node.costs.packageFixedMinor),
    perUnitMinor: Float64Array.from(list, (node) => node.costs.perUnitMinor),
    per100KmMinor: Float64Array.from(list, (node) => node.costs.per100KmMinor),
    currency: list.every((node) => node.costs.currency === currency) ? currency : undefined,
    handOversAt: rememberHandOvers(list),
    cards: prepareCards(list, rateCards),
    someLimited: list.some((node) => node.capacity !== undefined),
    transfersTo: receiversOf(
      list,
      (store) => store.capabilities.includes('pickup'),
      () => (serviceByMethod[PICKUP] ?? new Uint8Array(list.length)).slice(),
    ),
    consolidatesFrom: receiversOf(
      list,
      (node) => node.consolidates === true && serviceOf(node, 'ship') === SHIP,
      (own) => new Uint8Array(list.length).fill(NOT_OFFERED).fill(PICKUP, own, own + 1),
    ),
  }
}

/** A parcel can only be sent to a node whose address is known. */
function receiversOf(
  list: readonly Node[],
  receives: (node: Node) => boolean,
  servicesOf: (index: number) => Uint8Array,
): Map<string, Uint8Array> {
  const receivers = new Map<string, Uint8Array>()
  list.forEach((to, index) => {
    if (to.address === undefined || !receives(to)) return
    const services = servicesOf(index)
    list.forEach((node, n) => {
      if (node !== to && node.transfers?.some((lane) => lane.to === to.id) === true) services[n] = TRANSFER
    })
    if (services.includes(TRANSFER)) receivers.set(to.id, services)
  })
  return receivers
}

/** A supplier that drop-ships serves a line to be shipped by drop-shipping it. */
function serviceOf(node: Node, method: FulfillmentMethod): number {
  const dropShips = node.capabilities.includes('dropShip')
  if (method === 'ship' && node.kind === 'supplier' && dropShips) return methodIndex('dropShip')
  return node.capabilities.includes(method) ? methodIndex(method) : NOT_OFFERED
}

function positionOf(node: Node): UnitVector | undefined {
  const position = node.position ?? node.address?.position
  return position === undefined ? undefined : unitVector(position)
}

/**
 * Calendar arithmetic costs microseconds a node, but its answer holds until the next cut-off. So each answer is kept with
 * the span it is known for; a whole batch of decisions close in time asks the calendars once.
 */
function rememberHandOvers(list: readonly Node[]): (atMs: number) => HandOvers {
  let known: HandOvers = { atMs: new Float64Array(list.length), someClosed: false }
  const knownFromMs = new Float64Array(list.length).fill(Number.POSITIVE_INFINITY)
  const knownUntilMs = new Float64Array(list.length).fill(Number.NEGATIVE_INFINITY)
  let allFromMs = Number.POSITIVE_INFINITY
  let allUntilMs = Number.NEGATIVE_INFINITY
  return (atMs) => {
    if (atMs >= allFromMs && atMs <= allUntilMs) return known
    const handOverMs = known.atMs.slice()
    allFromMs = Number.NEGATIVE_INFINITY
    allUntilMs = Number.POSITIVE_INFINITY
    list.forEach((node, index) => {
      if (!(atMs >= (knownFromMs[index] ?? 0) && atMs <= (knownUntilMs[index] ?? 0))) {
        const next = nextHandOver(node.calendar, node.processingDays, atMs)
        handOverMs[index] = next?.atMs ?? Number.POSITIVE_INFINITY
        knownFromMs[index] = atMs
        knownUntilMs[index] = next?.cutOffMs ?? atMs
      }
      allFromMs = Math.max(allFromMs, knownFromMs[index] ?? 0)
      allUntilMs = Math.min(allUntilMs, knownUntilMs[index] ?? 0)
    })
    known = { atMs: handOverMs, someClosed: handOverMs.includes(Number.POSITIVE_INFINITY) }
    return known
  }
}
