/**
 * A partner on paper: a true connector with books in memory, for tests of the runtime. It sells (orders come in by webhook) and
 * fulfills (instructions go out, answers come in), and misbehaves on demand.
 */
import { z } from 'zod'
import type { Issue } from '#core/issue.ts'
import type { Outcome } from '#core/outcome.ts'
import type { CancelRequest, FulfillmentReminder } from '#core/model/fulfillment.ts'
import { OrderInput } from '#core/model/order.ts'
import type { ChannelChange } from '#core/model/order-change.ts'
import { StockFeed } from '#core/model/stock.ts'
import {
  type ChannelTracking,
  type Connector,
  defineConnector,
  type Delivery,
  type InboundDocument,
  type Reading,
  type Sent,
  type Transmission,
} from '#connectors/contract/connector.ts'

export type PaperBooks = {
  /** Instructions that took effect, by business key. */
  requests: Map<string, Delivery<'fulfillmentInstruction'>['document']>
  cancels: string[]
  /** Requests whose answer was asked for again. */
  reminders: string[]
  cancelDocuments: CancelRequest[]
  shipmentsTold: { key: string; document: Delivery<'channelShipment'>['document'] }[]
  availability: Map<string, number>
  changesTold: ChannelChange[]
  trackingTold: ChannelTracking[]
  effects: number
  sends: number
  lookups: number
  /** What the next sends shall answer instead of doing their duty; `after` means the effect happens all the same. */
  next: { outcome: Outcome; after: boolean }[]
  /** A check of the connection finds nobody. */
  away: boolean
}

export function paperPartner(id = 'paper'): { connector: Connector; books: PaperBooks } {
  const books: PaperBooks = {
    requests: new Map(),
    cancels: [],
    reminders: [],
    cancelDocuments: [],
    shipmentsTold: [],
    availability: new Map(),
    changesTold: [],
    trackingTold: [],
    effects: 0,
    sends: 0,
    lookups: 0,
    next: [],
    away: false,
  }

  const take = (transmission: Transmission, effect: (delivery: Delivery) => void): Promise<Sent> => {
    books.sends += 1
    const manner = books.next.shift()
    if (manner === undefined || manner.after) {
      for (const delivery of transmission.deliveries) {
        effect(delivery)
        books.effects += 1
      }
    }
    return Promise.resolve({ all: manner?.outcome ?? { kind: 'accepted', reference: transmission.name } })
  }

  const prepare = (_context: unknown, deliveries: Delivery[]) =>
    Promise.resolve({
      ok: true as const,
      value: {
        name: deliveries.map((each) => each.key).join('+'),
        bytes: Buffer.from(JSON.stringify(deliveries.map((each) => each.document))),
      },
    })

  const connector = defineConnector({
    id,
    version: '1.0.0',
    contract: 1,
    summary: 'A partner on paper.',
    config: z.object({ hearsChanges: z.boolean().default(false) }),
    secrets: {},
    limits: () => ({ max: 1_000_000, perMs: 1_000, concurrency: 16 }),
    endpoints: () => ({}),
    check: () =>
      Promise.resolve(
        books.away
          ? { ok: false, fault: 'transient', detail: 'nobody answers', cure: 'Wait.' }
          : { ok: true, detail: 'paper is patient' },
      ),
    ports: [
      {
        direction: 'in',
        name: 'documents',
        summary: 'Canonical documents as JSON.',
        transport: 'webhook',
        kind: 'order',
        maxBytes: 1_000_000,
        verify: (request) =>
          request.headers['x-paper'] === 'signed' ? { ok: true } : { ok: false, reason: 'it is not signed' },
        sourceKey: (request) => request.headers['x-id'] ?? '',
        meta: () => ({}),
        read: (raw) => readPaper(raw),
      },
      {
        direction: 'out',
        name: 'fulfillment',
        summary: 'Requests to fulfill.',
        transport: 'http',
        kind: 'fulfillmentInstruction',
        batchMax: 10,
        duplicates: 'lookup',
        expectsAnswer: true,
        prepare,
        send: (_context, transmission) =>
          take(transmission as Transmission, (each) => books.requests.set(each.key, each.document as never)),
        lookup: (_context, transmission) => {
          books.lookups += 1
          return Promise.resolve(
            Object.fromEntries(
              transmission.deliveries.map((each) => [
                each.instructionId,
                books.requests.has(each.key) ? { kind: 'present' as const } : { kind: 'absent' as const },
              ]),
            ),
          )
        },
      },
      {
        direction: 'out',
        name: 'cancel',
        summary: 'Please do not.',
        transport: 'http',
        kind: 'fulfillmentCancel',
        batchMax: 1,
        duplicates: 'key',
        expectsAnswer: true,
        prepare,
        send: (_context, transmission) =>
          take(transmission as Transmission, (each) => {
            books.cancelDocuments.push(each.document as CancelRequest)
            books.cancels.push((each.document as CancelRequest).requestId)
          }),
      },
      {
        direction: 'out',
        name: 'reminders',
        summary: 'A word that is owed.',
        transport: 'http',
        kind: 'fulfillmentReminder',
        batchMax: 10,
        duplicates: 'key',
        expectsAnswer: false,
        prepare,
        send: (_context, transmission) =>
          take(transmission as Transmission, (each) =>
            books.reminders.push((each.document as FulfillmentReminder).requestId),
          ),
      },
      {
        direction: 'out',
        name: 'shipments',
        summary: 'What left.',
        transport: 'http',
        kind: 'channelShipment',
        batchMax: 50,
        duplicates: 'key',
        expectsAnswer: false,
        prepare,
        send: (_context, transmission) =>
          take(transmission as Transmission, (each) =>
            books.shipmentsTold.push({ key: each.key, document: each.document as never }),
          ),
      },
      {
        direction: 'out',
        name: 'changes',
        summary: 'What was changed in the hub.',
        has: ({ hearsChanges }) => hearsChanges,
        transport: 'http',
        kind: 'channelChange',
        batchMax: 1,
        duplicates: 'key',
        expectsAnswer: false,
        prepare,
        send: (_context, transmission) =>
          take(transmission as Transmission, (each) => books.changesTold.push(each.document as ChannelChange)),
      },
      {
        direction: 'out',
        name: 'tracking',
        summary: 'What became of parcels.',
        has: ({ hearsChanges }) => hearsChanges,
        transport: 'http',
        kind: 'channelTracking',
        batchMax: 1,
        duplicates: 'key',
        expectsAnswer: false,
        prepare,
        send: (_context, transmission) =>
          take(transmission as Transmission, (each) => books.trackingTold.push(each.document as ChannelTracking)),
      },
      {
        direction: 'out',
        name: 'availability',
        summary: 'What can be sold.',
        transport: 'http',
        kind: 'availability',
        batchMax: 100,
        duplicates: 'key',
        expectsAnswer: false,
        prepare,
        send: (_context, transmission) =>
          take(transmission as Transmission, (each) => {
            const notice = each.document as { sku: string; nodeId: string; available: number }
            books.availability.set(`${notice.sku}@${notice.nodeId}`, notice.available)
          }),
        levels: (_context, positions) =>
          Promise.resolve({
            ok: true,
            levels: positions.map(({ sku, nodeId }) => books.availability.get(`${sku}@${nodeId}`)),
          }),
      },
    ],
  })
  return { connector: connector, books }
}

/**
 * `{kind, value}` or a list of them; `{kind: "throw"}` makes the reader throw, as a buggy connector would, and `{kind: "refused",
 * about}` is a part that it cannot read.
 */
function readPaper(raw: Uint8Array): Reading {
  const text = Buffer.from(raw).toString('utf8')
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return {
      documents: [],
      receipts: [],
      refused: [
        {
          part: '',
          issues: [
            { code: 'json.syntax', class: 'data', place: { path: '' }, rule: 'must be JSON', cure: 'Send JSON.' },
          ],
        },
      ],
    }
  }
  const parts = (Array.isArray(parsed) ? parsed : [parsed]) as { kind: string; value: unknown; about?: string }[]
  const named = parts.map((part, index) => ({ part, name: String(index) }))
  return {
    documents: named.flatMap(({ part, name }) => (part.kind === 'refused' ? [] : [paperDocument(part, name)])),
    refused: named.flatMap(({ part: { kind, about }, name }) =>
      kind === 'refused' ? [{ part: name, issues: [UNREADABLE], ...(about === undefined ? {} : { about }) }] : [],
    ),
    receipts: [],
  }
}

const UNREADABLE: Issue = {
  code: 'paper.unreadable',
  class: 'data',
  place: { path: '/value' },
  rule: 'must be legible',
  cure: 'Write it again.',
}

function paperDocument(part: { kind: string; value: unknown }, name: string): InboundDocument {
  if (part.kind === 'order') return { kind: 'order', part: name, value: OrderInput.parse(part.value) }
  if (part.kind === 'stock') return { kind: 'stock', part: name, value: StockFeed.parse(part.value) }
  if (part.kind === 'throw') throw new Error('the connector has a bug')
  return { kind: part.kind, part: name, value: part.value } as InboundDocument
}
