/** A cancel in the words of EDI: a change of the order, the first and only one. */
import { parsed, type Parsed } from '#core/issue.ts'
import type { ChangeRequest } from '#core/model/trade.ts'
import type { Instant } from '#core/model/time.ts'
import type { Documents } from '../contract/connector.ts'

/** A cancel of some units only is refused: sent as one of the whole order it would take out what is still wanted. */
export function cancelOf(document: Documents['fulfillmentCancel'], at: Instant): Parsed<ChangeRequest> {
  if (document.lines !== undefined) return { ok: false, issues: [ONLY_WHOLE] }
  return parsed({
    requestId: document.requestId as ChangeRequest['requestId'],
    action: 'cancel',
    sequence: 1,
    requestedOn: at.slice(0, 10),
    lines: [],
  })
}

const ONLY_WHOLE = {
  code: 'edi.partial-cancel',
  class: 'data' as const,
  place: { path: '/lines' },
  rule: 'must be a cancel of all that is left: this connection sends cancels of whole orders',
  cure: 'Call the partner about these units, and record what it says.',
}
