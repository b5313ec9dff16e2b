/** Keeps to a partner's limit of calls at once. How many a stretch of time takes is kept where they leave (pace.ts). */
import type { Limit } from '#connectors/contract/connector.ts'

export type Gate = { run: <T>(call: () => Promise<T>) => Promise<T> }

export type Gates = { of: (connectionId: string, limit: Pick<Limit, 'concurrency'>) => Gate }

/**
 * A connection's queue is worked by one process at a time (pump), so the gate in that process is the connection's gate. It
 * lives as long as the process; a change of limits makes a new one.
 */
export function createGates(): Gates {
  const gates = new Map<string, { gate: Gate; concurrency: number }>()
  return {
    of: (connectionId, { concurrency }) => {
      const known = gates.get(connectionId)
      if (known?.concurrency === concurrency) return known.gate
      const gate = openGate(concurrency)
      gates.set(connectionId, { gate, concurrency })
      return gate
    },
  }
}

export function openGate(concurrency: number): Gate {
  let running = 0
  const waiting: (() => void)[] = []
  return {
    run: async (call) => {
      while (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve))
      running += 1
      try {
        return await call()
      } finally {
        running -= 1
        waiting.shift()?.()
      }
    },
  }
}
