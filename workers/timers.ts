/**
 * Deadlines: reservations end or are extended; a node that owes an answer and is late is reminded, then loses the work to another, or
 * becomes an exception case. Nothing waits for ever.
 */
import { reminderDue } from '#core/fulfillment/due.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import type { Queryable } from '#store/database.ts'
import { appendFacts } from '#store/facts.ts'
import { markReminded } from '#store/fulfillment.ts'
import { lockOrderHeads } from '#store/orders.ts'
import { openCases } from '#store/quarantine.ts'
import { somebodyWaits, wakeWaiting } from '#store/routing-waits.ts'
import type { Unit } from '#store/unit.ts'
import { endReservations } from './held.ts'
import { tellOverdueHolds } from './holds.ts'
import { replaceable, SILENT, takeBack } from './overdue.ts'
import { releaseAfterGrace } from './submit.ts'
import { tellMissingReceipts } from './missing-receipts.ts'
import { retryRaces } from './races.ts'
import { remindNodes } from './remind-nodes.ts'
import { handleOverdueReturns } from './returns/lapse.ts'
import { substituteAllowed } from './substitute-allowed.ts'
import type { World } from './world.ts'

const MAX_AT_ONCE = 500

type Overdue = {
  id: string
  orderId: string
  nodeId: string
  dueAt: Instant
  negotiation: string
  remindedAt: Instant | null
}

/** A slot that was full has another hour, or another day, behind it by then. */
const CAPACITY_RETRY_MS = 3_600_000

export async function handleTimers(world: World): Promise<void> {
  await endReservations(world)
  await releaseAfterGrace(world)
  await tellOverdueHolds(world)
  await handleOverdueReturns(world)
  await substituteAllowed(world)
  await tellMissingReceipts(world)
  const now = world.clock.now()
  const overdue = await remindFirst(world, await overdueRequests(world.db, now), now)
  const silent = await replaceable(
    world,
    overdue.filter((each) => each.negotiation === 'submitted').map((each) => each.id),
    now,
  )
  if (overdue.length > 0) {
    await retryRaces(() =>
      world.commit(async (unit) => {
        const taken = await takeBack(unit, world, silent, now, SILENT, 'timers')
        await tellOverdue(unit, world, overdue, taken, now)
      }),
    )
  }
  const before = plusMs(now, -CAPACITY_RETRY_MS)
  if (await somebodyWaits(world.db, 'capacityFull', before)) {
    await world.commit(async (unit) => {
      unit.enqueue('route', await wakeWaiting(unit, 'capacityFull', before, now, MAX_AT_ONCE))
    })
  }
}

/** Reminds each node once of what it owes, where it is to be reminded. Returns those whose time is over for good. */
async function remindFirst(world: World, all: readonly Overdue[], now: Instant): Promise<Overdue[]> {
  if (all.length === 0) return []
  const { nodes } = await world.master.fresh()
  const reminders = all.flatMap((each) => {
    const dueAt = each.remindedAt === null ? reminderDue(nodes.get(each.nodeId), now) : undefined
    return dueAt === undefined ? [] : [{ ...each, dueAt, missed: each.dueAt }]
  })
  if (reminders.length === 0) return [...all]
  await world.commit(async (unit) => {
    await lockOrderHeads(unit, [...new Set(reminders.map((each) => each.orderId))])
    const marked = await markReminded(unit, reminders, now)
    const late = reminders.filter((each) => marked.has(each.id))
    await remindNodes(unit, world, late, now)
    await appendFacts(
      unit,
      late.map(({ id, orderId, nodeId, dueAt, missed }) => ({
        id: world.ids.next('fct'),
        orderId,
        kind: 'answerReminded' as const,
        at: now,
        actor: 'timers',
        cause: id,
        data: { requestId: id, nodeId, missed, dueAt },
      })),
    )
  })
  const reminded = new Set(reminders.map((each) => each.id))
  return all.filter((each) => !reminded.has(each.id))
}

function overdueRequests(db: Queryable, now: Instant): Promise<Overdue[]> {
  return db.query<Overdue>(
    `SELECT f.id, f.order_id AS "orderId", f.node_id AS "nodeId", f.answer_due_at AS "dueAt", f.negotiation, f.reminded_at AS "remindedAt" FROM fulfillment_request f
     WHERE f.work IN ('open', 'inProgress') AND f.answer_due_at < $1 AND f.negotiation <> 'unsubmitted'
       AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.kind = 'answerOverdue' AND c.subject = f.id AND c.state = 'open')
     ORDER BY f.answer_due_at LIMIT $2`,
    [now, MAX_AT_ONCE],
  )
}

async function tellOverdue(
  unit: Unit,
  world: World,
  all: readonly Overdue[],
  taken: ReadonlySet<string>,
  now: Instant,
): Promise<void> {
  const overdue = all.filter((request) => !taken.has(request.id))
  const cases = overdue.map((request) => ({
    id: world.ids.next('exc'),
    kind: 'answerOverdue' as const,
    subject: request.id,
    orderId: request.orderId,
    detail: `${request.nodeId} owed an answer by ${request.dueAt}; it has said ${request.negotiation === 'submitted' ? 'nothing' : request.negotiation}`,
    cure: 'Call the node. Record what it says through the API, or reject its units so that they are routed elsewhere.',
    owner: 'partner' as const,
  }))
  const opened = await openCases(unit, cases, now)
  await appendFacts(
    unit,
    [
      ...cases.filter((each) => opened.has(each.id)).map((each) => ({ cause: each.id, ...each })),
      ...all.filter((each) => taken.has(each.id)).map((each) => ({ ...each, cause: each.id, subject: each.id })),
    ].map((each) => ({
      id: world.ids.next('fct'),
      orderId: each.orderId,
      kind: 'answerOverdue' as const,
      at: now,
      actor: 'timers',
      cause: each.cause,
      data: { requestId: each.subject, ...(taken.has(each.subject) ? { routedElsewhere: true } : {}) },
    })),
  )
}
