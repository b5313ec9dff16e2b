/** Work put off for later, which can be asked whether any is left and be dropped all at once. */
export class Timers {
  readonly #pending = new Set<NodeJS.Timeout>()

  get idle(): boolean {
    return this.#pending.size === 0
  }

  after(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#pending.delete(timer)
      work()
    }, ms)
    this.#pending.add(timer)
  }

  clear(): void {
    for (const timer of this.#pending) clearTimeout(timer)
    this.#pending.clear()
  }
}
