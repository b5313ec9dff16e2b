/** Whether an interchange is from our partner and for us. */
import type { Issue } from '#core/issue.ts'
import type { EdifactInterchange } from '#mappings/formats/edifact/interchange.ts'
import type { EdifactConfig } from './config.ts'

export function wrongParties({ header }: EdifactInterchange, { unbSender, unbReceiver }: EdifactConfig): Issue[] {
  const wrong = (path: string, is: string, expected: string) =>
    is === expected ? [] : [wrongParty(path, is, expected)]
  return [...wrong('UNB-02', header.sender.id, unbReceiver.id), ...wrong('UNB-03', header.receiver.id, unbSender.id)]
}

const wrongParty = (path: string, value: string, expected: string): Issue => ({
  code: 'edi.party',
  class: 'config',
  place: { path },
  rule: `must be ${expected}`,
  value,
  cure: 'Correct unbSender and unbReceiver of the connection, or ask the partner whom it writes to; then replay.',
  subject: value,
})
