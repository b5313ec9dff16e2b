/** A cancel in the words of EDI: the end of the order, or a change of what its lines ask for. */
import { parsed, type Parsed } from '#core/issue.ts'
import type { ChangeRequest } from '#core/model/trade.ts'
import type { Instant } from '#core/model/time.ts'
import type { Documents } from '../contract/connector.ts'

type Cancel = Documents['fulfillmentCancel']

/** A change states what each line asks for from now on, so that the same one twice asks for nothing more. */
export function cancelOf({ requestId, sequence = 1, lines }: Cancel, at: Instant): Parsed<ChangeRequest> {
  const head = {
    requestId: requestId as ChangeRequest['requestId'],
    sequence,
    requestedOn: at.slice(0, 10),
  }
  if (lines === undefined) return parsed({ ...head, action: 'cancel', lines: [] })
  const changed = lines.flatMap(({ lineNo, sku, remaining }) =>
    remaining === undefined
      ? []
      : [{ lineNo, sku, change: remaining === 0 ? ('delete' as const) : ('quantity' as const), quantity: remaining }],
  )
  return changed.length === lines.length
    ? parsed({ ...head, action: 'change', lines: changed })
    : { ok: false, issues: [NO_REST] }
}

/** Made by an earlier version of the hub: how many units shall be left of a line is not in it. */
const NO_REST = {
  code: 'edi.partial-cancel',
  class: 'data' as const,
  place: { path: '/lines' },
  rule: 'must say how many units of each line are still wanted',
  cure: 'Call the partner about these units, and record what it says.',
}
