/** Calls to the hub over kept-alive connections. Node's own client, because it is the quickest at thousands of small calls. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

export type HubCall = {
  method: 'POST' | 'PUT'
  url: URL
  headers: Record<string, string>
  body: string
  timeoutMs: number
}

/** `status` 0: no answer came (refused, cut, timed out). */
export type HubAnswer = { status: number; body: string }

export class HubClient {
  readonly #http: HttpAgent
  readonly #https: HttpsAgent

  constructor(connections: number) {
    this.#http = new HttpAgent({ keepAlive: true, maxSockets: connections })
    this.#https = new HttpsAgent({ keepAlive: true, maxSockets: connections })
  }

  /** Never rejects: every failure of the network is an answer with status 0. */
  call({ method, url, headers, body, timeoutMs }: HubCall): Promise<HubAnswer> {
    const secure = url.protocol === 'https:'
    const options = {
      method,
      agent: secure ? this.#https : this.#http,
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      timeout: timeoutMs,
    }
    return new Promise((resolve) => {
      const failed = (error: Error) => resolve({ status: 0, body: error.message })
      const request = (secure ? httpsRequest : httpRequest)(url, options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') })
        })
        response.on('error', failed)
      })
      request.on('timeout', () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)))
      request.on('error', failed)
      request.end(body)
    })
  }

  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }
}
