/**
 * One way to ask the hub for every command: a running hub over its API (`--url` or CROSSDOCK_URL, with CROSSDOCK_API_KEY), or, where
 * none is named, the same API over the database that the settings name, in this process and without workers.
 */
import { createHttpApp } from '#http/app.ts'
import { SCOPES } from '#store/api-keys.ts'
import { httpDepsOf } from '../http.ts'
import { openHub } from '../hub.ts'
import type { Settings } from '../settings.ts'
import { askHub, type HubAnswer, type HubRequest, jsonOf } from './api-client.ts'
import { type Call, text, UsageError } from './command.ts'

export type Asking = {
  method?: 'GET' | 'POST' | 'PUT'
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is, instead of JSON. */
  bytes?: Uint8Array
}

export type Desk = {
  /** The JSON of a good answer. Throws what the hub says is wrong, in its words. */
  ask: (path: string, asking?: Asking) => Promise<unknown>
  /** The bytes of a good answer. */
  bytes: (path: string) => Promise<Uint8Array>
  /** A page of a list in this media type, and where its next one is. */
  page: (path: string, type: string) => Promise<{ text: string; next: string | undefined }>
}

/** Options of every command that asks. */
export const DESK_OPTIONS = { url: { type: 'string' }, json: { type: 'boolean' } } as const

export async function withDesk<T>({ values, settings }: Call, work: (desk: Desk) => Promise<T>): Promise<T> {
  const url = text(values['url']) ?? process.env['CROSSDOCK_URL']
  if (url !== undefined) return work(remoteDesk(url))
  return withLocalDesk(settings, work)
}

function remoteDesk(url: string): Desk {
  const key = process.env['CROSSDOCK_API_KEY']
  if (key === undefined) throw new UsageError('set CROSSDOCK_API_KEY: crossdock keys create makes one')
  return deskOver((request) => askHub(url, key, request))
}

/** Work that a request leaves behind lies in the outbox until a running hub's relay finds it. */
async function withLocalDesk<T>(settings: Settings, work: (desk: Desk) => Promise<T>): Promise<T> {
  const hub = await openHub(settings)
  try {
    const localKey = { id: 'key_local', name: 'command line', scopes: [...SCOPES] }
    const app = createHttpApp({ ...httpDepsOf(hub, 0), localKey })
    return await work(
      deskOver(async ({ method, path, body, headers }) => {
        const sent = body === undefined ? {} : { body: body.content as string }
        const type = body === undefined ? {} : { 'content-type': body.type }
        const response = await app.request(path, { method, headers: { ...headers, ...type }, ...sent })
        return {
          status: response.status,
          headers: Object.fromEntries(response.headers),
          bytes: new Uint8Array(await response.arrayBuffer()),
        }
      }),
    )
  } finally {
    await hub.stop()
  }
}

function deskOver(send: (request: HubRequest) => Promise<HubAnswer>): Desk {
  return {
    ask: async (path, { method = 'GET', body, bytes } = {}) =>
      jsonOf(await send({ method, path, body: bytes === undefined ? asJson(body) : { type: BYTES, content: bytes } })),
    bytes: async (path) => {
      const answer = await send({ method: 'GET', path })
      if (answer.status >= 300) jsonOf(answer)
      return answer.bytes
    },
    page: async (path, type) => {
      const answer = await send({ method: 'GET', path, headers: { accept: type } })
      if (answer.status >= 300) jsonOf(answer)
      if (answer.headers['content-type']?.startsWith(type) !== true)
        throw new Error(`${path} is no list. GET /openapi.json names those that are.`)
      return {
        text: Buffer.from(answer.bytes).toString('utf8'),
        next: /^<(.+)>; rel="next"$/.exec(answer.headers['link'] ?? '')?.[1],
      }
    },
  }
}

const BYTES = 'application/octet-stream'

const asJson = (body: unknown): HubRequest['body'] =>
  body === undefined ? undefined : { type: 'application/json', content: JSON.stringify(body) }
