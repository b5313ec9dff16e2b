/** A receiver of webhooks that notes when each event came; told to, it takes calls and never answers. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Receiver = {
  url: string
  arrivedAt: (id: string) => number | undefined
  /** From now on nobody is answered. */
  hang: () => void
  close: () => Promise<void>
}

export async function openReceiver(): Promise<Receiver> {
  const arrived = new Map<string, number>()
  let hangs = false
  const server: Server = createServer((request, response) => {
    request.resume()
    if (hangs) return
    const id = request.headers['webhook-id']
    if (typeof id === 'string' && !arrived.has(id)) arrived.set(id, performance.now())
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    arrivedAt: (id) => arrived.get(id),
    hang: () => {
      hangs = true
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
