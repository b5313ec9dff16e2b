/** The partner of the kit's own base connector. */
import { createHmac } from 'node:crypto'
import { runBack } from '#mappings/engine/index.ts'
import type { FieldMap, WithCrosswalk } from '#mappings/engine/index.ts'
import { answerMap, cancelAnswerMap, shipmentMap } from '#mappings/erp/events.ts'
import { restOrderMap } from '#mappings/shopify/order.ts'
import type { OrderInput } from '#core/model/order.ts'
import type { StockFeed } from '#core/model/stock.ts'
import type { Crosswalk } from '#connectors/contract/connector.ts'
import type { Exhibit, PaperFile, PaperPartner, PaperRow } from '#connectors/contract/exhibit.ts'
import { answerOf } from './paper-http.ts'

const text = (bytes: Uint8Array | string | undefined): string =>
  typeof bytes === 'string' ? bytes : Buffer.from(bytes ?? []).toString('utf8')
const bytesOf = (said: string): Uint8Array => new TextEncoder().encode(said)

function paperPartner(apiKey: string): PaperPartner {
  const done: string[] = []
  const requests = new Set<string>()
  const cancels = new Map<string, string>()
  let rows: readonly PaperRow[] = []
  let [granted, ended, refuses] = [0, 0, false]
  return {
    answer: ({ method, path, headers = {}, body }) => {
      if (path === '/token') {
        if (text(body) !== apiKey) return answerOf(403)
        granted += 1
        return answerOf(200, { token: `granted-${granted}` })
      }
      if (granted === ended || headers['authorization'] !== `granted-${granted}`) return answerOf(401)
      const [, place = '', id = ''] = /^\/(\w+)\/?([^?]*)/.exec(path) ?? []
      if (place === 'ping') return answerOf(200, { id: 'pong' })
      if (place === 'changes') return answerOf(200, pageOf(rows, new URLSearchParams(path.split('?')[1])))
      if (method === 'GET') {
        const known = place === 'requests' ? requests.has(id) : [...cancels.values()].includes(id)
        return known ? answerOf(200, { id }) : answerOf(404)
      }
      if (refuses) return answerOf(422)
      const wanted = (JSON.parse(text(body)) as { id: string }).id
      if (place === 'requests') {
        requests.add(wanted)
        done.push(`request ${wanted}`)
      } else if (!cancels.has(headers['idempotency-key'] ?? '')) {
        cancels.set(headers['idempotency-key'] ?? '', wanted)
        done.push(`cancel ${wanted}`)
      }
      return answerOf(200, { id: wanted })
    },
    effects: (files) => [...done, ...papersOf(files)],
    refuse: () => {
      refuses = true
    },
    list: (given) => {
      rows = given
    },
    tokens: {
      expire: () => {
        ended = granted
      },
      granted: () => granted,
    },
  }
}

const papersOf = (files: readonly PaperFile[]): string[] =>
  files
    .filter(({ folder, name }) => folder === '/in' && name.endsWith('.txt'))
    .map(({ bytes }) => text(bytes).replace(/^PAPER \d+ /, ''))

const PAGE = 5

function pageOf(rows: readonly PaperRow[], query: URLSearchParams): unknown {
  const found = rows
    .filter((row) => row.changedAt >= (query.get('since') ?? ''))
    .toSorted((left, right) => (left.changedAt < right.changedAt ? -1 : 1))
  const after = Number(query.get('after'))
  const page = found.slice(after, after + PAGE)
  return {
    rows: page.map(({ id, changedAt }) => ({ id, changedAt, order: orderBody(id, changedAt) })),
    more: found.length > after + PAGE,
  }
}

const orderBody = (id: string, at: string) => ({
  admin_graphql_api_id: id,
  name: id,
  created_at: at,
  updated_at: at,
  currency: 'EUR',
  total_price: '12.50',
  financial_status: 'paid',
  line_items: [{ admin_graphql_api_id: `${id}-1`, sku: 'SKU-1', quantity: 1, price: '12.50' }],
})

/** A sample with a field that no rule reads. */
export const SAMPLES: Record<string, Uint8Array> = {
  'kit/order.json': bytesOf(JSON.stringify({ ...orderBody('1001', '2026-11-22T08:00:00Z'), gift: 'yes' })),
  'kit/event.json': bytesOf(
    JSON.stringify({ type: 'cancel.answered', requestId: 'ful_kit', at: '2026-11-22T09:00:00Z', accepted: true }),
  ),
  'kit/stock.csv': bytesOf(
    'sku,node,on_hand,as_of\nSKU-1,N1,7,2026-11-22T08:00:00Z\nSKU-2,N1,0,2026-11-22T08:00:00Z\n',
  ),
}

const says =
  <S, T, X>(map: FieldMap<S, T, WithCrosswalk, X>) =>
  (value: T, { crosswalk }: { crosswalk: Crosswalk }): Uint8Array | undefined => {
    const written = runBack(map, value, { crosswalk })
    return written.ok ? bytesOf(JSON.stringify(written.document)) : undefined
  }

const saysOrder = (value: OrderInput, { crosswalk }: { crosswalk: Crosswalk }): Uint8Array | undefined => {
  const written = runBack(restOrderMap, value, { crosswalk, channelId: value.channelId })
  return written.ok ? bytesOf(JSON.stringify(written.document)) : undefined
}

const signatureOf = (key: string, at: string, body: Uint8Array): string =>
  createHmac('sha256', key).update(`${at}.`).update(body).digest('base64')

const headers = (body: Uint8Array, at: string, secret: (name: string) => string) => ({
  'x-time': at,
  'x-signature': signatureOf(secret('signingKey'), at, body),
})

function* chunks(count: number): Iterable<Uint8Array> {
  yield bytesOf('sku,node,on_hand,as_of\n')
  for (let row = 0; row < count; row += 100)
    yield bytesOf('SKU-1,N1,7,2026-11-22T08:00:00Z\n'.repeat(Math.min(100, count - row)))
}

export const baseExhibit: Exhibit = {
  config: { url: 'https://base.example' },
  secrets: (seed) => ({ apiKey: `api-${seed}`, signingKey: `sign-${seed}` }),
  nodeCode: 'N1',
  partner: (secret) => paperPartner(secret('apiKey')),
  inbound: {
    orders: {
      format: 'json',
      says: { order: saysOrder },
      headers,
      signsTime: true,
      samples: ['kit/order.json'],
      map: 'shopify order (webhook)',
      unread: ['gift'],
    },
    events: {
      format: 'json',
      says: {
        shipment: says(shipmentMap),
        fulfillmentResponse: says(answerMap),
        cancelResponse: says(cancelAnswerMap),
      },
      headers,
      signsTime: true,
      samples: ['kit/event.json'],
    },
    stock: {
      format: 'csv',
      says: {
        stock: ({ asOf, rows }: StockFeed, { crosswalk }) =>
          bytesOf(
            `sku,node,on_hand,as_of\n${rows
              .map(({ sku, nodeId, onHand }) => `${sku},${crosswalk.partnerNodeOf(nodeId) ?? ''},${onHand},${asOf}\n`)
              .join('')}`,
          ),
      },
      meta: () => ({ contentType: 'text/csv', mode: 'full' }),
      file: { folder: '/stock', name: (id) => `${id}.csv`, settledMs: 1_000 },
      samples: ['kit/stock.csv'],
      given: ['/absentMeansZero'],
      chunks,
    },
    changes: {
      format: 'json',
      says: { order: saysOrder },
      list: { pageSize: PAGE, overlapMs: 10_000 },
      earlier: [{ version: 1, watermark: '2026-11-21T00:00:00.000Z', seenAtWatermark: [] }],
      samples: ['kit/order.json'],
    },
  },
  outbound: {
    fulfillment: {},
    cancel: {},
    papers: { controlNumbers: (bytes) => [/^PAPER (\d+)/.exec(text(bytes))?.[1] ?? ''] },
  },
}
