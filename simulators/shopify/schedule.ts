/** Work that is under way: background steps, waits and deliveries. The store can wait for all of it, or end it. */

export type Schedule = ReturnType<typeof createSchedule>

export function createSchedule() {
  let busy = 0
  let closed = false
  let idleWaiters: (() => void)[] = []
  const sleepers = new Map<NodeJS.Timeout, (passed: boolean) => void>()

  function done(): void {
    busy -= 1
    if (busy > 0) return
    const waiters = idleWaiters
    idleWaiters = []
    for (const wake of waiters) wake()
  }

  /** Resolves with true after the time, with false at once when the store closes before. */
  function sleep(delayMs: number): Promise<boolean> {
    if (closed) return Promise.resolve(false)
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        sleepers.delete(timer)
        resolve(true)
      }, delayMs)
      sleepers.set(timer, resolve)
    })
  }

  return {
    sleep,
    isClosed: (): boolean => closed,
    /** Counts a promise as work under way. */
    track: <T>(work: Promise<T>): Promise<T> => {
      busy += 1
      return work.finally(done)
    },
    /** Resolves when nothing is under way, retries included. */
    idle: (): Promise<void> => (busy === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
    close: (): void => {
      closed = true
      for (const [timer, wake] of sleepers) {
        clearTimeout(timer)
        wake(false)
      }
      sleepers.clear()
    },
  }
}
