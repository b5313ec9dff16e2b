/** What Square's sellers and stores say, for `crossdock connector test square`. */
import { createHmac } from 'node:crypto'
import { runBack } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { CountRecords } from '#mappings/square/counts.ts'
import { answerMap, collectionMap } from '#mappings/square/pickup.ts'
import { saleMap } from '#mappings/square/sale.ts'
import type { Crosswalk, Documents } from '../contract/documents.ts'
import type { Exhibit, InboundExhibit } from '../contract/exhibit.ts'
import { paperSquare, STORE } from './paper.ts'

const NOTIFICATION_URL = 'https://hub.example.com/webhooks/kit/events'

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** A store answers for the whole order, and gives no reason. */
function saysAnswer(value: Documents['fulfillmentResponse']): Uint8Array | undefined {
  if (value.lines.some(({ rejected }) => rejected > 0)) return undefined
  const written = runBack(answerMap, value, {})
  if (!written.ok) return undefined
  const { state, ...order } = written.document
  return bytesOf({ ...order, fulfillments: [{ uid: 'collect', type: 'PICKUP', state }] })
}

function saysCollection(value: Documents['shipment']): Uint8Array | undefined {
  const written = runBack(collectionMap, { ...value, service: 'pickup' }, {})
  if (!written.ok) return undefined
  const { uid, picked_up_at, state, ...order } = written.document
  const fulfillment = { uid, type: 'PICKUP', state, pickup_details: { picked_up_at } }
  return bytesOf({ ...order, updated_at: picked_up_at, fulfillments: [fulfillment] })
}

function saysSale(value: Documents['order'], crosswalk: Crosswalk): Uint8Array | undefined {
  const written = runBack(saleMap, value, { crosswalk, channelId: value.channelId })
  return written.ok ? bytesOf(written.document) : undefined
}

/** As the connector puts counts together with the pickups that wait. */
function saysCounts({ asOf, rows }: Documents['stock'], crosswalk: Crosswalk): Uint8Array {
  const counts = rows.map(({ sku, onHand }) => ({
    catalog_object_id: crosswalk.partnerSkuOf(sku),
    location_id: STORE,
    state: 'IN_STOCK',
    quantity: String(onHand),
  }))
  return bytesOf({ as_of: asOf, counts, open_pickups: [] } satisfies CountRecords)
}

function countsIn(raw: Uint8Array): string[] {
  const read = readJson(raw)
  const { counts } = (read.ok ? read.value : { counts: [] }) as {
    counts: { catalog_object_id: string; calculated_at: string }[]
  }
  return counts.map((count) => `${count.catalog_object_id}@${count.calculated_at}`)
}

const examples = (...names: string[]): string[] => names.map((name) => `mappings/square/examples/${name}.in.json`)

/** What Square tells beside a sale: typed-in amounts, returns, which are documents of their own, and pickups, which are no sales. */
const UNREAD =
  'closed_at source.name line_items.*.variation_name line_items.*.item_type returns.*.uid returns.*.source_order_id returns.*.return_line_items.*.uid returns.*.return_line_items.*.source_line_item_uid returns.*.return_line_items.*.catalog_object_id returns.*.return_line_items.*.quantity reference_id version fulfillments.*.uid fulfillments.*.type fulfillments.*.state fulfillments.*.pickup_details.recipient.display_name fulfillments.*.pickup_details.accepted_at fulfillments.*.pickup_details.picked_up_at'

/** Both ports that read counts. */
const COUNTS = {
  format: 'json',
  says: { stock: (value: Documents['stock'], { crosswalk }: { crosswalk: Crosswalk }) => saysCounts(value, crosswalk) },
  samples: examples('counts'),
  // A store may sell more than it has counted: less than nothing is nothing.
  impossible: '1.5',
  map: 'square counts',
  given: ['/absentMeansZero'],
  // What is in stock and what waits for its customer are put together before any rule reads them.
  unread: [
    'counts.*.state',
    'counts.*.calculated_at',
    'open_pickups.*.catalog_object_id',
    'open_pickups.*.location_id',
    'open_pickups.*.quantity',
  ],
} satisfies Partial<InboundExhibit>

export const exhibit: Exhibit = {
  // Everything is read again at each look.
  config: { locationIds: [STORE], notificationUrl: NOTIFICATION_URL, fullEveryMinutes: 0 },
  secrets: (seed) => ({ accessToken: `access-${seed}`, webhookSignatureKey: `signature-${seed}` }),
  nodeCode: STORE,
  method: 'pickup',
  stockMode: 'delta',
  partner: (secret) => paperSquare(secret('accessToken')),
  inbound: {
    events: {
      format: 'json',
      // Events are thin: they make the hub look, and say nothing themselves.
      says: {},
      headers: (body, _at, secret) => ({
        'x-square-hmacsha256-signature': createHmac('sha256', secret('webhookSignatureKey'))
          .update(NOTIFICATION_URL)
          .update(body)
          .digest('base64'),
      }),
      samples: examples('order-updated', 'count-updated'),
    },
    orders: {
      format: 'json',
      // A cancel that a store has not taken is told by no order: it is refused to the call that asks for it.
      says: {
        order: (value, { crosswalk }) => saysSale(value, crosswalk),
        fulfillmentResponse: saysAnswer,
        shipment: saysCollection,
      },
      list: { pageSize: 200, overlapMs: 120_000 },
      sold: true,
      samples: examples('sale', 'reserved', 'collected'),
      map: 'square sale',
      given: ['/channelId'],
      unread: UNREAD.split(' '),
    },
    counts: { ...COUNTS, list: { pageSize: 1_000, overlapMs: 120_000, rowsIn: countsIn } },
    'counts-full': { ...COUNTS, list: { pageSize: 1_000, overlapMs: 120_000, rowsIn: countsIn, everything: true } },
  },
  outbound: { pickups: { map: 'square pickup order' }, cancel: {}, availability: {} },
}
