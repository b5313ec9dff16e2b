/**
 * Taking units back from fulfillment requests, unit by unit. What a node was never told of is taken back at once; what it knows is asked
 * for in its own language, and where it has no word for "please do not", a person has to call. What is wanted back is written down, so
 * that whoever touches a request next goes on from there.
 */
import { takeUnsent } from '#core/fulfillment/cancel-answer.ts'
import { ask, backOf, type Purpose, wantAfterAll, wantBack, wantedOf, wantsMore } from '#core/fulfillment/take-back.ts'
import type { CancelRequest, FulfillmentRequest, FulfillmentRequestLine } from '#core/model/fulfillment.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import { appendFacts } from '#store/facts.ts'
import { loadRequests, timesAsked, writeWantedBack } from '#store/fulfillment.ts'
import { cancelQueued, insertInstructions, rewriteQueued } from '#store/instructions.ts'
import { type StoredOrder } from '#store/orders.ts'
import { openCases } from '#store/quarantine.ts'
import { carriedOfAnswers } from '#store/traces.ts'
import type { Unit } from '#store/unit.ts'
import { writeProgress } from './apply-progress.ts'
import { instructionDocument } from './instruction-document.ts'
import { outboundPort } from './master.ts'
import type { World } from './world.ts'

const CANCEL_ANSWER_MS = 24 * 3_600_000

export type Wanted = { lineNo: number; quantity: number; purpose: Purpose }
/** What became of it so far: given up already, asked for, or not to be had any more. */
export type TakenBack = { back: Lines; asked: Lines; left: Lines }
type Lines = { lineNo: number; quantity: number }[]

/** Wants `units` more of the order's lines back from its requests. The caller holds the order's lock. */
export async function takeUnits(
  unit: Unit,
  world: World,
  order: StoredOrder,
  units: readonly Wanted[],
  cause: string,
  reason: string,
  now: Instant,
): Promise<TakenBack> {
  const requests = new Map(
    (await loadRequests(unit, { orderIds: [order.id] })).map((each) => [each.id as string, each]),
  )
  const touched = new Set<string>()
  const left = units.flatMap(({ lineNo, quantity, purpose }) => {
    const wanted = wantBack([...requests.values()], lineNo, quantity, purpose)
    for (const request of wanted.changed) {
      requests.set(request.id, request)
      touched.add(request.id)
    }
    return wanted.left > 0 ? [{ lineNo, quantity: wanted.left }] : []
  })
  const changed = [...touched].flatMap((id) => requests.get(id) ?? [])
  await writeWantedBack(unit, changed)
  return { ...(await pursue(unit, world, order, changed, cause, reason, now)), left }
}

/**
 * Says how many units in work are not wanted any more in all, of each line that was spoken about: what was asked for before is not asked
 * again, and what is wanted after all is not given up. The caller holds the order's lock.
 */
export async function followUnwanted(
  unit: Unit,
  world: World,
  order: StoredOrder,
  unwanted: readonly { lineNo: number; quantity: number }[],
  cause: string,
  reason: string,
  now: Instant,
): Promise<TakenBack> {
  const nothing: TakenBack = { back: [], asked: [], left: [] }
  if (unwanted.length === 0) return nothing
  const requests = await loadRequests(unit, { orderIds: [order.id] })
  const known = (lineNo: number): { wanted: number; refused: number } => {
    const lines = requests.flatMap((request) => request.lines.filter((line) => line.lineNo === lineNo).map(backOf))
    return {
      wanted: lines.reduce((sum, back) => sum + back.cancel, 0),
      refused: lines.reduce((sum, back) => sum + back.refused, 0),
    }
  }
  const more: Wanted[] = []
  const after = new Map<string, FulfillmentRequest>()
  for (const line of unwanted) {
    const { wanted, refused } = known(line.lineNo)
    const quantity = Math.max(0, line.quantity - refused) - wanted
    if (quantity > 0) more.push({ lineNo: line.lineNo, quantity, purpose: 'cancel' })
    if (quantity < 0)
      for (const request of wantAfterAll(
        requests.map((each) => after.get(each.id) ?? each),
        line.lineNo,
        -quantity,
      ))
        after.set(request.id, request)
  }
  await writeWantedBack(unit, [...after.values()])
  return more.length === 0 ? nothing : takeUnits(unit, world, order, more, cause, reason, now)
}

/** Does the next thing for requests of which units are wanted back. The caller holds the order's lock. */
export async function pursue(
  unit: Unit,
  world: World,
  order: StoredOrder,
  requests: readonly FulfillmentRequest[],
  cause: string,
  reason: string,
  now: Instant,
): Promise<Omit<TakenBack, 'left'>> {
  const open = requests.filter((request) => request.lines.some((line) => wantedOf(line) > 0))
  const taken = await takeUnsentUnits(unit, world, order, open, cause, now)
  const asked = await askNodes(unit, world, open, cause, reason, now)
  return { back: sumLines(taken, wantedOf), asked: sumLines(asked, (line) => backOf(line).asked) }
}

function sumLines(requests: readonly FulfillmentRequest[], units: (line: FulfillmentRequestLine) => number): Lines {
  const sums = new Map<number, number>()
  for (const line of requests.flatMap((request) => request.lines))
    if (units(line) > 0) sums.set(line.lineNo, (sums.get(line.lineNo) ?? 0) + units(line))
  return [...sums].map(([lineNo, quantity]) => ({ lineNo, quantity }))
}

/** Of requests whose node was never told. One that is on its way at this moment is asked for when it has arrived. */
async function takeUnsentUnits(
  unit: Unit,
  world: World,
  order: StoredOrder,
  requests: readonly FulfillmentRequest[],
  cause: string,
  now: Instant,
): Promise<FulfillmentRequest[]> {
  const unsent = requests
    .filter((request) => request.negotiation === 'unsubmitted')
    .map((request) => ({ request, progress: takeUnsent(request, now) }))
  const untold = unsent.filter(({ request }) => request.connectionId !== undefined)
  const whole = untold.filter(({ progress }) => progress.lines.every((line) => line.outstanding === 0))
  const partly = untold.filter((each) => !whole.includes(each))
  const withdrawn = await cancelQueued(
    unit,
    whole.map(({ request }) => request.id),
    'fulfillmentInstruction',
    now,
  )
  const shortened = await rewriteQueued(
    unit,
    partly.map(({ request, progress }) => ({
      subjectId: request.id,
      document: instructionDocument(order, { ...request, lines: progress.lines }, world.master.current().nodes),
    })),
  )
  const taken = unsent.filter(
    ({ request }) => request.connectionId === undefined || withdrawn.has(request.id) || shortened.has(request.id),
  )
  const steps = taken.map((each) => ({ ...each, actor: 'cancel', cause }))
  await writeProgress(unit, world, new Map([[order.id as string, order]]), steps, now)
  return taken.map(({ request }) => request)
}

/** Asks the nodes that were told. Their answers come in as cancel responses. */
async function askNodes(
  unit: Unit,
  world: World,
  requests: readonly FulfillmentRequest[],
  cause: string,
  reason: string,
  now: Instant,
): Promise<FulfillmentRequest[]> {
  const questions = requests.flatMap((request) => ask(request, reason) ?? [])
  if (questions.length === 0) return []
  const speaking = await tellToStop(unit, world, questions, now)
  const silent = questions.filter((question) => !speaking.includes(question))
  const asked = questions.map((question) => question.request)
  await writeWantedBack(unit, asked, plusMs(now, CANCEL_ANSWER_MS))
  await appendFacts(
    unit,
    questions.map(({ request, document }) => ({
      id: world.ids.next('fct'),
      orderId: request.orderId,
      kind: 'cancelRequested' as const,
      at: now,
      actor: 'cancel',
      cause,
      data: {
        nodeId: request.nodeId,
        requestId: request.id,
        lines: document.lines ?? sumLines([request], (line) => backOf(line).asked),
      },
    })),
  )
  await openCases(
    unit,
    silent.map(({ request }) => ({
      id: world.ids.next('exc'),
      kind: 'cancelTooLate' as const,
      subject: request.id,
      orderId: request.orderId,
      detail: `${request.nodeId} was told to ship and has no document for a cancel`,
      cure: 'Call the node, and record what it says with POST /v1/fulfillment-requests/{id}/cancel-response.',
      owner: 'operator' as const,
    })),
    now,
  )
  return asked
}

export type Question = { request: FulfillmentRequest; document: CancelRequest }

/** Sends "please do not" to the nodes whose language has a word for it, and returns those questions. */
export async function tellToStop(
  unit: Unit,
  world: World,
  questions: readonly Question[],
  now: Instant,
): Promise<Question[]> {
  if (questions.length === 0) return []
  const master = world.master.current()
  const before = await timesAsked(
    unit,
    questions.map(({ request }) => request.id),
  )
  const told = questions.flatMap((question) => {
    const { connectionId } = question.request
    const connection = connectionId === undefined ? undefined : master.connections.get(connectionId)
    const port = connection === undefined ? undefined : outboundPort(connection, 'fulfillmentCancel')
    return connection === undefined || port === undefined ? [] : [{ question, connectionId: connection.id, port }]
  })
  const carried = await carriedOfAnswers(
    unit,
    told.map(({ question }) => question.request.id),
  )
  await insertInstructions(
    unit,
    told.map(({ question: { request, document }, connectionId, port }) => {
      const times = (before.get(request.id) ?? 0) + 1
      return {
        id: world.ids.next('ins'),
        connectionId,
        port: port.name,
        kind: 'fulfillmentCancel',
        businessKey: `cancel-${request.id}${times === 1 ? '' : `-${times}`}`,
        subjectId: request.id,
        orderId: request.orderId,
        document: {
          ...document,
          sequence: times,
          ...(carried.has(request.id) ? { carried: carried.get(request.id) } : {}),
        },
        createdAt: now,
      }
    }),
  )
  return told.map(({ question }) => question)
}

/** Requests that somebody answered or sent meanwhile, and of which more is wanted back than was asked for. */
export const stillWanted = (requests: readonly FulfillmentRequest[]): FulfillmentRequest[] =>
  requests.filter((request) => wantsMore(request) && request.negotiation !== 'cancelRequested')
