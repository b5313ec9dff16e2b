/**
 * Fresh ids: prefix, then 21 characters of Crockford base32 that sort by age: 10 of time (ms), 3 of a counter, 8 of chance.
 * No longer, because X12 takes purchase order numbers of 22 (BEG03): the id itself is the partner's reference.
 */
import { randomBytes } from 'node:crypto'
import type { IdSource } from '#core/ports.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_CHARACTERS = 10
const COUNTER_CHARACTERS = 3
const CHANCE_CHARACTERS = 8
const COUNTER_LIMIT = 32 ** COUNTER_CHARACTERS

/** Ids of one source always rise, also within a millisecond and when the clock is set back. */
export function createIdSource(nowMs: () => number, bytes: (count: number) => Uint8Array = randomBytes): IdSource {
  let lastMs = 0
  let counter = 0
  let time = ''
  let pool: Uint8Array = new Uint8Array(0)
  let used = 0
  const chance = (): string => {
    if (used + CHANCE_CHARACTERS > pool.length) {
      pool = bytes(CHANCE_CHARACTERS * 256)
      used = 0
    }
    let text = ''
    for (let i = 0; i < CHANCE_CHARACTERS; i++) text += ALPHABET[(pool[used++] ?? 0) & 31]
    return text
  }
  return {
    next: (prefix) => {
      const ms = Math.max(lastMs, nowMs())
      counter = ms === lastMs ? counter + 1 : 0
      const overflow = counter === COUNTER_LIMIT
      if (ms !== lastMs || overflow) {
        lastMs = overflow ? ms + 1 : ms
        counter = overflow ? 0 : counter
        time = base32(lastMs, TIME_CHARACTERS)
      }
      return `${prefix}_${time}${base32(counter, COUNTER_CHARACTERS)}${chance()}`
    },
  }
}

function base32(value: number, length: number): string {
  let text = ''
  let rest = value
  for (let i = 0; i < length; i++) {
    text = (ALPHABET[rest % 32] ?? '') + text
    rest = Math.floor(rest / 32)
  }
  return text
}
