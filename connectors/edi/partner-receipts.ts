/** The partner's 997s about our documents. An acceptance needs nobody; a rejection means that an order of ours is not known there. */
import type { Issue } from '#core/issue.ts'
import type { X12Set } from '#mappings/formats/x12/interchange.ts'
import { receiptKeyOf } from './outgoing.ts'

/** AK9 codes that leave something of the group out. */
const NOT_ALL_TAKEN: ReadonlySet<string> = new Set(['P', 'R', 'M', 'W', 'X'])

/** One issue for a group that was not taken whole; none when it was. */
export function rejectedByPartner(set: X12Set): Issue[] {
  const about = set.segments.find((segment) => segment.id === 'AK1')
  const verdict = set.segments.find((segment) => segment.id === 'AK9')
  const status = verdict?.element(1) ?? ''
  if (set.header.id !== '997' || !NOT_ALL_TAKEN.has(status)) return []
  const group = `${about?.element(1) ?? ''} ${about?.element(2) ?? ''}`
  const codes = set.segments.filter((segment) => segment.id === 'AK5').map((segment) => segment.element(2))
  const said = codes.filter((code) => code !== '').join(', ')
  return [
    {
      code: 'edi.rejected-by-partner',
      class: 'data',
      place: { path: 'AK9-01' },
      rule: `must be A or E: the partner did not take our group ${group}${said === '' ? '' : ` (AK5 codes ${said})`}`,
      value: status,
      cure: 'Find the file with this group number, correct what the codes name, and send its orders again.',
      subject: group,
    },
  ]
}

/** Which group of ours a 997 or 999 answers. */
export const acknowledgedBy = (set: X12Set): string[] =>
  set.segments
    .filter((segment) => segment.id === 'AK1')
    .map((segment) => receiptKeyOf(segment.element(1), segment.element(2)))
