/** A partner's real SFTP folder with large stock files, and a hub whose worker a test runs by hand. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { inProcessSftpServer } from '#connectors/transport/test-sftp-server.ts'
import { handlePoll } from '#workers/poll.ts'
import type { Backend } from './backends.ts'
import { type FeedHub, type FeedHubOptions, openFeedHub } from './feed-hub.ts'

export const SKUS = 20
/** Text that nobody reads makes twenty items a large file. */
export const FILLER = 'X'.repeat(60_000)

export type StockFolder = {
  feeds: FeedHub
  /** The partner writes a file. */
  put: (name: string, content: string) => Promise<void>
  files: (folder: string) => Promise<string[]>
  /** Looks twice, for a file must not change in between. */
  fetch: () => Promise<void>
  /** The same, and works off the feeds that were found. */
  look: () => Promise<void>
  rows: <R = Record<string, unknown>>(sql: string) => Promise<R[]>
  /** What the partner is owed, as the connector keeps it. */
  receipts: () => Promise<string[]>
  stop: () => Promise<void>
}

export async function openStockFolder(
  backend: Backend,
  { connector, config }: NonNullable<FeedHubOptions['partner']>,
): Promise<StockFolder> {
  const server = await inProcessSftpServer()
  for (const folder of ['in', 'out']) await mkdir(`${server.root}/${folder}`)
  const { host, port, username, hostKeySha256 } = server.target
  const settings = {
    host,
    port,
    username,
    login: 'password',
    hostKeySha256,
    allowPrivateAddresses: true,
    inFolder: `${server.root}/in`,
    outFolder: `${server.root}/out`,
    archiveFolder: `${server.root}/archive`,
    errorFolder: `${server.root}/error`,
    pollEveryMs: 100,
    minAgeMs: 1_000,
    ...config,
  }
  const partner = { connector, config: settings }
  const feeds = await openFeedHub(backend, SKUS, { partner, readBytes: 65_536, sftpPassword: 'right' })
  const { world } = feeds.hub
  const rows: StockFolder['rows'] = (sql) => world.db.query(sql)
  const fetch = async (): Promise<void> => {
    for (let looks = 0; looks < 2; looks++) {
      await handlePoll(world, 'acme', 'documents', AbortSignal.timeout(60_000))
      feeds.clock.aheadMs += 5_000
    }
  }
  return {
    feeds,
    rows,
    fetch,
    put: (name, content) => writeFile(`${server.root}/out/${name}`, content, 'latin1'),
    files: async (folder) => (await readdir(`${server.root}/${folder}`).catch((): string[] => [])).sort(),
    look: async () => {
      await fetch()
      for (const { id } of await rows<{ id: string }>(`SELECT id FROM stock_feed WHERE state = 'staging'`))
        await feeds.work(id)
    },
    receipts: async () => {
      const owed = await rows<{ text: string }>(
        `SELECT document ->> 'bytes' AS text FROM instruction WHERE kind = 'acknowledgement' ORDER BY id`,
      )
      return owed.map(({ text }) => text)
    },
    stop: async () => {
      await feeds.stop()
      await server[Symbol.asyncDispose]()
    },
  }
}
