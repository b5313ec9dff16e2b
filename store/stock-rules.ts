/**
 * Carrying out the stock policy: safety stock is written into the positions, and what the rules change is told to the channels. A pass
 * goes over all SKUs in slices, each a commit of its own with the place it came to; a crash goes on from there.
 */
import { changedNodes, type ChangedNode } from '#core/ledger/rule-change.ts'
import { readsProducts, type RuledChannel, type RuledNode, ruleBook, type StockMaster } from '#core/ledger/rule-book.ts'
import { DEFAULT_STOCK_POLICY, type StockPolicy } from '#core/model/stock-policy.ts'
import type { Instant } from '#core/model/time.ts'
import { loadRuledProducts, plainProduct } from './available.ts'
import type { Queryable } from './database.ts'

export type RulesMaster = StockMaster & { channels: ReadonlyMap<string, RuledChannel> }

export type RulesState = {
  policyVersion: string
  appliedAt: Instant
  /** A pass under way: where it goes, and the last SKU that is done. */
  targetVersion: string | null
  targetAt: Instant | null
  cursorSku: string
  whole: boolean
  freshnessAt: Instant | null
}

const STATE = `policy_version AS "policyVersion", applied_at AS "appliedAt", target_version AS "targetVersion",
  target_at AS "targetAt", cursor_sku AS "cursorSku", whole, freshness_at AS "freshnessAt"`

/** What is carried out so far; before the first pass the default policy is. */
export async function rulesState(db: Queryable, now: Instant): Promise<RulesState> {
  await db.query(
    'INSERT INTO stock_rules_applied (policy_version, applied_at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [DEFAULT_STOCK_POLICY.version, now],
  )
  const [state] = await db.query<RulesState>(`SELECT ${STATE} FROM stock_rules_applied FOR UPDATE`)
  if (state === undefined) throw new Error('the row of stock_rules_applied was just written')
  return state
}

/** What a look costs when there is nothing to do: one small query. */
export async function rulesApplied(db: Queryable): Promise<(RulesState & { stale: boolean }) | undefined> {
  const [row] = await db.query<RulesState & { stale: boolean }>(
    `SELECT ${STATE}, EXISTS (SELECT 1 FROM stock_rules_stale) AS stale FROM stock_rules_applied`,
  )
  return row
}

export async function policyOfVersion(db: Queryable, version: string): Promise<StockPolicy> {
  const [row] = await db.query<{ document: StockPolicy }>('SELECT document FROM stock_policy WHERE version = $1', [
    version,
  ])
  return row?.document ?? DEFAULT_STOCK_POLICY
}

/** Begins a pass towards `version`, or turns the one under way: what that has done already is then looked at again. */
export async function beginPass(db: Queryable, state: RulesState, version: string, now: Instant): Promise<void> {
  const changed = await db.query(`DELETE FROM stock_rules_stale WHERE kind IN ('node', 'channel') RETURNING 1`)
  const turned = state.targetVersion !== null
  await db.query(
    `UPDATE stock_rules_applied SET target_version = $1, target_at = $2, cursor_sku = '', whole = $3, freshness_at = NULL`,
    [version, now, changed.length > 0 || turned],
  )
}

/** Positions of one slice: as many as one commit should touch. */
const SLICE_POSITIONS = 20_000

/** `eased`: SKUs that may be sold where they might not before, so that those who wait for them can be looked at again. */
export type Carried = { done: boolean; eased: string[] }

/** One slice of the pass under way. */
export async function passSlice(db: Queryable, master: RulesMaster, state: RulesState): Promise<Carried> {
  if (state.targetVersion === null || state.targetAt === null) return { done: true, eased: [] }
  const before = { policy: await policyOfVersion(db, state.policyVersion), at: state.appliedAt }
  const after = { policy: await policyOfVersion(db, state.targetVersion), at: state.targetAt }
  const unfenced = state.cursorSku === '' ? await markOtherwise(db, master, before, after) : []
  const skus = await nextSkus(db, state.cursorSku, SLICE_POSITIONS)
  const last = skus.at(-1)
  if (last === undefined) {
    await db.query(
      `UPDATE stock_rules_applied SET policy_version = target_version, applied_at = target_at, target_version = NULL,
              target_at = NULL, cursor_sku = '', whole = false`,
    )
    return { done: true, eased: unfenced }
  }
  const lowered = await carryOut(db, master, state.whole ? 'everywhere' : before, after, skus)
  await db.query('UPDATE stock_rules_applied SET cursor_sku = $1', [last])
  // A node that changed may serve what it did not, whatever its safety stock says.
  return { done: false, eased: state.whole ? skus : [...unfenced, ...lowered] }
}

type Rules = { policy: StockPolicy; at: Instant }

/** What no position tells by itself: kits have none, and a segment that opens or closes changes what is fenced. Returns the fenced SKUs then. */
async function markOtherwise(db: Queryable, master: RulesMaster, before: Rules, after: Rules): Promise<string[]> {
  await markKits(db, master, [...master.kits.keys()])
  if (JSON.stringify(before.policy.segments) === JSON.stringify(after.policy.segments)) return []
  await db.query(
    'INSERT INTO availability_change (sku, node_id) SELECT DISTINCT sku, node_id FROM stock_fence ON CONFLICT DO NOTHING',
  )
  return (await db.query<{ sku: string }>('SELECT DISTINCT sku FROM stock_fence')).map((row) => row.sku)
}

/** Kits are few: all their nodes are looked at again. */
async function markKits(db: Queryable, master: RulesMaster, kits: readonly string[]): Promise<void> {
  if (kits.length === 0) return
  await db.query(
    `INSERT INTO availability_change (sku, node_id) SELECT s.sku, n.node_id
     FROM unnest($1::text[]) AS s (sku), unnest($2::text[]) AS n (node_id) ON CONFLICT DO NOTHING`,
    [kits, [...master.nodes.keys()]],
  )
}

/** Whole SKUs after this one, of about so many positions together; one SKU at least. */
export async function nextSkus(db: Queryable, after: string, positions: number): Promise<string[]> {
  const rows = await db.query<{ sku: string; n: number }>(
    `SELECT sku, count(*) AS n FROM (
       SELECT sku FROM stock_position WHERE sku > $1 ORDER BY sku, node_id LIMIT $2) AS s GROUP BY sku ORDER BY sku`,
    [after, positions],
  )
  const read = rows.reduce((sum, row) => sum + row.n, 0)
  // The last SKU may have more positions than were read: it begins the next slice.
  return (read < positions || rows.length === 1 ? rows : rows.slice(0, -1)).map((row) => row.sku)
}

/** Products that changed since: their positions are looked at again, wherever they are. Done when fewer than `max` were left. */
export async function carryOutProducts(
  db: Queryable,
  master: RulesMaster,
  now: Instant,
  max: number,
): Promise<Carried> {
  const rows = await db.query<{ subject: string }>(
    `DELETE FROM stock_rules_stale WHERE (kind, subject) IN (
       SELECT kind, subject FROM stock_rules_stale WHERE kind = 'product' ORDER BY subject LIMIT $1) RETURNING subject`,
    [max],
  )
  const skus = rows.map((row) => row.subject)
  if (skus.length === 0) return { done: true, eased: [] }
  const eased = await carryOut(db, master, 'everywhere', { policy: master.stockPolicy, at: now }, skus)
  await markKits(
    db,
    master,
    skus.filter((sku) => master.kits.has(sku)),
  )
  return { done: skus.length < max, eased }
}

/** SKUs that the same rules speak for are written together. Returns those with less safety stock somewhere. */
async function carryOut(
  db: Queryable,
  master: RulesMaster,
  before: Rules | 'everywhere',
  after: Rules,
  skus: readonly string[],
): Promise<string[]> {
  const nodes = [...master.nodes.values()]
  const reading = [after.policy, ...(before === 'everywhere' ? [] : [before.policy])].find(readsProducts)
  const products = reading === undefined ? new Map() : await loadRuledProducts(db, reading, skus)
  const channels = [...master.channels.values()]
  const ask = before === 'everywhere' ? everywhere(after, nodes) : changedNodes(before, after, channels, nodes)
  const groups = new Map<readonly ChangedNode[], string[]>()
  for (const sku of skus) {
    const changed = ask(products.get(sku) ?? plainProduct(sku))
    if (changed.length === 0) continue
    const group = groups.get(changed) ?? []
    group.push(sku)
    groups.set(changed, group)
  }
  const lowered: string[] = []
  for (const [changed, group] of groups) lowered.push(...(await writeSafetyStock(db, group, changed)))
  return lowered
}

/** Every node of the product, whether the rules say something new of it or not. */
function everywhere(after: Rules, nodes: readonly RuledNode[]): ReturnType<typeof changedNodes> {
  const book = ruleBook(after.policy, undefined, after.at)
  const known = new Map<string, readonly ChangedNode[]>()
  return (product) => {
    const rules = book.of(product)
    const all =
      known.get(rules.key) ?? nodes.map((node) => ({ nodeId: node.id, safetyStock: rules.at(node).safetyStock }))
    known.set(rules.key, all)
    return all
  }
}

/**
 * Rows are locked in the order that all lock them in, so that claims and passes never wait on each other for ever. Returns the SKUs that
 * have less of it somewhere.
 */
async function writeSafetyStock(
  db: Queryable,
  skus: readonly string[],
  nodes: readonly ChangedNode[],
): Promise<string[]> {
  const rows = await db.query<{ sku: string }>(
    `WITH rule AS (SELECT * FROM unnest($2::text[], $3::int4[]) AS u (node_id, units)),
     touched AS (
       SELECT p.sku, p.node_id, rule.units, p.safety_stock AS before FROM stock_position p JOIN rule USING (node_id)
       WHERE p.sku = ANY($1::text[]) ORDER BY p.sku, p.node_id FOR UPDATE OF p),
     written AS (
       UPDATE stock_position p SET safety_stock = t.units FROM touched t
       WHERE p.sku = t.sku AND p.node_id = t.node_id AND p.safety_stock <> t.units RETURNING 1),
     marked AS (
       INSERT INTO availability_change (sku, node_id) SELECT sku, node_id FROM touched ORDER BY sku, node_id ON CONFLICT DO NOTHING)
     SELECT DISTINCT sku FROM touched WHERE units < before`,
    [skus, nodes.map((node) => node.nodeId), nodes.map((node) => node.safetyStock)],
  )
  return rows.map((row) => row.sku)
}
