/** The connector against the ERP simulator over real HTTP, both ways. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import { instantFromEpochMs } from '#core/model/time.ts'
import { startErp } from '#simulators/erp/erp.ts'
import type { RawRequest, WebhookPort } from '../contract/connector.ts'
import { delivery, outcomeOf, readContext, testContext } from '../transport/test-context.ts'
import { cancel } from './cancel.ts'
import { ErpConfig } from './config.ts'
import { events } from './events.ts'
import { fulfillment } from './fulfillment.ts'
import { stock } from './stock.ts'

const SECRET = `whsec_${Buffer.alloc(24, 'k').toString('base64')}`
const tables = { nodes: { W1: 'paris' } }

/** The hub's side: takes pushes and webhooks, and checks signatures. */
async function hub() {
  const pushed: RawRequest[] = []
  const told: RawRequest[] = []
  const refused: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const headers = request.headers as Record<string, string>
      const raw = { headers, body: Buffer.concat(chunks), receivedAt: instantFromEpochMs(Date.now()) }
      if (request.url === '/stock') pushed.push(raw)
      else {
        const verified = events.verify?.(raw, (name) => (name === 'webhookSecret' ? SECRET : undefined))
        if (verified?.ok === true) told.push(raw)
        else refused.push(verified?.reason ?? '')
      }
      response.end()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    address: { stockUrl: `${url}/stock`, apiKey: 'key', webhookUrl: `${url}/events`, webhookSecret: SECRET },
    pushed,
    told,
    refused,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

async function world(batch: boolean) {
  const receiver = await hub()
  const erp = await startErp({
    name: 'sim',
    token: 'token',
    stock: [
      { sku: 'A', node: 'W1', onHand: 10 },
      { sku: 'B', node: 'W1', onHand: 5 },
    ],
    random: () => 0.5,
    hub: receiver.address,
  })
  const config = ErpConfig.parse({ baseUrl: erp.url, allowPrivateAddresses: true, batch })
  const context = testContext({ config, baseUrl: erp.url, secrets: { apiToken: 'token' }, tables })
  return {
    erp,
    hub: receiver,
    config,
    context,
    [Symbol.asyncDispose]: async () => {
      await erp.close()
      await context[Symbol.asyncDispose]()
      await receiver[Symbol.asyncDispose]()
    },
  }
}

type World = Awaited<ReturnType<typeof world>>

const instruction = (id: string) =>
  ({
    requestId: `ful_${id}`,
    orderId: 'ord_1',
    orderNumber: '#1',
    placedAt: '2026-11-22T09:00:00.000Z',
    nodeId: 'paris',
    method: 'ship',
    shipTo: { line1: 'Rue 1', city: 'Paris', country: 'FR' },
    lines: [{ lineNo: 1, sku: 'A', quantity: 2, unitPriceMinor: 1250, currency: 'EUR' }],
  }) as unknown as FulfillmentInstruction

async function sent(w: World, ids: string[]) {
  const deliveries = ids.map((id) => delivery<'fulfillmentInstruction'>(id, instruction(id)))
  const written = await fulfillment.prepare(w.context, deliveries)
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  const transmission = { id: 't', ...written.value, deliveries }
  const outcome = await fulfillment.send(w.context, transmission)
  return { transmission, kinds: ids.map((id) => outcomeOf(outcome, id)?.kind) }
}

const readAll = (port: WebhookPort<ErpConfig>, requests: RawRequest[], config: ErpConfig) =>
  requests.map((request) => port.read(request.body, port.meta(request), readContext(config, tables)))

test.each([false, true])('requests are taken and told back by signed events (batch: %s)', async (batch) => {
  await using w = await world(batch)
  expect((await sent(w, ['1', '2'])).kinds).toEqual(['accepted', 'accepted'])
  expect(await w.erp.settled(60_000)).toBe(true)
  expect(w.hub.refused).toEqual([])
  const readings = readAll(events, w.hub.told, w.config)
  expect(readings.flatMap((reading) => reading.refused)).toEqual([])
  const kinds = readings.flatMap((reading) => reading.documents.map((document) => document.kind))
  expect(kinds.sort()).toEqual(['fulfillmentResponse', 'fulfillmentResponse', 'shipment', 'shipment'])
})

test.each([false, true])(
  'an answer lost after the effect is found, and a resend has no second effect (batch: %s)',
  async (batch) => {
    await using w = await world(batch)
    w.erp.behave({ loseAnswerAfterEffect: 1 })
    const { transmission, kinds } = await sent(w, ['1', '2'])
    expect(kinds).toEqual(['unknown', 'unknown'])
    w.erp.behave({ loseAnswerAfterEffect: 0 })
    expect(Object.values((await fulfillment.lookup?.(w.context, transmission)) ?? {})).toMatchObject([
      { kind: 'present' },
      { kind: 'present' },
    ])
    await fulfillment.send(w.context, transmission)
    await w.erp.settled(60_000)
    expect(w.erp.books().requests).toHaveLength(2)
    expect(w.erp.books().stock.find((row) => row.sku === 'A')?.now).toBe(6)
  },
)

test('full and delta feeds are read, in JSON and in CSV', async () => {
  await using w = await world(false)
  await w.erp.pushFull('json')
  await w.erp.pushFull('csv')
  w.erp.adjust('A', 'W1', -3)
  await w.erp.pushDelta()
  const readings = readAll(stock, w.hub.pushed, w.config)
  expect(readings.flatMap((reading) => reading.refused)).toEqual([])
  expect(readings.flatMap((reading) => reading.documents)).toMatchObject([
    { value: { mode: 'full', rows: [{ onHand: 10 }, { onHand: 5 }] } },
    { value: { mode: 'full', rows: [{ onHand: 10 }, { onHand: 5 }] } },
    { value: { mode: 'delta', rows: [{ sku: 'A', onHand: 7 }] } },
  ])
})

test('a cancel is asked and answered by an event', async () => {
  await using w = await world(false)
  await sent(w, ['1'])
  const { requestId, nodeId } = instruction('1')
  const document = { requestId, nodeId, reason: 'customer' }
  const deliveries = [delivery<'fulfillmentCancel'>('c1', document)]
  const written = await cancel.prepare(w.context, deliveries)
  if (!written.ok) throw new Error('never')
  expect(outcomeOf(await cancel.send(w.context, { id: 't', ...written.value, deliveries }))).toMatchObject({
    kind: 'accepted',
  })
  await w.erp.settled(60_000)
  const documents = readAll(events, w.hub.told, w.config).flatMap((reading) => reading.documents)
  expect(documents.some(({ kind }) => kind === 'cancelResponse')).toBe(true)
})
