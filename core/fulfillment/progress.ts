/**
 * What a node's word does to a fulfillment request, to the order's lines and to stock. Pure: changes come out as data and are
 * written in one commit. A shipment is believed out of any state, because the goods have left; what does not fit becomes a case.
 */
import { step } from '../model/chart.ts'
import { negotiationChart, workChart } from '../model/charts.ts'
import type {
  FulfillmentRequest,
  FulfillmentRequestLine,
  FulfillmentResponse,
  RejectReason,
  ShipmentNotice,
} from '../model/fulfillment.ts'
import type { Posting } from '../model/stock.ts'
import type { Instant } from '../model/time.ts'
import { counterOf, finishedWork, leave, type Progress, sumOutstanding, unchanged } from './progress-parts.ts'
import { backOf, fitBack } from './take-back.ts'

export type { LineMove, Progress } from './progress-parts.ts'

/** Accepted units stay outstanding; rejected ones go back to the order, and stock is corrected by the reason given. */
export function applyResponse(request: FulfillmentRequest, response: FulfillmentResponse): Progress {
  const progress = unchanged(request)
  const counter = counterOf(request)
  const answers = new Map(response.lines.map((line) => [line.lineNo, line]))
  let rejected = 0
  let reopened = 0
  let expected: Instant | undefined
  progress.lines = request.lines.map((line) => {
    const answer = answers.get(line.lineNo)
    if (answer === undefined && response.refusesRest === undefined) return line
    if (answer?.expectedShipAt !== undefined && (expected === undefined || answer.expectedShipAt > expected))
      expected = answer.expectedShipAt
    // An answer states the whole line, so a repeated one refuses nothing more.
    const refused =
      response.refusesRest === undefined
        ? Math.min(Math.max(0, (answer?.rejected ?? 0) - line.rejected), line.outstanding)
        : line.outstanding
    if (refused === 0) return line
    const reason = answer?.reason ?? response.refusesRest ?? 'other'
    rejected += refused
    // Units that the order does not want any more are not routed again.
    const unwanted = Math.min(refused, backOf(line).cancel)
    reopened += refused - unwanted
    if (unwanted > 0) progress.moves.push({ lineNo: line.lineNo, quantity: unwanted, from: counter, to: 'cancelled' })
    if (refused > unwanted)
      progress.moves.push({ lineNo: line.lineNo, quantity: refused - unwanted, from: counter, to: 'open' })
    progress.postings.push(...rejectPostings(request, line, refused, reason, response.answeredAt))
    progress.facts.push({
      kind: 'rejected',
      at: response.answeredAt,
      data: { lineNo: line.lineNo, quantity: refused, reason, nodeId: request.nodeId },
    })
    const outstanding = line.outstanding - refused
    const left = { ...line, outstanding, rejected: line.rejected + refused }
    if (line.back === undefined) return left
    const back = { ...line.back, cancel: line.back.cancel - unwanted }
    return { ...left, back: fitBack(back, outstanding).back }
  })
  const outstanding = sumOutstanding(progress.lines)
  const settled = outstanding === 0
  const event =
    settled && rejected > 0 ? 'reject' : rejected > 0 && isAnswered(request, progress) ? 'grantPart' : 'accept'
  const negotiated = step(negotiationChart, request.negotiation, event)
  if (negotiated.ok) progress.negotiation = negotiated.state
  progress.reroute = reopened > 0
  if (settled && rejected > 0) {
    progress.work = finishedWork(progress.lines, request.work)
    progress.answerDueAt = null
  } else if (!settled && tellsMore(request, progress, expected)) {
    progress.facts.push({
      kind: 'accepted',
      at: response.answeredAt,
      data: { nodeId: request.nodeId, expectedShipAt: expected },
    })
    if (expected !== undefined) progress.answerDueAt = expected
  }
  return progress
}

/** A rejection gave up all that the node was asked for: no other answer to the cancel is owed. */
const isAnswered = (before: FulfillmentRequest, { lines }: Progress): boolean =>
  before.lines.some((line) => backOf(line).asked > 0) && lines.every((line) => backOf(line).asked === 0)

/** A repeated answer is no news. */
const tellsMore = (before: FulfillmentRequest, progress: Progress, expected: Instant | undefined): boolean =>
  progress.reroute ||
  progress.negotiation !== before.negotiation ||
  (expected !== undefined && expected !== before.answerDueAt)

/**
 * `outOfStock` and `damaged` correct the node's book; other reasons give the units back to it. Which component a kit lacked is not
 * said, so none is written off: the next count tells.
 */
function rejectPostings(
  request: FulfillmentRequest,
  line: FulfillmentRequestLine,
  quantity: number,
  reason: RejectReason,
  effectiveAt: Instant,
): Posting[] {
  const isKit = line.components !== undefined
  const to =
    isKit || (reason !== 'outOfStock' && reason !== 'damaged')
      ? 'available'
      : reason === 'damaged'
        ? 'damaged'
        : 'adjustment'
  return leave(request, line, quantity, to, 'shortPick', effectiveAt)
}

/** Units that left. More than was asked is never counted twice: the surplus opens a case. */
export function applyShipment(request: FulfillmentRequest, notice: ShipmentNotice): Progress {
  const progress = unchanged(request)
  const counter = counterOf(request)
  const left = new Map<number, number>()
  const late: TooLate[] = []
  let overtaken = false
  for (const line of notice.packages.flatMap((each) => each.lines))
    left.set(line.lineNo, (left.get(line.lineNo) ?? 0) + line.quantity)
  progress.lines = request.lines.map((line) => {
    const stated = left.get(line.lineNo) ?? 0
    left.delete(line.lineNo)
    const quantity = Math.min(stated, line.outstanding)
    if (stated > quantity) progress.cases.push(surplusCase(line.sku, stated - quantity))
    if (quantity === 0) return line
    progress.shipped.push({ lineNo: line.lineNo, quantity })
    if (request.viaNodeId === undefined)
      progress.moves.push({ lineNo: line.lineNo, quantity, from: counter, to: 'shipped' })
    // The node that gets it has not been told yet.
    else if (counter !== 'allocated')
      progress.moves.push({ lineNo: line.lineNo, quantity, from: counter, to: 'allocated' })
    progress.postings.push(...leave(request, line, quantity, 'customer', 'ship', notice.shippedAt))
    const outstanding = line.outstanding - quantity
    const shipped = { ...line, outstanding, shipped: line.shipped + quantity }
    if (line.back === undefined) return shipped
    const { back, lost, lostRecalls } = fitBack(line.back, outstanding)
    overtaken ||= lost + lostRecalls > 0
    // Where the parcel goes to another node first, that one is asked to leave them out.
    if (request.viaNodeId !== undefined) return { ...shipped, back }
    if (lost + lostRecalls > 0)
      late.push({ lineNo: line.lineNo, quantity: lost + lostRecalls, purpose: lost > 0 ? 'cancel' : 'change' })
    return { ...shipped, back: { ...back, refused: back.refused + lost } }
  })
  for (const [lineNo, quantity] of left)
    progress.cases.push(surplusCase(`line ${lineNo}, which was never asked for`, quantity))
  if (progress.shipped.length > 0) {
    progress.facts.push({
      kind: request.viaNodeId === undefined ? 'shipped' : 'sentToNode',
      at: notice.shippedAt,
      data: {
        nodeId: request.nodeId,
        ...(request.viaNodeId === undefined ? {} : { viaNodeId: request.viaNodeId }),
        carrier: notice.carrier,
        tracking: notice.packages.map((each) => each.trackingNumber).filter((each) => each !== undefined),
        lines: progress.shipped,
      },
    })
  }
  if (late.length > 0) tellTooLate(progress, request, late, notice.shippedAt)
  if (overtaken) endQuestion(progress, request)
  const done = sumOutstanding(progress.lines) === 0
  const event = done ? (progress.lines.some((line) => line.rejected + line.cancelled > 0) ? 'fall' : 'finish') : 'begin'
  const worked = step(workChart, request.work, event)
  if (worked.ok) progress.work = worked.state
  if (done) progress.answerDueAt = null
  return progress
}

type TooLate = { lineNo: number; quantity: number; purpose: 'cancel' | 'change' }

/** The goods were faster than the wish to have them back: both sides see who lost. */
function tellTooLate(progress: Progress, request: FulfillmentRequest, late: TooLate[], at: Instant): void {
  progress.facts.push({
    kind: 'cancelTooLate',
    at,
    data: { nodeId: request.nodeId, requestId: request.id, lines: late },
  })
  progress.cases.push({
    kind: 'cancelTooLate',
    detail: `${request.nodeId} shipped ${late.map((each) => `${each.quantity} of line ${each.lineNo}`).join(', ')} before it could be asked to leave them out`,
    cure: 'Tell the customer it is on its way; arrange a return if it is not wanted.',
  })
}

/** All that the node was asked to give back has left: it owes no answer. */
function endQuestion(progress: Progress, request: FulfillmentRequest): void {
  const nothingAsked = progress.lines.every((line) => backOf(line).asked === 0)
  const refused = nothingAsked ? step(negotiationChart, request.negotiation, 'refuseCancel') : undefined
  if (refused?.ok === true) progress.negotiation = refused.state
}

const surplusCase = (what: string, quantity: number): Progress['cases'][number] => ({
  kind: 'unexpectedShipment',
  detail: `the node shipped ${quantity} more of ${what} than was outstanding`,
  cure: 'Ask the node what left; take the goods back or invoice them, then resolve the case.',
})
