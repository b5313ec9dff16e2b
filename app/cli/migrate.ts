import { migrate } from '#store/migrate.ts'
import { openPump } from '#workers/pump.ts'
import { openDatabase } from '../hub.ts'
import { createLog } from '../log.ts'
import type { Command } from './command.ts'

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'Bring the database to the newest schema.',
  usage: 'migrate',
  options: {},
  examples: ['crossdock migrate'],
  run: async ({ settings, print }) => {
    const log = createLog(settings.logLevel)
    const db = await openDatabase(settings, log)
    try {
      const applied = await migrate(db)
      if (settings.redisUrl === undefined)
        await (await openPump({ kind: 'database', pool: db.queuePool() }, log)).close()
      print(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`)
      return 0
    } finally {
      await db.close()
    }
  },
}
