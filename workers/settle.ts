/** After a send or a look-up: what the outcome means for the instruction, for its order, and for the connection. One commit. */
import { FAULT_RULES, type FaultKind } from '#core/fault.ts'
import { describeIssue } from '#core/issue.ts'
import type { FactKind } from '#core/model/fact.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import type { Lookup, Outcome } from '#core/outcome.ts'
import type { Documents } from '#connectors/contract/connector.ts'
import { appendFacts } from '#store/facts.ts'
import { loadRequests, wantedBack } from '#store/fulfillment.ts'
import { type Settlement, settleInstructions, stopHeld, type StoredInstruction } from '#store/instructions.ts'
import { setConnectionState } from '#store/master-data.ts'
import { loadOrders, lockOrderHeads } from '#store/orders.ts'
import { type NewCase, openCases } from '#store/quarantine.ts'
import { markChanged, recordTold } from '#store/availability.ts'
import type { Unit } from '#store/unit.ts'
import { pursue } from './cancel-orders.ts'
import { refundsFollow } from './returns/follow.ts'
import type { LiveConnection } from './master.ts'
import { submitRequests } from './submit.ts'
import type { World } from './world.ts'

export type Result =
  /** `level`: the quantity a channel really has, where it refused ours. `away`: the partner answers nothing at all. */
  | { row: StoredInstruction; outcome: Outcome; level?: number; away?: true }
  /** `unasked`: nobody can be asked, and a repeat does no harm. */
  | { row: StoredInstruction; found: Lookup; lookupsLeft: boolean; unasked?: true }

const BACKOFF_MS = 1_000
const BACKOFF_MAX_MS = 5 * 60_000

export async function settle(world: World, connection: LiveConnection, results: readonly Result[]): Promise<void> {
  if (results.length === 0) return
  const now = world.clock.now()
  const settled = results.map((result) => ({
    row: result.row,
    settlement: settlementOf(result, now),
    level: 'level' in result ? result.level : undefined,
  }))
  await world.commit(async (unit) => {
    const sent = settled.filter((each) => each.settlement.state === 'sent').map((each) => each.row)
    await lockOrderHeads(unit, orderIdsOf(settled.map((each) => each.row)))
    // Nothing here waits for another's answer: on a server they share their round trips.
    await Promise.all([
      settleInstructions(
        unit,
        settled.map((each) => each.settlement),
        now,
      ),
      nodesWereTold(
        unit,
        world,
        sent.filter((row) => row.kind === 'fulfillmentInstruction'),
        now,
      ),
      channelWasTold(unit, connection.id, settled, now),
      appendFacts(
        unit,
        settled.flatMap((each) => factOf(world, connection.id, each.row, each.settlement, now)),
      ),
      openCases(
        unit,
        settled.flatMap((each) => caseOf(world, each.row, each.settlement)),
        now,
      ),
    ])
    await goOnCancelling(
      unit,
      world,
      settled.map((each) => each.row),
      now,
    )
    // What comes back to the queue of an order that was held meanwhile does not leave again.
    await stopHeld(
      unit,
      orderIdsOf(settled.filter((each) => each.settlement.state === 'queued').map((each) => each.row)),
    )
    await refundsFollow(unit, world, connection.id, settled, now)
    await stopBrokenConnection(unit, world, connection, results, now)
  })
}

const orderIdsOf = (rows: readonly StoredInstruction[]): string[] => [
  ...new Set(rows.flatMap((row) => row.orderId ?? [])),
]

function settlementOf(result: Result, now: Instant): Settlement {
  const { row } = result
  const base = { id: row.id, nextAt: now }
  if ('found' in result) {
    if (result.found.kind === 'present')
      return { ...base, state: 'sent', reference: result.found.reference, detail: 'found at the partner' }
    if (result.found.kind === 'absent' && result.unasked === true)
      return {
        ...base,
        state: 'queued',
        detail: 'the partner cannot be asked, and a repeat is harmless there; sent again',
        nextAt: plusMs(now, backoffMs(row.attempts)),
      }
    if (result.found.kind === 'absent')
      return { ...base, state: 'queued', detail: 'not found at the partner; sent again' }
    if (!result.lookupsLeft)
      return { ...base, state: 'parked', detail: `it is not known whether it arrived: ${result.found.message}` }
    return { ...base, state: 'unknown', detail: result.found.message, nextAt: plusMs(now, backoffMs(row.lookups)) }
  }
  const { outcome } = result
  const detail = describeOutcome(outcome)
  switch (outcome.kind) {
    case 'accepted':
    case 'duplicate':
      return { ...base, state: 'sent', reference: outcome.reference, detail: outcome.kind }
    case 'rejected':
      return { ...base, state: 'rejected', detail }
    case 'throttled':
      return { ...base, state: 'queued', detail, nextAt: plusMs(now, outcome.retryAfterMs), refundAttempt: true }
    case 'unknown':
      return { ...base, state: 'unknown', detail, nextAt: plusMs(now, BACKOFF_MS) }
    case 'unavailable':
      return { ...unavailable(row, outcome, detail, now), ...(result.away === true ? { refundAttempt: true } : {}) }
  }
}

function unavailable(
  row: StoredInstruction,
  outcome: Extract<Outcome, { kind: 'unavailable' }>,
  detail: string,
  now: Instant,
): Settlement {
  const base = { id: row.id, detail, nextAt: now }
  // The channel's number was not what we thought: the position is told again from fresh figures.
  if (outcome.fault === 'conflict' && row.kind === 'availability') return { ...base, state: 'cancelled' }
  switch (FAULT_RULES[outcome.fault].retry) {
    case 'backoff':
    case 'after':
      return { ...base, state: 'queued', nextAt: plusMs(now, outcome.retryAfterMs ?? backoffMs(row.attempts)) }
    // The connection is stopped; its work waits in the queue state until a good check resumes it.
    case 'resume':
      return { ...base, state: 'queued', refundAttempt: true, forgetTransmission: outcome.fault === 'config' }
    case 'lookup':
      return { ...base, state: 'unknown', nextAt: plusMs(now, BACKOFF_MS) }
    case 'never':
      return { ...base, state: 'parked' }
  }
}

const backoffMs = (tries: number): number => Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** Math.min(tries, 10))

/** The node knows now: its units are released. */
async function nodesWereTold(
  unit: Unit,
  world: World,
  rows: readonly StoredInstruction[],
  now: Instant,
): Promise<void> {
  if (rows.length === 0) return
  const requests = await loadRequests(unit, { ids: rows.map((row) => row.subjectId) })
  const told = requests.filter((request) => request.negotiation === 'unsubmitted')
  await submitRequests(unit, world, told, now)
}

/** Units that were wanted back while their request was on its way: taken back where it did not arrive, asked for where it did. */
async function goOnCancelling(
  unit: Unit,
  world: World,
  rows: readonly StoredInstruction[],
  now: Instant,
): Promise<void> {
  const ids = rows.filter((row) => row.kind === 'fulfillmentInstruction').map((row) => row.subjectId)
  const waiting = await wantedBack(unit, ids)
  if (waiting.length === 0) return
  const orders = new Map(
    (
      await loadOrders(
        unit,
        waiting.map((each) => each.orderId),
      )
    ).map((each) => [each.id as string, each]),
  )
  for (const request of await loadRequests(unit, { ids: waiting.map((each) => each.id) })) {
    const order = orders.get(request.orderId)
    if (order !== undefined) await pursue(unit, world, order, [request], request.id, 'cancelled while it was sent', now)
  }
}

async function channelWasTold(
  unit: Unit,
  connectionId: string,
  settled: readonly { row: StoredInstruction; settlement: Settlement; level: number | undefined }[],
  now: Instant,
): Promise<void> {
  const notices = settled.filter(
    (each) =>
      each.row.kind === 'availability' && each.settlement.state !== 'queued' && each.settlement.state !== 'unknown',
  )
  if (notices.length === 0) return
  const told = notices.map(({ row, settlement, level }) => {
    const notice = row.document as Documents['availability']
    return {
      sku: notice.sku,
      nodeId: notice.nodeId,
      available: settlement.state === 'sent' ? notice.available : (level ?? null),
      again: settlement.state === 'cancelled',
    }
  })
  await recordTold(unit, connectionId, told, now)
  await markChanged(
    unit,
    told.filter((each) => each.again),
  )
}

const SENT_FACT: Record<string, FactKind> = {
  fulfillmentInstruction: 'sent',
  channelShipment: 'channelTold',
  channelChange: 'channelTold',
  channelTracking: 'channelTold',
}

function factOf(world: World, actor: string, row: StoredInstruction, settlement: Settlement, now: Instant) {
  if (row.orderId === null) return []
  const failed = settlement.state === 'rejected' || settlement.state === 'parked'
  const kind = settlement.state === 'sent' ? SENT_FACT[row.kind] : failed ? 'sendFailed' : undefined
  if (kind === undefined) return []
  return [
    {
      id: world.ids.next('fct'),
      orderId: row.orderId,
      kind,
      at: now,
      actor,
      cause: row.id,
      data: {
        subject: row.subjectId,
        ...(settlement.reference === undefined ? {} : { reference: settlement.reference }),
        ...(failed ? { detail: settlement.detail } : {}),
      },
    },
  ]
}

function caseOf(world: World, row: StoredInstruction, settlement: Settlement): NewCase[] {
  if (row.kind === 'availability' || (settlement.state !== 'rejected' && settlement.state !== 'parked')) return []
  const rejected = settlement.state === 'rejected'
  return [
    {
      id: world.ids.next('exc'),
      kind: rejected ? 'sendRejected' : 'outcomeUnknown',
      subject: row.id,
      orderId: row.orderId ?? undefined,
      instructionId: row.id,
      detail: settlement.detail ?? settlement.state,
      cure:
        rejected && row.kind === 'fulfillmentCancel'
          ? 'Call the node, and record what it says with POST /v1/fulfillment-requests/{id}/cancel-response.'
          : rejected
            ? 'Read the reason, correct the data or the map, then requeue the instruction.'
            : 'Ask the partner whether it arrived; then confirm the instruction as sent, or requeue it.',
      owner: 'operator',
    },
  ]
}

/** A credential or a setting that is wrong fails for everything: stop once, tell once, lose nothing. */
async function stopBrokenConnection(
  unit: Unit,
  world: World,
  connection: LiveConnection,
  results: readonly Result[],
  now: Instant,
): Promise<void> {
  const broken = results.flatMap((result) =>
    'outcome' in result && result.outcome.kind === 'unavailable' && isStopping(result.outcome.fault)
      ? [result.outcome]
      : [],
  )[0]
  if (broken !== undefined) await breakConnection(unit, world, connection, broken, now)
}

/** Stops a connection until a good check resumes it, with one case for the operator. One that is stopped already stays as it is. */
export async function breakConnection(
  unit: Unit,
  world: World,
  connection: LiveConnection,
  broken: { fault: FaultKind; message: string },
  now: Instant,
): Promise<void> {
  if (connection.state !== 'active') return
  await setConnectionState(unit, connection.id, 'broken', broken.message, now)
  await openCases(
    unit,
    [
      {
        id: world.ids.next('exc'),
        kind: 'connectionBroken',
        subject: connection.id,
        detail: broken.message,
        cure: FAULT_RULES[broken.fault].cure,
        owner: 'operator',
      },
    ],
    now,
  )
}

export const isStopping = (fault: FaultKind): boolean => FAULT_RULES[fault].retry === 'resume'

/** One line about an outcome, for the timeline and for people. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'accepted':
    case 'duplicate':
      return outcome.reference ?? outcome.kind
    case 'rejected':
      return outcome.issues.map(describeIssue).join('; ')
    case 'throttled':
      return `the partner asks to wait ${outcome.retryAfterMs} ms`
    case 'unavailable':
    case 'unknown':
      return outcome.message
  }
}
