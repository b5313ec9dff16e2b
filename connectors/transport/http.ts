/**
 * The guarded HTTP client: the only file that speaks HTTP to partners. Settings and their reasons: caps and deadlines on
 * everything, no redirects, no proxy from the environment, no absolute URLs, no private addresses unless the connection allows
 * them, and never an axios error object outside of this file (it carries headers with credentials).
 */
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { callbackify } from 'node:util'
import axios from 'axios'
import type { LookupFunction } from 'node:net'
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Readable } from 'node:stream'
import { Fault } from '#core/fault.ts'
import type { HttpFailure, HttpRequest, HttpResult, HttpTransport } from '../contract/transport.ts'
import { resolveChecked } from './addresses.ts'
import { readBody } from './answer-body.ts'
import { checkedBaseUrl, joinUrl } from './http-url.ts'
import type { Resolver } from './addresses.ts'

export type HttpTransportOptions = {
  baseUrl: string
  /** Also allows plain http, which has no place outside of a private network or a test. */
  allowPrivateAddresses: boolean
  /** Most requests under way at once; further ones wait for a connection within their own deadline. */
  concurrency: number
  /** Ends every request, e.g. when the process stops. */
  signal?: AbortSignal
  /** How names become addresses; the system's resolver unless a test hands in its own. */
  resolver?: Resolver
  /** PEM of a private certificate authority, where a partner has one. */
  certificateAuthority?: string
}

const DEFAULT_TIMEOUT_MS = 15_000
const DEFAULT_MAX_ANSWER_BYTES = 2_000_000
const MAX_REQUEST_BYTES = 20_000_000

/** Opens no connection until the first request. `close` drops idle connections; requests under way end by themselves. */
export function createHttpTransport(options: HttpTransportOptions): HttpTransport & { close: () => void } {
  const base = checkedBaseUrl(options.baseUrl, options.allowPrivateAddresses)
  const agent = guardedAgent(base, options)
  return {
    request: (request) => exchange(base, agent, options, request),
    close: () => agent.destroy(),
  }
}

/** The look-up is the guard: the socket is opened to an address that was checked, and nothing resolves the name again. */
function guardedAgent(base: URL, options: HttpTransportOptions): HttpAgent | HttpsAgent {
  const resolved = callbackify((host: string) => resolveChecked(host, options.allowPrivateAddresses, options.resolver))
  const lookup: LookupFunction = (host, how, done) =>
    resolved(host, (error, addresses) => {
      const first = addresses?.[0]
      if (first === undefined) done(error ?? new Error('no address'), [])
      else if (how.all === true) done(null, addresses)
      else done(null, first.address, first.family)
    })
  const settings = { keepAlive: true, maxSockets: options.concurrency, maxFreeSockets: options.concurrency, lookup }
  if (base.protocol === 'http:') return new HttpAgent(settings)
  const { certificateAuthority } = options
  return new HttpsAgent(certificateAuthority === undefined ? settings : { ...settings, ca: certificateAuthority })
}

/** Knows whether the request may have reached the partner: from the moment its connection stands. */
type Progress = { connected: boolean }

async function exchange(
  base: URL,
  agent: HttpAgent | HttpsAgent,
  options: HttpTransportOptions,
  request: HttpRequest,
): Promise<HttpResult> {
  const url = joinUrl(base, request.path)
  const deadline = AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal])
  const progress: Progress = { connected: false }
  try {
    // A literal address is never looked up by the agent, so it is checked here.
    if (/^[\d[]/.test(base.hostname))
      await resolveChecked(base.hostname, options.allowPrivateAddresses, options.resolver)
    return { ok: true, answer: await answerOf(url, agent, request, signal, progress) }
  } catch (error) {
    if (error instanceof Fault) throw error
    return { ok: false, failure: failureOf(error, request, url, progress, deadline.aborted) }
  }
}

async function answerOf(
  url: URL,
  agent: HttpAgent | HttpsAgent,
  request: HttpRequest,
  signal: AbortSignal,
  progress: Progress,
) {
  const maxBytes = request.maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES
  const answer = await axios.request<Readable>({
    adapter: 'http',
    url: url.href,
    method: request.method,
    headers: requestHeaders(request),
    data: request.body === undefined ? undefined : Buffer.from(request.body),
    transformRequest: [(body: unknown) => body],
    responseType: 'stream',
    validateStatus: () => true,
    maxRedirects: 0,
    proxy: false,
    decompress: false,
    maxContentLength: maxBytes,
    maxBodyLength: MAX_REQUEST_BYTES,
    signal,
    httpAgent: agent,
    httpsAgent: agent,
    transport: watchedTransport(url, progress),
  })
  const headers = plainHeaders(answer.headers)
  const body = await readBody(answer.data, { encoding: headers['content-encoding'] ?? '', maxBytes, signal })
  return { status: answer.status, headers, body }
}

/** Connections that stand: a request that waited for another to finish gets one of these and is not told of it again. */
const standing = new WeakSet<object>()

/** Node's own request function, plus a note of when the connection stood (for TLS: after the certificate was verified). */
function watchedTransport(url: URL, progress: Progress) {
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest
  return {
    request: (options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest => {
      const request = start(options, onAnswer)
      const connected = () => {
        progress.connected = true
      }
      request.once('socket', (socket) => {
        if (request.reusedSocket || standing.has(socket)) return connected()
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          standing.add(socket)
          connected()
        })
      })
      return request
    },
  }
}

function requestHeaders(request: HttpRequest): Record<string, string | false> {
  const headers: Record<string, string | false> = {
    accept: 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': 'crossdock',
    'content-type': request.body === undefined ? false : 'application/octet-stream',
  }
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value
  return headers
}

function plainHeaders(headers: object): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value != null) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value)
  }
  return plain
}

function failureOf(error: unknown, request: HttpRequest, url: URL, progress: Progress, timedOut: boolean): HttpFailure {
  const failed = progress.connected ? 'lost' : 'notSent'
  const code = timedOut ? 'timeout' : codeOf(error)
  const when = progress.connected ? 'after the connection stood' : 'before anything was sent'
  return { failed, code, message: `${request.method} ${url.host}${url.pathname} failed ${when}: ${code}` }
}

/** A short code only, never the library's message or object. Walks the causes: axios wraps what the socket said. */
function codeOf(error: unknown): string {
  let deepest = 'failed'
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string' && /^[\w-]{1,60}$/.test(at.code)) deepest = at.code
  }
  return deepest
}
