import { connect } from 'node:net'
import { request } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHttpApp } from './app.ts'
import { type HttpServer, startHttpServer } from './server.ts'
import { anOrderBody, openTestHub, tell, type TestHub } from './test-kit.ts'

let hub: TestHub
let server: HttpServer
beforeEach(async () => {
  hub = await openTestHub()
  server = await startHttpServer(createHttpApp(hub.deps), { host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  await server.close()
  await hub.stop()
})

/** Only for tests of the deadlines: a busy machine may need more than a second for a whole request. */
async function impatientServer(): Promise<void> {
  await server.close()
  const at = { host: '127.0.0.1', port: 0, headersTimeoutMs: 1_000, bodyTimeoutMs: 1_000 }
  server = await startHttpServer(createHttpApp(hub.deps), at)
}

const SIGNED = { 'x-paper': 'signed', 'x-id': 'a' }
const envelopes = () => hub.rows('SELECT 1 FROM envelope')

/** Sends a body in pieces without saying how long it is. */
function sendChunked(path: string, headers: Record<string, string>, pieces: Iterable<string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { method: 'POST', headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    for (const piece of pieces) sent.write(piece)
    sent.end()
  })
}

/** What comes back on a bare connection until it ends. */
function speak(text: string): Promise<string> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve) => {
    let heard = ''
    const socket = connect(Number(port), hostname, () => socket.write(text))
    socket.on('data', (chunk) => (heard += chunk.toString()))
    socket.on('close', () => resolve(heard))
    socket.on('error', () => undefined)
  })
}

test('a webhook over a real socket is stored and answered', async () => {
  const told = await tell(
    await fetch(`${server.url}/webhooks/shop/documents`, { method: 'POST', headers: SIGNED, body: '{}' }),
  )
  expect(told).toMatchObject({ status: 200, json: { received: true } })
  expect(await envelopes()).toHaveLength(1)
})

test('an order over a real socket is captured', async () => {
  const key = await hub.key('orders:write')
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = JSON.stringify(anOrderBody('1'))
  const told = await tell(await fetch(`${server.url}/v1/orders`, { method: 'POST', headers, body }))
  expect(told.status).toBe(201)
})

test('a chunked body that outgrows the limit is 413 while it is still being sent', async () => {
  const piece = 'x'.repeat(64 * 1024)
  const status = await sendChunked(
    '/webhooks/shop/documents',
    SIGNED,
    Array.from({ length: 40 }, () => piece),
  )
  expect(status).toBe(413)
  expect(await envelopes()).toEqual([])
})

test('a body that claims to be too long is 413 before it is sent', async () => {
  const heard = await speak(
    'POST /webhooks/shop/documents HTTP/1.1\r\nhost: x\r\nx-paper: signed\r\ncontent-length: 99999999\r\n\r\n',
  )
  expect(heard).toMatch(/^HTTP\/1\.1 413 /)
})

test('a body that stops half way is cut off by the deadline and is not stored', async () => {
  await impatientServer()
  const heard = await speak(
    'POST /webhooks/shop/documents HTTP/1.1\r\nhost: x\r\nx-paper: signed\r\nx-id: slow\r\ncontent-length: 100\r\n\r\nhalf',
  )
  expect(heard).toMatch(/^HTTP\/1\.1 408 /)
  expect(await envelopes()).toEqual([])
})

const feedHead = (key: string, more: string): string =>
  `PUT /v1/stock/erp HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${key}\r\ncontent-type: text/csv\r\nstock-as-of: 2026-11-22T08:00:00Z\r\n${more}\r\n\r\n`

test('a stock feed may take longer than any other body', async () => {
  const key = await hub.key('stock:write')
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  let heard = ''
  socket.on('data', (bytes) => (heard += bytes.toString()))
  const body = 'sku,node,on_hand\n00123,north,7\n'
  socket.write(feedHead(key, `content-length: ${body.length}`))
  socket.write(body.slice(0, 10))
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  expect(heard).toBe('')
  socket.write(body.slice(10))
  await new Promise((resolve) => socket.once('close', resolve))
  expect(heard).toMatch(/^HTTP\/1\.1 202 /)
})

test('a large stock feed that is cut off leaves nothing', async () => {
  const key = await hub.key('stock:write')
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.write(feedHead(key, 'content-length: 9000000'))
  socket.write(`sku,node,on_hand\n${'x'.repeat(2_000_000)}`)
  const stored = () => hub.rows('SELECT 1 FROM stock_feed_chunk')
  while ((await stored()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  socket.destroy()
  while ((await stored()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(await hub.rows('SELECT 1 FROM stock_feed')).toEqual([])
  expect(await envelopes()).toEqual([])
})

test('headers that never end are cut off by the deadline', async () => {
  await impatientServer()
  expect(await speak('GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ')).toMatch(/^HTTP\/1\.1 408 /)
})

test('closing lets the running request end with its answer', async () => {
  let release = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  let entered = (): void => undefined
  const inside = new Promise<void>((resolve) => {
    entered = resolve
  })
  const slow = await startHttpServer(
    createHttpApp({
      ...hub.deps,
      accept: async (envelope) => {
        entered()
        await gate
        return hub.deps.accept(envelope)
      },
    }),
    { host: '127.0.0.1', port: 0 },
  )
  const asked = fetch(`${slow.url}/webhooks/shop/documents`, { method: 'POST', headers: SIGNED, body: '{}' })
  await inside
  const closed = slow.close()
  release()
  const response = await asked
  expect(response.status).toBe(200)
  expect(response.headers.get('connection')).toBe('close')
  await closed
  await expect(fetch(`${slow.url}/healthz`)).rejects.toThrow()
  expect(await envelopes()).toHaveLength(1)
})
