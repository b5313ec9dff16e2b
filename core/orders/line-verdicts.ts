/** What an answer to a channel comes to, line by line and as a whole. */
import type { ChannelAnswer, LineVerdict } from '../model/order-change.ts'

export const verdictOf = ({
  ordered,
  accepted,
  cancelled,
}: Pick<ChannelAnswer['lines'][number], 'ordered' | 'accepted' | 'cancelled'>): LineVerdict => {
  if (accepted === ordered) return 'agreed'
  return cancelled === ordered ? 'refused' : 'changed'
}

/** `changed` where the lines differ: then each says it for itself. */
export function verdictOfAll(verdicts: readonly LineVerdict[]): LineVerdict {
  if (verdicts.every((verdict) => verdict === 'agreed')) return 'agreed'
  return verdicts.every((verdict) => verdict === 'refused') ? 'refused' : 'changed'
}
