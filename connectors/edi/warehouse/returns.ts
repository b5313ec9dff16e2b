/** A return to expect, told to the 3PL as 180. */
import type { Parsed } from '#core/issue.ts'
import type { FulfillmentRequestId } from '#core/model/ids.ts'
import type { ReturnInstruction, ReturnReason } from '#core/model/return.ts'
import type { ReturnNotice } from '#core/model/trade.ts'
import { return180 } from '#mappings/x12/return-180.ts'
import { shortReference } from '#mappings/x12/po-number.ts'
import { setsPort } from '../sets-port.ts'

export const returns = setsPort({
  name: 'returns',
  summary: 'Returns to expect, X12 180.',
  kind: 'returnInstruction',
  document: return180,
  toWrite: noticeOf,
  expectsAnswer: false,
  repeatIsHarmless: () => true,
})

/** The set knows fewer reasons than customers have. */
const REASONS: Record<ReturnReason, ReturnNotice['reason']> = {
  damaged: 'damaged',
  wrongItem: 'wrongItem',
  unwanted: 'unwanted',
  late: 'late',
  other: 'other',
  defective: 'damaged',
  notAsDescribed: 'wrongItem',
  size: 'unwanted',
  style: 'unwanted',
}

/** One reason for the whole set, its first line's: BLI has no place for one. */
function noticeOf(instruction: ReturnInstruction): Parsed<ReturnNotice> {
  const { returnId, requestId, authorisedAt, lines } = instruction
  const [first] = lines
  const returnNumber = shortReference(returnId)
  if (requestId === undefined || returnNumber === undefined || first === undefined)
    return {
      ok: false,
      issues: [
        {
          code: 'x12.return-without-order',
          class: 'data',
          place: { path: 'requestId' },
          rule: 'must name the purchase order that the goods left with',
          cure: 'Tell the 3PL of this return by hand, then resolve the case.',
          subject: returnId,
        },
      ],
    }
  return {
    ok: true,
    value: {
      returnNumber,
      noticedOn: authorisedAt.slice(0, 10),
      requestId: requestId as FulfillmentRequestId,
      reason: REASONS[first.reason],
      lines: lines.map(({ lineNo, sku, quantity }) => ({ lineNo, sku, quantity })),
    },
  }
}
