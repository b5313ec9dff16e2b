/**
 * Taking units back from fulfillment requests. An order says how many units of its lines it wants back; they are spread over its
 * requests, first where it costs nothing. What a node knows of is asked for and never taken: the node accepts, refuses, or has shipped.
 */
import { step } from '../model/chart.ts'
import { negotiationChart } from '../model/charts.ts'
import type { CancelRequest, FulfillmentRequest, FulfillmentRequestLine, WantedBack } from '../model/fulfillment.ts'

export const NOTHING_BACK: WantedBack = { cancel: 0, recall: 0, asked: 0, refused: 0 }

export const backOf = (line: FulfillmentRequestLine): WantedBack => line.back ?? NOTHING_BACK
export const wantedOf = (line: FulfillmentRequestLine): number => backOf(line).cancel + backOf(line).recall
/** Wanted back, and in no question that the node has yet to answer. */
export const wantsMore = (request: FulfillmentRequest): boolean =>
  request.lines.some((line) => wantedOf(line) > backOf(line).asked)

export type Purpose = 'cancel' | 'recall'

/** Costs nothing first, then what the node has done least for; of two alike the younger one. */
const RANK: Partial<Record<FulfillmentRequest['negotiation'], number>> = {
  unsubmitted: 0,
  submitted: 1,
  accepted: 2,
  cancelRequested: 3,
  cancelRejected: 4,
}
const rankOf = (request: FulfillmentRequest): number =>
  (RANK[request.negotiation] ?? 5) + (request.work === 'inProgress' ? 10 : 0)

/**
 * Wants `quantity` more units of an order's line back. Returns the requests that changed and the units that no request has to give:
 * they are wanted back already, or shipped. A cancel takes over what was only to be planned anew.
 */
export function wantBack(
  requests: readonly FulfillmentRequest[],
  lineNo: number,
  quantity: number,
  purpose: Purpose,
): { changed: FulfillmentRequest[]; left: number } {
  let left = quantity
  const changed: FulfillmentRequest[] = []
  const ranked = requests.toSorted((a, b) => rankOf(a) - rankOf(b) || (a.id < b.id ? 1 : -1))
  for (const request of ranked) {
    const line = request.lines.find((each) => each.lineNo === lineNo)
    if (line === undefined || left === 0) continue
    const back = backOf(line)
    const units = Math.min(left, line.outstanding - back.cancel - (purpose === 'recall' ? back.recall : 0))
    if (units <= 0) continue
    left -= units
    const free = line.outstanding - back.cancel - back.recall
    const next =
      purpose === 'recall'
        ? { ...back, recall: back.recall + units }
        : { ...back, cancel: back.cancel + units, recall: back.recall - Math.max(0, units - free) }
    changed.push(withLine(request, { ...line, back: next }))
  }
  return { changed, left }
}

/**
 * The line wants `quantity` of the units it gave up after all. What was not asked for yet is forgotten; what was asked for is planned
 * anew if the node gives it up.
 */
export function wantAfterAll(
  requests: readonly FulfillmentRequest[],
  lineNo: number,
  quantity: number,
): FulfillmentRequest[] {
  let left = quantity
  return requests.flatMap((request) => {
    const line = request.lines.find((each) => each.lineNo === lineNo)
    if (line === undefined || left === 0) return []
    const back = backOf(line)
    const units = Math.min(left, back.cancel)
    if (units === 0) return []
    left -= units
    const unasked = Math.max(0, back.cancel + back.recall - back.asked)
    const recalled = units - Math.min(units, unasked)
    return [
      withLine(request, { ...line, back: { ...back, cancel: back.cancel - units, recall: back.recall + recalled } }),
    ]
  })
}

const withLine = (request: FulfillmentRequest, line: FulfillmentRequestLine): FulfillmentRequest => ({
  ...request,
  lines: request.lines.map((each) => (each.lineNo === line.lineNo ? line : each)),
})

/** Puts all that is wanted back into one question; undefined while the node must not or need not be asked. */
export function ask(
  request: FulfillmentRequest,
  reason: string,
): { request: FulfillmentRequest; document: CancelRequest } | undefined {
  if (!wantsMore(request)) return undefined
  const negotiated = step(negotiationChart, request.negotiation, 'askCancel')
  if (!negotiated.ok) return undefined
  const lines = request.lines.map((line) => ({ ...line, back: { ...backOf(line), asked: wantedOf(line) } }))
  const whole = lines.every((line) => line.outstanding === line.back.asked)
  return {
    request: { ...request, negotiation: negotiated.state, lines },
    document: {
      requestId: request.id,
      nodeId: request.nodeId,
      reason,
      ...(whole
        ? {}
        : {
            lines: lines.flatMap(({ lineNo, sku, back, shipped, outstanding }) =>
              back.asked === 0
                ? []
                : [{ lineNo, sku, quantity: back.asked, remaining: shipped + outstanding - back.asked }],
            ),
          }),
    },
  }
}

/** `cancelled` and `recalled` leave the line of the request; what stays wanted stays inside what is outstanding. */
export function fitBack(
  back: WantedBack,
  outstanding: number,
): { back: WantedBack; lost: number; lostRecalls: number } {
  const cancel = Math.min(back.cancel, outstanding)
  const recall = Math.min(back.recall, outstanding - cancel)
  return {
    back: { ...back, cancel, recall, asked: Math.min(back.asked, cancel + recall) },
    lost: back.cancel - cancel,
    lostRecalls: back.recall - recall,
  }
}

/** The request with all that is outstanding wanted back, to be planned anew. */
export const recalled = (request: FulfillmentRequest): FulfillmentRequest => ({
  ...request,
  lines: request.lines.map((line) =>
    line.outstanding === 0
      ? line
      : { ...line, back: { ...backOf(line), recall: line.outstanding - backOf(line).cancel } },
  ),
})
