/**
 * The hub's database for one seed: everything happens inside one outer transaction that is rolled back at the end, and a commit of the
 * hub is a savepoint. So a seed leaves nothing, and costs no truncation. One statement or transaction runs at a time, as on PGlite.
 */
import type { Database, Transaction } from '#store/database.ts'

class Enough extends Error {}

export async function withinRollback<T>(db: Database, work: (sandbox: Database) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined
  try {
    await db.transaction(async (outer) => {
      result = { value: await work(sandboxOver(outer, db.kind)) }
      throw new Enough()
    })
  } catch (error) {
    if (!(error instanceof Enough)) throw error
  }
  if (result === undefined) throw new Error('the seed did not run')
  return result.value
}

function sandboxOver(outer: Transaction, kind: Database['kind']): Database {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }
  // What fails is undone without spoiling the outer transaction. Statements by themselves are not expected to fail.
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    await outer.query('SAVEPOINT step')
    try {
      const value = await work()
      await outer.query('RELEASE SAVEPOINT step')
      return value
    } catch (error) {
      await outer.query('ROLLBACK TO SAVEPOINT step')
      await outer.query('RELEASE SAVEPOINT step')
      throw error
    }
  }
  return {
    kind,
    query: (sql, parameters) => inTurn(() => outer.query(sql, parameters)),
    transaction: (work) =>
      inTurn(() => guarded(() => work({ query: (sql, parameters) => outer.query(sql, parameters) }))),
    script: () => Promise.reject(new Error('no scripts in a simulation')),
    queuePool: () => {
      throw new Error('the queue of a simulation is its schedule')
    },
    close: () => Promise.resolve(),
  }
}
