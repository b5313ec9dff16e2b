/** Builders for routing tests: a node, a request and a snapshot in one line each. */
import { Node } from '../model/node.ts'
import type { FulfillmentMethod } from '../model/node.ts'
import type { KnownPosition, StockSnapshot } from './snapshot.ts'
import { snapshotOf } from './snapshot.ts'
import { prepareNodes } from './prepared-nodes.ts'
import { RouteRequest } from './request.ts'
import type { RouteLine } from './request.ts'
import type { RateCard } from '../model/rate-card.ts'
import { StockPosition } from '../model/stock.ts'

const HOURS = { open: '09:00', close: '18:00', cutOff: '15:00' }
export const EVERY_DAY = { mon: HOURS, tue: HOURS, wed: HOURS, thu: HOURS, fri: HOURS, sat: HOURS, sun: HOURS }

export type NodeFacts = {
  kind?: Node['kind'] | undefined
  capabilities?: readonly FulfillmentMethod[] | undefined
  enabled?: boolean | undefined
  at?: [latitude: number, longitude: number] | undefined
  week?: Node['calendar']['week'] | undefined
  timeZone?: string | undefined
  processingDays?: number | undefined
  currency?: string | undefined
  fixed?: number | undefined
  perUnit?: number | undefined
  per100Km?: number | undefined
  tags?: string[] | undefined
  country?: string | undefined
  rateCards?: string[] | undefined
  capacity?: unknown
  transfers?: unknown
  consolidates?: boolean | undefined
}

export function aNode(id: string, facts: NodeFacts = {}): Node {
  return Node.parse({
    id,
    name: id,
    kind: facts.kind ?? 'warehouse',
    capabilities: facts.capabilities ?? ['ship'],
    enabled: facts.enabled ?? true,
    position: facts.at === undefined ? undefined : { latitude: facts.at[0], longitude: facts.at[1] },
    calendar: { timeZone: facts.timeZone ?? 'UTC', week: facts.week ?? EVERY_DAY },
    processingDays: facts.processingDays ?? 0,
    tags: facts.tags,
    ...(facts.country === undefined ? {} : { address: { line1: '1 Dock Road', city: 'Town', country: facts.country } }),
    ...(facts.capacity === undefined ? {} : { capacity: facts.capacity }),
    ...(facts.transfers === undefined ? {} : { transfers: facts.transfers }),
    ...(facts.consolidates === undefined ? {} : { consolidates: facts.consolidates }),
    costs: {
      rateCards: facts.rateCards,
      currency: facts.currency ?? 'EUR',
      packageFixedMinor: facts.fixed ?? 0,
      perUnitMinor: facts.perUnit ?? 0,
      per100KmMinor: facts.per100Km ?? 0,
    },
  })
}

type LineFacts = {
  sku: string
  quantity?: number | undefined
  method?: FulfillmentMethod | undefined
  nodeId?: string | undefined
  promisedBy?: string | undefined
  excluded?: string[] | undefined
  weightGrams?: number | undefined
  volumeCm3?: number | undefined
  tags?: string[] | undefined
  unitCostMinor?: Record<string, number> | undefined
}

/** A request at noon UTC on Sunday 2026-11-22, lines numbered from 1. */
export function aRequest(lines: LineFacts[], destination?: [latitude: number, longitude: number]): RouteRequest {
  return RouteRequest.parse({
    orderId: 'ord_1',
    placedAt: '2026-11-22T11:00:00Z',
    decidedAt: '2026-11-22T12:00:00Z',
    currency: 'EUR',
    destination:
      destination === undefined
        ? undefined
        : { country: 'DE', position: { latitude: destination[0], longitude: destination[1] } },
    lines: lines.map((line, index): Partial<Record<keyof RouteLine, unknown>> => ({
      lineNo: index + 1,
      sku: line.sku,
      quantity: line.quantity ?? 1,
      method: line.method ?? 'ship',
      nodeId: line.nodeId,
      promisedBy: line.promisedBy,
      excludedNodeIds: line.excluded ?? [],
      weightGrams: line.weightGrams,
      volumeCm3: line.volumeCm3,
      tags: line.tags,
      unitCostMinor: line.unitCostMinor,
    })),
  })
}

/** Stock as `{ node: { sku: units } }`; what is not named is unknown. */
export function aSnapshot(
  nodes: Node[],
  stock: Record<string, Record<string, number>>,
  rateCards: readonly RateCard[] = [],
): StockSnapshot {
  const positions = Object.entries(stock).flatMap(([nodeId, units]) =>
    Object.entries(units).map(([sku, available]): KnownPosition => {
      const position = { sku, nodeId, available, reserved: 0, allocated: 0, picked: 0, damaged: 0 }
      // As the store keeps it: a position's safety stock comes of its node's, where no rule says otherwise.
      const safetyStock = nodes.find((node) => node.id === nodeId)?.safetyStock ?? 0
      return StockPosition.parse({ ...position, qualityControl: 0, shortfall: 0, safetyStock })
    }),
  )
  return snapshotOf(prepareNodes(nodes, rateCards), positions)
}
