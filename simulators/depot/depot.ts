/**
 * A small depot behind its JSON API, with books of its own and bad manners on demand. It confirms an order, ships it a moment later, takes goods back, and
 * tells both by messages signed as Standard Webhooks 1.0.0 says, again and again until they are taken.
 */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readJson } from '#mappings/formats/json/reader.ts'
import { Timers } from '../kit/timers.ts'
import { Warehouse } from '../kit/warehouse.ts'

export type DepotManners = {
  /** So many of the next orders are done, and their answers are lost. */
  loseAnswers: number
  /** So many of the next calls are told to wait. */
  throttle: number
  /** Messages are told twice. */
  repeat: boolean
  /** Units that a picker does not find of each order. */
  shortPick: number
}

export type DepotOptions = {
  apiToken: string
  /** `whsec_` and base64. */
  webhookSecret: string
  /** Item → units at the site. */
  stock: Readonly<Record<string, number>>
  site: string
  now: () => string
  shipAfterMs?: number
}

type Body = { id?: string; items?: { line: number; item: string; units: number }[] }

export type Depot = Awaited<ReturnType<typeof startDepot>>

export async function startDepot(options: DepotOptions) {
  const { site, now, shipAfterMs = 0 } = options
  const warehouse = new Warehouse(options.stock)
  const timers = new Timers()
  const manners: DepotManners = { loseAnswers: 0, throttle: 0, repeat: false, shortPick: 0 }
  const cancels = new Map<string, boolean>()
  /** Returns that were announced, by the hub's name. */
  const expected = new Map<string, Body>()
  const state = { hub: '', messages: 0, calls: [] as string[], reminded: [] as string[] }

  const tell = (event: object): void => {
    state.messages += 1
    const message = { id: `msg_${state.messages}`, body: JSON.stringify(event) }
    for (let copy = 0; copy < (manners.repeat ? 2 : 1); copy++) timers.after(0, () => deliver(message))
  }
  const deliver = (message: { id: string; body: string }, attempt = 1): void => {
    const seconds = String(Math.floor(Date.parse(now()) / 1000))
    const key = Buffer.from(options.webhookSecret.replace(/^whsec_/, ''), 'base64')
    const mac = createHmac('sha256', key).update(`${message.id}.${seconds}.${message.body}`).digest('base64')
    const headers = {
      'content-type': 'application/json',
      'webhook-id': message.id,
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,${mac}`,
    }
    fetch(state.hub, { method: 'POST', headers, body: message.body })
      .then((answer) => answer.ok)
      .catch(() => false)
      .then((taken) => {
        if (!taken && attempt < 20) timers.after(50 * attempt, () => deliver(message, attempt + 1))
      })
      .catch(() => undefined)
  }

  const ship = (id: string): void => {
    const order = warehouse.ship(id, manners.shortPick)
    if (order === undefined) return
    const cartons = order.cartons.map(({ tracking, content }) => ({
      tracking,
      items: content.map(({ line, quantity }) => ({ line: Number(line), units: quantity })),
    }))
    if (cartons.length > 0)
      tell({ type: 'order.shipped', order: id, parcel: `P-${id}`, at: now(), carrier: 'DHL', cartons })
    const lacks = order.lines.filter((line) => line.shipped < line.quantity)
    if (lacks.length === 0) return
    const items = order.lines.map((line) => {
      const missing = line.quantity - line.shipped
      return { line: Number(line.line), confirmed: line.shipped, missing, ...(missing > 0 ? { why: 'NO_STOCK' } : {}) }
    })
    tell({ type: 'order.answered', order: id, at: now(), items })
  }

  const take = ({ id = '', items = [] }: Body): void => {
    const lines = items.map(({ line, item, units }) => ({ line: String(line), item, quantity: units }))
    if (warehouse.receive(id, lines) === 'again') return
    const confirmed = items.map(({ line, units }) => ({ line, confirmed: units, missing: 0 }))
    tell({ type: 'order.answered', order: id, at: now(), items: confirmed })
    timers.after(shipAfterMs, () => ship(id))
  }

  const cancel = (id: string): void => {
    if (cancels.has(id)) return
    const done = warehouse.cancel(id)
    cancels.set(id, done)
    tell({ type: 'cancel.answered', order: id, at: now(), done, ...(done ? {} : { why: 'it has left' }) })
  }

  /** Status and body of a call; its effect is booked by then. */
  const answerTo = async (request: IncomingMessage): Promise<[status: number, body: object]> => {
    const { method = '', url = '' } = request
    state.calls.push(`${method} ${url}`)
    if (request.headers.authorization !== `Bearer ${options.apiToken}`) return [401, { code: 'token' }]
    if (manners.throttle > 0) {
      manners.throttle -= 1
      return [429, {}]
    }
    if (url === '/ping') return [200, {}]
    const rma = /^\/returns(?:\/([^/]+))?$/.exec(url)
    if (rma !== null) return answerToReturn(method, rma[1], await bytesOf(request))
    const [, id, verb] = /^\/orders(?:\/([^/]+)(\/cancel|\/reminder)?)?$/.exec(url) ?? []
    if (method === 'GET') {
      const known =
        id !== undefined &&
        (verb === undefined
          ? warehouse.order(id) !== undefined
          : verb === '/cancel'
            ? cancels.has(id)
            : state.reminded.includes(id))
      return known ? [200, { reference: `R-${id}` }] : [404, { code: 'not-found' }]
    }
    const read = readJson(await bytesOf(request))
    if (!read.ok) return [400, { code: 'json', detail: 'The body is no JSON' }]
    const body = read.value as Body
    if (id === undefined) take(body)
    else if (warehouse.order(id) === undefined) return [422, { code: 'unknown', detail: 'There is no such order' }]
    else if (verb === '/reminder') state.reminded.push(id)
    else cancel(id)
    return [201, { reference: `R-${id ?? body.id ?? ''}` }]
  }

  const answerToReturn = (method: string, id: string | undefined, bytes: Uint8Array): [number, object] => {
    if (method === 'GET') return expected.has(id ?? '') ? [200, {}] : [404, { code: 'not-found' }]
    const read = readJson(bytes)
    if (!read.ok) return [400, { code: 'json', detail: 'The body is no JSON' }]
    const body = read.value as Body
    expected.set(body.id ?? '', body)
    return [201, { reference: `RR-${body.id ?? ''}` }]
  }

  const server = createServer((request, response) => {
    answerTo(request)
      .then(([status, body]) => {
        if (request.method === 'POST' && status === 201 && manners.loseAnswers > 0) {
          manners.loseAnswers -= 1
          request.socket.destroy()
          return
        }
        response.writeHead(status, {
          'content-type': 'application/json',
          ...(status === 429 ? { 'retry-after': '1' } : {}),
        })
        response.end(JSON.stringify(body))
      })
      .catch(() => request.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Where its messages go from now on. */
    tellAt: (url: string): void => {
      state.hub = url
    },
    behave: (changes: Partial<DepotManners>): void => void Object.assign(manners, changes),
    /** Tells all it has, as a whole count. */
    tellStock: (): void => {
      const items = warehouse.items().map(({ item, onHand }) => ({ item, site, units: onHand }))
      tell({ type: 'stock.counted', at: now(), what: 'ALL', items })
    },
    /** A carrier's word on a parcel. */
    track: (tracking: string, word: string): void => tell({ type: 'parcel.tracked', tracking, state: word, at: now() }),
    /** A parcel comes back with what was announced. */
    receiveReturn: (id: string): void => {
      const items = (expected.get(id)?.items ?? []).map(({ item, units }) => ({ item, units, found: 'NEW' }))
      tell({ type: 'return.received', receipt: `RR-${id}`, at: now(), site, marks: [id], items })
    },
    calls: state.calls,
    books: () => ({
      returnsExpected: [...expected.keys()],
      items: warehouse.items(),
      orders: warehouse.orders(),
      cancels: Object.fromEntries(cancels),
    }),
    close: async (): Promise<void> => {
      timers.clear()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function bytesOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
