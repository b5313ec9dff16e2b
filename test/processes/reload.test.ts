/** Connections change while the hub runs, as its own process on the embedded database: by the API, and by the file and SIGHUP. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type HubProcess, startProcess } from './hub-process.ts'

let folder = ''
let environment: Record<string, string> = {}
let running: HubProcess[] = []
const partners: Server[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossdock-reload-'))
  environment = {
    PATH: process.env['PATH'] ?? '',
    CROSSDOCK_CONFIG: join(folder, 'network.json'),
    CROSSDOCK_DATA: join(folder, 'data'),
    PORT: '0',
    ERP_TOKEN: 'token',
    ERP_SECRET: `whsec_${Buffer.from('secret of the ERP').toString('base64')}`,
  }
})
afterEach(async () => {
  await Promise.all(running.map((each) => each.kill()))
  running = []
  for (const each of partners.splice(0)) each.close()
  rmSync(folder, { recursive: true })
})

/** An ERP that takes whatever comes, and remembers for whom. */
async function anErp(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const partner = createServer((request, response) => {
    if (request.method === 'POST') asked.push(request.url ?? '')
    response.writeHead(request.method === 'POST' ? 201 : 404, { 'content-type': 'application/json' })
    response.end(request.method === 'POST' ? '{"reference": "R-1"}' : '{"code": "unknown-request"}')
  })
  partners.push(partner)
  await new Promise<void>((resolve) => partner.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(partner.address() as AddressInfo).port}`, asked }
}

const erp = (id: string, baseUrl: string) => ({
  id,
  connector: 'erp',
  config: { baseUrl, allowPrivateAddresses: true },
  secrets: { apiToken: 'env:ERP_TOKEN', webhookSecret: 'env:ERP_SECRET' },
})
const node = (id: string, connection: string) => ({
  id,
  name: id,
  kind: 'warehouse',
  capabilities: ['ship'],
  connection,
  calendar: {
    timeZone: 'UTC',
    week: Object.fromEntries(
      ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { open: '00:00', close: '23:59' }]),
    ),
  },
  costs: { currency: 'EUR', packageFixedMinor: 500 },
})
const write = (network: object): void => writeFileSync(join(folder, 'network.json'), JSON.stringify(network))
const base = {
  channels: [{ id: 'phone', name: 'Telephone', currency: 'EUR' }],
  products: [{ sku: 'SHOE-1', name: 'Shoe' }],
}

test('new settings count from the next document on, a new connection works at once, and what is wrong is refused', async () => {
  const [old, moved, added] = [await anErp(), await anErp(), await anErp()]
  write({ ...base, connections: [erp('erp', old.url)], nodes: [node('main', 'erp')] })
  const keys = startProcess(
    [
      'node',
      'app/bin.js',
      'keys',
      'create',
      'admin',
      ...['connections:write', 'master:write', 'orders:write', 'stock:write', 'operations'].flatMap((scope) => [
        '--scope',
        scope,
      ]),
    ],
    environment,
  )
  running.push(keys)
  expect(await keys.ended, keys.output()).toBe(0)
  const key = /^dom_\S+/m.exec(keys.output())?.[0] ?? expect.fail(keys.output())
  const hub = startProcess(['node', 'app/bin.js', 'start'], environment)
  running.push(hub)
  const { url } = z.looseObject({ url: z.string() }).parse(await hub.says('crossdock runs'))
  const ask = async (method: string, path: string, body: object): Promise<[status: number, body: unknown]> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return [answer.status, await answer.json()]
  }
  let orders = 0
  const sell = async (nodeId: string, to: { asked: string[] }): Promise<void> => {
    const before = to.asked.length
    const now = new Date().toISOString()
    const line = { externalId: '1', sku: 'SHOE-1', quantity: 1, unitPriceMinor: 100, nodeId }
    orders += 1
    const head = {
      channelId: 'phone',
      externalId: `T-${orders}`,
      placedAt: now,
      revisedAt: now,
      currency: 'EUR',
      totalMinor: 100,
    }
    const [status, told] = await ask('POST', '/v1/orders', {
      ...head,
      shipTo: { line1: 'x', city: 'Paris', country: 'FR' },
      lines: [line],
    })
    expect([status, told]).toMatchObject([201, {}])
    const deadline = Date.now() + 60_000
    while (to.asked.length === before) {
      if (Date.now() > deadline) throw new Error(`it was never asked\n${hub.output()}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const count = (connection: string, nodeId: string) =>
    ask('PUT', `/v1/stock/${connection}`, {
      mode: 'delta',
      asOf: new Date().toISOString(),
      rows: [{ sku: 'SHOE-1', node: nodeId, onHand: 9 }],
    })
  await ask('PUT', '/v1/crosswalks', {
    crosswalks: [{ connectionId: 'erp', name: 'node', partnerCode: 'main', canonical: 'main' }],
  })
  expect(await count('erp', 'main')).toMatchObject([202, {}])
  await sell('main', old)

  // By the API: the ERP has moved.
  expect(await ask('PUT', '/v1/connections', { connections: [erp('erp', moved.url)] })).toEqual([200, { stored: 1 }])
  await sell('main', moved)
  expect(old.asked).toHaveLength(1)

  const wrong = { ...erp('erp', 'nowhere'), secrets: { apiTocken: 'env:ERP_TOKEN' } }
  expect(await ask('PUT', '/v1/connections', { connections: [wrong] })).toMatchObject([
    422,
    { errors: [{ pointer: '/connections/0/config/baseUrl' }] },
  ])
  expect(await ask('POST', '/v1/connections/erp/check', {})).toMatchObject([200, { ok: true }])

  // By the file: a second ERP with a node of its own. What does not hold together is not taken.
  write({ ...base, connections: [], nodes: [node('second', 'another')] })
  hub.signal('SIGHUP')
  await hub.says('the network file was not taken; all goes on as it was')
  write({
    ...base,
    connections: [erp('another', added.url)],
    nodes: [node('second', 'another')],
    crosswalks: [{ connectionId: 'another', name: 'node', partnerCode: 'second', canonical: 'second' }],
  })
  hub.signal('SIGHUP')
  await hub.says('the network file was read again')
  expect(await count('another', 'second')).toMatchObject([202, {}])
  await sell('second', added)
})
