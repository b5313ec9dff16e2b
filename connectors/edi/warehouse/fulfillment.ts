/** Fulfillment instructions as 940 warehouse shipping orders, several in one interchange. */
import { warehouse940 } from '#mappings/x12/warehouse-940.ts'
import { setsPort } from '../sets-port.ts'

export const fulfillment = setsPort({
  name: 'fulfillment',
  summary: 'Warehouse shipping orders, X12 940.',
  kind: 'fulfillmentInstruction',
  document: warehouse940,
  expectsAnswer: true,
  // A second 940 may be a second order at some warehouses.
  repeatIsHarmless: ({ partnerDropsRepeats }) => partnerDropsRepeats,
})
