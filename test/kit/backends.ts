/**
 * The databases and queues that tests run on. PGlite is always there; a PostgreSQL and a Redis server are used when the
 * environment names them (`.ci/run` starts both and sets CROSSDOCK_REQUIRE_SERVERS, so that nothing is left out in CI).
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from '#store/database.ts'
import { createDatabase, databasesNamed, dropDatabase, renameDatabase } from '#store/databases.ts'
import { migrate, migrations } from '#store/migrate.ts'
import { openPglite } from '#store/pglite.ts'
import { openPostgres } from '#store/postgres.ts'
import { openPump } from '#workers/pump.ts'
import { silentLog } from './log.ts'

export type Backend = {
  name: string
  /** A fresh, migrated database of its own; closed and dropped by `close`. */
  database: () => Promise<Database>
  redisUrl?: string
}

const databaseUrl = process.env['CROSSDOCK_TEST_DATABASE_URL']
const redisUrl = process.env['CROSSDOCK_TEST_REDIS_URL']

if (process.env['CROSSDOCK_REQUIRE_SERVERS'] === '1' && (databaseUrl === undefined || redisUrl === undefined)) {
  throw new Error('CROSSDOCK_REQUIRE_SERVERS=1 needs CROSSDOCK_TEST_DATABASE_URL and CROSSDOCK_TEST_REDIS_URL')
}

/** Where one database is enough. */
export const pglite: Backend = { name: 'PGlite', database: freshPglite }

/** For tests of the store alone. */
export const databases: Backend[] =
  databaseUrl === undefined ? [pglite] : [pglite, { name: 'PostgreSQL', database: () => freshPostgres(databaseUrl) }]

/** For the widest tests of the whole hub: also with the queue in Redis. */
export const everyHub: Backend[] =
  databaseUrl === undefined || redisUrl === undefined
    ? databases
    : [...databases, { name: 'PostgreSQL + Redis', database: () => freshPostgres(databaseUrl), redisUrl }]

/** For other tests of the whole hub: both databases and both queues, each once. */
export const hubs: Backend[] =
  databaseUrl === undefined || redisUrl === undefined ? databases : everyHub.filter(({ name }) => name !== 'PostgreSQL')

let template: Promise<Blob> | undefined

/** Loading a dump takes a fifth of the time that a new cluster and its migrations do. */
export function pgliteTemplate(): Promise<Blob> {
  template ??= makeTemplate()
  return template
}

async function freshPglite(): Promise<Database> {
  return openPglite({ loadFrom: await pgliteTemplate() })
}

/** Templates are kept between runs under the name of what went into them; a new migration makes a new one. */
function templateVersion(): string {
  const contents = createHash('sha256')
  for (const { name, sql } of migrations()) contents.update(name).update(sql)
  for (const step of SMALLER) contents.update(step)
  for (const manifest of ['bullmq', '@electric-sql/pglite'])
    contents.update(readFileSync(`node_modules/${manifest}/package.json`))
  return contents.digest('hex').slice(0, 16)
}

async function makeTemplate(): Promise<Blob> {
  const path = `node_modules/.cache/crossdock/template-${templateVersion()}.tar`
  if (!existsSync(path)) {
    const dump = await dumpTemplate()
    mkdirSync(dirname(path), { recursive: true })
    const temporary = `${path}.${process.pid}`
    writeFileSync(temporary, Buffer.from(await dump.arrayBuffer()))
    renameSync(temporary, path)
  }
  return new Blob([readFileSync(path)])
}

/**
 * Most of what it takes to open a template is its size: a third of it are the two databases that others are made from, and as long again
 * it takes to lay out 128 MB for its buffers.
 */
const SMALLER = [
  'UPDATE pg_database SET datistemplate = false',
  'DROP DATABASE template0',
  'DROP DATABASE template1',
  "ALTER SYSTEM SET shared_buffers = '16MB'",
  'CHECKPOINT',
]

async function dumpTemplate(): Promise<Blob> {
  const db = await openPglite({})
  await migrate(db)
  const pump = await openPump({ kind: 'database', pool: db.queuePool() }, silentLog)
  await pump.close()
  for (const step of SMALLER) await db.lite.exec(step)
  const dump = await db.lite.dumpDataDir('none')
  await db.close()
  return dump
}

let serverTemplate: Promise<string> | undefined

/** Copying a database takes a fraction of the time that its migrations and the queue's take. */
async function freshPostgres(server: string): Promise<Database> {
  serverTemplate ??= makeServerTemplate(server)
  const name = `crossdock_test_${randomBytes(6).toString('hex')}`
  const db = openPostgres({ url: await createDatabase(server, name, await serverTemplate), onError: () => undefined })
  return {
    ...db,
    close: async () => {
      await db.close()
      await dropDatabase(server, name)
    },
  }
}

/** Test processes race to make it: whoever comes second takes the first one's. */
async function makeServerTemplate(server: string): Promise<string> {
  const template = `crossdock_template_${templateVersion()}`
  if ((await databasesNamed(server, template)).length > 0) return template
  const making = `crossdock_making_${randomBytes(6).toString('hex')}`
  const db = openPostgres({ url: await createDatabase(server, making), onError: () => undefined })
  await migrate(db)
  const pump = await openPump({ kind: 'database', pool: db.queuePool() }, silentLog)
  await pump.close()
  await db.close()
  try {
    await renameDatabase(server, making, template)
  } catch (error) {
    await dropDatabase(server, making)
    if ((await databasesNamed(server, template)).length === 0) throw error
  }
  return template
}
