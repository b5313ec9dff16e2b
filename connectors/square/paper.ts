/** A seller's Square on paper, with one store: answers this connector's calls and keeps books of what they did. */
import type { Instant } from '#core/model/time.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { Documents } from '../contract/documents.ts'
import type { PaperPartner, PaperRow } from '../contract/exhibit.ts'
import type { HttpAnswer, HttpRequest } from '../contract/transport.ts'

type Loose = { [field: string]: unknown }
type Pickup = { id: string; version: number; state: 'OPEN' | 'CANCELED'; asked: Loose }
type Count = { catalog_object_id: string; quantity: string; calculated_at: string }
type Asked = { body: Loose; id: string; now: Instant }
type Query = {
  filter?: { state_filter?: { states: string[] }; date_time_filter?: { updated_at?: { start_at: string } } }
}

/** Its only location. */
export const STORE = 'L1'

const answer = (status: number, body: unknown): HttpAnswer => ({
  status,
  headers: {},
  body: new TextEncoder().encode(JSON.stringify(body)),
})
const no = (status: number, code: string, detail: string): HttpAnswer =>
  answer(status, { errors: [{ category: 'API_ERROR', code, detail }] })

export function paperSquare(accessToken: string): PaperPartner {
  const pickups = new Map<string, Pickup>()
  const told = new Map<string, Count>()
  /** Answers by idempotency key: sent again, it is answered as it was and nothing is done. */
  const answered = new Map<unknown, HttpAnswer>()
  const done: string[] = []
  let rows: readonly PaperRow[] = []
  let refuses = false

  const make = (asked: Loose): Pickup => {
    const pickup: Pickup = { id: `order-${pickups.size + 1}`, version: 1, state: 'OPEN', asked }
    pickups.set(pickup.id, pickup)
    return pickup
  }
  const reads: { [route: string]: (body: Loose) => unknown } = {
    'GET /locations': () => ({ locations: [{ id: STORE, name: 'Kit' }] }),
    'POST /orders/search': (body) => {
      const { filter = {} } = body['query'] as Query
      const since = filter.date_time_filter?.updated_at?.start_at
      if (since !== undefined) return pageOf('orders', salesSince(rows, since), body)
      const states = filter.state_filter?.states
      const found = [...pickups.values()].filter(({ state }) => states?.includes(state) !== false)
      return pageOf('orders', found.map(orderOf), body)
    },
    'POST /inventory/counts/batch-retrieve': (body) => {
      const variations = body['catalog_object_ids'] as string[] | undefined
      const since = (body['updated_after'] as string | undefined) ?? ''
      const found = [...rows.map(countOf), ...told.values()].filter(
        (count) => variations?.includes(count.catalog_object_id) !== false && count.calculated_at > since,
      )
      return pageOf('counts', found.map(inStock), body)
    },
  }
  const writes: { [route: string]: (asked: Asked) => HttpAnswer } = {
    'POST /orders': ({ body }) => answer(200, { order: orderOf(make(body['order'] as Loose)) }),
    // A store sees what is paid: only then is there a pickup.
    'POST /orders/:id/pay': ({ id }) => {
      const pickup = pickups.get(id)
      if (pickup === undefined) return no(404, 'NOT_FOUND', `Order ${id} not found.`)
      pickup.version += 1
      done.push(`pickup ${String(pickup.asked['reference_id'])}`)
      return answer(200, { order: orderOf(pickup) })
    },
    'PUT /orders/:id': ({ body, id }) => {
      const pickup = pickups.get(id)
      if (pickup === undefined) return no(404, 'NOT_FOUND', `Order ${id} not found.`)
      if ((body['order'] as Loose)['version'] !== pickup.version)
        return no(409, 'VERSION_MISMATCH', 'Order version mismatch.')
      Object.assign(pickup, { version: pickup.version + 1, state: 'CANCELED' })
      done.push(`cancel ${String(pickup.asked['reference_id'])}`)
      return answer(200, { order: orderOf(pickup) })
    },
    'POST /inventory/changes/batch-create': ({ body, now }) => {
      for (const { physical_count: count } of body['changes'] as { physical_count: Count }[]) {
        const { catalog_object_id, quantity } = count
        told.set(catalog_object_id, { catalog_object_id, quantity, calculated_at: now })
        done.push(`count ${catalog_object_id} ${quantity}`)
      }
      return answer(200, { counts: [] })
    },
  }
  return {
    answer: (request, now) => {
      if (request.headers?.['authorization'] !== `Bearer ${accessToken}`)
        return no(401, 'UNAUTHORIZED', 'This request could not be authorized.')
      const body = bodyOf(request)
      const { route, id } = routeOf(request)
      const read = reads[route]
      if (read !== undefined) return answer(200, read(body))
      if (refuses) return no(400, 'BAD_REQUEST', 'The store takes nothing today.')
      const key = body['idempotency_key']
      const result = answered.get(key) ?? writes[route]?.({ body, id, now }) ?? no(404, 'NOT_FOUND', 'Not found.')
      if (result.status === 200) answered.set(key, result)
      return result
    },
    effects: () => [...done],
    expect: (kind, document) => {
      if (kind !== 'fulfillmentCancel') return
      make({ reference_id: (document as Documents['fulfillmentCancel']).requestId, line_items: [] })
    },
    refuse: () => {
      refuses = true
    },
    list: (given) => {
      rows = given
    },
  }
}

const bodyOf = ({ body = '' }: HttpRequest): Loose => {
  const read = readJson(typeof body === 'string' ? new TextEncoder().encode(body) : body)
  return read.ok ? (read.value as Loose) : {}
}

function routeOf({ method, path }: HttpRequest): { route: string; id: string } {
  const [, id = '', rest = ''] = /^\/v2\/orders\/(?!search$)([^/]+)(\/pay)?$/.exec(path) ?? []
  return { route: `${method} ${id === '' ? path.replace('/v2', '') : `/orders/:id${rest}`}`, id }
}

function pageOf(name: string, found: readonly unknown[], { limit, cursor }: Loose): unknown {
  const start = Number(cursor ?? 0)
  const end = start + Number(limit)
  return { [name]: found.slice(start, end), ...(end < found.length ? { cursor: String(end) } : {}) }
}

function salesSince(rows: readonly PaperRow[], since: string): unknown[] {
  const found = rows.filter((row) => row.changedAt >= since)
  return found.toSorted((left, right) => Date.parse(left.changedAt) - Date.parse(right.changedAt)).map(saleOf)
}

const orderOf = ({ id, version, state, asked }: Pickup): unknown => ({
  ...asked,
  id,
  location_id: STORE,
  version,
  state,
  fulfillments: [{ uid: `collect-${id}`, type: 'PICKUP', state: state === 'OPEN' ? 'PROPOSED' : state }],
})

/** A row of the kit as a sale, and as a count. */
const saleOf = ({ id, changedAt }: PaperRow): unknown => ({
  id,
  location_id: STORE,
  state: 'COMPLETED',
  created_at: changedAt,
  updated_at: changedAt,
  total_money: { amount: 1250, currency: 'EUR' },
  line_items: [
    {
      uid: `line-of-${id}`,
      catalog_object_id: 'SKU-1',
      quantity: '1',
      base_price_money: { amount: 1250, currency: 'EUR' },
    },
  ],
})
const countOf = ({ id, changedAt }: PaperRow): Count => ({
  catalog_object_id: id,
  quantity: '1',
  calculated_at: changedAt,
})
const inStock = (count: Count): unknown => ({ ...count, location_id: STORE, state: 'IN_STOCK' })
