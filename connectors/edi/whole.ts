/** When a partner's file is whole: it ends as an interchange ends, or it has not changed for so long that nothing more will come. */
import type { EdiConfig } from './config.ts'

/** An interchange without its trailer waits so many times the usual age before it is taken as it is. */
const PATIENCE = 30
const SMALLEST_PATIENCE_MS = 60_000

export const patienceOf = ({ minAgeMs }: Pick<EdiConfig, 'minAgeMs'>): number =>
  Math.max(minAgeMs * PATIENCE, SMALLEST_PATIENCE_MS)

/** Text that begins with ISA or UNB is whole when its last segment is IEA or UNZ. What is neither has no such proof. */
export function endsWhole(raw: Uint8Array): boolean {
  const head = headOf(raw)
  const tail = Buffer.from(raw.subarray(-200)).toString('latin1')
  if (isEdifact(head)) return endsWithUnz(head, tail)
  if (!head.startsWith('ISA')) return raw.length > 0
  const field = escaped(head[3] ?? '*')
  // The number has nine digits, or is followed by a terminator: less may be a cut in the middle of it.
  return new RegExp(`IEA${field}\\d+${field}(\\d{9}|\\d+[^\\d\\s])\\W*$|IEA${field}\\d+${field}\\d+\\s+$`).test(tail)
}

export const headOf = (raw: Uint8Array): string =>
  Buffer.from(raw.subarray(0, 200))
    .toString('latin1')
    .replace(/^[\s\u00ef\u00bb\u00bf]+/, '')

export const isEdifact = (head: string): boolean => head.startsWith('UNA') || head.startsWith('UNB')

/** The terminator ends the last segment too, so that a cut in the middle of its reference shows. */
function endsWithUnz(head: string, tail: string): boolean {
  const una = head.startsWith('UNA') ? head : "UNA:+.? '"
  // Level B has a separator and a terminator that are no characters of the text.
  const [field, terminator] = head.startsWith('UNB\u001d') ? ['\u001d', '\u001c'] : [una[4] ?? '+', una[8] ?? "'"]
  const [element, end] = [escaped(field), escaped(terminator)]
  return new RegExp(`UNZ${element}\\s*\\d+${element}[^${end}]+${end}\\s*$`).test(tail)
}

const escaped = (character: string): string => character.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
