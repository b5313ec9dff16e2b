/** "Please do not" as ORDCHG, function 1: the whole order. Its answer comes as an ORDRSP that names the change. */
import { ordchg } from '#mappings/edifact/orders.ts'
import { cancelOf } from '../cancel-request.ts'
import { profileOf } from './config.ts'
import { messagesPort } from './messages-port.ts'

export const changes = messagesPort({
  name: 'changes',
  summary: 'Cancels, EDIFACT ORDCHG; where the profile says changesSent.',
  kind: 'fulfillmentCancel',
  document: ordchg,
  toWrite: cancelOf,
  has: (config) => profileOf(config).changesSent,
  expectsAnswer: true,
  // The same cancel twice asks for nothing more.
  repeatIsHarmless: () => true,
})
