/** Fulfillment requests with their lines and reservations, and the shipments that come of them. */
import type { Progress } from '#core/fulfillment/progress.ts'
import type { FulfillmentRequest, FulfillmentRequestLine, ShipmentNotice, WantedBack } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'

const REQUEST = {
  id: 'text',
  order_id: 'text',
  node_id: 'text',
  connection_id: 'text',
  decision_id: 'text',
  method: 'text',
  via_node_id: 'text',
  onward: 'bool',
  awaits_others: 'bool',
  negotiation: 'text',
  created_at: 'timestamptz',
  release_at: 'timestamptz',
  pack_group: 'text',
  submitted_at: 'timestamptz',
  answer_due_at: 'timestamptz',
} as const
const LINE = {
  request_id: 'text',
  line_no: 'int4',
  sku: 'text',
  requested: 'int4',
  outstanding: 'int4',
  components: 'jsonb',
} as const
const RESERVATION = {
  id: 'text',
  order_id: 'text',
  line_no: 'int4',
  fulfillment_request_id: 'text',
  sku: 'text',
  node_id: 'text',
  quantity: 'int4',
  kit: 'text',
  per_unit: 'int4',
  binding: 'text',
  state: 'text',
  created_at: 'timestamptz',
} as const

/** A hard claim of a request's line: one for each SKU of the ledger, so several where the line is a kit. */
export type NewAllocation = {
  id: string
  request: FulfillmentRequest
  lineNo: number
  sku: string
  kit: string | null
  perUnit: number
  quantity: number
}

/** New requests with their claims on the nodes' stock. The stock itself is claimed by claimStock in the same commit. */
export async function insertRequests(
  db: Queryable,
  requests: readonly FulfillmentRequest[],
  allocations: readonly NewAllocation[],
): Promise<void> {
  const heads = insertRows(
    db,
    'fulfillment_request',
    REQUEST,
    requests.map((request) => ({
      id: request.id,
      order_id: request.orderId,
      node_id: request.nodeId,
      connection_id: request.connectionId,
      decision_id: request.decisionId,
      method: request.method,
      via_node_id: request.viaNodeId,
      onward: request.onward === true,
      awaits_others: request.awaitsOthers === true,
      negotiation: request.negotiation,
      created_at: request.createdAt,
      release_at: request.releaseAt,
      pack_group: request.packGroup,
      submitted_at: request.submittedAt,
      answer_due_at: request.answerDueAt,
    })),
  )
  const all = requests.flatMap((request) => request.lines.map((line) => ({ request, line })))
  const lines = insertRows(
    db,
    'fulfillment_request_line',
    LINE,
    all.map(({ request, line }) => ({
      request_id: request.id,
      line_no: line.lineNo,
      sku: line.sku,
      requested: line.requested,
      outstanding: line.outstanding,
      components: line.components,
    })),
  )
  const reservations = insertRows(
    db,
    'reservation',
    RESERVATION,
    allocations.map(({ request, ...allocation }) => ({
      id: allocation.id,
      order_id: request.orderId,
      line_no: allocation.lineNo,
      fulfillment_request_id: request.id,
      sku: allocation.sku,
      node_id: request.nodeId,
      quantity: allocation.quantity,
      kit: allocation.kit,
      per_unit: allocation.perUnit,
      binding: 'hard',
      state: 'allocated',
      created_at: request.createdAt,
    })),
  )
  await Promise.all([heads, lines, reservations])
}

type RequestRow = {
  id: FulfillmentRequest['id']
  order_id: FulfillmentRequest['orderId']
  node_id: FulfillmentRequest['nodeId']
  connection_id: NonNullable<FulfillmentRequest['connectionId']> | null
  decision_id: NonNullable<FulfillmentRequest['decisionId']> | null
  method: FulfillmentRequest['method']
  via_node_id: NonNullable<FulfillmentRequest['viaNodeId']> | null
  onward: boolean
  awaits_others: boolean
  work: FulfillmentRequest['work']
  negotiation: FulfillmentRequest['negotiation']
  created_at: Instant
  release_at: Instant | null
  pack_group: string | null
  submitted_at: Instant | null
  answer_due_at: Instant | null
  moving: boolean
  version: number
}
type LineRow = Omit<FulfillmentRequestLine, 'components' | 'back'> & {
  request_id: string
  components: FulfillmentRequestLine['components'] | null
} & WantedBack

const COLUMNS =
  'id, order_id, node_id, connection_id, decision_id, method, via_node_id, onward, awaits_others, work, negotiation, created_at, release_at, pack_group, submitted_at, answer_due_at, moving, version'

/** By `id` (many) or `orderIds`. Callers that will change them hold the orders' locks. */
export async function loadRequests(
  db: Queryable,
  by: { ids: readonly string[] } | { orderIds: readonly string[] },
): Promise<FulfillmentRequest[]> {
  const [column, values] = 'ids' in by ? ['id', by.ids] : ['order_id', by.orderIds]
  const requestIds =
    'ids' in by ? '$1::text[]' : 'ARRAY(SELECT id FROM fulfillment_request WHERE order_id = ANY($1::text[]))'
  const [heads, lineRows] = await Promise.all([
    db.query<RequestRow>(`SELECT ${COLUMNS} FROM fulfillment_request WHERE ${column} = ANY($1::text[]) ORDER BY id`, [
      values,
    ]),
    db.query<LineRow>(
      `SELECT request_id, line_no AS "lineNo", sku, requested, outstanding, rejected, shipped, cancelled, components,
              back_cancel AS cancel, back_recall AS recall, back_asked AS asked, back_refused AS refused
       FROM fulfillment_request_line WHERE request_id = ANY(${requestIds}) ORDER BY request_id, line_no`,
      [values],
    ),
  ])
  const lines = Map.groupBy(lineRows, (line) => line.request_id)
  return heads.map((head) => ({
    id: head.id,
    orderId: head.order_id,
    nodeId: head.node_id,
    ...(head.connection_id === null ? {} : { connectionId: head.connection_id }),
    ...(head.decision_id === null ? {} : { decisionId: head.decision_id }),
    method: head.method,
    ...(head.via_node_id === null ? {} : { viaNodeId: head.via_node_id }),
    ...(head.onward ? { onward: true } : {}),
    ...(head.awaits_others ? { awaitsOthers: true } : {}),
    work: head.work,
    negotiation: head.negotiation,
    lines: (lines.get(head.id) ?? []).map(({ request_id: _, components, cancel, recall, asked, refused, ...line }) => ({
      ...line,
      ...(components === null || components === undefined ? {} : { components }),
      ...(cancel + recall + refused === 0 ? {} : { back: { cancel, recall, asked, refused } }),
    })),
    createdAt: head.created_at,
    ...(head.release_at === null ? {} : { releaseAt: head.release_at }),
    ...(head.pack_group === null ? {} : { packGroup: head.pack_group }),
    ...(head.submitted_at === null ? {} : { submittedAt: head.submitted_at }),
    ...(head.answer_due_at === null ? {} : { answerDueAt: head.answer_due_at }),
    ...(head.moving ? { moving: true } : {}),
    version: head.version,
  }))
}

/** `request/sku` → the reservation that claims it. */
export async function allocationIds(db: Queryable, requestIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ id: string; request_id: string; sku: string }>(
    `SELECT id, fulfillment_request_id AS request_id, sku FROM reservation WHERE fulfillment_request_id = ANY($1::text[]) ORDER BY id`,
    [requestIds],
  )
  return new Map(rows.map((row) => [`${row.request_id}/${row.sku}`, row.id]))
}

/** The orders that own these requests, to lock them first. */
export async function orderIdsOfRequests(db: Queryable, requestIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ id: string; order_id: string }>(
    'SELECT id, order_id FROM fulfillment_request WHERE id = ANY($1::text[])',
    [requestIds],
  )
  return new Map(rows.map((row) => [row.id, row.order_id]))
}

/** Nodes that refused units of these orders' lines: they are not asked again. `order/line` → nodes. */
export const refusals = async (db: Queryable, orderIds: readonly string[]): Promise<Map<string, string[]>> =>
  (await pastAnswers(db, orderIds)).refused

/** As `refusals`, and the requests that nodes gave back for a move and no decision cites yet, by order. */
export async function pastAnswers(
  db: Queryable,
  orderIds: readonly string[],
): Promise<{ refused: Map<string, string[]>; givenBack: Map<string, string[]> }> {
  const rows = await db.query<{ id: string; order_id: string; line_no: number; node_id: string; rejected: number }>(
    `SELECT r.id, r.order_id, l.line_no, r.node_id, l.rejected FROM fulfillment_request r JOIN fulfillment_request_line l ON l.request_id = r.id
     WHERE r.order_id = ANY($1::text[]) AND (l.rejected > 0 OR (r.moving AND r.negotiation = 'cancelAccepted')) ORDER BY r.id, l.line_no`,
    [orderIds],
  )
  const refused = new Map<string, string[]>()
  const givenBack = new Map<string, string[]>()
  for (const row of rows) {
    const key = `${row.order_id}/${row.line_no}`
    if (row.rejected > 0) refused.set(key, [...(refused.get(key) ?? []), row.node_id])
    else givenBack.set(row.order_id, [...new Set([...(givenBack.get(row.order_id) ?? []), row.id])])
  }
  return { refused, givenBack }
}

const HEAD_CHANGE = { id: 'text', work: 'text', negotiation: 'text', answer_due_at: 'timestamptz' } as const
const LINE_CHANGE = {
  request_id: 'text',
  line_no: 'int4',
  outstanding: 'int4',
  rejected: 'int4',
  shipped: 'int4',
  cancelled: 'int4',
  back_cancel: 'int4',
  back_recall: 'int4',
  back_asked: 'int4',
  back_refused: 'int4',
} as const

/** Writes requests as their progress left them, and settles the reservations whose units are no longer outstanding. */
export async function updateRequests(
  db: Queryable,
  changes: readonly { request: FulfillmentRequest; progress: Progress }[],
): Promise<void> {
  if (changes.length === 0) return
  const heads = unnestRows(
    HEAD_CHANGE,
    changes.map(({ request, progress }) => ({
      id: request.id,
      work: progress.work,
      negotiation: progress.negotiation,
      answer_due_at: progress.answerDueAt === undefined ? request.answerDueAt : progress.answerDueAt,
    })),
  )
  await db.query(
    `UPDATE fulfillment_request f SET work = r.work, negotiation = r.negotiation, answer_due_at = r.answer_due_at, version = f.version + 1,
            reminded_at = CASE WHEN f.answer_due_at IS NOT DISTINCT FROM r.answer_due_at THEN f.reminded_at END
     FROM ${heads.from} WHERE f.id = r.id`,
    heads.parameters,
  )
  const lines = unnestRows(
    LINE_CHANGE,
    changes.flatMap(({ request, progress }) =>
      progress.lines.map((line) => ({
        request_id: request.id,
        line_no: line.lineNo,
        outstanding: line.outstanding,
        rejected: line.rejected,
        shipped: line.shipped,
        cancelled: line.cancelled,
        back_cancel: line.back?.cancel ?? 0,
        back_recall: line.back?.recall ?? 0,
        back_asked: line.back?.asked ?? 0,
        back_refused: line.back?.refused ?? 0,
      })),
    ),
  )
  await db.query(
    `UPDATE fulfillment_request_line l SET outstanding = r.outstanding, rejected = r.rejected, shipped = r.shipped, cancelled = r.cancelled,
            back_cancel = r.back_cancel, back_recall = r.back_recall, back_asked = r.back_asked, back_refused = r.back_refused
     FROM ${lines.from} WHERE l.request_id = r.request_id AND l.line_no = r.line_no`,
    lines.parameters,
  )
  await db.query(
    `UPDATE reservation v SET state = CASE WHEN l.shipped > 0 THEN 'consumed' ELSE 'released' END
     FROM fulfillment_request_line l
     WHERE v.fulfillment_request_id = l.request_id AND v.line_no = l.line_no AND l.outstanding = 0 AND v.state = 'allocated'
       AND l.request_id = ANY($1::text[])`,
    [changes.map(({ request }) => request.id)],
  )
  // A part that is gone leaves the claim on the rest.
  await db.query(
    `UPDATE reservation v SET quantity = l.outstanding * v.per_unit FROM fulfillment_request_line l
     WHERE v.fulfillment_request_id = l.request_id AND v.line_no = l.line_no AND l.outstanding > 0 AND v.quantity <> l.outstanding * v.per_unit
       AND l.request_id = ANY($1::text[])`,
    [changes.map(({ request }) => request.id)],
  )
}

/** The nodes were told: negotiation goes to submitted, and from now on an answer is owed. */
export async function markSubmitted(
  db: Queryable,
  told: readonly { id: string; answerDueAt: Instant }[],
  now: Instant,
): Promise<void> {
  if (told.length === 0) return
  const { from, parameters } = unnestRows(
    { id: 'text', due_at: 'timestamptz' } as const,
    told.map((each) => ({ id: each.id, due_at: each.answerDueAt })),
    2,
  )
  await db.query(
    `UPDATE fulfillment_request f SET negotiation = 'submitted', submitted_at = $1::timestamptz, answer_due_at = r.due_at, version = f.version + 1
     FROM ${from} WHERE f.id = r.id AND f.negotiation = 'unsubmitted'`,
    [now, ...parameters],
  )
}

/** Nodes that missed their time are reminded, and have until then. Returns the requests that nobody has spoken of since. */
export async function markReminded(
  db: Queryable,
  reminded: readonly { id: string; missed: Instant; dueAt: Instant }[],
  now: Instant,
): Promise<Set<string>> {
  const { from, parameters } = unnestRows(
    { id: 'text', missed: 'timestamptz', due_at: 'timestamptz' } as const,
    reminded.map(({ id, missed, dueAt }) => ({ id, missed, due_at: dueAt })),
    2,
  )
  const rows = await db.query<{ id: string }>(
    `UPDATE fulfillment_request f SET reminded_at = $1::timestamptz, answer_due_at = r.due_at, version = f.version + 1
     FROM ${from} WHERE f.id = r.id AND f.answer_due_at = r.missed RETURNING f.id`,
    [now, ...parameters],
  )
  return new Set(rows.map((row) => row.id))
}

/** Requests of nodes without a connection whose grace period is over; those of held orders wait on. */
export async function requestsToRelease(
  db: Queryable,
  now: Instant,
  max: number,
): Promise<{ id: string; orderId: string }[]> {
  return db.query<{ id: string; orderId: string }>(
    `SELECT f.id, f.order_id AS "orderId" FROM fulfillment_request f
     WHERE f.connection_id IS NULL AND f.negotiation = 'unsubmitted' AND f.work = 'open' AND f.release_at <= $1::timestamptz
       AND NOT EXISTS (SELECT 1 FROM order_hold h WHERE h.order_id = f.order_id AND h.released_at IS NULL)
     ORDER BY f.release_at LIMIT $2`,
    [now, max],
  )
}

/** Writes what is wanted back of requests, and how their negotiation stands. The caller holds the orders' locks. */
export async function writeWantedBack(
  db: Queryable,
  requests: readonly FulfillmentRequest[],
  answerDueAt?: Instant,
): Promise<void> {
  if (requests.length === 0) return
  const heads = unnestRows(
    { id: 'text', negotiation: 'text' } as const,
    requests.map(({ id, negotiation }) => ({ id, negotiation })),
    2,
  )
  await db.query(
    `UPDATE fulfillment_request f SET negotiation = r.negotiation, answer_due_at = coalesce($1::timestamptz, f.answer_due_at), version = f.version + 1
     FROM ${heads.from} WHERE f.id = r.id`,
    [answerDueAt ?? null, ...heads.parameters],
  )
  const lines = unnestRows(
    { request_id: 'text', line_no: 'int4', cancel: 'int4', recall: 'int4', asked: 'int4' } as const,
    requests.flatMap((request) =>
      request.lines.map((line) => ({
        request_id: request.id,
        line_no: line.lineNo,
        cancel: line.back?.cancel ?? 0,
        recall: line.back?.recall ?? 0,
        asked: line.back?.asked ?? 0,
      })),
    ),
  )
  await db.query(
    `UPDATE fulfillment_request_line l SET back_cancel = r.cancel, back_recall = r.recall, back_asked = r.asked
     FROM ${lines.from} WHERE l.request_id = r.request_id AND l.line_no = r.line_no`,
    lines.parameters,
  )
}

/** Of these requests those of which units are wanted back. */
export async function wantedBack(
  db: Queryable,
  requestIds: readonly string[],
): Promise<{ id: string; orderId: string }[]> {
  if (requestIds.length === 0) return []
  return db.query<{ id: string; orderId: string }>(
    `SELECT f.id, f.order_id AS "orderId" FROM fulfillment_request f WHERE f.id = ANY($1::text[]) AND EXISTS (
       SELECT 1 FROM fulfillment_request_line l WHERE l.request_id = f.id AND l.back_cancel + l.back_recall > 0)`,
    [requestIds],
  )
}

/** How often each node was asked to leave out units of a request: each question has a name of its own. */
export async function timesAsked(db: Queryable, requestIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.query<{ subject_id: string; n: number }>(
    `SELECT subject_id, count(*)::int AS n FROM instruction WHERE kind = 'fulfillmentCancel' AND subject_id = ANY($1::text[]) GROUP BY subject_id`,
    [requestIds],
  )
  return new Map(rows.map((row) => [row.subject_id, row.n]))
}

export type NewShipment = {
  id: string
  request: FulfillmentRequest
  notice: ShipmentNotice
  lines: { lineNo: number; quantity: number }[]
}

const SHIPMENT = {
  id: 'text',
  fulfillment_request_id: 'text',
  order_id: 'text',
  node_id: 'text',
  external_id: 'text',
  carrier: 'text',
  service: 'text',
  shipped_at: 'timestamptz',
  packages: 'jsonb',
} as const

export async function insertShipments(db: Queryable, shipments: readonly NewShipment[]): Promise<void> {
  await insertRows(
    db,
    'shipment',
    SHIPMENT,
    shipments.map(({ id, request, notice }) => ({
      id,
      fulfillment_request_id: request.id,
      order_id: request.orderId,
      node_id: request.nodeId,
      external_id: notice.externalId,
      carrier: notice.carrier,
      service: notice.service,
      shipped_at: notice.shippedAt,
      packages: notice.packages,
    })),
  )
  await insertRows(
    db,
    'shipment_line',
    { shipment_id: 'text', line_no: 'int4', quantity: 'int4' } as const,
    shipments.flatMap(({ id, lines }) =>
      lines.map((line) => ({ shipment_id: id, line_no: line.lineNo, quantity: line.quantity })),
    ),
  )
}

/** `request␟external id` of shipments already known, so that a repeated notice is a repeat and not a second parcel. */
export async function knownShipments(db: Queryable, requestIds: readonly string[]): Promise<Set<string>> {
  const rows = await db.query<{ fulfillment_request_id: string; external_id: string }>(
    'SELECT fulfillment_request_id, external_id FROM shipment WHERE fulfillment_request_id = ANY($1::text[])',
    [requestIds],
  )
  return new Set(rows.map((row) => shipmentKey(row.fulfillment_request_id, row.external_id)))
}

export const shipmentKey = (requestId: string, externalId: string): string => `${requestId}\u001f${externalId}`
