/**
 * PGlite: PostgreSQL inside this process, with a data folder and no server. One session runs everything in turn, so the
 * queue's statements and ours share it. It does not fsync: it survives a killed process, not a power cut (docs/deploy.md).
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { Database } from './database.ts'
import { lockDataFolder } from './lock.ts'
import { QueuePool, type QueueResult } from './queue-pool.ts'
import { SQL_PARSERS } from './values.ts'

export type PgliteOptions = {
  /** Absent: in memory, gone with the process. */
  folder?: string
  /** A dump made by `PGlite.dumpDataDir`, to start from instead of an empty database. */
  loadFrom?: Blob
}

export async function openPglite(options: PgliteOptions): Promise<Database & { lite: PGlite }> {
  const unlock = options.folder === undefined ? () => undefined : lockDataFolder(options.folder)
  const inTransaction = new AsyncLocalStorage<boolean>()
  try {
    const lite = await PGlite.create({
      ...(options.folder === undefined ? {} : { dataDir: join(options.folder, 'pgdata') }),
      ...(options.loadFrom === undefined ? {} : { loadDataDir: options.loadFrom }),
      parsers: { ...SQL_PARSERS, [BYTEA]: bytesFromHex },
      serializers: { [BYTEA]: (bytes: Uint8Array) => bytes as never },
    })
    // BullMQ's functions name its tables without a schema; ours are found first.
    // A page anywhere costs as much as the next one: rows are looked up by their keys, and no table is read for them.
    await lite.exec('SET timezone = UTC; SET search_path = public, bullmq; SET random_page_cost = 1.1')
    let queuePool: QueuePool | undefined
    return {
      kind: 'pglite',
      lite,
      query: async (sql, parameters) => {
        refuseInside(inTransaction)
        return (await lite.query(sql, parameters as unknown[])).rows as never
      },
      transaction: (work) => {
        refuseInside(inTransaction)
        return lite.transaction((tx) =>
          inTransaction.run(true, () =>
            work({ query: async (sql, parameters) => (await tx.query(sql, parameters as unknown[])).rows as never }),
          ),
        )
      },
      script: async (sql) => {
        await lite.exec(sql)
      },
      queuePool: () => {
        queuePool ??= queuePoolOver(lite, () => refuseInside(inTransaction))
        return queuePool
      },
      close: async () => {
        await lite.close()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

/**
 * PGlite writes bytes as hex and reads them so, a string for each byte: half a second a megabyte. It sends a parameter that is bytes already as
 * it is; what it reads is text all the same.
 */
const BYTEA = 17
const bytesFromHex = (text: string): Uint8Array => Buffer.from(text.slice(2), 'hex')

/** With one session, a statement beside the running transaction would wait for its end, and the transaction for the statement. */
function refuseInside(inTransaction: AsyncLocalStorage<boolean>): void {
  if (inTransaction.getStore() === true)
    throw new Error('inside a transaction only the transaction itself may be asked')
}

function queuePoolOver(lite: PGlite, refuse: () => void): QueuePool {
  const query = async (text: string, parameters?: readonly unknown[]): Promise<QueueResult> => {
    refuse()
    return runForQueue(lite, text, parameters)
  }
  return new QueuePool({
    query,
    session: () => Promise.resolve({ query, release: () => undefined }),
    notifications: {
      start: async (channel, notify) => {
        await lite.listen(channel, notify)
      },
    },
    end: () => Promise.resolve(),
  })
}

/** BullMQ expects node-postgres' own value types, so the hub's parsers are put aside for its statements. */
async function runForQueue(
  lite: PGlite,
  text: string,
  parameters: readonly unknown[] | undefined,
): Promise<QueueResult> {
  const options = { parsers: QUEUE_PARSERS }
  // Without parameters it may be a script of many statements (the queue's migrations), which only exec takes.
  const result =
    parameters === undefined || parameters.length === 0
      ? (await lite.exec(text, options)).at(-1)
      : await lite.query(text, parameters as unknown[], options)
  return { rows: result?.rows ?? [], rowCount: result?.affectedRows ?? result?.rows.length ?? 0 }
}

const QUEUE_PARSERS: Record<number, (value: string) => unknown> = {
  20: (text) => text,
  1184: (text) => new Date(text),
}
