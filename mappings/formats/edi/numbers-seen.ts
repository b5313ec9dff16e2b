/** Control numbers of one group or interchange, to find the one that comes twice. Senders count up by one, which takes no room here. */

/** Longer numbers are no exact doubles. */
const MAX_DIGITS = 15

export class NumbersSeen {
  /** The run of numbers that the last one ended, written in so many digits. */
  #digits = 0
  #from = 0
  #to = -1
  /** Those outside the run. */
  readonly #others = new Set<string>()

  /** False when it was asked for before. `0001` and `1` are two. */
  isNew(number: string): boolean {
    const value = number.length <= MAX_DIGITS && /^\d+$/.test(number) ? Number(number) : -1
    if (value >= 0 && number.length === this.#digits && value >= this.#from && value <= this.#to) return false
    if (this.#others.has(number)) return false
    if (value >= 0 && number.length === this.#digits && value === this.#to + 1) this.#to = value
    else if (value >= 0 && this.#to < this.#from) [this.#digits, this.#from, this.#to] = [number.length, value, value]
    else this.#others.add(number)
    return true
  }
}
