/**
 * What a customer could be offered for units that nobody can serve as asked: a substitute, another store to collect them in, or to have
 * them sent. Each is a plan that could be carried out at once if the customer says yes; nothing is swapped without that.
 */
import type { SubstitutionOffer } from '../model/decision.ts'
import type { FulfillmentMethod, Node } from '../model/node.ts'
import { distanceKm } from './distance.ts'
import { plan } from './plan.ts'
import type { PlanHooks, RoutingPlan } from './routing-plan.ts'
import type { RoutingPolicy } from './policy.ts'
import { PICKUP } from './prepared-nodes.ts'
import type { PreparedNodes } from './prepared-nodes.ts'
import type { RouteLine, RouteRequest } from './request.ts'
import type { ProductFacts } from './requests.ts'
import { workingCopy } from './snapshot.ts'
import type { StockSnapshot } from './snapshot.ts'

/** Stores beyond the nearest few are no offer. */
const NEAREST_STORES = 10

export type OfferFacts = {
  request: RouteRequest
  snapshot: StockSnapshot
  policy: RoutingPolicy
  products: ReadonlyMap<string, ProductFacts>
  hooks: PlanHooks
}

/** From what the plan itself leaves. */
export function offersFor(made: RoutingPlan, given: OfferFacts): SubstitutionOffer[] {
  const facts = { ...given, snapshot: workingCopy(given.snapshot) }
  facts.snapshot.claim(made)
  return made.unserved.flatMap(({ lineNo, quantity }) => {
    const line = facts.request.lines.find((each) => each.lineNo === lineNo)
    if (line === undefined) return []
    const wanted = { ...line, quantity }
    return [...substitute(facts, wanted), ...elsewhere(facts, wanted)]
  })
}

function substitute(facts: OfferFacts, line: RouteLine): SubstitutionOffer[] {
  const { unitCostMinor: _cost, ...rest } = line
  for (const sku of facts.products.get(line.sku)?.substitutes ?? []) {
    const offer = alone(facts, { ...rest, sku, excludedNodeIds: [] })
    if (offer !== undefined) return [offer]
  }
  return []
}

/** For what was to be collected in a store that has not got it: the nearest store that has, and the way to the customer's door. */
function elsewhere(facts: OfferFacts, line: RouteLine): SubstitutionOffer[] {
  const { nodeId: chosen, ...rest } = line
  if (line.method !== 'pickup' || chosen === undefined) return []
  const { nodes } = facts.snapshot
  const offers: SubstitutionOffer[] = []
  for (const store of storesNear(nodes, chosen, line)) {
    const offer = alone(facts, { ...line, nodeId: store.id }, 'pickup')
    if (offer === undefined) continue
    offers.push({ ...offer, nodeId: store.id })
    break
  }
  const sent = facts.request.destination === undefined ? undefined : alone(facts, { ...rest, method: 'ship' }, 'ship')
  return sent === undefined ? offers : [...offers, sent]
}

function storesNear(nodes: PreparedNodes, chosen: string, { excludedNodeIds }: RouteLine): Node[] {
  const from = nodes.positions[nodes.indexById.get(chosen) ?? -1]
  const kmTo = (n: number): number => {
    const to = nodes.positions[n]
    return from === undefined || to === undefined ? Number.POSITIVE_INFINITY : distanceKm(from, to)
  }
  return nodes.list
    .map((node, n) => ({ node, km: kmTo(n), collects: nodes.serviceByMethod[PICKUP]?.[n] === PICKUP }))
    .filter(
      ({ node, collects }) => collects && node.enabled && node.id !== chosen && !excludedNodeIds.includes(node.id),
    )
    .sort((a, b) => (a.km === b.km ? 0 : a.km - b.km))
    .slice(0, NEAREST_STORES)
    .map(({ node }) => node)
}

/** The line by itself and whole: an offer must be something that can be done at once. */
function alone(facts: OfferFacts, line: RouteLine, method?: FulfillmentMethod): SubstitutionOffer | undefined {
  const { request, snapshot, policy, hooks } = facts
  const made = plan({ ...request, lines: [line] }, snapshot, policy, hooks)
  const [found, ...more] = made.packages
  if (found === undefined || more.length > 0 || found.lines[0]?.quantity !== line.quantity) return undefined
  const { lineNo, sku, quantity } = line
  // What goes through another node first costs both ways, and is handed over there.
  const { costMinor, consolidated: { handOverAt } = found } = made
  return {
    lineNo,
    sku,
    quantity,
    nodeId: found.nodeId,
    costMinor,
    handOverAt,
    ...(method === undefined ? {} : { method }),
  }
}
