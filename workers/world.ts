/** What every worker is handed: the database, the way to commit, the queue, the clock, ids, the log, and slow data. */
import type { Clock, IdSource, Log } from '#core/ports.ts'
import type { Context } from '#connectors/contract/connector.ts'
import type { Database } from '#store/database.ts'
import type { UnitOfWork } from '#store/unit.ts'
import type { createBreakers } from './breaker.ts'
import type { Gates } from './gate.ts'
import type { LivePrices } from './prices/live-prices.ts'
import type { MasterCache } from './master.ts'
import type { Pump } from './pump.ts'

export type World = {
  db: Database
  commit: UnitOfWork
  pump: Pump
  clock: Clock
  ids: IdSource
  log: Log
  master: MasterCache
  gates: Gates
  breakers: ReturnType<typeof createBreakers>
  /** What units are worth to later orders; decisions use what is there. */
  prices: LivePrices
  /** The live context of a connection: guarded transports, revealed secrets, number sequences. */
  contextOf: (connectionId: string, signal: AbortSignal) => Promise<Context<unknown>>
}
