import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import nock from 'nock'
import { afterEach, expect, test } from 'vitest'
import { isPublicAddress } from './addresses.ts'
import { createHttpTransport } from './http.ts'
import { certificate, certificateKey } from './test-certificate.ts'
import { answerJson, testHttpServer } from './test-http-server.ts'
import type { HttpTransportOptions } from './http.ts'

const open = (baseUrl: string, options: Partial<HttpTransportOptions> = {}) =>
  createHttpTransport({ baseUrl, allowPrivateAddresses: true, concurrency: 2, ...options })

afterEach(() => nock.cleanAll())

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

test('a request reaches the partner as it was written and the answer comes back whole', async () => {
  await using server = await testHttpServer((_, response) => {
    response.writeHead(201, { 'x-partner': 'yes', 'content-encoding': 'gzip' }).end(gzipSync('{"ok":true}'))
  })
  const http = open(`${server.baseUrl}/api`)
  const result = await http.request({
    method: 'POST',
    path: '/orders?x=1',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'k1' },
    body: '{"a":"ä"}',
  })
  http.close()
  expect(result).toMatchObject({ ok: true, answer: { status: 201, headers: { 'x-partner': 'yes' } } })
  expect(result.ok && Buffer.from(result.answer.body).toString()).toBe('{"ok":true}')
  expect(server.received).toMatchObject([
    { method: 'POST', url: '/api/orders?x=1', body: '{"a":"ä"}', headers: { 'idempotency-key': 'k1' } },
  ])
})

test('error statuses are answers, not failures, and a redirect is not followed', async () => {
  await using server = await testHttpServer((received, response) => {
    if (received.url === '/moved') response.writeHead(302, { location: '/elsewhere' }).end()
    else response.writeHead(503).end('later')
  })
  const http = open(server.baseUrl)
  expect(await http.request({ method: 'GET', path: '/down' })).toMatchObject({ answer: { status: 503 } })
  expect(await http.request({ method: 'GET', path: '/moved' })).toMatchObject({ answer: { status: 302 } })
  http.close()
  expect(server.received.map((r) => r.url)).toEqual(['/down', '/moved'])
})

test('a refused connection, an unknown name and a bad certificate mean that nothing was sent', async () => {
  const tcp = createTcpServer()
  const port = await listen(tcp)
  tcp.close()
  const refused = await open(`http://127.0.0.1:${port}`).request({ method: 'POST', path: '/', body: 'x' })
  expect(refused).toMatchObject({ failure: { failed: 'notSent', code: 'ECONNREFUSED' } })

  const resolver = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
  const unknown = await open('https://partner.example', { resolver }).request({ method: 'GET', path: '/' })
  expect(unknown).toMatchObject({ failure: { failed: 'notSent', code: 'ENOTFOUND' } })

  let requests = 0
  const tls = createTlsServer({ cert: certificate, key: certificateKey }, () => requests++)
  const tlsPort = await listen(tls)
  const untrusted = await open(`https://localhost:${tlsPort}`).request({ method: 'GET', path: '/' })
  tls.close()
  expect(untrusted).toMatchObject({ failure: { failed: 'notSent', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } })
  expect(requests).toBe(0)
})

test('a trusted certificate is verified by name and the exchange runs', async () => {
  const tls = createTlsServer({ cert: certificate, key: certificateKey }, (_, response) => response.end('hello'))
  const port = await listen(tls)
  const http = open(`https://localhost:${port}`, { certificateAuthority: certificate })
  const result = await http.request({ method: 'GET', path: '/' })
  http.close()
  tls.close()
  expect(result).toMatchObject({ ok: true, answer: { status: 200 } })
})

test('a connection cut, or a silence, after the request was written is lost: the outcome is unknown', async () => {
  await using server = await testHttpServer((received, response) => {
    if (received.url === '/cut') response.socket?.destroy()
    if (received.url === '/half') {
      response.writeHead(200, { 'content-length': '100' }).write('half')
      setTimeout(() => response.socket?.destroy(), 20)
    }
  })
  const http = open(server.baseUrl)
  expect(await http.request({ method: 'POST', path: '/cut', body: 'x' })).toMatchObject({ failure: { failed: 'lost' } })
  expect(await http.request({ method: 'GET', path: '/half' })).toMatchObject({ failure: { failed: 'lost' } })
  expect(await http.request({ method: 'POST', path: '/silent', body: 'x', timeoutMs: 1_000 })).toMatchObject({
    failure: { failed: 'lost', code: 'timeout' },
  })
  http.close()
})

test('a request that waited for another one’s connection and got no answer is lost too', async () => {
  await using server = await testHttpServer(({ url }, response) => {
    if (url === '/cut') response.destroy()
    else answerJson(response, {})
  })
  const http = open(server.baseUrl, { concurrency: 1 })
  const [, cut] = await Promise.all(['/fine', '/cut'].map((path) => http.request({ method: 'POST', path, body: '{}' })))
  expect(cut).toMatchObject({ ok: false, failure: { failed: 'lost' } })
  http.close()
})

test('the deadline counts to the last byte, so a dripping answer ends too', async () => {
  await using server = await testHttpServer((_, response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write('.'), 10)
    response.on('close', () => clearInterval(drip))
  })
  const http = open(server.baseUrl)
  const result = await http.request({ method: 'GET', path: '/', timeoutMs: 1_000 })
  http.close()
  expect(result).toMatchObject({ failure: { failed: 'lost', code: 'timeout' } })
})

test('a partner that accepts no connection in time was sent nothing', async () => {
  const sockets: Socket[] = []
  const tcp = createTcpServer((socket) => sockets.push(socket))
  const port = await listen(tcp)
  // TLS never completes on a server that says nothing.
  const http = open(`https://localhost:${port}`, {
    resolver: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  })
  const result = await http.request({ method: 'POST', path: '/', body: 'x', timeoutMs: 150 })
  http.close()
  for (const socket of sockets) socket.destroy()
  tcp.close()
  expect(result).toMatchObject({ failure: { failed: 'notSent', code: 'timeout' } })
})

test('an answer above the cap is cut off, packed or not', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000))
  await using server = await testHttpServer((received, response) => {
    if (received.url === '/bomb') response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    else if (received.url === '/twice') response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(bomb)
    else response.end(Buffer.alloc(300_000))
  })
  const http = open(server.baseUrl)
  const ask = (path: string) => http.request({ method: 'GET', path, maxAnswerBytes: 100_000 })
  expect(await ask('/bomb')).toMatchObject({ failure: { failed: 'lost', code: 'answer-too-large' } })
  expect(await ask('/twice')).toMatchObject({ failure: { failed: 'lost', code: 'answer-encoding' } })
  expect(await ask('/plain')).toMatchObject({ failure: { failed: 'lost' } })
  http.close()
})

test('no more connections are opened than the partner allows', async () => {
  await using server = await testHttpServer((_, response) => void setTimeout(() => response.end('ok'), 20))
  const http = open(server.baseUrl, { concurrency: 2 })
  const results = await Promise.all(Array.from({ length: 8 }, () => http.request({ method: 'GET', path: '/' })))
  http.close()
  expect(results.every((result) => result.ok)).toBe(true)
  expect(server.connections()).toBe(2)
})

test('private, loopback, link-local and metadata addresses are refused, in every spelling and behind every name', async () => {
  const spellings = [
    'https://127.0.0.1',
    'https://2130706433',
    'https://0x7f.1',
    'https://0177.0.0.1',
    'https://127.1',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:7f00:1]',
    'https://169.254.169.254',
    'https://10.1.2.3',
    'https://172.31.0.1',
    'https://192.168.1.1',
    'https://100.100.100.200',
    'https://0.0.0.0',
    'https://[fd00:ec2::254]',
    'https://[fe80::1]',
    'https://[64:ff9b::7f00:1]',
    'https://[2002:7f00:1::]',
    'https://localhost',
  ]
  for (const baseUrl of spellings) {
    const result = await open(baseUrl, { allowPrivateAddresses: false }).request({ method: 'GET', path: '/' })
    expect(result, baseUrl).toMatchObject({ failure: { failed: 'notSent', code: 'address-refused' } })
  }
  expect(isPublicAddress('93.184.216.34')).toBe(true)
  expect(isPublicAddress('2606:4700::6810:85e5')).toBe(true)
})

test('a name that mixes a public and a private address, or changes between look-ups, opens no connection inside', async () => {
  await using server = await testHttpServer((_, response) => void response.end('inside'))
  const mixed = () =>
    Promise.resolve([
      { address: '93.184.216.34', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ])
  const base = `https://partner.example:${server.port}`
  const result = await open(base, { allowPrivateAddresses: false, resolver: mixed }).request({
    method: 'GET',
    path: '/',
  })
  expect(result).toMatchObject({ failure: { code: 'address-refused' } })
  expect(server.connections()).toBe(0)
})

test('only https is spoken unless the connection allows private addresses', () => {
  expect(() => open('http://partner.example', { allowPrivateAddresses: false })).toThrow('https')
  expect(() => open('ftp://partner.example')).toThrow('https')
  expect(() => open('https://user:secret@partner.example')).toThrow('scheme, host, port and path only')
})

test('a path cannot leave the base URL', async () => {
  const http = open('https://partner.example/api')
  const paths = [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    'orders',
    '/../admin',
    '/a/%2e%2e/b',
    '/a\r\nx',
    '',
  ]
  for (const path of paths) await expect(http.request({ method: 'GET', path }), path).rejects.toThrow('request path')
})

test('a failure tells a code and never the credential that was sent', async () => {
  nock('https://partner.example')
    .post('/orders')
    .query(true)
    .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
  const http = open('https://partner.example', { allowPrivateAddresses: false })
  const result = await http.request({
    method: 'POST',
    path: '/orders?signature=canary-1',
    headers: { authorization: 'Bearer canary-2' },
    body: 'canary-3',
  })
  expect(result).toMatchObject({ failure: { code: 'ECONNRESET' } })
  expect(inspect(result, { depth: 20, showHidden: true })).not.toContain('canary')
})
