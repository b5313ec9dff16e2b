/** What a retailer is told of its orders: what becomes of them (855) and of its changes (865), what left (856), what will not come after all (865). */
import { retailerAnswer855 } from '#mappings/x12/retailer/answer-855.ts'
import { retailerAnswer865 } from '#mappings/x12/retailer/answer-865.ts'
import { retailerChange865 } from '#mappings/x12/retailer/change-865.ts'
import { retailerShipment856 } from '#mappings/x12/retailer/shipment-856.ts'
import { setsPort } from '../sets-port.ts'

const told = {
  expectsAnswer: false,
  repeatIsHarmless: ({ partnerDropsRepeats }: { partnerDropsRepeats: boolean }) => partnerDropsRepeats,
}

export const answers = setsPort({
  ...told,
  name: 'answers',
  summary: 'What becomes of an order, line by line, X12 855.',
  kind: 'channelAnswer',
  document: retailerAnswer855,
})

export const changeAnswers = setsPort({
  ...told,
  name: 'changeAnswers',
  summary: 'What became of a change that the retailer wanted (860), line by line, X12 865.',
  kind: 'amendmentAnswer',
  document: retailerAnswer865,
})

export const shipments = setsPort({
  ...told,
  name: 'shipments',
  summary: 'What left for an order, carton by carton, X12 856.',
  kind: 'channelShipment',
  document: retailerShipment856,
})

export const changes = setsPort({
  ...told,
  name: 'changes',
  summary: 'Units of an order that will not come after all, X12 865.',
  kind: 'channelChange',
  document: retailerChange865,
})
