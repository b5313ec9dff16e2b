/** `npm run bench -- places`: what the live router's prices of places save, beside the same orders decided without them. */
import { seededRandom } from '#core/random.ts'
import type { Instant } from '#core/model/time.ts'
import { epochMsOf, instantFromEpochMs } from '#core/model/time.ts'
import { placesPerHorizon, slotsOf } from '#core/routing/capacity.ts'
import { plan } from '#core/routing/plan.ts'
import { DEFAULT_ROUTING_POLICY } from '#core/routing/policy.ts'
import { prepareNodes } from '#core/routing/prepared-nodes.ts'
import type { OpportunityPrices } from '#core/routing/price-columns.ts'
import { demandGroups } from '#core/routing/prices/demand-groups.ts'
import type { LinearProgramSolver } from '#core/routing/prices/linear-program.ts'
import { opportunityPrices, priceLookup } from '#core/routing/prices/opportunity.ts'
import { RouteRequest } from '#core/routing/request.ts'
import { snapshotOf, withOperations } from '#core/routing/snapshot.ts'
import { loadLinearProgramSolver } from '#workers/prices/highs.ts'
import type { Bench } from '../bench.ts'
import { table } from '../kit/table.ts'
import { BEGINS_MS, DAYS, fortnight, type Fortnight, ORDERS_A_DAY } from './days.ts'

const DAY_MS = 24 * 60 * 60_000
/** As the live router has it: what the next seven days will ask for. */
const HORIZON_MS = 7 * DAY_MS
/** The live router makes prices anew every five minutes and of 400 kinds; that would take hours here. */
const REFRESHES_A_DAY = 4
const GROUPS = 80

type Played = { costMinor: number; unserved: number; fromStores: number }
type Result = { seed: number; without: Played; priced: Played }

export const places: Bench = {
  name: 'places',
  summary: 'what prices of places at nodes with few packages a day save (about a minute a seed; --instances, --seed)',
  run: async ({ instances, seed }) => {
    const solver = await loadLinearProgramSolver()
    const results: Result[] = []
    for (let each = seed; each < seed + instances; each += 1) {
      process.stderr.write(`seed ${each}, ${each - seed + 1} of ${instances}\n`)
      const orders = fortnight(each)
      results.push({ seed: each, without: played(orders), priced: played(orders, solver) })
    }
    return { json: { bench: 'places', results }, text: describe(results) }
  },
}

/** Each order decided as it comes, by the router's own functions; what it takes counts against the day. */
function played({ nodes, positions, history, days }: Fortnight, solver?: LinearProgramSolver): Played {
  const prepared = prepareNodes(nodes)
  const stock = snapshotOf(prepared, positions)
  const taken = new Map<string, number>()
  const used = (slot: string): number => taken.get(slot) ?? 0
  const health = { trust: new Map<string, number>(), unreachable: new Set<string>() }
  const sum: Played = { costMinor: 0, unserved: 0, fromStores: 0 }
  let opportunity: OpportunityPrices | undefined
  days.flat().forEach((order, index) => {
    const nowMs = BEGINS_MS + Math.floor((index * DAY_MS) / ORDERS_A_DAY)
    const at = instantFromEpochMs(nowMs)
    if (solver !== undefined && index % (ORDERS_A_DAY / REFRESHES_A_DAY) === 0) {
      // As many of the latest orders as the time before had.
      const seen = [...history, ...days.flat().slice(0, index)].slice(-history.length)
      const left = nodes.map((node) => ({ nodeId: node.id, left: placesPerHorizon(node, nowMs, HORIZON_MS, used) }))
      const prices = opportunityPrices(
        {
          nodes,
          currency: 'EUR' as never,
          policy: DEFAULT_ROUTING_POLICY,
          at,
          groups: demandGroups(seen, GROUPS),
          toCome: HORIZON_MS / (DAYS * DAY_MS),
          positions,
          places: left.flatMap((each) => (each.left === undefined ? [] : [{ ...each, left: each.left }])),
        },
        solver,
        seededRandom(1),
      )
      opportunity = priceLookup(prices, prepared)
    }
    const made = plan(
      requestOf(order, index, at),
      withOperations(stock, { capacity: used, health }),
      DEFAULT_ROUTING_POLICY,
      opportunity === undefined ? {} : { opportunity },
    )
    sum.costMinor += made.costMinor
    sum.unserved += made.unserved.length
    for (const { nodeId, handOverAt } of made.packages) {
      const node = nodes.find((each) => each.id === nodeId)
      if (node === undefined) continue
      for (const { slot } of slotsOf(node, epochMsOf(handOverAt), nowMs)) taken.set(slot, used(slot) + 1)
      if (node.kind === 'store') sum.fromStores += 1
    }
  })
  return sum
}

const requestOf = (order: Fortnight['history'][number], index: number, at: Instant): RouteRequest =>
  RouteRequest.parse({
    orderId: `ord_${index}`,
    placedAt: at,
    decidedAt: at,
    currency: 'EUR',
    destination: { country: 'FR', position: order.position },
    lines: order.lines.map(({ sku, quantity }, line) => ({
      lineNo: line + 1,
      sku,
      quantity,
      method: 'ship',
      excludedNodeIds: [],
    })),
  })

function describe(results: readonly Result[]): string {
  const orders = DAYS * ORDERS_A_DAY
  const saved = ({ without, priced }: Result): string =>
    `${((100 * (without.costMinor - priced.costMinor)) / without.costMinor).toFixed(1)} %`
  return [
    `${orders} orders of ${DAYS} days, minor units an order; two warehouses and six stores with 8 packages a day each.`,
    '',
    table(
      ['seed', 'without', 'with prices of places', 'saved', 'packages from stores', 'units left out'],
      results.map((each) => [
        String(each.seed),
        (each.without.costMinor / orders).toFixed(1),
        (each.priced.costMinor / orders).toFixed(1),
        saved(each),
        `${each.without.fromStores}, ${each.priced.fromStores}`,
        `${each.without.unserved}, ${each.priced.unserved}`,
      ]),
    ),
  ].join('\n')
}
