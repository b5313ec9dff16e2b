/** The hub's side of the wire for this folder's tests: a plain HTTP server that writes down what it gets. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HubAddress } from './options.ts'
import type { ErpEvent } from './wire.ts'

export type Heard = { method: string; url: string; headers: IncomingHttpHeaders; body: string; status: number }

export type TestHub = {
  address: HubAddress
  heard: Heard[]
  /** Bodies of the webhooks that were answered 2xx, in order of arrival. */
  events: () => ErpEvent[]
  close: () => Promise<void>
}

/** `statusOf` decides the answer to each call; default 200. */
export async function startTestHub(statusOf: (call: Omit<Heard, 'status'>) => number = () => 200): Promise<TestHub> {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const call = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') }
      const status = statusOf(call)
      heard.push({ ...call, status })
      response.writeHead(status).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const address = {
    stockUrl: `http://127.0.0.1:${port}/v1/stock/erp`,
    apiKey: 'dom_erp_key',
    webhookUrl: `http://127.0.0.1:${port}/webhooks/erp`,
    webhookSecret: `whsec_${Buffer.from('a secret of the hub and the erp').toString('base64')}`,
  }
  const events = () =>
    heard.filter((call) => call.method === 'POST' && call.status < 300).map((call) => JSON.parse(call.body) as ErpEvent)
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { address, heard, events, close }
}
