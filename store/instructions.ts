/**
 * Instructions: what partners must be told. The row is committed with the decision that made it; the bytes are committed before
 * the first attempt; the outcome is committed after. Whatever dies in between, the next worker knows where it stands.
 */
import type { InstructionState } from '#core/model/document.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { awaitReceipts } from './awaited-receipts.ts'
import { insertRows, unnestRows } from './rows.ts'
import type { Unit } from './unit.ts'

export type NewInstruction = {
  id: string
  connectionId: string
  port: string
  kind: string
  /** Deterministic: one effect at the partner for each, for ever. */
  businessKey: string
  subjectId: string
  orderId?: string | undefined
  document: unknown
  createdAt: Instant
  /** Not sent before this: the grace period of its order. */
  notBefore?: Instant | undefined
}

export type StoredInstruction = {
  id: string
  connectionId: string
  port: string
  kind: string
  businessKey: string
  subjectId: string
  orderId: string | null
  document: unknown
  state: InstructionState
  transmissionId: string | null
  attempts: number
  lookups: number
  /** Not before this. */
  nextAt: Instant
  leaseUntil: Instant | null
}

export const deliverQueue = (connectionId: string): string => `deliver-${connectionId}`

const INSTRUCTION = {
  id: 'text',
  connection_id: 'text',
  port: 'text',
  kind: 'text',
  business_key: 'text',
  subject_id: 'text',
  order_id: 'text',
  document: 'jsonb',
  next_at: 'timestamptz',
  created_at: 'timestamptz',
} as const

/** Stores what is new and queues it for delivery; a business key that is already there stays as it is. */
export async function insertInstructions(unit: Unit, instructions: readonly NewInstruction[]): Promise<void> {
  const inserted = await insertRows<typeof INSTRUCTION, { id: string; connection_id: string }>(
    unit,
    'instruction',
    INSTRUCTION,
    instructions.map((each) => ({
      id: each.id,
      connection_id: each.connectionId,
      port: each.port,
      kind: each.kind,
      business_key: each.businessKey,
      subject_id: each.subjectId,
      order_id: each.orderId,
      document: each.document,
      next_at: each.notBefore ?? each.createdAt,
      created_at: each.createdAt,
    })),
    'ON CONFLICT (connection_id, port, business_key) DO NOTHING RETURNING id, connection_id',
  )
  // What has to wait is found by the sweeper when its time has come.
  const waiting = new Set(instructions.filter((each) => each.notBefore !== undefined).map((each) => each.id))
  for (const row of inserted) if (!waiting.has(row.id)) unit.enqueue(deliverQueue(row.connection_id), [row.id])
}

const SELECT = `SELECT id, connection_id AS "connectionId", port, kind, business_key AS "businessKey", subject_id AS "subjectId", order_id AS "orderId",
  document, state, transmission_id AS "transmissionId", attempts, lookups, next_at AS "nextAt", lease_until AS "leaseUntil" FROM instruction`

export async function loadInstructions(db: Queryable, ids: readonly string[]): Promise<StoredInstruction[]> {
  return db.query<StoredInstruction>(`${SELECT} WHERE id = ANY($1::text[]) ORDER BY id`, [ids])
}

/**
 * What is told in its order: events of one order, and what a channel must hear after our answer to the order or a change of it, such
 * as the shipment of units that the change adds. One that has another before it is not open yet. `i` is its row.
 */
const WAITS_FOR_ITS_TURN = `((i.kind = 'event' AND EXISTS (SELECT 1 FROM instruction b WHERE b.kind = 'event'
  AND b.state IN ('queued', 'sending', 'unknown', 'parked') AND b.connection_id = i.connection_id AND b.subject_id = i.subject_id AND b.id < i.id))
  OR (i.kind IN ('channelShipment', 'channelChange', 'amendmentAnswer') AND EXISTS (SELECT 1 FROM instruction b
  WHERE b.kind IN ('channelAnswer', 'channelChange', 'amendmentAnswer')
  AND b.state IN ('queued', 'sending', 'unknown') AND b.order_id = i.order_id AND b.id < i.id)))`

/**
 * What a delivery takes in hand: the named instructions as far as they are open, and with them up to `max` others of the connection
 * that are due, so that under load a delivery takes what waits.
 */
export async function openInstructions(
  db: Queryable,
  connectionId: string,
  ids: readonly string[],
  now: Instant,
  max: number,
): Promise<StoredInstruction[]> {
  return db.query<StoredInstruction>(
    `${SELECT} i WHERE state IN ('queued', 'sending', 'unknown') AND connection_id = $1 AND NOT ${WAITS_FOR_ITS_TURN} AND id IN (
       SELECT unnest($2::text[]) UNION ALL (
         SELECT id FROM instruction i WHERE connection_id = $1 AND ((state IN ('queued', 'unknown') AND next_at <= $3)
           OR (state = 'sending' AND lease_until < $3)) AND NOT ${WAITS_FOR_ITS_TURN} ORDER BY next_at, id LIMIT $4))
     ORDER BY id`,
    [connectionId, ids, now, max],
  )
}

/** Instructions of one connection that are due: new ones, deferred ones, unknown ones to look up, and sends whose lease ran out. */
export async function dueInstructions(
  db: Queryable,
  connectionId: string,
  now: Instant,
  max: number,
): Promise<StoredInstruction[]> {
  return db.query<StoredInstruction>(
    `${SELECT} WHERE connection_id = $1 AND ((state IN ('queued', 'unknown') AND next_at <= $2) OR (state = 'sending' AND lease_until < $2))
     ORDER BY next_at, id LIMIT $3`,
    [connectionId, now, max],
  )
}

export type NewTransmission = {
  id: string
  connectionId: string
  port: string
  name: string
  bytes: Uint8Array
  instructionIds: string[]
  /** It was prepared, and stored, by an earlier attempt. */
  again: boolean
  /** A technical receipt that the partner owes for it. */
  receipt?: { key: string; withinMs: number }
}

/**
 * Commits the bytes and takes the instructions for sending. Answers with the transmissions that may be sent: one that lost an
 * instruction meanwhile (to another worker, or to a cancel) holds bytes that must not leave, so its others go back to the queue
 * and are prepared without it.
 */
export async function beginSending(
  unit: Unit,
  transmissions: readonly NewTransmission[],
  leaseUntil: Instant,
  now: Instant,
): Promise<Set<string>> {
  const { from, parameters } = unnestRows(
    { id: 'text', transmission_id: 'text', again: 'bool' } as const,
    transmissions.flatMap((each) =>
      each.instructionIds.map((id) => ({ id, transmission_id: each.id, again: each.again })),
    ),
    2,
  )
  const rows = await unit.query<{ id: string }>(
    `UPDATE instruction i SET state = 'sending', transmission_id = r.transmission_id, attempts = i.attempts + 1, lease_until = $1::timestamptz
     FROM ${from} WHERE i.id = r.id AND i.state = 'queued'
       AND CASE WHEN r.again THEN i.transmission_id = r.transmission_id ELSE i.transmission_id IS NULL END RETURNING i.id`,
    [leaseUntil, ...parameters],
  )
  const taken = new Set(rows.map((row) => row.id))
  const whole = transmissions.filter((each) => each.instructionIds.every((id) => taken.has(id)))
  const broken = transmissions.filter((each) => !whole.includes(each))
  await storeTransmissions(
    unit,
    whole.filter((each) => !each.again),
    now,
  )
  await giveBack(
    unit,
    broken.flatMap((each) => each.instructionIds).filter((id) => taken.has(id)),
    broken[0]?.connectionId,
  )
  return new Set(whole.map((each) => each.id))
}

async function storeTransmissions(unit: Unit, transmissions: readonly NewTransmission[], now: Instant): Promise<void> {
  await insertRows(
    unit,
    'transmission',
    {
      id: 'text',
      connection_id: 'text',
      port: 'text',
      name: 'text',
      bytes: 'bytea',
      created_at: 'timestamptz',
    } as const,
    transmissions.map((each) => ({
      id: each.id,
      connection_id: each.connectionId,
      port: each.port,
      name: each.name,
      bytes: each.bytes,
      created_at: now,
    })),
  )
  await awaitReceipts(
    unit,
    transmissions.flatMap(({ id, connectionId, receipt }) =>
      receipt === undefined ? [] : [{ transmissionId: id, connectionId, ...receipt }],
    ),
  )
}

async function giveBack(unit: Unit, ids: readonly string[], connectionId: string | undefined): Promise<void> {
  if (ids.length === 0 || connectionId === undefined) return
  await unit.query(
    `UPDATE instruction SET state = 'queued', transmission_id = NULL, attempts = attempts - 1, lease_until = NULL WHERE id = ANY($1::text[])`,
    [ids],
  )
  unit.enqueue(deliverQueue(connectionId), ids)
}

/** Takes instructions whose send lease ran out, or whose outcome is unknown, for a look-up. */
export async function beginLookup(
  db: Queryable,
  ids: readonly string[],
  leaseUntil: Instant,
  now: Instant,
): Promise<Set<string>> {
  const taken = await db.query<{ id: string }>(
    `UPDATE instruction SET state = 'unknown', lookups = lookups + 1, lease_until = $2, next_at = $2
     WHERE id = ANY($1::text[]) AND ((state = 'unknown' AND next_at <= $3) OR (state = 'sending' AND lease_until < $3)) RETURNING id`,
    [ids, leaseUntil, now],
  )
  return new Set(taken.map((row) => row.id))
}

export type Settlement = {
  id: string
  state: InstructionState
  reference?: string | undefined
  detail?: string | undefined
  /** For queued and unknown: not before this. */
  nextAt: Instant
  /** A throttled attempt is given back: it costs none. */
  refundAttempt?: boolean
  /** Forget the prepared bytes, so that the next attempt is prepared afresh. */
  forgetTransmission?: boolean
}

export async function settleInstructions(
  db: Queryable,
  settlements: readonly Settlement[],
  now: Instant,
): Promise<void> {
  if (settlements.length === 0) return
  const types = {
    id: 'text',
    state: 'text',
    reference: 'text',
    detail: 'text',
    next_at: 'timestamptz',
    refund: 'int4',
    forget: 'bool',
  } as const
  const { from, parameters } = unnestRows(
    types,
    settlements.map((each) => ({
      id: each.id,
      state: each.state,
      reference: each.reference,
      detail: each.detail,
      next_at: each.nextAt,
      refund: each.refundAttempt === true ? 1 : 0,
      forget: each.forgetTransmission === true,
    })),
    2,
  )
  await db.query(
    `UPDATE instruction i SET state = r.state, reference = coalesce(r.reference, i.reference), detail = r.detail, next_at = r.next_at,
            attempts = i.attempts - r.refund, lease_until = NULL,
            transmission_id = CASE WHEN r.forget THEN NULL ELSE i.transmission_id END,
            settled_at = CASE WHEN r.state IN ('sent', 'rejected', 'cancelled') THEN $1::timestamptz END
     FROM ${from} WHERE i.id = r.id`,
    [now, ...parameters],
  )
}

export type StoredTransmission = { id: string; port: string; name: string; bytes: Uint8Array }

export async function loadTransmissions(db: Queryable, ids: readonly string[]): Promise<StoredTransmission[]> {
  return db.query<StoredTransmission>('SELECT id, port, name, bytes FROM transmission WHERE id = ANY($1::text[])', [
    ids,
  ])
}

/** Every instruction of these transmissions: a file is sent or looked up as a whole. */
export async function instructionsOfTransmissions(
  db: Queryable,
  transmissionIds: readonly string[],
): Promise<StoredInstruction[]> {
  return db.query<StoredInstruction>(`${SELECT} WHERE transmission_id = ANY($1::text[]) ORDER BY id`, [transmissionIds])
}

/** What waits for a partner that is away is not looked at before `until`. It loses no attempt by that. */
export async function postpone(db: Queryable, ids: readonly string[], until: Instant): Promise<void> {
  if (ids.length === 0) return
  await db.query(
    `UPDATE instruction SET next_at = $2 WHERE id = ANY($1::text[]) AND state IN ('queued', 'unknown') AND next_at < $2`,
    [ids, until],
  )
}

/** Connections that have work due, for the sweeper. */
export async function connectionsWithDueWork(
  db: Queryable,
  before: Instant,
): Promise<{ connectionId: string; ids: string[] }[]> {
  return db.query<{ connectionId: string; ids: string[] }>(
    `SELECT connection_id AS "connectionId", (array_agg(id ORDER BY next_at))[1:1000] AS ids FROM instruction i
     WHERE ((state IN ('queued', 'unknown') AND next_at < $1) OR (state = 'sending' AND lease_until < $1)) AND NOT ${WAITS_FOR_ITS_TURN}
     GROUP BY connection_id`,
    [before],
  )
}

/**
 * Takes back instructions that were not sent yet, or that the partner refused. Returns the subjects that were really taken back. What was to leave in the same
 * bytes is prepared afresh: the partner must not find the cancelled one in them.
 */
export async function cancelQueued(
  db: Queryable,
  subjectIds: readonly string[],
  kind: string,
  now: Instant,
  detail = 'the order was cancelled before it was sent',
): Promise<Set<string>> {
  const rows = await db.query<{ subject_id: string; transmission_id: string | null }>(
    `UPDATE instruction SET state = 'cancelled', settled_at = $3, detail = $4
     WHERE subject_id = ANY($1::text[]) AND kind = $2 AND state IN ('queued', 'held', 'rejected') RETURNING subject_id, transmission_id`,
    [subjectIds, kind, now, detail],
  )
  await prepareAfresh(
    db,
    rows.flatMap((row) => row.transmission_id ?? []),
  )
  return new Set(rows.map((row) => row.subject_id))
}

/**
 * A request that is not sent yet asks for less: its document is written anew. Returns the subjects whose document was; any other is on its
 * way at this moment.
 */
export async function rewriteQueued(
  db: Queryable,
  documents: readonly { subjectId: string; document: unknown }[],
): Promise<Set<string>> {
  if (documents.length === 0) return new Set()
  const { from, parameters } = unnestRows(
    { subject_id: 'text', document: 'jsonb' } as const,
    documents.map((each) => ({ subject_id: each.subjectId, document: each.document })),
  )
  const rows = await db.query<{ subject_id: string; transmission_id: string | null }>(
    `UPDATE instruction i SET document = r.document FROM ${from}
     WHERE i.subject_id = r.subject_id AND i.kind = 'fulfillmentInstruction' AND i.state IN ('queued', 'held') RETURNING i.subject_id, i.transmission_id`,
    parameters,
  )
  await prepareAfresh(
    db,
    rows.flatMap((row) => row.transmission_id ?? []),
  )
  return new Set(rows.map((row) => row.subject_id))
}

/** Bytes that one of their instructions may not leave in are made anew for the others. */
async function prepareAfresh(db: Queryable, transmissionIds: readonly string[]): Promise<void> {
  if (transmissionIds.length === 0) return
  await db.query(
    `UPDATE instruction SET transmission_id = NULL WHERE transmission_id = ANY($1::text[]) AND state IN ('queued', 'held')`,
    [transmissionIds],
  )
}

/**
 * Stops what would move goods of these orders, as far as they are held and it was not sent yet. The caller holds the orders' locks, so
 * that no hold comes or goes meanwhile; a delivery that takes an instruction at this moment is either first, or finds it stopped.
 */
export async function stopHeld(db: Queryable, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length === 0) return
  const rows = await db.query<{ transmission_id: string | null }>(
    `UPDATE instruction i SET state = 'held', detail = 'a hold stops it'
     WHERE order_id = ANY($1::text[]) AND kind = 'fulfillmentInstruction' AND state = 'queued'
       AND EXISTS (SELECT 1 FROM order_hold h WHERE h.order_id = i.order_id AND h.released_at IS NULL) RETURNING transmission_id`,
    [orderIds],
  )
  await prepareAfresh(
    db,
    rows.flatMap((row) => row.transmission_id ?? []),
  )
}

/** Nothing holds these orders any more: what was stopped is due again, or when its grace period ends. */
export async function freeHeld(unit: Unit, orderIds: readonly string[], now: Instant): Promise<void> {
  if (orderIds.length === 0) return
  const rows = await unit.query<{ id: string; connection_id: string; due: boolean }>(
    `UPDATE instruction i SET state = 'queued', detail = NULL, next_at = greatest(next_at, $2::timestamptz)
     WHERE order_id = ANY($1::text[]) AND state = 'held'
       AND NOT EXISTS (SELECT 1 FROM order_hold h WHERE h.order_id = i.order_id AND h.released_at IS NULL)
     RETURNING id, connection_id, next_at <= $2::timestamptz AS due`,
    [orderIds, now],
  )
  for (const row of rows) if (row.due) unit.enqueue(deliverQueue(row.connection_id), [row.id])
}

/** Takes back availability that was not told yet, because a newer number for the same position is about to be. */
export async function supersedeQueued(
  db: Queryable,
  connectionId: string,
  subjectIds: readonly string[],
  now: Instant,
): Promise<void> {
  await db.query(
    `UPDATE instruction SET state = 'cancelled', settled_at = $3, detail = 'a newer number is told instead'
     WHERE connection_id = $1 AND subject_id = ANY($2::text[]) AND kind = 'availability' AND state = 'queued'`,
    [connectionId, subjectIds, now],
  )
}

/** The questions to leave out units of these requests that were refused as documents, and wait for a person. */
export async function cancelInstructions(db: Queryable, requestIds: readonly string[]): Promise<string[]> {
  if (requestIds.length === 0) return []
  const rows = await db.query<{ id: string }>(
    `SELECT id FROM instruction WHERE kind = 'fulfillmentCancel' AND state = 'rejected' AND subject_id = ANY($1::text[])`,
    [requestIds],
  )
  return rows.map((row) => row.id)
}
