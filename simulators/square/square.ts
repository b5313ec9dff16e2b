/** A seller's Square behind its API v2, with webhooks, books of its own and bad manners on demand. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readJson } from '#mappings/formats/json/reader.ts'
import { SquareBooks, SquareError } from './books.ts'
import type { Order } from './books.ts'
import { SquareWebhooks } from './webhooks.ts'

/** `lost`: done, and the socket is cut. `failed`: 500 and nothing done. `throttled`: 429. */
export type Manner = 'lost' | 'failed' | 'throttled'

export type SquareOptions = {
  accessToken: string
  locations: readonly string[]
  stock: readonly { variation: string; location: string; quantity: number }[]
  /** Numbers from 0 to below 1, for the manners of webhooks. */
  random?: () => number
  /** Milliseconds since 1970. */
  now?: () => number
}

export type Square = Awaited<ReturnType<typeof startSquare>>
type Body = Record<string, unknown>

export async function startSquare(options: SquareOptions) {
  const { now = () => Date.now(), random = () => 0.5 } = options
  const webhooks = new SquareWebhooks(random)
  const books = new SquareBooks({ ...options, now, tell: (news) => webhooks.tell(news, new Date(now()).toISOString()) })
  const state = { accessToken: options.accessToken, calls: [] as string[], manners: new Map<string, Manner[]>() }
  const kept = new Map<string, { hash: string; answer: unknown }>()

  /** The same key and body again: the same answer and no second effect. */
  const withKey = (body: Body, work: () => unknown): unknown => {
    const key = typeof body['idempotency_key'] === 'string' ? body['idempotency_key'] : ''
    if (key === '' || key.length > 192) throw new SquareError(400, 'MISSING_REQUIRED_PARAMETER', 'idempotency_key')
    const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex')
    const known = kept.get(key)
    if (known !== undefined && known.hash !== hash)
      throw new SquareError(
        400,
        'IDEMPOTENCY_KEY_REUSED',
        'Different request parameters were used for the same idempotency_key.',
      )
    if (known !== undefined) return known.answer
    const answer = work()
    kept.set(key, { hash, answer })
    return answer
  }

  const run = (route: string, id: string, body: Body): unknown => {
    switch (route) {
      case 'GET /locations':
        return { locations: books.locations.map((location) => ({ id: location, name: `Store ${location}` })) }
      case 'POST /orders':
        return withKey(body, () => ({ order: books.create(body['order'] as never) }))
      case 'POST /orders/search':
        return searched(books, body)
      case 'POST /orders/:id/pay':
        return withKey(body, () => ({ order: books.pay(id) }))
      case 'PUT /orders/:id':
        return withKey(body, () => ({ order: books.update(id, body['order'] as never) }))
      case 'POST /inventory/counts/batch-retrieve':
        return counted(books, body)
      case 'POST /inventory/changes/batch-create':
        return withKey(body, () => changed(books, body))
    }
    throw new SquareError(404, 'NOT_FOUND', 'Resource not found.')
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    const { route, id } = routeOf(request.method ?? '', request.url ?? '')
    state.calls.push(route)
    if (request.headers.authorization !== `Bearer ${state.accessToken}`)
      return refuse(response, new SquareError(401, 'UNAUTHORIZED', 'This request could not be authorized.'))
    if (request.headers['square-version'] === undefined)
      return refuse(response, new SquareError(400, 'BAD_REQUEST', 'Square-Version is missing.'))
    const manner = state.manners.get(route)?.shift()
    if (manner === 'throttled') return refuse(response, new SquareError(429, 'RATE_LIMITED', 'Too many requests.'))
    if (manner === 'failed')
      return refuse(response, new SquareError(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong.'))
    try {
      const result = run(route, id, body)
      if (manner === 'lost') return void request.socket.destroy()
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result))
    } catch (error) {
      refuse(
        response,
        error instanceof SquareError ? error : new SquareError(500, 'INTERNAL_SERVER_ERROR', String(error)),
      )
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    books,
    webhooks,
    /** Routes that were called, in order: `POST /orders/:id/pay`. */
    calls: state.calls,
    /** The next calls of this route go wrong, one after the other. */
    misbehave: (route: string, ...manners: Manner[]): void => void state.manners.set(route, manners),
    setAccessToken: (accessToken: string): void => {
      state.accessToken = accessToken
    },
    close: async (): Promise<void> => {
      webhooks.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function routeOf(method: string, url: string): { route: string; id: string } {
  const path = url.replace(/^\/v2/, '').replace(/\?.*$/, '')
  const [, id = '', rest = ''] = /^\/orders\/([^/]+)(\/pay)?$/.exec(path) ?? []
  return id === '' || id === 'search'
    ? { route: `${method} ${path}`, id: '' }
    : { route: `${method} /orders/:id${rest}`, id }
}

type Filter = {
  state_filter?: { states: string[] }
  date_time_filter?: Record<string, { start_at?: string; end_at?: string }>
  fulfillment_filter?: { fulfillment_types?: string[]; fulfillment_states?: string[] }
}
type Query = { filter?: Filter; sort?: { sort_field?: string; sort_order?: string } }
type TimeField = 'created_at' | 'updated_at' | 'closed_at'
const TIMES: Record<string, TimeField> = {
  created_at: 'created_at',
  updated_at: 'updated_at',
  closed_at: 'closed_at',
}
const timeOf = (order: Order, field: string): string => order[TIMES[field] ?? 'created_at'] ?? ''

function searched(books: SquareBooks, body: Body): unknown {
  const {
    location_ids: locations = [],
    query = {},
    limit = 500,
    cursor = '0',
  } = body as {
    location_ids?: string[]
    query?: Query
    limit?: number
    cursor?: string
  }
  if (locations.length > 10 || limit > 1000) throw new SquareError(400, 'VALUE_TOO_HIGH', 'too many')
  const { filter = {}, sort = {} } = query
  const [time] = Object.keys(filter.date_time_filter ?? {})
  if (time !== undefined && sort.sort_field !== time.toUpperCase())
    throw new SquareError(400, 'INVALID_SORT_ORDER', 'The sort_field must be the filtered timestamp.')
  const field = time ?? sort.sort_field?.toLowerCase() ?? 'created_at'
  const found = [...books.orders.values()]
    .filter((order) => locations.includes(order.location_id) && fits(order, filter))
    .toSorted(
      (left, right) => (timeOf(left, field) < timeOf(right, field) ? -1 : 1) * (sort.sort_order === 'ASC' ? 1 : -1),
    )
  const page = found.slice(Number(cursor), Number(cursor) + limit).map((order) => ({
    ...order,
    ...(books.paid.has(order.id) ? { net_amount_due_money: { amount: 0, currency: 'EUR' } } : {}),
  }))
  const next = Number(cursor) + limit
  return { orders: page, ...(next < found.length ? { cursor: String(next) } : {}) }
}

function fits(order: Order, { state_filter, date_time_filter = {}, fulfillment_filter }: Filter): boolean {
  if (state_filter !== undefined && !state_filter.states.includes(order.state)) return false
  for (const [time, { start_at = '' }] of Object.entries(date_time_filter))
    if (timeOf(order, time) < start_at) return false
  if (fulfillment_filter === undefined) return true
  const { fulfillment_types: types, fulfillment_states: states } = fulfillment_filter
  return (order.fulfillments ?? []).some(
    (each) => types?.includes(each.type) !== false && states?.includes(each.state) !== false,
  )
}

function counted(books: SquareBooks, body: Body): unknown {
  const {
    location_ids: locations,
    catalog_object_ids: variations,
    updated_after: after = '',
    states,
    limit = 100,
    cursor = '0',
  } = body as {
    location_ids?: string[]
    catalog_object_ids?: string[]
    updated_after?: string
    states?: string[]
    limit?: number
    cursor?: string
  }
  const found = books
    .counts()
    .filter(
      (count) =>
        locations?.includes(count.location_id) !== false &&
        variations?.includes(count.catalog_object_id) !== false &&
        states?.includes(count.state) !== false &&
        count.calculated_at > after,
    )
  const next = Number(cursor) + limit
  return { counts: found.slice(Number(cursor), next), ...(next < found.length ? { cursor: String(next) } : {}) }
}

function changed(books: SquareBooks, body: Body): unknown {
  const { changes } = body as { changes: { type: string; physical_count: Record<string, string> }[] }
  for (const { type, physical_count: count } of changes) {
    if (type !== 'PHYSICAL_COUNT') throw new SquareError(400, 'INVALID_VALUE', 'only physical counts are told here')
    const { catalog_object_id = '', location_id = '', quantity = '', occurred_at = '' } = count
    if (!books.knows(catalog_object_id)) throw new SquareError(404, 'NOT_FOUND', `${catalog_object_id} not found.`)
    books.recount(catalog_object_id, location_id, Number(quantity), Date.parse(occurred_at))
  }
  return { counts: [] }
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const read = readJson(Buffer.concat(chunks))
  return read.ok ? (read.value as Body) : {}
}

function refuse(response: ServerResponse, { status, code, message: detail }: SquareError): void {
  const body = { errors: [{ category: 'API_ERROR', code, detail }] }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
