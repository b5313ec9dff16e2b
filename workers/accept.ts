/**
 * Storing what comes in, many at once: requests that arrive while one commit runs share the next one. Each caller learns of its
 * own document only after the commit that holds it.
 */

export type Coalesced<T, R> = (item: T) => Promise<R>

/**
 * `handle` answers in the order of its items. If it throws, everyone in that round is told. Where rounds follow each other without
 * rest, the next one waits as long as the last one took, at most `maxPauseMs`, and is larger for it.
 */
export function coalesce<T, R>(
  handle: (items: T[]) => Promise<R[]>,
  maxItems: number,
  maxPauseMs = 0,
): Coalesced<T, R> {
  type Waiting = { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }
  let waiting: Waiting[] = []
  let running = false
  let tookMs = 0
  let endedAt = Number.NEGATIVE_INFINITY
  const pauseMs = (): number => Math.min(tookMs, maxPauseMs) - (performance.now() - endedAt)

  const run = async (): Promise<void> => {
    running = true
    while (waiting.length > 0) {
      const ms = waiting.length < maxItems ? pauseMs() : 0
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
      const round = waiting.splice(0, maxItems)
      const began = performance.now()
      try {
        const results = await handle(round.map((each) => each.item))
        for (const [i, each] of round.entries()) each.resolve(results[i] as R)
      } catch (error) {
        for (const each of round) each.reject(error)
      }
      endedAt = performance.now()
      tookMs = endedAt - began
    }
    running = false
  }

  return (item) =>
    new Promise<R>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      // Everything that arrives in this turn of the event loop goes into the first round.
      if (!running) {
        running = true
        setImmediate(() => void run())
      }
    })
}
