/** Whether an interchange is from our partner and for us. */
import type { Issue } from '#core/issue.ts'
import type { X12Interchange } from '#mappings/formats/x12/interchange.ts'
import type { EdiConfig } from './config.ts'

export function wrongParties({ header }: X12Interchange, { isaSender, isaReceiver }: EdiConfig): Issue[] {
  const wrong = (path: string, is: { qualifier: string; id: string }, expected: { qualifier: string; id: string }) =>
    is.id === expected.id && is.qualifier === expected.qualifier
      ? []
      : [wrongParty(path, `${is.qualifier}/${is.id}`, `${expected.qualifier}/${expected.id}`)]
  return [...wrong('ISA-06', header.sender, isaReceiver), ...wrong('ISA-08', header.receiver, isaSender)]
}

const wrongParty = (path: string, value: string, expected: string): Issue => ({
  code: 'edi.party',
  class: 'config',
  place: { path },
  rule: `must be ${expected}`,
  value,
  cure: 'Correct isaSender and isaReceiver of the connection, or ask the partner whom it writes to; then replay.',
  subject: value,
})
