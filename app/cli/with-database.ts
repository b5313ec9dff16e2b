/** Opens the database for one command and closes it again, whatever happens. */
import type { Database } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { openDatabase } from '../hub.ts'
import { createLog } from '../log.ts'
import type { Settings } from '../settings.ts'

export async function withDatabase<T>(settings: Settings, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase(settings, createLog(settings.logLevel))
  try {
    await migrate(db)
    return await work(db)
  } finally {
    await db.close()
  }
}
