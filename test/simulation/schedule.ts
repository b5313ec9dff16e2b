/** What will happen, and when, by a clock of its own. Ties are broken by chance, the seed's own. */
import { createHash } from 'node:crypto'

export type Chance = { next: () => number; below: (n: number) => number; happens: (share: number) => boolean }

export type Happening = { atMs: number; tie: number; name: string; run: () => Promise<void> }

export class Schedule {
  nowMs: number
  readonly #chance: Chance
  readonly #waiting: Happening[] = []
  readonly #trace = createHash('sha256')
  readonly lines: string[] = []

  constructor(startMs: number, chance: Chance) {
    this.nowMs = startMs
    this.#chance = chance
  }

  after(delayMs: number, name: string, run: () => Promise<void>): void {
    this.#waiting.push({ atMs: this.nowMs + Math.max(0, Math.round(delayMs)), tie: this.#chance.next(), name, run })
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** The next thing, taken out; undefined when nothing is to happen any more. */
  next(): Happening | undefined {
    let first = 0
    for (let index = 1; index < this.#waiting.length; index++) {
      const [a, b] = [this.#waiting[index], this.#waiting[first]]
      if (a !== undefined && b !== undefined && (a.atMs < b.atMs || (a.atMs === b.atMs && a.tie < b.tie))) first = index
    }
    return this.#waiting.splice(first, 1)[0]
  }

  note(line: string): void {
    this.#trace.update(`${this.nowMs} ${line}\n`)
    this.lines.push(`${new Date(this.nowMs).toISOString().slice(5, 19)} ${line}`)
  }

  get hash(): string {
    return this.#trace.copy().digest('hex').slice(0, 16)
  }
}
