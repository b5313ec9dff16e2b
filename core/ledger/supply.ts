/** What a supply's own word does to it and to the ledger: stated, changed, taken back, sent off, received. Pure. */
import type { Posting, Supply, SupplyInput, SupplyState } from '../model/stock.ts'
import type { Instant } from '../model/time.ts'

/** Units that a supply will still bring. */
export function openUnits(supply: Pick<Supply, 'quantity' | 'received' | 'advised' | 'state'>): number {
  return supply.state === 'open' ? Math.max(0, supply.quantity - supply.received - supply.advised) : 0
}

/** Units of it that stand in the ledger as incoming: what a supplier owes. A transfer's units are at the other node until they leave. */
const incomingUnits = (supply: Supply): number => (supply.kind === 'transfer' ? 0 : openUnits(supply))

function stateOf(supply: Omit<Supply, 'state'>): SupplyState {
  if (supply.quantity - supply.received - supply.advised > 0) return 'open'
  return supply.received > 0 || supply.advised > 0 ? 'received' : 'cancelled'
}

const settled = (supply: Omit<Supply, 'state'>): Supply => ({ ...supply, state: stateOf(supply) })

export type SupplyChange = { supply: Supply; postings: Posting[] }

type Actor = { actor: string; now: Instant }

/** The supply as it is stated now. Units that were received stay received, whatever quantity is stated later. */
export function stateSupply(
  input: SupplyInput,
  known: Supply | undefined,
  newId: () => string,
  by: Actor,
): SupplyChange {
  const blank = { dispatched: 0, received: 0, advised: 0, pegged: 0 }
  const next = settled({ ...blank, ...known, ...input, id: known?.id ?? (newId() as Supply['id']) })
  return { supply: next, postings: incomingMove(known, next, by) }
}

/** An ASN takes units of its purchase order over, or gives them back. */
export function adviseOrder(order: Supply, units: number, by: Actor): SupplyChange {
  const next = settled({ ...order, advised: Math.max(0, order.advised + units) })
  return { supply: next, postings: incomingMove(order, next, by) }
}

function incomingMove(before: Supply | undefined, after: Supply, by: Actor): Posting[] {
  const units = incomingUnits(after) - (before === undefined ? 0 : incomingUnits(before))
  if (units === 0) return []
  return [
    units > 0
      ? postingOf(after, 'supplier', 'incoming', units, 'supply', by.now, by.actor)
      : postingOf(after, 'incoming', 'supplier', -units, 'supply', by.now, by.actor),
  ]
}

/** A transfer's units leave one node and are on their way to the other: both ends in one commit, linked by `transfer`. */
export function dispatchTransfer(transfer: Supply, quantity: number, at: Instant, actor: string): SupplyChange {
  const next = settled({ ...transfer, dispatched: transfer.dispatched + quantity })
  const origin = { ...next, nodeId: next.fromNodeId ?? next.nodeId }
  return {
    supply: next,
    postings: [
      postingOf(origin, 'available', 'transfer', quantity, 'transfer', at, actor),
      postingOf(next, 'transfer', 'inTransit', quantity, 'transfer', at, actor),
    ],
  }
}

/** Units have come in. More than was ordered is believed: the goods are there. */
export function receiveSupply(supply: Supply, quantity: number, at: Instant, actor: string): SupplyChange {
  const next = settled({ ...supply, received: supply.received + quantity })
  if (supply.kind === 'transfer')
    return { supply: next, postings: [postingOf(next, 'inTransit', 'available', quantity, 'receipt', at, actor)] }
  const expected = Math.min(quantity, incomingUnits(supply))
  const postings: Posting[] = []
  if (expected > 0) postings.push(postingOf(next, 'incoming', 'available', expected, 'receipt', at, actor))
  if (quantity > expected)
    postings.push(postingOf(next, 'supplier', 'available', quantity - expected, 'receipt', at, actor))
  return { supply: next, postings }
}

const postingOf = (
  supply: Pick<Supply, 'id' | 'sku' | 'nodeId'>,
  from: Posting['from'],
  to: Posting['to'],
  quantity: number,
  cause: Posting['cause'],
  effectiveAt: Instant,
  actor: string,
): Posting => ({
  sku: supply.sku,
  nodeId: supply.nodeId,
  from,
  to,
  quantity,
  cause,
  reference: supply.id,
  actor,
  effectiveAt,
})
