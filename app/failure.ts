/** What a person at the terminal is told when a program of the hub cannot go on: what is wrong, and what to do next. */
import { isDatabaseAway } from '#store/database.ts'

export function failureMessage(error: unknown): string {
  if (!(error instanceof Error)) return 'it failed'
  // ioredis says neither what it lost nor where.
  if (/enableOfflineQueue|MaxRetriesPerRequest|max retries per request/i.test(`${error.name} ${error.message}`))
    return 'the queue cannot be reached. Check that Redis runs and that REDIS_URL names it.'
  if (isDatabaseAway(error))
    return `the database cannot be reached (${error.message}). Check that PostgreSQL runs and that DATABASE_URL names it.`
  return error.message
}
