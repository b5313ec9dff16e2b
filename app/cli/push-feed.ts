/** Sends a stock file to a running hub as it is read, and watches until the hub is done with it. */
import { createReadStream, statSync } from 'node:fs'
import { extname } from 'node:path'
import { Transform } from 'node:stream'
import type { StockFeedView } from '#http/routes/stock-feeds.ts'
import type { ApiClient } from './api-client.ts'
import { text, UsageError, type Values } from './command.ts'

const TYPES: Record<string, string> = {
  '.csv': 'text/csv',
  '.ndjson': 'application/x-ndjson',
  '.xml': 'application/xml',
  '.json': 'application/json',
}
const AT_WORK: ReadonlySet<string> = new Set(['receiving', 'staging', 'applying'])
const LOOK_EVERY_MS = 500

type Receipt = { fresh: boolean; document: string; feed?: string }

/** The feed when it is settled or held. Undefined for one that the hub had already, or that was small and applied at once. */
export async function pushFeed(client: ApiClient, file: string, values: Values): Promise<StockFeedView | undefined> {
  const connection = text(values['connection'])
  const type = TYPES[extname(file).toLowerCase()]
  if (connection === undefined) throw new UsageError('say whose feed it is: --connection erp')
  if (type === undefined) throw new UsageError(`${file}: the name must end with ${Object.keys(TYPES).join(', ')}`)
  const size = sizeOf(file)
  const receipt = (await client.ask('PUT', `/v1/stock/${encodeURIComponent(connection)}`, {
    type,
    content: createReadStream(file).pipe(counting(size)),
    headers: { 'content-length': String(size), ...headersOf(values) },
  })) as Receipt
  progress('')
  if (!receipt.fresh) return undefined
  if (receipt.feed === undefined) {
    process.stderr.write(`stored: it is small and applied at once; ${receipt.document} says how it went\n`)
    return undefined
  }
  return watch(client, receipt.feed)
}

async function watch(client: ApiClient, path: string): Promise<StockFeedView> {
  for (;;) {
    const feed = (await client.ask('GET', path)) as StockFeedView
    if (!AT_WORK.has(feed.state)) {
      progress('')
      return feed
    }
    progress(`${feed.state}: ${feed.rows.read} rows read, ${feed.rows.applied} applied`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

function headersOf(values: Values): Record<string, string> {
  const mode = text(values['mode'])
  const asOf = text(values['as-of'])
  return {
    ...(mode === undefined ? {} : { 'stock-mode': mode }),
    ...(asOf === undefined ? {} : { 'stock-as-of': asOf }),
    ...(values['absent-means-zero'] === true ? { 'stock-absent-means-zero': 'true' } : {}),
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch {
    throw new UsageError(`${file} cannot be read`)
  }
}

function counting(size: number): Transform {
  let sent = 0
  let shown = 0
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      sent += chunk.length
      if (sent - shown > size / 100) {
        shown = sent
        progress(`sending: ${Math.floor((sent * 100) / Math.max(size, 1))} %`)
      }
      done(null, chunk)
    },
  })
}

/** One line that changes, on a terminal only. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`)
}
