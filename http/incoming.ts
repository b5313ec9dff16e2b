/**
 * A request as routes see it. On Node the body is read from the socket's own stream: building a web stream for each request would
 * halve the rate. The byte counter runs while reading, whatever Content-Length claims.
 */
import type { IncomingMessage } from 'node:http'
import { HttpProblem } from './problem.ts'

export type Incoming = {
  /** Names in lower case. */
  headers: Record<string, string>
  /** The raw body. Throws the problem `too-large` as soon as more than `maxBytes` have come. */
  body: (maxBytes: number) => Promise<Uint8Array>
  /**
   * The raw body as it comes, of any size: the sender is made to wait while a chunk is worked on. Throws `incomplete-body` when it is
   * cut off or brings nothing for half a minute. Once, and instead of `body`.
   */
  chunks: () => AsyncIterable<Uint8Array>
}

export function incomingOf(request: Request, env: unknown): Incoming {
  const node = nodeMessage(env)
  if (node === undefined)
    return {
      headers: Object.fromEntries(request.headers),
      body: (maxBytes) => readWebStream(request, maxBytes),
      chunks: () => unlessIdle((request.body ?? []) as AsyncIterable<Uint8Array>),
    }
  return {
    headers: node.headers as Record<string, string>,
    body: (maxBytes) => readNodeStream(node, maxBytes),
    chunks: () => unlessIdle(node as AsyncIterable<Uint8Array>),
  }
}

function nodeMessage(env: unknown): IncomingMessage | undefined {
  if (typeof env !== 'object' || env === null || !('incoming' in env)) return undefined
  return env.incoming as IncomingMessage
}

function readNodeStream(message: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= maxBytes) {
        chunks.push(chunk)
        return
      }
      stop()
      message.pause()
      reject(tooLarge(maxBytes))
    }
    const onEnd = (): void => {
      stop()
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
    }
    const onCut = (): void => {
      stop()
      reject(endedEarly())
    }
    // After the end the stream closes as well: without this, every request would make an error that nobody sees.
    const stop = (): void => {
      message.off('data', onData)
      message.off('end', onEnd)
      message.off('error', onCut)
      message.off('close', onCut)
    }
    message.on('data', onData)
    message.on('end', onEnd)
    message.on('error', onCut)
    message.on('close', onCut)
  })
}

async function readWebStream(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const MAX_IDLE_MS = 30_000

async function* unlessIdle(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = (async function* () {
    yield* source
  })()
  for (;;) {
    let timer: NodeJS.Timeout | undefined
    const idle = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(endedEarly()), MAX_IDLE_MS)
    })
    try {
      const { done, value } = await Promise.race([chunks.next(), idle])
      if (done === true) return
      yield value
    } catch (error) {
      throw isCut(error) ? endedEarly() : error
    } finally {
      clearTimeout(timer)
    }
  }
}

/** What Node says of a request whose sender went away. */
const isCut = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^(ECONNRESET|ERR_STREAM_PREMATURE_CLOSE|ABORT_ERR)$/.test(String(error.code))

const tooLarge = (maxBytes: number): HttpProblem =>
  new HttpProblem('too-large', `A body here has at most ${maxBytes} bytes. Send it in parts.`, {
    headers: { connection: 'close' },
  })

const endedEarly = (): HttpProblem =>
  new HttpProblem('incomplete-body', 'The connection ended before the body did. Send it again.')
