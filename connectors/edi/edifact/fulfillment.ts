/** Fulfillment instructions as ORDERS, several in one interchange. */
import { orders } from '#mappings/edifact/orders.ts'
import { messagesPort } from './messages-port.ts'

export const fulfillment = messagesPort({
  name: 'fulfillment',
  summary: 'Purchase orders, EDIFACT ORDERS.',
  kind: 'fulfillmentInstruction',
  document: orders,
  expectsAnswer: true,
  repeatIsHarmless: ({ partnerDropsRepeats }) => partnerDropsRepeats,
})
