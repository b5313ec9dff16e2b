/** What customers asked for lately, as the forecast behind shadow prices reads it. */
import type { Instant } from '#core/model/time.ts'
import type { RecordedOrder } from '#core/routing/prices/demand-groups.ts'
import type { Queryable } from './database.ts'

type Row = {
  placedAt: Instant
  country: string | null
  latitude: number | null
  longitude: number | null
  skus: string[]
  quantities: number[]
}

/**
 * Orders placed since then, newest first, with the lines that were to be shipped and not cancelled. No names, no addresses:
 * country and position only.
 */
export async function recordedOrders(
  db: Queryable,
  since: Instant,
  max: number,
): Promise<(RecordedOrder & { placedAt: Instant })[]> {
  const rows = await db.query<Row>(
    `SELECT o.placed_at AS "placedAt", o.document #>> '{shipTo,country}' AS country,
            (o.document #>> '{shipTo,position,latitude}')::float8 AS latitude,
            (o.document #>> '{shipTo,position,longitude}')::float8 AS longitude,
            array_agg(l.sku ORDER BY l.line_no) AS skus,
            array_agg(l.ordered - l.cancelled ORDER BY l.line_no) AS quantities
     FROM sales_order o JOIN order_line l ON l.order_id = o.id
     WHERE o.placed_at >= $1 AND l.method = 'ship' AND l.ordered > l.cancelled
     GROUP BY o.id ORDER BY o.placed_at DESC, o.id LIMIT $2`,
    [since, max],
  )
  return rows.map(({ placedAt, country, latitude, longitude, skus, quantities }) => ({
    placedAt,
    ...(country === null ? {} : { country }),
    ...(latitude === null || longitude === null ? {} : { position: { latitude, longitude } }),
    lines: skus.map((sku, line) => ({ sku, quantity: quantities[line] ?? 1 })),
  }))
}

/** Units that orders have taken from each position since then and have not given back. */
export async function unitsClaimed(
  db: Queryable,
  since: Instant,
): Promise<{ sku: string; nodeId: string; units: number }[]> {
  return db.query(
    `SELECT sku, node_id AS "nodeId", sum(quantity)::int4 AS units FROM reservation
     WHERE created_at >= $1 AND state IN ('held', 'allocated', 'consumed') GROUP BY sku, node_id ORDER BY sku, node_id`,
    [since],
  )
}
