/** The store's HTTP face on the loopback: the token endpoint and the Admin GraphQL endpoint of one API version. */
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Credentials } from './credentials.ts'
import type { GraphQLCall, GraphQLEndpoint } from './graphql.ts'
import { useOne } from './manners.ts'
import type { Manners } from './manners.ts'
import { API_VERSION } from './schema.ts'
import type { CallCounts } from './snapshot.ts'

const MAX_BODY_BYTES = 2_000_000
const TOKEN_PATH = '/admin/oauth/access_token'
const GRAPHQL_PATH = `/admin/api/${API_VERSION}/graphql.json`
const UNKNOWN_TOKEN = '[API] Invalid API key or access token (unrecognized login or wrong password)'

export type ServerSettings = {
  port: number
  credentials: Credentials
  endpoint: GraphQLEndpoint
  manners: Manners
  /** HTTP status of a throttled call; the sources name both. */
  throttledStatus: 200 | 429
  counts: CallCounts
}

/** Listens on 127.0.0.1; port 0 takes a free one. */
export async function listen(settings: ServerSettings): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    handle(settings, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else reply(response, 500, { errors: error instanceof Error ? error.message : 'unknown' })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function handle(settings: ServerSettings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0] ?? ''
  const body = await readBody(request)
  if (body === undefined) return reply(response, 413, { errors: 'Payload Too Large' })
  if (request.method === 'POST' && path === TOKEN_PATH) {
    const granted = settings.credentials.grant(parseForm(body, request.headers['content-type'] ?? ''))
    return reply(response, granted.status, granted.body)
  }
  // Versions other than this one are not simulated; the real store answers unknown ones with the same 404.
  if (request.method !== 'POST' || path !== GRAPHQL_PATH) return reply(response, 404, { errors: 'Not Found' })
  const token = request.headers['x-shopify-access-token']
  if (!settings.credentials.accepts(typeof token === 'string' ? token : undefined)) {
    settings.counts.unauthorized += 1
    return reply(response, 401, { errors: UNKNOWN_TOKEN })
  }
  const call = parseCall(body)
  if (call === undefined) return reply(response, 400, { errors: { query: 'Required parameter missing or invalid' } })
  return answerCall(settings, call, response)
}

async function answerCall(settings: ServerSettings, call: GraphQLCall, response: ServerResponse): Promise<void> {
  const { manners, counts } = settings
  counts.graphqlCalls += 1
  const result = await settings.endpoint(call, useOne(manners, 'throttleNext'))
  if (result.throttled) {
    counts.throttled += 1
    return reply(response, settings.throttledStatus, result.body)
  }
  if (result.isMutation && useOne(manners, 'dropAnswerAfterEffect')) {
    counts.spoiledAnswers += 1
    response.destroy()
    return undefined
  }
  if (result.isMutation && useOne(manners, 'answer500AfterEffect')) {
    counts.spoiledAnswers += 1
    return reply(response, 500, { errors: 'Internal Server Error' })
  }
  return reply(response, 200, result.body)
}

function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'X-Shopify-API-Version': API_VERSION,
  })
  response.end(text)
}

/** The raw body, or undefined when it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks)
}

function parseForm(body: Buffer, contentType: string): Record<string, unknown> {
  const text = body.toString('utf8')
  return contentType.startsWith('application/json')
    ? (asObject(text) ?? {})
    : Object.fromEntries(new URLSearchParams(text))
}

function parseCall(body: Buffer): GraphQLCall | undefined {
  const content = asObject(body.toString('utf8'))
  if (typeof content?.['query'] !== 'string') return undefined
  const { query, variables, operationName } = content
  return {
    query,
    variables: typeof variables === 'object' && variables !== null ? (variables as Record<string, unknown>) : {},
    operationName: typeof operationName === 'string' ? operationName : undefined,
  }
}

function asObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
