/** Keeps all calls of a connection to its partner's limit: what is sent, polls, look-ups, checks and tokens, in every process. */
import { Fault, faultMessage } from '#core/fault.ts'
import type { Limit } from '#connectors/contract/connector.ts'
import { type Cells, takeTurns } from '#store/connection-pace.ts'
import type { Queryable } from '#store/database.ts'

/** Waits for the next call's turn. */
export type Pace = () => Promise<void>

/** Turns that are taken at once where many calls a second are allowed: one statement for so long a stretch. */
const STRETCH_MS = 50

/**
 * In no stretch of `perMs` do more than `max` calls begin: a burst of `b` and then one each `perMs ÷ (max − b + 1)` add up to `max`.
 */
export function cellsOf({ max, perMs }: Pick<Limit, 'max' | 'perMs'>): Cells {
  const burst = Math.max(1, Math.floor(max / 4))
  return { burst, stepMs: perMs / (max - burst + 1) }
}

export function createPace(
  db: Queryable,
  connectionId: string,
  limit: Pick<Limit, 'max' | 'perMs'>,
  sleep: (ms: number) => Promise<void> = pause,
): Pace {
  const cells = cellsOf(limit)
  const atOnce = Math.min(cells.burst, Math.max(1, Math.ceil(STRETCH_MS / cells.stepMs)))
  let stash = 0
  let stashEndsMs = 0
  let queue: Promise<void> = Promise.resolve()

  const turn = async (): Promise<void> => {
    // Turns that were not used in their time are gone: saved up, they would be a burst on top of the burst.
    if (stash > 0 && performance.now() < stashEndsMs) {
      stash -= 1
      return
    }
    for (;;) {
      const waitMs = await taken(db, connectionId, cells, atOnce)
      if (waitMs === 0) break
      await sleep(waitMs)
    }
    stash = atOnce - 1
    stashEndsMs = performance.now() + atOnce * cells.stepMs
  }
  return () => {
    const mine = queue.then(turn)
    queue = mine.catch(() => undefined)
    return mine
  }
}

/** Nothing has left for the partner yet: whoever waits for a turn may try again. */
async function taken(db: Queryable, connectionId: string, cells: Cells, calls: number): Promise<number> {
  try {
    return await takeTurns(db, connectionId, cells, calls)
  } catch (error) {
    throw new Fault('transient', { code: 'pace.database', message: faultMessage(error), cause: error })
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
