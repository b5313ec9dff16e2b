/** What becomes of units that an order wants back: given up by a node that was asked, or taken back before anybody was told. */
import { step } from '../model/chart.ts'
import { negotiationChart } from '../model/charts.ts'
import type { CancelResponse, FulfillmentRequest, FulfillmentRequestLine } from '../model/fulfillment.ts'
import type { Instant } from '../model/time.ts'
import { counterOf, finishedWork, leave, type Progress, sumOutstanding, unchanged } from './progress-parts.ts'
import { backOf, NOTHING_BACK, wantedOf } from './take-back.ts'

/** The node's answer to "please do not". What it refuses goes out, and the wish is too late for it. */
export function applyCancelResponse(asked: FulfillmentRequest, response: CancelResponse): Progress {
  const progress = unchanged(asked)
  if (asked.negotiation !== 'cancelRequested') return progress
  const request = wholeIfUnsaid(asked)
  const granted = grantedBy(request, response)
  const given = giveUp(request, granted, response.answeredAt)
  const refused = request.lines.flatMap((line) => {
    const units = backOf(line).asked - (granted.get(line.lineNo) ?? 0)
    return units > 0 ? [{ lineNo: line.lineNo, quantity: units }] : []
  })
  const event =
    sumOutstanding(given.lines) === 0 ? 'grantCancel' : given.moves.length > 0 ? 'grantPart' : 'refuseCancel'
  const negotiated = step(negotiationChart, request.negotiation, event)
  if (negotiated.ok) given.negotiation = negotiated.state
  given.lines = given.lines.map((line) =>
    answered(line, refused.find((each) => each.lineNo === line.lineNo)?.quantity ?? 0),
  )
  if (refused.length > 0) {
    const reason = response.reason ?? 'no reason given'
    const data = { nodeId: request.nodeId, requestId: request.id, lines: refused, reason }
    given.facts.push({ kind: 'cancelRefused', at: response.answeredAt, data })
    if (onlyToMove(request)) return keptBy(given)
    given.cases.push({
      kind: 'cancelTooLate',
      detail: `the node could not take out ${refused.map((each) => `${each.quantity} of line ${each.lineNo}`).join(', ')} any more: ${reason}`,
      cure: 'Tell the customer it is on its way; arrange a return if it is not wanted.',
    })
  }
  return given
}

/** Nobody but the router wants it back. */
const onlyToMove = (request: FulfillmentRequest): boolean =>
  request.moving === true && request.lines.every((line) => backOf(line).cancel === 0)

/** The node does not let go of it, which is as good as a yes. */
function keptBy(progress: Progress): Progress {
  const accepted = step(negotiationChart, progress.negotiation, 'accept')
  return accepted.ok ? { ...progress, negotiation: accepted.state } : progress
}

/** A request that is asked back without a word about units is asked back whole. */
function wholeIfUnsaid(request: FulfillmentRequest): FulfillmentRequest {
  if (request.lines.some((line) => backOf(line).asked > 0)) return request
  const whole = (line: FulfillmentRequestLine) => ({
    ...backOf(line),
    cancel: line.outstanding - backOf(line).recall,
    asked: line.outstanding,
  })
  return {
    ...request,
    lines: request.lines.map((line) => (line.outstanding === 0 ? line : { ...line, back: whole(line) })),
  }
}

function grantedBy(request: FulfillmentRequest, response: CancelResponse): Map<number, number> {
  const stated =
    response.lines === undefined ? undefined : new Map(response.lines.map((line) => [line.lineNo, line.quantity]))
  return new Map(
    request.lines.map((line) => {
      const { asked } = backOf(line)
      const units = !response.accepted
        ? 0
        : stated === undefined
          ? agreedOf(line, asked, response)
          : Math.min(asked, stated.get(line.lineNo) ?? 0)
      return [line.lineNo, Math.min(units, line.outstanding)]
    }),
  )
}

/** Never more than was asked: what it gives up beyond that it has to reject. */
function agreedOf(line: FulfillmentRequestLine, asked: number, { lineAnswers = [] }: CancelResponse): number {
  const answer = lineAnswers.find((each) => each.lineNo === line.lineNo)
  if (answer === undefined) return asked
  if (!answer.agreed) return 0
  if (answer.remaining === undefined) return asked
  return Math.max(0, Math.min(asked, line.shipped + line.outstanding - answer.remaining))
}

/** After an answer nothing is in question; units that were refused are wanted back no more. */
function answered(line: FulfillmentRequestLine, refused: number): FulfillmentRequestLine {
  if (line.back === undefined) return line
  const recall = line.back.recall - Math.min(refused, line.back.recall)
  const cancel = line.back.cancel - (refused - (line.back.recall - recall))
  return { ...line, back: { cancel, recall, asked: 0, refused: line.back.refused + line.back.cancel - cancel } }
}

/** Takes back what is wanted of a request that the node was never told of. */
export function takeUnsent(request: FulfillmentRequest, at: Instant): Progress {
  const progress = giveUp(request, new Map(request.lines.map((line) => [line.lineNo, wantedOf(line)])), at)
  if (sumOutstanding(progress.lines) > 0) return progress
  const negotiated = step(negotiationChart, request.negotiation, 'withdraw')
  return negotiated.ok ? { ...progress, negotiation: negotiated.state } : progress
}

/** The whole of a request that the node was never told of; undefined for any other. */
export function withdraw(request: FulfillmentRequest, at: Instant): Progress | undefined {
  if (!step(negotiationChart, request.negotiation, 'withdraw').ok) return undefined
  const lines = request.lines.map((line) => ({ ...line, back: { ...NOTHING_BACK, cancel: line.outstanding } }))
  return takeUnsent({ ...request, lines }, at)
}

/** `units` of each line leave the request: first those that are not wanted any more, then those to be planned anew. */
function giveUp(request: FulfillmentRequest, units: ReadonlyMap<number, number>, at: Instant): Progress {
  const progress = unchanged(request)
  const from = counterOf(request)
  const cancelled: { lineNo: number; quantity: number }[] = []
  progress.lines = request.lines.map((line) => {
    const given = Math.min(units.get(line.lineNo) ?? 0, line.outstanding)
    if (given === 0) return line
    const back = backOf(line)
    const cancel = Math.min(given, back.cancel)
    const recall = given - cancel
    if (cancel > 0) {
      cancelled.push({ lineNo: line.lineNo, quantity: cancel })
      progress.moves.push({ lineNo: line.lineNo, quantity: cancel, from, to: 'cancelled' })
    }
    if (recall > 0) progress.moves.push({ lineNo: line.lineNo, quantity: recall, from, to: 'open' })
    progress.postings.push(...leave(request, line, given, 'available', 'cancel', at))
    return {
      ...line,
      outstanding: line.outstanding - given,
      cancelled: line.cancelled + given,
      back: {
        ...back,
        cancel: back.cancel - cancel,
        recall: back.recall - recall,
        asked: Math.max(0, back.asked - given),
      },
    }
  })
  if (cancelled.length > 0)
    progress.facts.push({
      kind: 'cancelled',
      at,
      data: { nodeId: request.nodeId, requestId: request.id, lines: cancelled },
    })
  progress.reroute = progress.moves.some((move) => move.to === 'open')
  if (sumOutstanding(progress.lines) === 0 && progress.moves.length > 0) {
    progress.work = finishedWork(progress.lines, request.work)
    progress.answerDueAt = null
  }
  return progress
}
