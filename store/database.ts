/** What the store needs of a database. PGlite (in the process) and PostgreSQL (a server) both give it; nothing else knows which. */

export type Row = Record<string, unknown>

export type Queryable = {
  /** `$1`-style parameters only. Objects for jsonb are passed as JSON text. */
  query: <R = Row>(sql: string, parameters?: readonly unknown[]) => Promise<R[]>
}

/** Statements run in the order in which they were asked for; those asked for together (Promise.all) share a round trip. */
export type Transaction = Queryable

/** A pool as BullMQ's PostgreSQL backend expects it. */
export type QueuePool = object

export type Database = Queryable & {
  kind: 'pglite' | 'postgres'
  /** BEGIN … COMMIT; any throw rolls back and is thrown on. */
  transaction: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>
  /** Runs a script of many statements, outside a transaction. */
  script: (sql: string) => Promise<void>
  /** Connections for BullMQ when the queue lives in this database. The schema `bullmq` is on their path. */
  queuePool: () => QueuePool
  close: () => Promise<void>
}

/** PostgreSQL error codes worth telling apart: a lost race is decided again, a constraint is a bug of ours. */
export const isLostRace = (error: unknown): boolean => {
  const code = sqlState(error)
  return code === '40001' || code === '40P01' || code === '55P03'
}

/** The server is away or going away: connection errors (class 08), shutdown (57P0x), and sockets that broke. */
export const isDatabaseAway = (error: unknown): boolean => {
  const code = sqlState(error)
  if (code === undefined)
    return (
      error instanceof Error &&
      /ECONN|ETIMEDOUT|EPIPE|terminated|not queryable|closed|after calling end|timeout exceeded when trying to connect/i.test(
        error.message,
      )
    )
  return code.startsWith('08') || code.startsWith('57P') || code === '53300' || BROKEN_SOCKET.has(code)
}

const BROKEN_SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
])

function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
