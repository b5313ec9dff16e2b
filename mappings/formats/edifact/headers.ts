/** UNB, UNG and UNH segments as values. */
import type { EdifactEnvelope, EdifactMessageHeader, EdifactParty } from './interchange.ts'
import type { EdifactSegment } from './segment.ts'

const partyOf = (unb: EdifactSegment, position: number): EdifactParty => ({
  id: unb.component(position, 1),
  qualifier: unb.component(position, 2),
  internalId: unb.component(position, 3),
})

export const envelopeOf = (unb: EdifactSegment): EdifactEnvelope => ({
  syntaxId: unb.component(1, 1),
  syntaxVersion: unb.component(1, 2),
  sender: partyOf(unb, 2),
  receiver: partyOf(unb, 3),
  date: unb.component(4, 1),
  time: unb.component(4, 2),
  controlReference: unb.element(5),
  password: unb.component(6, 1),
  passwordQualifier: unb.component(6, 2),
  applicationReference: unb.element(7),
  priority: unb.element(8),
  acknowledgmentRequested: unb.element(9) === '1',
  agreementId: unb.element(10),
  isTest: unb.element(11) === '1',
})

export const messageHeaderOf = (unh: EdifactSegment): EdifactMessageHeader => ({
  reference: unh.element(1),
  type: unh.component(2, 1),
  version: unh.component(2, 2),
  release: unh.component(2, 3),
  agency: unh.component(2, 4),
  association: unh.component(2, 5),
  accessReference: unh.element(3),
})
