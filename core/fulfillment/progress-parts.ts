/** What every kind of progress of a fulfillment request is made of. */
import { step } from '../model/chart.ts'
import { workChart } from '../model/charts.ts'
import type { CaseKind } from '../model/document.ts'
import type { NewOrderFact } from '../model/fact.ts'
import type { FulfillmentRequest, FulfillmentRequestLine, NegotiationState, WorkState } from '../model/fulfillment.ts'
import type { Posting } from '../model/stock.ts'
import type { Instant } from '../model/time.ts'

/** Units of an order's line that move between its counters. */
export type LineMove = {
  lineNo: number
  quantity: number
  from: 'allocated' | 'released'
  to: 'open' | 'allocated' | 'shipped' | 'cancelled'
}

export type Progress = {
  work: WorkState
  negotiation: NegotiationState
  lines: FulfillmentRequestLine[]
  moves: LineMove[]
  postings: Posting[]
  facts: NewOrderFact[]
  cases: { kind: CaseKind; detail: string; cure: string }[]
  /** The node's next word is due by then; null when nothing more is expected; absent when it stays as it is. */
  answerDueAt?: Instant | null
  /** Open units came back to the order: route again. */
  reroute: boolean
  /** What really left, after clamping to what was asked; empty when the document adds nothing. */
  shipped: { lineNo: number; quantity: number }[]
}

/** Where the request's outstanding units stand in the order's counters: `released` once the node was told, else `allocated`. */
export const counterOf = (request: FulfillmentRequest): 'allocated' | 'released' =>
  request.negotiation === 'unsubmitted' ? 'allocated' : 'released'

export const unchanged = (request: FulfillmentRequest): Progress => ({
  work: request.work,
  negotiation: request.negotiation,
  lines: request.lines,
  moves: [],
  postings: [],
  facts: [],
  cases: [],
  reroute: false,
  shipped: [],
})

/**
 * Allocated units of a line go elsewhere: its components' units, where it is a kit. What came from another node was never this one's
 * stock: it left the books when it left there, and comes into these when the customer does not get it after all.
 */
export const leave = (
  request: FulfillmentRequest,
  line: FulfillmentRequestLine,
  quantity: number,
  to: Posting['to'],
  cause: Posting['cause'],
  effectiveAt: Instant,
): Posting[] =>
  request.onward === true && to !== 'available'
    ? []
    : (line.components ?? [{ sku: line.sku, quantity: 1 }]).map((part) => ({
        sku: part.sku,
        nodeId: request.nodeId,
        from: request.onward === true ? 'customer' : 'allocated',
        to,
        quantity: quantity * part.quantity,
        cause,
        reference: request.id,
        effectiveAt,
      }))

export const sumOutstanding = (lines: readonly FulfillmentRequestLine[]): number =>
  lines.reduce((sum, line) => sum + line.outstanding, 0)

/** The work of a request of which nothing is outstanding any more, and not all of it was shipped. */
export function finishedWork(lines: readonly FulfillmentRequestLine[], work: WorkState): WorkState {
  const event = lines.some((line) => line.shipped > 0) ? 'fall' : 'cancel'
  const worked = step(workChart, work, event)
  return worked.ok ? worked.state : work
}
