/** Repairs everything the checker can say of one SKU: entries are posted, rebuilt rows are noted before and after, nothing is silent. */
import { BALANCE_STATES, type PositionBooks, type PositionRepair, repairPosition } from '#core/ledger/repair.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { openCases, positionSubject, resolveShortCases } from './quarantine.ts'
import { insertRows } from './rows.ts'

export type RepairRun = {
  /** Names the run in every entry it makes. */
  id: string
  actor: string
  now: Instant
  newId: (prefix: string) => string
}

export type Repair = { invariant: string; subject: string; before: unknown; after: unknown }
export type RepairOutcome = { repairs: Repair[]; refused: { subject: string; reason: string }[] }

type PositionRow = { nodeId: string; fenced: number; shortfall: number } & PositionBooks
type Truth = {
  ledger: PositionBooks
  reserved: number
  allocated: number
  incoming: number
  inTransit: number
  fenced: number
}

/** In one transaction. All positions of the SKU are locked first, so that nobody moves what is being counted. */
export async function repairSku(db: Queryable, run: RepairRun, sku: string): Promise<RepairOutcome> {
  await db.query(
    `INSERT INTO stock_position (sku, node_id) SELECT DISTINCT sku, node_id FROM (
       SELECT sku, node_id FROM stock_posting WHERE sku = $1
       UNION SELECT sku, node_id FROM reservation WHERE sku = $1 AND state IN ('held', 'allocated') AND binding <> 'advisory'
       UNION SELECT sku, node_id FROM stock_fence WHERE sku = $1 AND quantity > 0) AS named ON CONFLICT DO NOTHING`,
    [sku],
  )
  const rows = await db.query<PositionRow>(
    `SELECT node_id AS "nodeId", available, reserved, allocated, picked, damaged, quality_control AS "qualityControl", incoming,
            in_transit AS "inTransit", fenced, shortfall FROM stock_position WHERE sku = $1 ORDER BY node_id FOR UPDATE`,
    [sku],
  )
  const truths = await truthsOf(db, sku)
  const outcome: RepairOutcome = { repairs: [], refused: [] }
  for (const row of rows) {
    const truth = truths.get(row.nodeId) ?? NOTHING
    const repair = repairPosition({
      books: row,
      ledger: truth.ledger,
      claimed: { reserved: truth.reserved, allocated: truth.allocated },
      owed: { incoming: truth.incoming, inTransit: truth.inTransit },
    })
    const subject = positionSubject({ sku, nodeId: row.nodeId })
    if (repair.ok) outcome.repairs.push(...(await writePosition(db, run, sku, row, truth, repair)))
    else outcome.refused.push({ subject, reason: repair.reason })
  }
  outcome.repairs.push(...(await repairPegs(db, run, sku)), ...(await repairWaiting(db, run, sku)))
  return outcome
}

const NO_BOOKS: PositionBooks = {
  available: 0,
  reserved: 0,
  allocated: 0,
  picked: 0,
  damaged: 0,
  qualityControl: 0,
  incoming: 0,
  inTransit: 0,
}
const NOTHING: Truth = { ledger: NO_BOOKS, reserved: 0, allocated: 0, incoming: 0, inTransit: 0, fenced: 0 }

async function truthsOf(db: Queryable, sku: string): Promise<Map<string, Truth>> {
  const truths = new Map<string, Truth>()
  const at = (nodeId: string): Truth => {
    const known = truths.get(nodeId) ?? { ...NOTHING, ledger: { ...NO_BOOKS } }
    truths.set(nodeId, known)
    return known
  }
  const moves = await db.query<{ nodeId: string; state: keyof PositionBooks; units: number }>(
    `SELECT node_id AS "nodeId", state, sum(quantity)::int AS units FROM (
       SELECT node_id, to_state AS state, quantity FROM stock_posting WHERE sku = $1
       UNION ALL SELECT node_id, from_state, -quantity FROM stock_posting WHERE sku = $1) AS m
     WHERE state = ANY($2::text[]) GROUP BY node_id, state`,
    [sku, BALANCE_STATES],
  )
  for (const { nodeId, state, units } of moves) at(nodeId).ledger[state] = units
  const others = await db.query<{
    nodeId: string
    name: 'reserved' | 'allocated' | 'incoming' | 'inTransit' | 'fenced'
    units: number
  }>(
    `SELECT node_id AS "nodeId", CASE state WHEN 'held' THEN 'reserved' ELSE 'allocated' END AS name, sum(quantity)::int AS units
     FROM reservation WHERE sku = $1 AND (state = 'allocated' OR (state = 'held' AND binding <> 'advisory')) GROUP BY 1, 2
     UNION ALL SELECT node_id, 'fenced', sum(quantity)::int FROM stock_fence WHERE sku = $1 GROUP BY node_id
     UNION ALL SELECT node_id, 'incoming', sum(greatest(0, quantity - received - advised))::int FROM supply
       WHERE sku = $1 AND kind <> 'transfer' AND state = 'open' GROUP BY node_id
     UNION ALL SELECT node_id, 'inTransit', sum(dispatched - received)::int FROM supply
       WHERE sku = $1 AND kind = 'transfer' GROUP BY node_id`,
    [sku],
  )
  for (const { nodeId, name, units } of others) at(nodeId)[name] = units
  return truths
}

async function writePosition(
  db: Queryable,
  run: RepairRun,
  sku: string,
  row: PositionRow,
  truth: Truth,
  { rebuilt, entries, after }: Extract<PositionRepair, { ok: true }>,
): Promise<Repair[]> {
  const subject = positionSubject({ sku, nodeId: row.nodeId })
  const shortfall = Math.max(0, -after.available)
  const repairs: Repair[] = []
  if (rebuilt) {
    const changed = BALANCE_STATES.filter((state) => row[state] !== truth.ledger[state])
    const pick = (books: PositionBooks) => Object.fromEntries(changed.map((state) => [state, books[state]]))
    repairs.push({ invariant: 'i5', subject, before: pick(row), after: pick(truth.ledger) })
  }
  for (const entry of entries) {
    const state =
      entry.from === 'available' || entry.from === 'supplier' || entry.from === 'adjustment' ? entry.to : entry.from
    const name = state as keyof PositionBooks
    const invariant = name === 'reserved' || name === 'allocated' ? 'i4' : 'i13'
    repairs.push({
      invariant,
      subject,
      before: { [name]: truth.ledger[name] },
      after: { [name]: after[name], posted: entry },
    })
  }
  if (row.fenced !== truth.fenced)
    repairs.push({ invariant: 'i12', subject, before: { fenced: row.fenced }, after: { fenced: truth.fenced } })
  if (repairs.length === 0 && row.shortfall === shortfall && !(await isShortInSilence(db, subject, shortfall)))
    return []
  await db.query(
    `UPDATE stock_position SET available = $3, reserved = $4, allocated = $5, picked = $6, damaged = $7, quality_control = $8,
            incoming = $9, in_transit = $10, shortfall = $11, fenced = $12 WHERE sku = $1 AND node_id = $2`,
    [sku, row.nodeId, ...BALANCE_STATES.map((state) => after[state]), shortfall, truth.fenced],
  )
  await insertRows(
    db,
    'stock_posting',
    {
      sku: 'text',
      node_id: 'text',
      from_state: 'text',
      to_state: 'text',
      quantity: 'int4',
      cause: 'text',
      reference: 'text',
      actor: 'text',
      effective_at: 'timestamptz',
    } as const,
    entries.map((entry) => ({
      sku,
      node_id: row.nodeId,
      from_state: entry.from,
      to_state: entry.to,
      quantity: entry.quantity,
      cause: entry.cause,
      reference: run.id,
      actor: run.actor,
      effective_at: run.now,
    })),
  )
  await db.query('INSERT INTO availability_change (sku, node_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    sku,
    row.nodeId,
  ])
  if (shortfall === 0) await resolveShortCases(db, [{ sku, nodeId: row.nodeId }], 'repaired', run.now)
  else repairs.push(...(await openShort(db, run, subject, shortfall)))
  await noteRepairs(db, run, repairs)
  return repairs
}

async function isShortInSilence(db: Queryable, subject: string, shortfall: number): Promise<boolean> {
  if (shortfall === 0) return false
  const open = await db.query(
    `SELECT 1 FROM exception_case WHERE kind = 'stockShort' AND subject = $1 AND state = 'open'`,
    [subject],
  )
  return open.length === 0
}

async function openShort(db: Queryable, run: RepairRun, subject: string, shortfall: number): Promise<Repair[]> {
  const id = run.newId('exc')
  const opened = await openCases(
    db,
    [
      {
        id,
        kind: 'stockShort',
        subject,
        detail: `${shortfall} units of ${subject} are claimed and not there`,
        cure: 'Ask the node to count again; if they are gone, reject the units so that they are routed elsewhere.',
        owner: 'operator',
      },
    ],
    run.now,
  )
  return opened.size === 0 ? [] : [{ invariant: 'i4', subject, before: { case: null }, after: { case: id } }]
}

/** No more is promised of a supply than it brings, and of all together than waits: what comes last gives back first. */
async function repairPegs(db: Queryable, run: RepairRun, sku: string): Promise<Repair[]> {
  const supplies = await db.query<{ id: string; pegged: number; open: number }>(
    `SELECT id, pegged, CASE WHEN state = 'open' THEN greatest(0, quantity - received - advised) ELSE 0 END AS open
     FROM supply WHERE sku = $1 AND pegged > 0 ORDER BY expected_at, id FOR UPDATE`,
    [sku],
  )
  const [waiting] = await db.query<{ units: number }>(
    'SELECT coalesce(sum(waiting), 0)::int AS units FROM backorder WHERE sku = $1',
    [sku],
  )
  let left = waiting?.units ?? 0
  const repairs: Repair[] = []
  for (const { id, pegged, open } of supplies) {
    const units = Math.min(pegged, open, left)
    left -= units
    if (units === pegged) continue
    await db.query('UPDATE supply SET pegged = $2 WHERE id = $1', [id, units])
    repairs.push({ invariant: 'i13', subject: id, before: { pegged }, after: { pegged: units } })
  }
  await noteRepairs(db, run, repairs)
  return repairs
}

async function repairWaiting(db: Queryable, run: RepairRun, sku: string): Promise<Repair[]> {
  const [counted] = await db.query<{ waiting: number }>(
    'SELECT waiting FROM backorder_count WHERE sku = $1 FOR UPDATE',
    [sku],
  )
  const [real] = await db.query<{ units: number }>(
    'SELECT coalesce(sum(waiting), 0)::int AS units FROM backorder WHERE sku = $1',
    [sku],
  )
  const before = counted?.waiting ?? 0
  const after = real?.units ?? 0
  if (before === after) return []
  await db.query(
    'INSERT INTO backorder_count (sku, waiting) VALUES ($1, $2) ON CONFLICT (sku) DO UPDATE SET waiting = excluded.waiting',
    [sku, after],
  )
  const repairs = [{ invariant: 'i14', subject: sku, before: { waiting: before }, after: { waiting: after } }]
  await noteRepairs(db, run, repairs)
  return repairs
}

async function noteRepairs(db: Queryable, run: RepairRun, repairs: readonly Repair[]): Promise<void> {
  await insertRows(
    db,
    'stock_repair',
    {
      run: 'text',
      invariant: 'text',
      subject: 'text',
      before: 'jsonb',
      after: 'jsonb',
      actor: 'text',
      repaired_at: 'timestamptz',
    } as const,
    repairs.map((repair) => ({ run: run.id, ...repair, actor: run.actor, repaired_at: run.now })),
  )
}
