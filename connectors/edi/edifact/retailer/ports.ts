/** What a retailer is told: what becomes of its orders and of its changes (ORDRSP), what left (DESADV), what can be sold (INVRPT). */
import { retailerAnswer } from '#mappings/edifact/retailer/answer.ts'
import { retailerCancelledHere } from '#mappings/edifact/retailer/cancelled-here.ts'
import { retailerChangeAnswer } from '#mappings/edifact/retailer/change-answer.ts'
import { retailerDispatch } from '#mappings/edifact/retailer/dispatch.ts'
import { retailerRejection } from '#mappings/edifact/retailer/rejection.ts'
import { retailerStock } from '#mappings/edifact/retailer/stock.ts'
import type { WritableEdifactSegment } from '#mappings/formats/edifact/writable.ts'
import { availabilityPort } from '../../availability.ts'
import { profileOf } from '../config.ts'
import type { EdifactConfig } from '../config.ts'
import { messagesPort, numberOf } from '../messages-port.ts'
import { compose } from '../outgoing.ts'
import type { EdifactRetailerConfig } from './config.ts'

const told = {
  expectsAnswer: false,
  repeatIsHarmless: ({ partnerDropsRepeats }: { partnerDropsRepeats: boolean }) => partnerDropsRepeats,
}

export const answers = messagesPort({
  ...told,
  name: 'answers',
  summary: 'What becomes of an order, line by line, EDIFACT ORDRSP.',
  kind: 'channelAnswer',
  document: retailerAnswer,
})

export const changeAnswers = messagesPort({
  ...told,
  name: 'changeAnswers',
  summary: 'What became of a change that the retailer wanted (ORDCHG), line by line, EDIFACT ORDRSP.',
  kind: 'amendmentAnswer',
  document: retailerChangeAnswer,
})

export const shipments = messagesPort({
  ...told,
  name: 'shipments',
  summary: 'What left for an order, package by package, EDIFACT DESADV.',
  kind: 'channelShipment',
  document: retailerDispatch,
})

export const changes = messagesPort({
  ...told,
  name: 'changes',
  summary: 'Units of an order that will not come after all, EDIFACT ORDRSP.',
  kind: 'channelChange',
  document: retailerCancelledHere,
})

export const rejections = messagesPort<'rejection', EdifactRetailerConfig>({
  name: 'rejections',
  summary: 'Orders and changes that were refused for good, EDIFACT ORDRSP; where rejectWithOrdrsp is set.',
  kind: 'rejection',
  document: retailerRejection,
  has: ({ rejectWithOrdrsp }) => rejectWithOrdrsp,
  toWrite: (rejection) => ({ ok: true, value: { ...rejection, lines: [] } }),
  expectsAnswer: false,
  repeatIsHarmless: () => true,
})

export const availability = availabilityPort<EdifactConfig, WritableEdifactSegment[]>({
  summary: 'What can be sold of each product at each place the retailer has a name for, EDIFACT INVRPT.',
  write: (feed, { crosswalk, config }, [first]) => {
    const documentNumber = numberOf(first?.instructionId ?? '')
    return retailerStock.write(feed, { crosswalk, receivedAt: feed.asOf, documentNumber }, profileOf(config))
  },
  compose: (context, messages) => compose(context, 'INVRPT', messages),
})
