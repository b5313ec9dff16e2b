/** A commit that lost a race is decided again on fresh state, a few times. */
import { Fault } from '#core/fault.ts'
import { isLostRace } from '#store/database.ts'

const MAX_RACES = 8

export async function retryRaces<T>(decide: () => Promise<T>): Promise<T> {
  for (let race = 0; ; race++) {
    try {
      return await decide()
    } catch (error) {
      if (!lostRace(error) || race >= MAX_RACES) throw error
    }
  }
}

/** Whether a commit failed by what others did at the same time, so that it may be tried again. */
export const lostRace = (error: unknown): boolean =>
  isLostRace(error) || (error instanceof Fault && error.kind === 'conflict')
