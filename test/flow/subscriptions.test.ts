import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { testHttpServer, type TestServer } from '#connectors/transport/test-http-server.ts'
import { webhook } from '#connectors/webhook/connector.ts'
import { replaySubscription } from '#store/event-subscriptions.ts'
import { hubs } from '../kit/backends.ts'
import { aFeed, anOrder } from '../kit/builders.ts'
import { resume } from '../kit/operations.ts'
import { openPaperHub, PAPER_NETWORK, type PaperHub } from '../kit/paper-hub.ts'

const SECRET = `whsec_${Buffer.from('a key of twenty-four bytes').toString('base64')}`

type Told = { id: string; type: string; orderId: string; externalId: string; signed: boolean }

describe.each(hubs)('those who follow orders on $name', (backend) => {
  let paper: PaperHub
  let receiver: TestServer
  const told: Told[] = []
  /** What the receiver answers to an event; 204 otherwise. */
  let statusOf: (event: Told) => number = () => 204
  afterEach(async () => {
    await paper.stop()
    await receiver[Symbol.asyncDispose]()
    told.length = 0
    statusOf = () => 204
  })

  const open = async (config: object = {}): Promise<void> => {
    receiver = await testHttpServer(({ headers, body }, response) => {
      const id = String(headers['webhook-id'])
      const mac = createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64'))
        .update(`${id}.${String(headers['webhook-timestamp'])}.${body}`)
        .digest('base64')
      const { type, data } = JSON.parse(body) as { type: string; data: { orderId: string; externalId: string } }
      const event = { id, type, ...data, signed: headers['webhook-signature'] === `v1,${mac}` }
      const status = statusOf(event)
      if (status === 204 && type !== 'ping') told.push(event)
      response.writeHead(status).end()
    })
    const subscriber = {
      id: 'own-systems',
      connector: 'webhook',
      config: { url: `${receiver.baseUrl}/hooks?tenant=1`, allowPrivateAddresses: true, ...config },
      secrets: { signing: 'env:SIGNING' },
    }
    paper = await openPaperHub(backend, {
      connectors: [webhook],
      environment: { SIGNING: SECRET },
      times: { auditEveryMs: 300 },
      network: { ...PAPER_NETWORK, connections: [...PAPER_NETWORK.connections, subscriber] },
    })
    await paper.receive('depot', 'feed', aFeed([['SHOE-1', 'north', 50]]))
    await paper.until('the subscriber has its place', async () => (await rows('event_subscription')) === 1)
  }
  const rows = async (from: string): Promise<number> =>
    (await paper.hub.world.db.query<{ n: number }>(`SELECT count(*) AS n FROM ${from}`))[0]?.n ?? -1
  const sell = (id: string) => paper.receive('shop', `order-${id}`, anOrder(id).line('SHOE-1', 1).document)
  const kindsOf = (externalId: string): string[] =>
    told.filter((event) => event.externalId === externalId).map((event) => event.type)
  const STORY = ['order.captured', 'order.routed', 'order.sent']

  test('hear the story of each order, signed, in its order and once, while another order’s event is refused', async () => {
    await open()
    let refusals = 2
    statusOf = (event) =>
      event.externalId === '1001' && event.type === 'order.routed' && (refusals -= 1) >= 0 ? 500 : 204
    await sell('1001')
    await sell('1002')
    await paper.until('both stories are told', () => told.length === 2 * STORY.length)
    expect(kindsOf('1001')).toEqual(STORY)
    expect(kindsOf('1002')).toEqual(STORY)
    expect(told.every((event) => event.signed)).toBe(true)
    expect(new Set(told.map((event) => event.id)).size).toBe(told.length)
    expect(refusals).toBeLessThan(0)
  })

  test('are told again what they ask for, under the same ids, and only of what they want', async () => {
    await open({ events: ['captured', 'sent'] })
    await sell('1001')
    await paper.until('the story is told', () => told.length === 2)
    const first = [...told]
    await replaySubscription(paper.hub.world.db, 'own-systems', 0, paper.hub.world.clock.now())
    await paper.until('it is told again', () => told.length === 4)
    expect(told.slice(2)).toEqual(first)
  })

  test('that say that they are gone stop the connection, and nothing is lost until it is resumed', async () => {
    await open()
    statusOf = () => 410
    await sell('1001')
    await paper.until('the connection is stopped', async () => (await rows(`connection WHERE state = 'broken'`)) === 1)
    expect(told).toEqual([])
    statusOf = () => 204
    await resume(paper.hub, 'own-systems')
    await paper.until('the story is told', () => told.length === STORY.length)
    expect(kindsOf('1001')).toEqual(STORY)
  })
})
