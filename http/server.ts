/** The listening socket: deadlines for headers and bodies, and an end that lets running requests finish. */
import type { AddressInfo } from 'node:net'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'

export type ServerSettings = {
  host: string
  /** 0: any free one. */
  port: number
  /** From connect to the last header. Default 10,000. */
  headersTimeoutMs?: number
  /** From the last header to the last byte of the body: slow senders are cut off. Stock feeds are streamed and have none. Default 10,000. */
  bodyTimeoutMs?: number
  /** How long `close` waits for running requests before it cuts them. Default 15,000. */
  closeTimeoutMs?: number
}

export type HttpServer = {
  /** `http://127.0.0.1:8080`, without a slash at its end. */
  url: string
  /** Takes no new connections, lets running requests end, then resolves. Safe to call twice. */
  close: () => Promise<void>
}

type Fetch = { fetch: (request: Request, env: never) => Response | Promise<Response> }

const MAX_HEADER_BYTES = 16_384
const KEEP_ALIVE_MS = 65_000
/** Of a streamed body, which has no deadline of its own. */
const STREAM_TIMEOUT_MS = 2 * 3_600_000

export async function startHttpServer(app: Fetch, settings: ServerSettings): Promise<HttpServer> {
  const running = new Set<ServerResponse>()
  let closing: Promise<void> | undefined
  const listener = getRequestListener(app.fetch as Parameters<typeof getRequestListener>[0])
  const server = createServer(
    {
      headersTimeout: settings.headersTimeoutMs ?? 10_000,
      requestTimeout: STREAM_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      // Longer than the usual load balancer's, so that it never reuses a connection we are closing.
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (incoming, outgoing) => {
      cutOffWhenLate(incoming, settings.bodyTimeoutMs ?? 10_000)
      running.add(outgoing)
      outgoing.once('close', () => running.delete(outgoing))
      if (closing !== undefined) outgoing.shouldKeepAlive = false
      void listener(incoming, outgoing)
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, settings.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    url: urlOf(server.address() as AddressInfo),
    close: () => {
      closing ??= new Promise((resolve) => {
        const late = setTimeout(() => server.closeAllConnections(), settings.closeTimeoutMs ?? 15_000)
        // Running answers tell their clients to open a new connection, somewhere else.
        for (const outgoing of running) if (!outgoing.headersSent) outgoing.shouldKeepAlive = false
        server.close(() => {
          clearTimeout(late)
          resolve()
        })
        server.closeIdleConnections()
      })
      return closing
    },
  }
}

/** Stock feeds may be large; their reader cuts off senders that bring nothing (incoming.ts). */
const isStreamed = ({ method, url }: IncomingMessage): boolean =>
  method === 'PUT' && (url ?? '').startsWith('/v1/stock/')

/** The deadline of an ordinary body, told as Node tells its own. */
function cutOffWhenLate(incoming: IncomingMessage, bodyTimeoutMs: number): void {
  const { headers } = incoming
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  if (!hasBody || isStreamed(incoming)) return
  const late = setTimeout(() => {
    if (incoming.complete) return
    incoming.socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n')
    incoming.socket.destroySoon()
  }, bodyTimeoutMs)
  incoming.once('end', () => clearTimeout(late))
  incoming.once('close', () => clearTimeout(late))
}

const urlOf = ({ address, family, port }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
