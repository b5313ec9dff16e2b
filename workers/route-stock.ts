/** The stock that orders are routed on, seen by each order with what it holds itself and may draw on. */
import { freeFor } from '#core/ledger/fences.ts'
import { addOwn, orderStock, type OwnUnits } from '#core/routing/order-stock.ts'
import type { StockSnapshot } from '#core/routing/snapshot.ts'
import { loadFences } from '#store/claims.ts'
import type { Queryable } from '#store/database.ts'
import type { StoredOrder } from '#store/orders.ts'
import { type HeldReservation, heldByOrders } from '#store/reservations.ts'
import { positionKey } from '#store/stock.ts'
import type { Master } from './master.ts'
import type { Planning } from './planning.ts'

type RoutedOrder = Pick<StoredOrder, 'id' | 'channelId' | 'lines'>

export type RouteStock = {
  /** Stock as loaded. Plans are made, and claimed, on a working copy of it. */
  base: StockSnapshot
  /** `shared` as this order sees it; `more` are units that it would give back. Claims go through to `shared`. */
  viewFor: (order: RoutedOrder, shared?: StockSnapshot, more?: OwnUnits) => StockSnapshot
  heldBy: (orderId: string) => HeldReservation[]
}

export async function routeStock(
  db: Queryable,
  master: Master,
  orders: readonly RoutedOrder[],
  { snapshot, positions }: Pick<Planning, 'snapshot' | 'positions'>,
): Promise<RouteStock> {
  const fenced = positions.filter((row) => row.fenced > 0)
  const fences = await loadFences(db, fenced)
  const held = Map.groupBy(
    await heldByOrders(
      db,
      orders.map((order) => order.id),
    ),
    (each) => each.orderId,
  )
  const { segments } = master.stockPolicy
  return {
    heldBy: (orderId) => held.get(orderId) ?? [],
    base: snapshot,
    viewFor: (order, shared = snapshot, more = new Map()) => {
      const own: OwnUnits = new Map([...more].map(([sku, at]) => [sku, new Map(at)]))
      for (const each of held.get(order.id) ?? []) addOwn(own, each.sku, each.nodeId, each.quantity)
      const segment = master.channels.get(order.channelId)?.segment
      for (const row of fenced) {
        const at = {
          available: row.available,
          safetyStock: row.safetyStock,
          fences: fences.get(positionKey(row)) ?? new Map(),
        }
        const open = freeFor(at, segment, segments) - (row.available - row.safetyStock - row.fenced)
        if (open > 0) addOwn(own, row.sku, row.nodeId, open)
      }
      const lines = order.lines
        .filter((line) => line.counters.open > 0)
        .map((line) => ({ sku: line.sku as string, quantity: line.counters.open }))
      return orderStock(shared, lines, own, master.kits)
    },
  }
}
