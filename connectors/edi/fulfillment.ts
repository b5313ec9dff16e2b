/** Fulfillment instructions as 850 purchase orders, several in one interchange. */
import { order850 } from '#mappings/x12/documents.ts'
import { setsPort } from './sets-port.ts'

export const fulfillment = setsPort({
  name: 'fulfillment',
  summary: 'Purchase orders, X12 850.',
  kind: 'fulfillmentInstruction',
  document: order850,
  expectsAnswer: true,
  repeatIsHarmless: ({ partnerDropsRepeats }) => partnerDropsRepeats,
})
