/** A commit that lost a race is decided again on fresh state, a few times. */
import { Fault } from '#core/fault.ts'
import { isLostRace } from '#store/database.ts'

const MAX_RACES = 8

export async function retryRaces<T>(decide: () => Promise<T>): Promise<T> {
  for (let race = 0; ; race++) {
    try {
      return await decide()
    } catch (error) {
      const lost = isLostRace(error) || (error instanceof Fault && error.kind === 'conflict')
      if (!lost || race >= MAX_RACES) throw error
    }
  }
}
