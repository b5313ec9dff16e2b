/** "Please do not" as an 860 that cancels the whole order. Its answer comes as an 865. */
import { change860 } from '#mappings/x12/change-860.ts'
import { cancelOf } from './cancel-request.ts'
import { profileFor } from './more-sets.ts'
import { setsPort } from './sets-port.ts'

export const changes = setsPort({
  name: 'changes',
  summary: 'Cancels, X12 860; where the profile says changesSent.',
  kind: 'fulfillmentCancel',
  document: change860,
  toWrite: cancelOf,
  has: (config) => profileFor(config).changesSent,
  expectsAnswer: true,
  // The same cancel twice asks for nothing more.
  repeatIsHarmless: () => true,
})
