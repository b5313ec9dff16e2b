/** PostgreSQL on a server, by `DATABASE_URL`. */
import pg from 'pg'
import type { Database, Transaction } from './database.ts'
import { QueuePool } from './queue-pool.ts'
import { SQL_PARSERS } from './values.ts'

export type PostgresOptions = {
  url: string
  /** Connections for the hub's own statements; the queue has a small pool of its own. */
  poolSize?: number
  statementTimeoutMs?: number
  onError: (message: string) => void
}

/**
 * Nearly all of our statements look rows up by their keys. Where PostgreSQL believes that a page anywhere costs four times the next one, as on
 * a turning disk, it reads a whole table for the keys of a batch as long as the table is young; the lines of a batch of orders took 16 ms instead of one.
 */
const LOOKED_UP = '-c random_page_cost=1.1'

type Parser = (text: string) => unknown

const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): Parser =>
    SQL_PARSERS[oid] ?? (pg.types.getTypeParser(oid, format) as Parser),
}

export function openPostgres(options: PostgresOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? 60_000
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: 5_000,
    options: `-c timezone=UTC ${LOOKED_UP} -c statement_timeout=${statementTimeoutMs} -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000`,
    types: types,
    keepAlive: true,
    // Statements that do not wait for each other's answers (Promise.all) share a round trip.
    pipeline: true,
  })
  pool.on('error', (error) => options.onError(error.message))
  let queuePool: QueuePool | undefined
  return {
    kind: 'postgres',
    query: async (sql, parameters) => (await pool.query(sql, parameters as unknown[])).rows,
    transaction: async (work) => {
      const client = await pool.connect()
      let broken = false
      let over = false
      // What was asked for together and goes on after another's failure must not reach the connection's next user.
      const query: Transaction['query'] = async (sql, parameters) => {
        if (over) throw new Error('the transaction is over')
        return (await client.query(sql, parameters as unknown[])).rows
      }
      try {
        // Not waited for: it goes ahead of the first statement, on the same wire.
        const begun = client.query('BEGIN')
        begun.catch(() => undefined)
        const result = await work({ query })
        over = true
        await begun
        await client.query('COMMIT')
        return result
      } catch (error) {
        over = true
        await client.query('ROLLBACK').catch(() => (broken = true))
        throw error
      } finally {
        client.release(broken)
      }
    },
    script: async (sql) => {
      await pool.query(sql)
    },
    queuePool: () => {
      queuePool ??= queuePoolOver(options)
      return queuePool
    },
    close: async () => {
      await queuePool?.end()
      await pool.end()
    },
  }
}

/** Few connections for short statements, and one on which all of the process's queues listen. */
function queuePoolOver(options: PostgresOptions): QueuePool {
  const config = { connectionString: options.url, options: '-c search_path=bullmq -c timezone=UTC', keepAlive: true }
  const pool = new pg.Pool({ ...config, max: 6 })
  pool.on('error', (error) => options.onError(error.message))
  let listener: Promise<pg.Client> | undefined
  const open = async (): Promise<pg.Client> => {
    const client = new pg.Client(config)
    await client.connect()
    return client
  }
  return new QueuePool({
    query: (text, parameters) => pool.query(text, parameters as unknown[]),
    session: () => pool.connect(),
    notifications: {
      start: async (channel, notify, lost) => {
        listener ??= open()
        listener.catch(() => (listener = undefined))
        const client = await listener
        client.on('notification', (message) => {
          if (message.channel === channel) notify(message.payload ?? '')
        })
        const broke = (error?: Error): void => {
          listener = undefined
          lost(error ?? new Error('the listening connection ended'))
        }
        client.once('error', broke)
        client.once('end', broke)
        await client.query(`LISTEN ${channel}`)
      },
    },
    end: async () => {
      const client = await listener?.catch(() => undefined)
      client?.removeAllListeners('end')
      client?.removeAllListeners('error')
      client?.on('error', () => undefined)
      await client?.end()
      await pool.end()
    },
  })
}
