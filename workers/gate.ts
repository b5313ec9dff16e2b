/** Keeps to a partner's limit: so many calls at once, so many in a stretch of time. */
import { epochMsOf } from '#core/model/time.ts'
import type { Clock } from '#core/ports.ts'
import type { Limit } from '#connectors/contract/connector.ts'

export type Gate = { run: <T>(call: () => Promise<T>) => Promise<T> }

export type Gates = { of: (connectionId: string, limit: Limit) => Gate }

/**
 * A connection's queue is worked by one process at a time (pump), so the gate in that process is the connection's gate. It
 * lives as long as the process; a change of limits makes a new one.
 */
export function createGates(clock: Clock): Gates {
  const gates = new Map<string, { gate: Gate; limit: Limit }>()
  return {
    of: (connectionId, limit) => {
      const known = gates.get(connectionId)
      if (
        known !== undefined &&
        known.limit.max === limit.max &&
        known.limit.perMs === limit.perMs &&
        known.limit.concurrency === limit.concurrency
      ) {
        return known.gate
      }
      const gate = openGate(limit, clock)
      gates.set(connectionId, { gate, limit })
      return gate
    },
  }
}

export function openGate(limit: Limit, clock: Clock, sleep: (ms: number) => Promise<void> = pause): Gate {
  let running = 0
  let windowStart = Number.NEGATIVE_INFINITY
  let calls = 0
  const waiting: (() => void)[] = []

  const enter = async (): Promise<void> => {
    while (running >= limit.concurrency) await new Promise<void>((resolve) => waiting.push(resolve))
    running += 1
    for (;;) {
      const at = epochMsOf(clock.now())
      if (at - windowStart >= limit.perMs) {
        windowStart = at
        calls = 0
      }
      if (calls < limit.max) {
        calls += 1
        return
      }
      await sleep(windowStart + limit.perMs - at)
    }
  }

  return {
    run: async (call) => {
      await enter()
      try {
        return await call()
      } finally {
        running -= 1
        waiting.shift()?.()
      }
    },
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(1, ms)))
