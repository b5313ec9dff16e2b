/** The ERP on paper, for `crossdock connector test erp`. */
import { createHmac } from 'node:crypto'
import { runBack } from '#mappings/engine/index.ts'
import type { FieldMap, WithCrosswalk } from '#mappings/engine/index.ts'
import { answerMap, cancelAnswerMap, shipmentMap } from '#mappings/erp/events.ts'
import { jsonStockMap } from '#mappings/erp/stock.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { epochMsOf } from '#core/model/time.ts'
import type { StockFeed } from '#core/model/stock.ts'
import type { Crosswalk } from '../contract/connector.ts'
import type { Exhibit, PaperPartner } from '../contract/exhibit.ts'
import { sha256 } from '../contract/request.ts'
import type { HttpAnswer, HttpRequest } from '../contract/transport.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const answer = (status: number, body: unknown = {}): HttpAnswer => ({
  status,
  headers: {},
  body: bytesOf(JSON.stringify(body)),
})

/** Keeps requests by their id: one that it has is a repeat. A reminder is known by its key. */
function paperErp(token: string): PaperPartner {
  const requests = new Map<string, { state: string }>()
  const reminded = new Set<string>()
  const done: string[] = []
  let refuses = false

  const take = (id: string): HttpAnswer => {
    if (requests.has(id)) return answer(200, { reference: `R-${id}` })
    requests.set(id, { state: 'received' })
    done.push(`request ${id}`)
    return answer(201, { reference: `R-${id}` })
  }
  const cancel = (id: string): HttpAnswer => {
    const request = requests.get(id)
    if (request === undefined) return answer(404, { code: 'unknown-request' })
    if (request.state === 'cancelAsked') return answer(200, { reference: `C-${id}` })
    request.state = 'cancelAsked'
    done.push(`cancel ${id}`)
    return answer(202, { reference: `C-${id}` })
  }
  const remind = (id: string, key: string): HttpAnswer => {
    if (!reminded.has(key)) done.push(`reminder ${id}`)
    reminded.add(key)
    return answer(202)
  }
  return {
    answer: (request) => {
      if (request.headers?.['authorization'] !== `Bearer ${token}`) return answer(401)
      const [, id = '', verb] = /^\/fulfillment-requests\/([^/]+)(\/cancel|\/reminder)?$/.exec(request.path) ?? []
      if (request.method === 'GET') {
        const known = requests.get(id)
        return known === undefined
          ? answer(404, { code: 'unknown-request' })
          : answer(200, { ...known, reference: `R-${id}` })
      }
      if (refuses) return answer(422, { code: 'closed', detail: 'This warehouse takes no requests today' })
      if (verb === undefined) return take(requestIdOf(request))
      return verb === '/cancel' ? cancel(id) : remind(id, request.headers['idempotency-key'] ?? '')
    },
    effects: () => [...done],
    expect: (kind, document) => {
      if (kind === 'fulfillmentCancel')
        requests.set((document as { requestId: string }).requestId, { state: 'received' })
    },
    refuse: () => {
      refuses = true
    },
  }
}

function requestIdOf({ body = '' }: HttpRequest): string {
  const read = readJson(typeof body === 'string' ? bytesOf(body) : body)
  return read.ok ? (read.value as { requestId: string }).requestId : ''
}

const says =
  <S, T, X>(map: FieldMap<S, T, WithCrosswalk, X>) =>
  (value: T, { crosswalk }: { crosswalk: Crosswalk }): Uint8Array | undefined => {
    const written = runBack(map, value, { crosswalk })
    return written.ok ? bytesOf(JSON.stringify(written.document)) : undefined
  }

const CSV_HEADER = 'sku,node,on_hand,as_of\n'

function csvOf({ asOf, rows }: StockFeed, { crosswalk }: { crosswalk: Crosswalk }): Uint8Array {
  const lines = rows.map(({ sku, nodeId, onHand }) =>
    [crosswalk.partnerSkuOf(sku), crosswalk.partnerNodeOf(nodeId) ?? '', onHand, asOf].join(','),
  )
  return bytesOf(`${CSV_HEADER}${lines.join('\n')}\n`)
}

const ROWS_IN_CHUNK = 500
const NODE = 'W1'

function* csvChunks(rows: number): Iterable<Uint8Array> {
  yield bytesOf(CSV_HEADER)
  for (let from = 0; from < rows; from += ROWS_IN_CHUNK) {
    const lines = Array.from({ length: Math.min(ROWS_IN_CHUNK, rows - from) }, (_, index) =>
      [`SKU-${((from + index) % 9) + 1}`, NODE, String(from + index), '2026-11-22T09:00:00Z'].join(','),
    )
    yield bytesOf(`${lines.join('\n')}\n`)
  }
}

export const exhibit: Exhibit = {
  config: {
    baseUrl: 'https://erp.example',
    takesReminders: true,
    stockFolder: {
      host: 'sftp.erp.example',
      username: 'hub',
      login: 'password',
      hostKeySha256: [`SHA256:${'A'.repeat(43)}`],
    },
  },
  secrets: (seed) => ({
    apiToken: `token-${seed}`,
    webhookSecret: `whsec_${Buffer.from(`signing key of ${seed}`).toString('base64')}`,
    sftpPassword: `password-${seed}`,
  }),
  nodeCode: NODE,
  codes: { 'reject-reason': { R17: 'damaged' } },
  partner: (secret) => paperErp(secret('apiToken')),
  inbound: {
    stock: {
      format: 'json',
      says: { stock: says(jsonStockMap) },
      headers: () => ({ 'content-type': 'application/json' }),
      samples: ['mappings/erp/examples/stock.in.json'],
      map: 'erp stock (json)',
      unread: ['sequence'],
    },
    'stock-files': {
      format: 'csv',
      says: { stock: csvOf },
      meta: () => ({ contentType: 'text/csv', mode: 'full' }),
      file: { folder: '/stock', name: (id) => `${id}.csv`, settledMs: 5_000 },
      samples: ['mappings/erp/examples/stock-file.in.csv'],
      given: ['/absentMeansZero'],
      chunks: csvChunks,
    },
    // The kit makes no such documents: samples show them.
    supplies: {
      format: 'json',
      says: {},
      headers: () => ({ 'content-type': 'application/json' }),
      samples: ['mappings/erp/examples/supplies.in.json'],
    },
    receipts: {
      format: 'json',
      says: {},
      headers: () => ({ 'content-type': 'application/json' }),
      samples: ['mappings/erp/examples/receipts.in.json'],
    },
    events: {
      format: 'json',
      says: {
        shipment: says(shipmentMap),
        fulfillmentResponse: says(answerMap),
        cancelResponse: says(cancelAnswerMap),
      },
      headers: signed,
      signsTime: true,
      samples: ['mappings/erp/examples/events.in.json'],
    },
  },
  outbound: { fulfillment: { map: 'erp fulfillment request' }, cancel: {}, reminders: {} },
}

/** As Standard Webhooks 1.0.0 signs: the id stays over all attempts of one event. */
function signed(body: Uint8Array, at: string, secret: (name: string) => string): Record<string, string> {
  const id = `msg_${sha256(body).slice(0, 24)}`
  const seconds = String(Math.floor(epochMsOf(at as never) / 1000))
  const key = Buffer.from(secret('webhookSecret').replace(/^whsec_/, ''), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${mac}` }
}
