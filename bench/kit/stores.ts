/** The databases that benches measure: a fresh PGlite folder always, a fresh PostgreSQL database where DATABASE_URL names a server. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Hub, openHub } from '#app/hub.ts'
import { readSettings } from '#app/settings.ts'
import { createDatabase, dropDatabase } from '#store/databases.ts'

export type BenchStore = {
  name: string
  /** A hub on a database of its own, its workers not started; `close` removes both. */
  open: () => Promise<{ hub: Hub; close: () => Promise<void> }>
}

/** `secrets`: what connections find in their environment. */
export function benchStores(secrets: Record<string, string> = {}): BenchStore[] {
  const server = process.env['DATABASE_URL']
  const pglite: BenchStore = {
    name: 'PGlite',
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'crossdock-bench-'))
      const remove = () => Promise.resolve(rmSync(folder, { recursive: true, force: true }))
      return opened({ CROSSDOCK_DATA: folder }, secrets, remove)
    },
  }
  if (server === undefined) return [pglite]
  const postgres: BenchStore = {
    name: 'PostgreSQL',
    open: async () => {
      const database = `crossdock_bench_${randomBytes(4).toString('hex')}`
      const url = await createDatabase(server, database)
      return opened({ DATABASE_URL: url, CROSSDOCK_DB_POOL: '20' }, secrets, () => dropDatabase(server, database))
    },
  }
  return [pglite, postgres]
}

async function opened(settings: Record<string, string>, secrets: Record<string, string>, remove: () => Promise<void>) {
  const environment = { ...process.env, ...secrets }
  const hub = await openHub(readSettings({ CROSSDOCK_LOG: 'error', ...settings }), { environment })
  return {
    hub,
    close: async () => {
      await hub.stop()
      await remove()
    },
  }
}
