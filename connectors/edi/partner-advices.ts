/** The partner's 824s: its verdict on the content of a document of ours. A refusal means that the document does not count there. */
import type { Issue } from '#core/issue.ts'
import { ApplicationAdvice } from '#core/model/trade.ts'
import { advice824 } from '#mappings/x12/advice-824.ts'
import type { X12Set } from '#mappings/formats/x12/interchange.ts'
import type { InboundDocument, ReadContext } from '../contract/connector.ts'
import type { EdiConfig } from './config.ts'
import { profileFor } from './more-sets.ts'

type SetReading = { documents: InboundDocument[]; refused: { part: string; issues: Issue[] }[] }

/** Nothing to apply where it accepts; else one issue for a person, in the partner's own words. */
export function readAdvice(set: X12Set, { crosswalk, receivedAt, config }: ReadContext<EdiConfig>): SetReading {
  const reading = advice824.read(set, { crosswalk, receivedAt }, profileFor(config))
  const rejected = reading.documents.flatMap(({ value, part }) => {
    const advice = ApplicationAdvice.parse(value)
    return advice.verdict === 'rejected' ? [{ part, issues: [rejectedIssue(advice)] }] : []
  })
  return { documents: [], refused: [...reading.refused, ...rejected] }
}

function rejectedIssue({ documentType, reference, errors }: ApplicationAdvice): Issue {
  const said = errors.map(({ code, text }) => `${code} ${text}`).join('; ')
  return {
    code: 'edi.rejected-by-partner',
    class: 'data',
    place: { path: 'OTI-01' },
    rule: `must accept: the partner refused our ${documentType} ${reference}${said === '' ? '' : ` (${said})`}`.slice(
      0,
      500,
    ),
    value: reference,
    cure: 'Find the document with this number, correct what the partner names, and tell it anew or by hand. Then discard this one.',
    subject: `${documentType} ${reference}`,
  }
}
