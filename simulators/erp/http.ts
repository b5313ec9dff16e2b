/** The ERP's HTTP face: takes fulfillment requests and cancels, answers look-ups. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Api, ApiAnswer } from './api.ts'
import { problem } from './api.ts'
import { chance } from '../kit/chance.ts'
import type { ErpManners } from './options.ts'

/** Largest body taken. */
const MAX_BODY_BYTES = 8_000_000

export type BadAnswers = { lost: number; failed: number }

export type HttpSetup = { token: string; api: Api; manners: ErpManners; random: () => number; counts: BadAnswers }

export function createErpServer(setup: HttpSetup): Server {
  const server = createServer((request, response) => {
    handle(setup, request, response).catch(() => request.socket.destroy())
  })
  server.keepAliveTimeout = 60_000
  return server
}

async function handle(setup: HttpSetup, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { manners, random, counts } = setup
  const answer = await answerOf(setup, request)
  if (manners.slowMs > 0) await sleep(manners.slowMs)
  if (answer.effect && chance(random, manners.loseAnswerAfterEffect)) {
    counts.lost += 1
    request.socket.destroy()
    return
  }
  if (answer.effect && chance(random, manners.answer500AfterEffect)) {
    counts.failed += 1
    write(response, problem(500, 'internal-error', 'Something went wrong'))
    return
  }
  write(response, answer)
}

async function answerOf(setup: HttpSetup, request: IncomingMessage): Promise<ApiAnswer> {
  if (!isBearer(request.headers.authorization, setup.token)) {
    return problem(401, 'unauthorized', 'A bearer token that this ERP knows is needed')
  }
  const body = await readBody(request)
  if (body === undefined) return problem(413, 'body-too-large', `At most ${MAX_BODY_BYTES} bytes are taken`)
  const path = (request.url ?? '').replace(/\?.*$/, '').split('/').slice(1).map(decodeSegment)
  const key = request.headers['idempotency-key']
  return setup.api.answer(request.method ?? '', path, body, typeof key === 'string' ? key : undefined)
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Reads to the end even when the body is too large, so that the sender gets to hear the answer. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  return sizeBytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8')
}

function isBearer(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`))
}

function write(response: ServerResponse, answer: ApiAnswer): void {
  const body = JSON.stringify(answer.body)
  const type = answer.status >= 400 ? 'application/problem+json' : 'application/json'
  response.writeHead(answer.status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
