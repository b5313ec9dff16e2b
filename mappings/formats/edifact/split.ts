/** Stock reports (INVRPT) that hold more segments than one message may: several messages, each whole. */
import { splitFeed } from '../edi/split.ts'
import type { WritableEdifactElement, WritableEdifactMessage } from './writable.ts'
import { MAX_MESSAGE_SEGMENTS } from './writer.ts'

/** LIN may stand so often in one INVRPT; EANCOM 97 allows 9,999, which a partner's profile hands in. */
export const MAX_INVRPT_LINES = 9_999_999

/** Other messages stay as they are. New messages are numbered on from the highest reference that is a number. */
export function splitInvrpts(
  messages: readonly WritableEdifactMessage[],
  maxLines = MAX_INVRPT_LINES,
  maxSegments = MAX_MESSAGE_SEGMENTS,
): WritableEdifactMessage[] {
  const used = messages.map(({ header }) => Number(header.reference)).filter(Number.isInteger)
  let next = Math.max(0, ...used)
  return messages.flatMap((message): WritableEdifactMessage[] => {
    if (message.header.type !== 'INVRPT') return [message]
    const parts = splitFeed<WritableEdifactElement>(message.segments, {
      item: 'LIN',
      tail: ['UNS', 'CNT'],
      maxItems: maxLines,
      maxSegments,
      recount: (segment, items) => {
        const [id, control] = segment
        const counts = Array.isArray(control) && control[0] === '2'
        return counts ? [id, ['2', String(items)]] : segment
      },
    })
    return parts.map((segments, index): WritableEdifactMessage => {
      if (index === 0) return { ...message, segments }
      next += 1
      return { header: { ...message.header, reference: String(next) }, segments }
    })
  })
}
