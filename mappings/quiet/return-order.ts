/** A return instruction → RMADocument: what the warehouse is to expect back. It names neither node nor time, so it is only written. */
import type { ReturnInstruction, ReturnReason } from '#core/model/return.ts'
import type { ReturnId } from '#core/model/ids.ts'
import type { FieldMap } from '../engine/index.ts'
import { defineMap, lookup, rulesFor, skuLookup, text, wholeNumberText } from '../engine/index.ts'
import { RETURN_REASONS } from '#core/model/return.ts'
import { sameContext } from './leaves.ts'
import type { QuietContext } from './leaves.ts'

type RmaLine = Record<'@LineNo' | '@OrderNumber' | '@ItemNumber' | '@Quantity' | '@SaleUOM' | '@ReturnReason', string>
export type RmaDocument = {
  RMA: {
    '@ClientID': string
    '@BusinessUnit': string
    '@RMANumber': string
    '@TrackingNumber'?: string
    Line: RmaLine[]
  }
}
type Line = ReturnInstruction['lines'][number]

const head = rulesFor<RmaDocument, ReturnInstruction, QuietContext>()
const line = rulesFor<RmaLine, Line, QuietContext>()

/** Our words unless the crosswalk table `return-reason` has the warehouse's. */
const reason = lookup<ReturnReason, QuietContext>({
  name: 'return reason',
  issueCode: 'quiet.return-reason-unknown',
  rule: `must be one of ${RETURN_REASONS.join(', ')}, or have a row in the crosswalk table return-reason`,
  cure: 'Add a row for this reason to the crosswalk table return-reason, then replay.',
  read: (code, { crosswalk }) => {
    const word = crosswalk.code('return-reason', code) ?? code
    return RETURN_REASONS.find((each) => each === word)
  },
  write: (word, { crosswalk }) => crosswalk.partnerCode('return-reason', word) ?? word,
})

export const rmaMap: FieldMap<RmaDocument, ReturnInstruction, QuietContext, QuietContext> = defineMap({
  name: 'quiet return order',
  version: '1',
  scope: sameContext,
  rules: [
    head.field('RMA.@RMANumber', 'returnId', text<ReturnId>(63)),
    head.field('RMA.@TrackingNumber', 'trackingNumber', text(200), { optional: true }),
    // Every line names the order that the goods left with: the warehouse knows it by our request.
    head.derive({
      name: 'the order that the goods left with',
      reads: ['RMA.Line'],
      writes: ['requestId', 'orderNumber'],
      forward: ({ 'RMA.Line': lines }) => {
        const number = Array.isArray(lines) ? (lines as RmaLine[])[0]?.['@OrderNumber'] : undefined
        return number === undefined ? {} : { requestId: number, orderNumber: number }
      },
      back: () => ({}),
    }),
    head.each(
      'RMA.Line',
      'lines',
      [
        line.field('@LineNo', 'lineNo', wholeNumberText(1)),
        line.field('@ItemNumber', 'sku', skuLookup('return')),
        line.field('@Quantity', 'quantity', wholeNumberText(1)),
        line.fixed('@SaleUOM', 'EA', { checked: false }),
        line.field('@ReturnReason', 'reason', reason),
      ],
      { minimum: 1, key: 'lineNo' },
    ),
  ],
})
