/** Slow data kept for a moment: read once, shared by all requests, read again when it is old or does not hold what is asked for. */
import { epochMsOf } from '#core/model/time.ts'
import type { Clock } from '#core/ports.ts'

export type KeptMap<V> = {
  get: () => Promise<ReadonlyMap<string, V>>
  /** Reads again on a miss, so that what was just added is found; callers at the same time share the reading. */
  find: (id: string) => Promise<V | undefined>
  /** The next `get` reads again. */
  forget: () => void
}

export function keptMap<V>(load: () => Promise<ReadonlyMap<string, V>>, clock: Clock, ttlMs: number): KeptMap<V> {
  let value: ReadonlyMap<string, V> | undefined
  let readAtMs = 0
  let reading: Promise<ReadonlyMap<string, V>> | undefined

  const reload = (): Promise<ReadonlyMap<string, V>> => {
    reading ??= load()
      .then((loaded) => {
        value = loaded
        readAtMs = epochMsOf(clock.now())
        return loaded
      })
      .finally(() => {
        reading = undefined
      })
    return reading
  }

  const get = (): Promise<ReadonlyMap<string, V>> =>
    value === undefined || epochMsOf(clock.now()) - readAtMs >= ttlMs ? reload() : Promise.resolve(value)

  return {
    get,
    find: async (id) => (await get()).get(id) ?? (await reload()).get(id),
    forget: () => {
      value = undefined
    },
  }
}
