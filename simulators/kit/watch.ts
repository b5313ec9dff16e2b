/** Looks into in/ again and again, one look at a time. Polling, because it also works on a folder that another host serves. */
import type { ExchangeFolder } from './exchange-folder.ts'

/** Reads one file; throws for nothing that a file can hold. */
export type Taker = { take: (name: string, bytes: Uint8Array) => void }

export class Watch {
  readonly #folder: ExchangeFolder
  readonly #intake: Taker
  readonly #pollMs: number
  readonly #onTrouble: (trouble: string) => void
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #busy = false
  #closed = false

  constructor(folder: ExchangeFolder, intake: Taker, pollMs: number, onTrouble: (trouble: string) => void) {
    this.#folder = folder
    this.#intake = intake
    this.#pollMs = pollMs
    this.#onTrouble = onTrouble
    this.#plan()
  }

  /** Waits for the look under way and says whether nothing is left in in/. */
  async idle(): Promise<boolean> {
    await this.#looking
    const left = await this.#folder.arrived()
    return left.length === 0 && !this.#busy
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#looking
  }

  #plan(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.#looking = this.#look()
        .catch((error: unknown) => this.#onTrouble(error instanceof Error ? error.message : 'in/ could not be read'))
        .finally(() => this.#plan())
    }, this.#pollMs)
  }

  async #look(): Promise<void> {
    this.#busy = true
    try {
      for (const name of await this.#folder.arrived()) {
        const bytes = await this.#folder.read(name)
        // Archived first: a file whose move fails must not be booked at each look anew.
        await this.#folder.archive(name)
        this.#intake.take(name, bytes)
      }
    } finally {
      this.#busy = false
    }
  }
}
