/**
 * How far a node's word can be relied on, as one number from 0 to 1000. A refusal or a silence takes a fifth of it; a word that
 * is kept gives back a tenth of what is missing; and half of what is missing comes back by itself in three days, so that a node
 * that gets no work is tried again. Pure integers: the same history gives the same score.
 */
import { epochMsOf } from '../model/time.ts'
import type { Instant } from '../model/time.ts'

export const FULL_TRUST = 1000
const HALF_LIFE_MS = 3 * 86_400_000

export type Trust = { score: number; movedAt: Instant }
export type Word = 'kept' | 'broken'

/** The score as it stands at a later moment. */
export function trustAt({ score, movedAt }: Trust, now: Instant): number {
  const elapsedMs = Math.max(0, epochMsOf(now) - epochMsOf(movedAt))
  return FULL_TRUST - Math.floor((FULL_TRUST - score) * 2 ** (-elapsedMs / HALF_LIFE_MS))
}

export function afterWord(trust: Trust, word: Word, now: Instant): Trust {
  const score = trustAt(trust, now)
  const next = word === 'kept' ? FULL_TRUST - Math.floor(((FULL_TRUST - score) * 9) / 10) : Math.floor((score * 4) / 5)
  return { score: next, movedAt: now }
}
