/** For partners whose language only knows the end of a whole order. */
import type { Issue } from '#core/issue.ts'
import type { Documents } from './documents.ts'

type Cancel = Documents['fulfillmentCancel']

/**
 * What is wrong with these cancels: each that asks for some units only. Told as one of the whole order it would take out what is still
 * wanted. Undefined where all of them ask for all that is left.
 */
export function cancelsInPart(cancels: readonly Cancel[]): { ok: false; issues: Issue[] } | undefined {
  const issues = cancels.filter(({ lines }) => lines !== undefined).map(({ requestId }) => onlyWhole(requestId))
  return issues.length === 0 ? undefined : { ok: false, issues }
}

const onlyWhole = (requestId: string): Issue => ({
  code: 'cancel.in-part',
  class: 'data',
  place: { path: '/lines' },
  rule: 'must ask for all that is left of the request: this partner takes out whole requests only',
  value: requestId,
  cure: 'Call the partner about these units and record what it says, or cancel the whole request.',
  subject: requestId,
})
