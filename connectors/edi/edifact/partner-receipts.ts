/** The partner's CONTRLs about our interchanges. An acceptance needs nobody; a rejection means that an order of ours is not known there. */
import type { Issue } from '#core/issue.ts'
import type { EdifactMessage } from '#mappings/formats/edifact/interchange.ts'
import { receiptKeyOf } from './outgoing.ts'

/** 0083: this level and all below are rejected. */
const REJECTED = '4'

/** One issue for an interchange that was rejected, else one for each rejected message of it. */
export function rejectedByPartner({ segments }: EdifactMessage): Issue[] {
  const uci = segments.find(({ id }) => id === 'UCI')
  const reference = uci?.element(1) ?? ''
  if (uci?.element(4) === REJECTED) return [rejected(`interchange ${reference}`, uci.element(5), 'UCI-04')]
  return segments
    .filter((segment) => segment.id === 'UCM' && segment.element(3) === REJECTED)
    .map((ucm) =>
      rejected(`${ucm.component(2, 1)} ${ucm.element(1)} of interchange ${reference}`, ucm.element(4), 'UCM-03'),
    )
}

const rejected = (what: string, error: string, path: string): Issue => ({
  code: 'edi.rejected-by-partner',
  class: 'data',
  place: { path },
  rule: `must be 7 or 8: the partner did not take our ${what}${error === '' ? '' : ` (0085 ${error})`}`,
  value: REJECTED,
  cure: 'Find the file with this reference, correct what the CONTRL names, and send its orders again.',
  subject: what,
})

/** Which interchange of ours a CONTRL answers. */
export const acknowledgedBy = ({ segments }: EdifactMessage): string[] =>
  segments.filter(({ id }) => id === 'UCI').map((uci) => receiptKeyOf(uci.element(1)))
