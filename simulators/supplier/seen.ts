/** Interchanges that came before, by sender, receiver and control number, with what each was answered. */
import { createHash } from 'node:crypto'

export class SeenInterchanges<Answer> {
  readonly #seen = new Map<string, { hash: string; answer: Answer }>()

  /** `conflict`: the number came before with other bytes. `answer` is called for a fresh one only. */
  look(
    key: string,
    bytes: Uint8Array,
    answer: () => Answer,
  ): { kind: 'fresh' | 'again'; answer: Answer } | { kind: 'conflict' } {
    const hash = createHash('sha256').update(bytes).digest('hex')
    const seen = this.#seen.get(key)
    if (seen !== undefined) return seen.hash === hash ? { kind: 'again', answer: seen.answer } : { kind: 'conflict' }
    const fresh = answer()
    this.#seen.set(key, { hash, answer: fresh })
    return { kind: 'fresh', answer: fresh }
  }
}
