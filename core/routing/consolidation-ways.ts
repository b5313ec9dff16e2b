/** Which nodes may send an order's lines on together, and which sets of lines are worth a try. */
import type { NodeId } from '../model/ids.ts'
import { filterCandidates } from './eligibility.ts'
import { offersSlot } from './order-context.ts'
import type { Consolidation, OrderContext } from './order-context.ts'
import type { RoutingPolicy } from './policy.ts'
import { SHIP } from './prepared-nodes.ts'
import type { RouteLine, RouteRequest } from './request.ts'
import { ELIGIBLE } from './verdicts.ts'

export type WayToConsolidate = {
  readonly nodeId: NodeId
  readonly consolidation: Consolidation
  /** Indexes of the lines that may go this way. */
  readonly rows: ReadonlySet<number>
}

/** Indexes of lines that go the same way. */
export type Bundle = readonly number[]

/** One for each node that consolidates and each of its carriers' services. */
export function waysToConsolidate(context: OrderContext): WayToConsolidate[] {
  const { nodes, request } = context
  return [...nodes.consolidatesFrom].flatMap(([id, services]) => {
    const node = nodes.indexById.get(id) ?? -1
    const nodeId = nodes.list[node]?.id
    const rows = new Set(request.lines.flatMap((line, row) => (sendsOn(context, node, line) ? [row] : [])))
    if (nodeId === undefined || rows.size === 0) return []
    const slots = Array.from({ length: nodes.cards.slots }, (_, slot) => slot)
    return slots
      .filter((slot) => context.lanes === undefined || offersSlot(context, node, SHIP, slot))
      .map((slot) => ({ nodeId, consolidation: { node, slot, services }, rows }))
  })
}

/** Every rule that binds a node which ships the line binds one that sends it on, but for its own stock. */
function sendsOn(context: OrderContext, node: number, line: RouteLine): boolean {
  const { nodes } = context
  if (line.method !== 'ship' || line.nodeId !== undefined) return false
  const codes = new Uint8Array(nodes.list.length)
  filterCandidates({
    // What is brought there comes later: whether its day has room is asked then.
    context: { ...context, full: undefined },
    line,
    services: nodes.serviceByMethod[SHIP] ?? codes,
    servicesEverywhere: false,
    sellable: new Int32Array(nodes.list.length).fill(PLENTY),
    arrivals: () => context.handOverMs,
    neededUnits: 1,
    deadlineMs: Number.POSITIVE_INFINITY,
    codes,
  })
  return codes[node] === ELIGIBLE
}

/** Quantities end there. */
const PLENTY = 1_000_000_000

/** Lines of one SKU compete for its units, and lines that leave together are one parcel: neither is torn apart. */
export function bundlesOf({ lines }: RouteRequest, { keepTogetherTags = [] }: RoutingPolicy): Bundle[] {
  const belong = (a: RouteLine, b: RouteLine): boolean =>
    a.sku === b.sku || keepTogetherTags.some((tag) => a.tags?.includes(tag) === true && b.tags?.includes(tag) === true)
  let bundles: number[][] = []
  lines.forEach((line, row) => {
    const [mine, others] = [[row], [] as number[][]]
    for (const bundle of bundles) {
      if (bundle.some((at) => belong(line, lines[at] as RouteLine))) mine.push(...bundle)
      else others.push(bundle)
    }
    bundles = [...others, mine.toSorted((a, b) => a - b)]
  })
  return bundles
}

/** More than these are not tried in every combination: each costs as much as a decision. */
const BUNDLES_TRIED = 5

/** Every set of bundles; of many bundles all together, and all but one. */
export function setsOf(bundles: readonly Bundle[]): { sets: number[][]; complete: boolean } {
  const among = (takes: (index: number) => boolean): number[] =>
    bundles
      .filter((_, index) => takes(index))
      .flat()
      .toSorted((a, b) => a - b)
  if (bundles.length > BUNDLES_TRIED)
    return {
      sets: [among(() => true), ...bundles.map((_, without) => among((index) => index !== without))],
      complete: false,
    }
  const sets = Array.from({ length: 2 ** bundles.length - 1 }, (_, each) =>
    among((index) => ((each + 1) & (1 << index)) !== 0),
  )
  return { sets, complete: true }
}
