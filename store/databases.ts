/** Whole databases on a PostgreSQL server, made and taken away: for the demo and for tests, which never write into somebody's. */
import pg from 'pg'

/** Returns the URL of the new database. Names come from code: lower-case letters, digits and underscores. */
export async function createDatabase(server: string, name: string, template = 'template1'): Promise<string> {
  await onServer(server, `CREATE DATABASE ${checked(name)} TEMPLATE ${checked(template)}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** Names of the server's databases that begin so. */
export async function databasesNamed(server: string, beginning: string): Promise<string[]> {
  const rows = await onServer(
    server,
    `SELECT datname FROM pg_database WHERE starts_with(datname, '${checked(beginning)}')`,
  )
  return rows.map((row) => String(row['datname']))
}

/** Nobody may be connected to it. Throws where the new name is taken. */
export async function renameDatabase(server: string, name: string, newName: string): Promise<void> {
  await onServer(server, `ALTER DATABASE ${checked(name)} RENAME TO ${checked(newName)}`)
}

/** Ends its connections too. */
export async function dropDatabase(server: string, name: string): Promise<void> {
  await onServer(server, `DROP DATABASE ${checked(name)} WITH (FORCE)`)
}

function checked(name: string): string {
  if (!/^[a-z0-9_]{1,63}$/.test(name)) throw new Error(`"${name}" is no name for a database`)
  return name
}

async function onServer(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql)
    return rows
  } finally {
    await client.end()
  }
}
