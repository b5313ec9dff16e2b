/** Future supply: what suppliers owe and what other nodes have sent, with its date. Its units stand in the ledger as incoming or in transit. */
import type { Supply, SupplyInput, SupplyState } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'

const SELECT = `SELECT s.id, s.kind, s.reference, s.sku, s.node_id AS "nodeId", s.from_node_id AS "fromNodeId",
  s.purchase_order AS "purchaseOrder", s.quantity, s.dispatched, s.received, s.advised, s.pegged, s.expected_at AS "expectedAt", s.state,
  s.stated_at AS "statedAt"
  FROM supply s`

type Row = Omit<Supply, 'fromNodeId' | 'purchaseOrder' | 'statedAt'> & {
  statedAt: Instant | null
  fromNodeId: Supply['fromNodeId'] | null
  purchaseOrder: string | null
}

const fromRow = ({ fromNodeId, purchaseOrder, statedAt, ...row }: Row): Supply => ({
  ...row,
  ...(fromNodeId === null ? {} : { fromNodeId }),
  ...(purchaseOrder === null ? {} : { purchaseOrder }),
  ...(statedAt === null ? {} : { statedAt }),
})

/** One supply for each of these names, at most; locked in one order by all. */
export async function lockSuppliesByName(
  db: Queryable,
  names: readonly Pick<SupplyInput, 'kind' | 'reference' | 'sku' | 'nodeId'>[],
): Promise<Supply[]> {
  const { from, parameters } = unnestRows(
    { kind: 'text', reference: 'text', sku: 'text', node_id: 'text' } as const,
    names.map((name) => ({ kind: name.kind, reference: name.reference, sku: name.sku, node_id: name.nodeId })),
  )
  const rows = await db.query<Row>(
    `${SELECT} WHERE (s.kind, s.reference, s.sku, s.node_id) IN (SELECT kind, reference, sku, node_id FROM ${from}) ORDER BY s.id FOR UPDATE`,
    parameters,
  )
  return rows.map(fromRow)
}

/** What was announced to a node under a reference, whatever kind of supply it is; locked in one order by all. */
export async function lockSuppliesOf(
  db: Queryable,
  reference: string,
  nodeId: string,
  skus: readonly string[],
): Promise<Supply[]> {
  const rows = await db.query<Row>(
    `${SELECT} WHERE s.reference = $1 AND s.node_id = $2 AND s.sku = ANY($3::text[]) ORDER BY s.id FOR UPDATE`,
    [reference, nodeId, skus],
  )
  return rows.map(fromRow)
}

/** What a node can still expect under some references. */
export async function openSuppliesOf(
  db: Queryable,
  names: readonly { reference: string; nodeId: string }[],
): Promise<Supply[]> {
  const { from, parameters } = unnestRows(
    { reference: 'text', node_id: 'text' } as const,
    names.map((name) => ({ reference: name.reference, node_id: name.nodeId })),
  )
  const rows = await db.query<Row>(
    `${SELECT} WHERE s.state = 'open' AND (s.reference, s.node_id) IN (SELECT reference, node_id FROM ${from}) ORDER BY s.id`,
    parameters,
  )
  return rows.map(fromRow)
}

export async function lockSupply(db: Queryable, id: string): Promise<Supply | undefined> {
  const rows = await db.query<Row>(`${SELECT} WHERE s.id = $1 FOR UPDATE`, [id])
  return rows.map(fromRow)[0]
}

/** Supplies that still bring units, soonest first. */
export async function openSupplies(db: Queryable, skus: readonly string[]): Promise<Supply[]> {
  const rows = await db.query<Row>(
    `${SELECT} WHERE s.state = 'open' AND s.sku = ANY($1::text[]) ORDER BY s.expected_at, s.id`,
    [skus],
  )
  return rows.map(fromRow)
}

export async function listSupplies(
  db: Queryable,
  filter: { sku?: string | undefined; nodeId?: string | undefined; state?: SupplyState | undefined },
  after: { expectedAt: string; id: string } | undefined,
  limit: number,
): Promise<Supply[]> {
  const rows = await db.query<Row>(
    `${SELECT} WHERE ($1::text IS NULL OR s.sku = $1) AND ($2::text IS NULL OR s.node_id = $2) AND ($3::text IS NULL OR s.state = $3)
       AND ($4::timestamptz IS NULL OR (s.expected_at, s.id) > ($4::timestamptz, $5::text))
     ORDER BY s.expected_at, s.id LIMIT $6`,
    [
      filter.sku ?? null,
      filter.nodeId ?? null,
      filter.state ?? null,
      after?.expectedAt ?? null,
      after?.id ?? null,
      limit,
    ],
  )
  return rows.map(fromRow)
}

const SUPPLY = {
  id: 'text',
  kind: 'text',
  reference: 'text',
  sku: 'text',
  node_id: 'text',
  from_node_id: 'text',
  purchase_order: 'text',
  quantity: 'int4',
  dispatched: 'int4',
  received: 'int4',
  advised: 'int4',
  expected_at: 'timestamptz',
  state: 'text',
  stated_at: 'timestamptz',
  created_at: 'timestamptz',
} as const

/**
 * Writes supplies as they are now, and what is known of them from now on. False when another process made one of the same name in
 * between: the caller decides again.
 */
export async function writeSupplies(
  db: Queryable,
  supplies: readonly Supply[],
  actor: string,
  now: Instant,
): Promise<boolean> {
  if (supplies.length === 0) return true
  const written = await insertRows<typeof SUPPLY, { id: string }>(
    db,
    'supply',
    SUPPLY,
    supplies.map((each) => ({
      id: each.id,
      kind: each.kind,
      reference: each.reference,
      sku: each.sku,
      node_id: each.nodeId,
      from_node_id: each.fromNodeId,
      purchase_order: each.purchaseOrder,
      quantity: each.quantity,
      dispatched: each.dispatched,
      received: each.received,
      advised: each.advised,
      expected_at: each.expectedAt,
      state: each.state,
      stated_at: each.statedAt,
      created_at: now,
    })),
    `ON CONFLICT (kind, reference, sku, node_id) DO UPDATE SET quantity = excluded.quantity, dispatched = excluded.dispatched,
       received = excluded.received, advised = excluded.advised, expected_at = excluded.expected_at, state = excluded.state,
       purchase_order = excluded.purchase_order, stated_at = excluded.stated_at, pegged = CASE WHEN excluded.state = 'open'
         THEN least(supply.pegged, greatest(0, excluded.quantity - excluded.received - excluded.advised)) ELSE 0 END
     WHERE supply.id = excluded.id RETURNING id`,
  )
  if (written.length !== supplies.length) return false
  await insertRows(
    db,
    'supply_revision',
    {
      supply_id: 'text',
      quantity: 'int4',
      received: 'int4',
      expected_at: 'timestamptz',
      state: 'text',
      actor: 'text',
    } as const,
    supplies.map((each) => ({
      supply_id: each.id,
      // Units that ASNs have taken over are theirs, so that the past is not told them twice.
      quantity: Math.max(each.received, each.quantity - each.advised),
      received: each.received,
      expected_at: each.expectedAt,
      state: each.state,
      actor,
    })),
  )
  return true
}

export async function writePegged(db: Queryable, pegged: readonly { id: string; units: number }[]): Promise<void> {
  if (pegged.length === 0) return
  const { from, parameters } = unnestRows(
    { id: 'text', units: 'int4' } as const,
    pegged.map((each) => ({ id: each.id, units: each.units })),
  )
  await db.query(
    `UPDATE supply s SET pegged = r.units FROM ${from} WHERE s.id = r.id AND s.pegged <> r.units`,
    parameters,
  )
}

/** False when a receipt of this name is here already. */
export async function insertReceipt(
  db: Queryable,
  receipt: { supplyId: string; reference: string; quantity: number; receivedAt: Instant },
): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO supply_receipt (supply_id, reference, quantity, received_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (supply_id, reference) DO NOTHING RETURNING 1`,
    [receipt.supplyId, receipt.reference, receipt.quantity, receipt.receivedAt],
  )
  return rows.length > 0
}
