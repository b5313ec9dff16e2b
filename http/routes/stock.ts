/** Stock feeds of partners with an API key of ours. Whatever the body holds is stored; what cannot be read waits in quarantine. */
import { z } from '@hono/zod-openapi'
import { Fault } from '#core/fault.ts'
import type { RawRequest, WebhookPort } from '#connectors/contract/connector.ts'
import type { HttpConnection } from '../deps.ts'
import { HttpProblem } from '../problem.ts'
import { envelopeIdOf } from '../queries/documents.ts'
import { type Answer, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { storeDocument } from '../store-document.ts'
import { anyId } from '../wire/basics.ts'

const StockReceipt = z
  .object({ id: z.string(), fresh: z.boolean(), document: z.string(), feed: z.string().optional() })
  .openapi('StockReceipt', {
    description:
      '`document` says what became of it; `fresh` is false for a repeated feed. `feed`, of a large feed, says how far it is.',
  })

/** A feed up to this size is applied at once, in one commit with its document. */
const QUICK_BYTES = 1_000_000
const NO_BYTES = new Uint8Array()

export function stockRoutes(shared: Shared): Route[] {
  return [
    route({
      method: 'put',
      path: '/v1/stock/{connection}',
      name: 'putStock',
      tag: 'stock',
      summary: 'A stock feed, full or delta, as JSON, CSV, NDJSON or XML.',
      description:
        'Answered 202 after the raw feed is stored, readable or not. CSV, NDJSON and XML may be of any size up to the cap of the connection: ' +
        'a large feed is stored while it comes and has a `feed` to look at. The format of each connection is described with its connector.',
      scopes: ['stock:write'],
      params: z.object({ connection: anyId }),
      rawBody: ['application/json', 'text/csv', 'application/x-ndjson', 'application/xml'],
      answers: { 202: { description: 'Stored; it is read next.', schema: StockReceipt } },
      problems: ['not-found', 'too-large', 'incomplete-body', 'unavailable'],
      handle: async ({ params, request }) => {
        const connection = await shared.connections.find(params.connection)
        const port = connection === undefined ? undefined : stockPort(connection)
        if (connection === undefined || port === undefined)
          throw new HttpProblem('not-found', 'No connection of this name takes stock feeds.')
        const head = { headers: request.headers, body: NO_BYTES, receivedAt: shared.deps.clock.now() }
        const { stream } = port
        const begun =
          stream?.takes(port.meta(head)) === true ? await beginningOf(request.chunks(), QUICK_BYTES) : undefined
        if (stream !== undefined && begun !== undefined && !begun.isWhole)
          return takeStream(shared, connection, { ...port, stream }, head, begun.chunks)
        const body = begun?.bytes ?? (await request.body(port.maxBytes))
        const raw = { ...head, body }
        const stored = await storeDocument(shared, connection, port, raw)
        const id = stored.fresh
          ? stored.id
          : ((await envelopeIdOf(shared.deps.db, connection.id, stored.sourceKey)) ?? stored.id)
        const document = `/v1/documents/${id}`
        return { status: 202, json: { id, fresh: stored.fresh, document }, headers: { location: document } }
      },
    }),
  ]
}

type StreamPort = WebhookPort<never> & { stream: NonNullable<WebhookPort<never>['stream']> }

async function takeStream(
  { deps, metrics }: Shared,
  connection: HttpConnection,
  port: StreamPort,
  head: RawRequest,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Answer> {
  const maxBytes = port.stream.maxBytes(connection.config as never)
  const claimed = Number(head.headers['content-length'] ?? 0)
  if (claimed > maxBytes) throw tooLarge(`A feed of this connection has at most ${maxBytes} bytes.`)
  try {
    const stored = await deps.storeFeed({
      connectionId: connection.id,
      port: port.name,
      meta: port.meta(head),
      chunks,
      maxBytes,
      sourceKey: (contentHash) => port.stream.sourceKey(head, contentHash),
    })
    metrics.document(connection.id, stored.fresh)
    const known = stored.fresh ? undefined : await envelopeIdOf(deps.db, connection.id, stored.sourceKey)
    const id = known ?? stored.envelopeId
    const document = `/v1/documents/${id}`
    const feed = stored.fresh ? { feed: `/v1/stock-feeds/${stored.feedId}` } : {}
    return { status: 202, json: { id, fresh: stored.fresh, document, ...feed }, headers: { location: document } }
  } catch (error) {
    throw error instanceof Fault && error.code === 'feed.too-large' ? tooLarge(error.message) : error
  }
}

const tooLarge = (message: string): HttpProblem =>
  new HttpProblem('too-large', `${message} Send it in parts.`, { headers: { connection: 'close' } })

type Begun = { isWhole: true; bytes: Uint8Array } | { isWhole: false; bytes?: never; chunks: AsyncIterable<Uint8Array> }

/** The whole body when it ends within `maxBytes`; otherwise all its chunks, from the first on. */
async function beginningOf(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Begun> {
  const chunks = source[Symbol.asyncIterator]()
  const held: Uint8Array[] = []
  let size = 0
  while (size <= maxBytes) {
    const { done, value } = await chunks.next()
    if (done === true) return { isWhole: true, bytes: Buffer.concat(held) }
    size += value.length
    held.push(value)
  }
  return {
    isWhole: false,
    chunks: (async function* () {
      yield* held.splice(0)
      yield* { [Symbol.asyncIterator]: () => chunks }
    })(),
  }
}

function stockPort(connection: HttpConnection): WebhookPort<never> | undefined {
  for (const port of connection.connector.ports)
    if (port.direction === 'in' && port.transport === 'push' && port.kind === 'stock') return port
  return undefined
}
