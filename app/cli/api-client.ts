/** A running hub's API, as the command line asks it: a key, and bodies of any size that are sent as they are read. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'

export type HubRequest = {
  method: 'GET' | 'POST' | 'PUT'
  path: string
  headers?: Record<string, string>
  body?: { type: string; content: string | Uint8Array | Readable; headers?: Record<string, string> } | undefined
}

export type HubAnswer = { status: number; headers: Record<string, string | undefined>; bytes: Uint8Array }

export function askHub(
  url: string,
  key: string,
  { method, path, headers: more, body }: HubRequest,
): Promise<HubAnswer> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const headers = {
      ...more,
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': body.type, ...body.headers }),
    }
    const sent = send(new URL(path, url), { method, headers }, (response) => {
      buffer(response).then(
        (bytes) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string | undefined>,
            bytes,
          }),
        reject,
      )
    })
    sent.on('error', (error) => reject(new Error(`${url} cannot be reached (${error.message}). Is the hub running?`)))
    if (body === undefined) sent.end()
    else if (typeof body.content === 'string' || body.content instanceof Uint8Array) sent.end(body.content)
    else body.content.on('error', reject).pipe(sent)
  })
}

export type ApiClient = {
  /** The JSON of a good answer. Throws what the hub says is wrong, in its words. */
  ask: (method: HubRequest['method'], path: string, body?: HubRequest['body']) => Promise<unknown>
}

export const apiClient = (url: string, key: string): ApiClient => ({
  ask: async (method, path, body) => jsonOf(await askHub(url, key, { method, path, body })),
})

type Problem = { title?: string; detail?: string }

/** Throws what the hub says is wrong, in its words. */
export function jsonOf({ status, bytes }: Pick<HubAnswer, 'status' | 'bytes'>): unknown {
  const text = Buffer.from(bytes).toString('utf8')
  const json: unknown = text === '' ? {} : JSON.parse(text)
  if (status >= 200 && status < 300) return json
  const { title, detail } = json as Problem
  throw new Error(detail ?? title ?? `the hub answered ${status}`)
}
