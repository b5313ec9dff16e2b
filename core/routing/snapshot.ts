/**
 * What the router knows of stock at one moment: sellable units of each SKU at each node, in a row of integers a SKU.
 * A batch of orders is planned against one working copy, each plan claimed from it before the next is made.
 */
import type { PlannedPackage, RoutingDecision } from '../model/decision.ts'
import type { StockPosition } from '../model/stock.ts'
import { epochMsOf } from '../model/time.ts'
import type { Instant } from '../model/time.ts'
import { NO_CAPACITY_USED, slotsOf } from './capacity.ts'
import type { CapacityUsed } from './capacity.ts'
import { placesTaken } from './parcels.ts'
import type { Place } from './parcels.ts'
import type { PreparedNodes } from './prepared-nodes.ts'

/** Marks a SKU and node without a position: unknown stock is not zero stock. */
export const UNKNOWN_STOCK = -(2 ** 31)

/** A plan, or what of it draws on shared stock. */
type Claimed = Pick<RoutingDecision, 'packages' | 'consolidated'> & {
  decidedAt?: Instant
  /** The plan's own, where `packages` are not as it made them. */
  places?: readonly Place[]
}

export type StockSnapshot = {
  readonly nodes: PreparedNodes
  /** Sellable units by node index; zero or less is none, UNKNOWN_STOCK is unknown. */
  readonly sellable: (sku: string) => Int32Array
  /** Takes a plan's units out, so that the next plan cannot have them. Throws if they are not there: a bug, not a race. */
  readonly claim: (plan: Claimed) => void
  /** Packages that nodes have taken on; absent: nothing. */
  readonly capacity?: CapacityUsed
  readonly health?: NodeHealth
}

/** How nodes keep their word; nodes that are not named are as good as can be. */
export type NodeHealth = {
  /** 0 … 1000 by node id: core/fulfillment/trust.ts. */
  readonly trust: ReadonlyMap<string, number>
  /** Nodes whose connection is broken or paused. */
  readonly unreachable: ReadonlySet<string>
}

/** A position some feed has spoken for; positions nobody knows must be left out. */
export type KnownPosition = Pick<StockPosition, 'sku' | 'nodeId' | 'available' | 'safetyStock'> & {
  /** Units that only some channels may claim; an order that may adds them to its own view (order-stock.ts). */
  fenced?: number
}

/**
 * Reads positions into a snapshot. Sellable is available less the position's safety stock and less what is fenced. Positions of
 * nodes outside the network are passed over: they are no candidates.
 */
export function snapshotOf(nodes: PreparedNodes, positions: Iterable<KnownPosition>): StockSnapshot {
  const rows = new Map<string, Int32Array>()
  for (const position of positions) {
    const index = nodes.indexById.get(position.nodeId)
    if (index === undefined) continue
    const row = rows.get(position.sku) ?? emptyRow(nodes)
    rows.set(position.sku, row)
    row[index] = position.available - position.safetyStock - (position.fenced ?? 0)
  }
  return snapshotOfRows(nodes, rows)
}

/** A snapshot over rows the caller has already laid out (by node index); claims write into them. */
export function snapshotOfRows(nodes: PreparedNodes, rows: ReadonlyMap<string, Int32Array>): StockSnapshot {
  const unknown = emptyRow(nodes)
  return {
    nodes,
    sellable: (sku) => rows.get(sku) ?? unknown,
    claim: (plan) => claimPackages(nodes, rows, plan.packages),
  }
}

/** The snapshot with what is known of its nodes' work and record. */
export const withOperations = (
  snapshot: StockSnapshot,
  operations: { capacity: CapacityUsed; health: NodeHealth },
): StockSnapshot => ({ ...snapshot, ...operations })

/** A copy to claim from. Rows are copied when first claimed from, so a copy of a million positions costs nothing. */
export function workingCopy(snapshot: StockSnapshot): StockSnapshot {
  const claimed = new Map<string, Int32Array>()
  const taken = new Map<string, number>()
  const { capacity = NO_CAPACITY_USED } = snapshot
  return {
    ...snapshot,
    ...(snapshot.nodes.someLimited ? { capacity: (slot: string) => capacity(slot) + (taken.get(slot) ?? 0) } : {}),
    sellable: (sku) => claimed.get(sku) ?? snapshot.sellable(sku),
    claim: (plan) => {
      for (const line of plan.packages.flatMap((each) => each.lines)) {
        if (!claimed.has(line.sku)) claimed.set(line.sku, snapshot.sellable(line.sku).slice())
      }
      claimPackages(snapshot.nodes, claimed, plan.packages)
      if (snapshot.nodes.someLimited) claimSlots(snapshot.nodes, taken, plan)
    },
  }
}

function claimSlots(nodes: PreparedNodes, taken: Map<string, number>, plan: Claimed): void {
  const { decidedAt } = plan
  for (const each of plan.places ?? placesTaken(plan)) {
    const node = nodes.list[nodes.indexById.get(each.nodeId) ?? -1]
    if (node === undefined) continue
    const handOverMs = epochMsOf(each.handOverAt)
    const sentMs = decidedAt === undefined ? handOverMs : epochMsOf(decidedAt)
    for (const { slot } of slotsOf(node, handOverMs, sentMs)) taken.set(slot, (taken.get(slot) ?? 0) + 1)
  }
}

const emptyRow = (nodes: PreparedNodes): Int32Array => new Int32Array(nodes.list.length).fill(UNKNOWN_STOCK)

function claimPackages(
  nodes: PreparedNodes,
  rows: ReadonlyMap<string, Int32Array>,
  packages: readonly PlannedPackage[],
): void {
  for (const each of packages) {
    const index = nodes.indexById.get(each.nodeId) ?? -1
    for (const line of each.lines) {
      const row = rows.get(line.sku)
      const left = (row?.[index] ?? UNKNOWN_STOCK) - line.quantity
      if (row === undefined || left < 0) throw new Error(`${each.nodeId} has not ${line.quantity} of ${line.sku} left`)
      row[index] = left
    }
  }
}
