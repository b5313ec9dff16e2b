/**
 * Where a return goes: the cheapest node that can do what its goods will need. Like routing, every other candidate has one named reason
 * or its exact cost, in minor units.
 */
import type { Node } from '../model/node.ts'
import type { Address } from '../model/party.ts'
import type { ReturnNode, ReturnPolicy } from '../model/return-policy.ts'
import type { Disposition } from '../model/return.ts'
import { distanceSteps, unitVector } from '../routing/distance.ts'

export type ReturnWay = ReturnNode['ways'][number]

export type ReturnAsk = {
  way: ReturnWay
  /** Where the goods come from. */
  from: Address | undefined
  currency: string
  /** What is expected to become of the units, by disposition. */
  units: { disposition: Disposition; quantity: number }[]
}

export type ReturnCost = { wayMinor: number; distanceMinor: number; handlingMinor: number; totalMinor: number }

export type ReturnCandidate = { nodeId: string; bookId: string } & (
  | { chosen: boolean; cost: ReturnCost }
  | { chosen: false; reason: string }
)

export type ReturnChoice = { policyVersion: string; candidates: ReturnCandidate[]; nodeId?: string; bookId?: string }

/** Nodes in the order of their ids, so that two of one cost are decided the same way every time. */
export function chooseReturnNode(nodes: Iterable<Node>, policy: ReturnPolicy, ask: ReturnAsk): ReturnChoice {
  const all = [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1))
  const known = new Map(all.map((node) => [node.id as string, node]))
  const candidates = all.map((node): ReturnCandidate => {
    const terms = returnTermsOf(policy, node)
    const bookId = terms?.book ?? node.id
    const reason = objection(node, terms, ask, known.get(bookId))
    return reason === undefined && terms !== undefined
      ? { nodeId: node.id, bookId, chosen: false, cost: costOf(node, terms, ask) }
      : { nodeId: node.id, bookId, chosen: false, reason: reason ?? 'it takes no returns' }
  })
  const best = candidates.reduce<Priced | undefined>(
    (least, each) =>
      'cost' in each && (least === undefined || each.cost.totalMinor < least.cost.totalMinor) ? each : least,
    undefined,
  )
  if (best === undefined) return { policyVersion: policy.version, candidates }
  return {
    policyVersion: policy.version,
    candidates: candidates.map((each) => (each === best ? { ...best, chosen: true } : each)),
    nodeId: best.nodeId,
    bookId: best.bookId,
  }
}

type Priced = Extract<ReturnCandidate, { cost: ReturnCost }>

/** How a node takes returns; undefined when it does not. */
export function returnTermsOf(policy: ReturnPolicy, node: Pick<Node, 'id' | 'kind'>): ReturnNode | undefined {
  if (policy.nodes.length > 0) return policy.nodes.find((each) => each.nodeId === node.id)
  if (node.kind === 'supplier') return undefined
  return {
    nodeId: node.id,
    ways: ['parcel', 'inStore'],
    handlingMinorPerUnit: 0,
    dispositions: ['restock', 'refurbish', 'returnToVendor', 'scrap'],
  }
}

function objection(
  node: Node,
  terms: ReturnNode | undefined,
  ask: ReturnAsk,
  book: Node | undefined,
): string | undefined {
  if (terms === undefined) return 'it takes no returns'
  if (!node.enabled) return 'it is taken out of work'
  if (!terms.ways.includes(ask.way))
    return ask.way === 'parcel' ? 'it takes no parcels' : 'it takes nothing over the counter'
  if (book === undefined) return `its goods belong to the book of ${terms.book}, which is no node`
  if (node.costs.currency !== ask.currency) return `its costs are in ${node.costs.currency}`
  if (terms.countries !== undefined && ask.from !== undefined && !terms.countries.includes(ask.from.country))
    return `it takes no parcels from ${ask.from.country}`
  const missing = ask.units.find((each) => !terms.dispositions.includes(each.disposition))
  return missing === undefined ? undefined : `it cannot ${WORDS[missing.disposition]}`
}

const WORDS: Record<Disposition, string> = {
  restock: 'restock',
  refurbish: 'refurbish',
  returnToVendor: 'return goods to their vendor',
  scrap: 'scrap',
}

/** The way is priced as a package to the customer is: the same road the other way round. */
function costOf(node: Node, terms: ReturnNode, ask: ReturnAsk): ReturnCost {
  const { position } = node
  const from = ask.from?.position
  const steps = distanceSteps(
    position === undefined ? undefined : unitVector(position),
    from === undefined ? undefined : unitVector(from),
  )
  const byParcel = ask.way === 'parcel'
  const wayMinor = byParcel ? node.costs.packageFixedMinor : 0
  const distanceMinor = byParcel ? node.costs.per100KmMinor * steps : 0
  const handlingMinor = terms.handlingMinorPerUnit * ask.units.reduce((sum, each) => sum + each.quantity, 0)
  return { wayMinor, distanceMinor, handlingMinor, totalMinor: wayMinor + distanceMinor + handlingMinor }
}
