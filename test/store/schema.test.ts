import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { createDatabase, dropDatabase } from '#store/databases.ts'
import type { Database } from '#store/database.ts'
import { migrate, migrations } from '#store/migrate.ts'
import { openPglite } from '#store/pglite.ts'
import { openPostgres } from '#store/postgres.ts'
import { golden } from '../golden/golden.ts'
import { databases } from '../kit/backends.ts'
import { dumpSchema } from '../kit/schema-dump.ts'

const server = process.env['CROSSDOCK_TEST_DATABASE_URL']

let ending: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ending.toReversed()) await end()
  ending = []
})

async function opened(db: Promise<Database>): Promise<Database> {
  const database = await db
  ending.push(() => database.close())
  return database
}

/** Connections of as many processes to one database that holds nothing yet. */
async function emptyPostgres(url: string, processes: number): Promise<Database[]> {
  const name = `crossdock_test_${randomBytes(6).toString('hex')}`
  const database = await createDatabase(url, name)
  ending.push(() => dropDatabase(url, name))
  return Promise.all(
    Array.from({ length: processes }, () =>
      opened(Promise.resolve(openPostgres({ url: database, onError: () => undefined }))),
    ),
  )
}

describe.each(databases)('the schema on $name', (backend) => {
  test('is the one of test/golden/schema.txt (UPDATE_GOLDEN=1 writes it anew)', async () => {
    const db = await opened(backend.database())
    const dump = await dumpSchema(db)
    expect(dump).toBe(golden('schema.txt', dump))
  })

  test('is left as it is by migrating again, and so is what it holds', async () => {
    const db = await opened(backend.database())
    await db.query(`INSERT INTO product (sku, document) VALUES ('00123', '{}')`)
    const before = await dumpSchema(db)
    expect(await migrate(db)).toEqual([])
    expect(await Promise.all([migrate(db), migrate(db)])).toEqual([[], []])
    expect(await dumpSchema(db)).toBe(before)
    expect(await db.query('SELECT sku FROM product')).toEqual([{ sku: '00123' }])
    expect(await db.query('SELECT version FROM master_version')).toHaveLength(1)
  })
})

const all = migrations().map((migration) => migration.name)

/** One of them applied everything, in order; the others found it done. */
async function migratedOnce(processes: Database[]): Promise<void> {
  const applied = await Promise.all(processes.map((each) => migrate(each)))
  expect(applied.filter((names) => names.length > 0)).toEqual([all])
  const rows = await processes[0]?.query<{ name: string }>('SELECT name FROM schema_migration ORDER BY name')
  expect(rows?.map((row) => row.name)).toEqual(all)
}

test('several callers that migrate one empty database at once apply each migration once', async () => {
  const db = await opened(openPglite({}))
  await migratedOnce([db, db, db, db])
})

if (server !== undefined) {
  test('several processes that migrate one empty PostgreSQL at once apply each migration once', async () => {
    await migratedOnce(await emptyPostgres(server, 5))
  })
}

test('a migration that fails leaves nothing of itself, and can be run again', async () => {
  const db = await opened(openPglite({}))
  // The last migration's table exists already, so that it fails in its midst.
  await db.script('CREATE TABLE heartbeat (name text)')
  await expect(migrate(db)).rejects.toThrow('heartbeat')
  const tables = await db.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind = 'r'`,
  )
  expect(tables).toEqual([{ name: 'heartbeat' }])
  await db.script('DROP TABLE heartbeat')
  expect(await migrate(db)).toEqual(all)
})
