/** One planted fault for each check of the kit: what a hurried author might have written. Each is the base connector but for one thing. */
import { connect } from 'node:net'
import { z } from 'zod'
import type { Connector, Reading, SendPort } from '#connectors/contract/connector.ts'
import type { HttpTransport } from '#connectors/contract/transport.ts'
import type { Outcome } from '#core/outcome.ts'
import { baseConfigOf, baseConnector, type Twist, UNREADABLE } from './test-base.ts'
import { baseExhibit } from './test-base-exhibit.ts'

export type PlantedFault = { check: number; fault: string; plant: () => Connector }

const twisted = (twist: Twist): Connector => baseConnector(twist)
const withParts = (parts: Partial<Connector>): Connector => ({ ...baseConnector(), ...parts })
const showing = (more: Partial<typeof baseExhibit>): Connector =>
  withParts({ exhibit: () => Promise.resolve({ ...baseExhibit, ...more }) })

const utf8 = new TextEncoder()
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** The reading with every document's value changed. */
const changed = (reading: Reading, change: (value: never) => unknown): Reading => ({
  ...reading,
  documents: reading.documents.map((document) => ({ ...document, value: change(document.value as never) as never })),
})

type Order = { number?: string; externalId: string; lines: { quantity: number; unitPriceMinor: number; sku: string }[] }
type Answer = { lines?: { accepted?: number; rejected?: number; reason?: string }[] }

const eachLine = (order: Order, change: (line: Order['lines'][number]) => object): object => ({
  ...order,
  lines: order.lines.map((line) => ({ ...line, ...change(line) })),
})

type CancelPort = SendPort<unknown, 'fulfillmentCancel'>
const isCancel = (port: Connector['ports'][number]): port is CancelPort => port.kind === 'fulfillmentCancel'
const ofAll = (port: CancelPort): CancelPort => ({
  ...port,
  prepare: (context, cancels) =>
    port.prepare(
      context,
      cancels.map(({ document: { lines: _, ...document }, ...cancel }) => ({ ...cancel, document })),
    ),
})

const transient = (message: string): Outcome => ({ kind: 'unavailable', fault: 'transient', code: 'base', message })

export const PLANTED: readonly PlantedFault[] = [
  { check: 1, fault: 'a version of two numbers', plant: () => withParts({ version: '1.2' }) },
  {
    check: 2,
    fault: 'a setting without a word on it',
    plant: () => withParts({ config: baseConfigOf({ batch: z.boolean().default(false) }) }),
  },
  {
    check: 3,
    fault: 'a token among the settings',
    plant: () => withParts({ config: baseConfigOf({ accessToken: z.string().optional().describe('The token.') }) }),
  },
  {
    check: 4,
    fault: 'a port without samples',
    plant: () => {
      const { events, ...others } = baseExhibit.inbound
      return showing({
        inbound: { ...others, ...(events === undefined ? {} : { events: { ...events, samples: [] } }) },
      })
    },
  },
  { check: 5, fault: 'no limit', plant: () => withParts({ limits: () => ({ max: 0, perMs: 1_000, concurrency: 1 }) }) },
  {
    check: 6,
    fault: 'a page of yesterday',
    plant: () => withParts({ summary: 'A partner that has everything, and more.' }),
  },
  {
    check: 7,
    fault: 'a refused credential is called passing trouble',
    plant: () => {
      const base = baseConnector()
      return {
        ...base,
        check: async (context) => {
          const result = await base.check(context)
          return result.ok ? result : { ...result, fault: 'transient' }
        },
      }
    },
  },
  {
    check: 8,
    fault: 'each call fetches a token of its own',
    plant: () => twisted({ grant: (_context, fetch) => fetch() }),
  },
  { check: 9, fault: 'the list does not renew its token', plant: () => twisted({ renews: false }) },
  {
    check: 10,
    fault: 'a refused login is remembered for ever',
    plant: () => {
      const locked = new WeakSet<HttpTransport>()
      const base = baseConnector({ refused: ({ http }) => locked.add(http) })
      return {
        ...base,
        check: (context) =>
          locked.has(context.http)
            ? Promise.resolve({ ok: false, fault: 'auth', detail: 'it was refused before', cure: 'Start anew.' })
            : base.check(context),
      }
    },
  },
  {
    check: 11,
    fault: 'an empty document throws',
    plant: () =>
      twisted({
        events: (read) => (raw, meta, context) => {
          if (raw.length === 0) throw new Error('no root')
          return read(raw, meta, context)
        },
      }),
  },
  {
    check: 12,
    fault: 'a list of one is no list',
    plant: () =>
      twisted({
        stock: (read) => (raw, meta, context) =>
          changed(read(raw, meta, context), (value: { rows: unknown[] }) =>
            value.rows.length === 1 ? { ...value, rows: [] } : value,
          ),
      }),
  },
  {
    check: 13,
    fault: 'a full last page loses its last row',
    plant: () => twisted({ page: (rows, isLast) => (isLast && rows.length === 5 ? rows.slice(0, 4) : rows) }),
  },
  {
    check: 14,
    fault: 'strictly later than the watermark',
    plant: () =>
      twisted({
        isNew: (row, cursor, seen) =>
          !seen.has(`${row.id}@${row.changedAt}`) &&
          (cursor.seenAtWatermark.length === 0 || row.changedAt !== cursor.watermark),
      }),
  },
  { check: 15, fault: 'a row is known by its id alone', plant: () => twisted({ seenKey: ({ id }) => id }) },
  { check: 16, fault: 'no look back', plant: () => twisted({ from: ({ watermark }) => watermark as never }) },
  {
    check: 17,
    fault: 'the key holds the time of arrival',
    plant: () => twisted({ sourceKey: ({ receivedAt, body }) => `${receivedAt}:${textOf(body)}` }),
  },
  {
    check: 18,
    fault: 'an order is taken once',
    plant: () =>
      twisted({
        order: (read) => (raw, meta, context) => {
          const reading = read(raw, meta, context)
          const claims = reading.documents.map(({ part, value }) => ({
            kind: 'document' as const,
            key: (value as { externalId: string }).externalId,
            hash: 'once',
            part,
          }))
          return { ...reading, claims }
        },
      }),
  },
  { check: 19, fault: 'old calls are taken', plant: () => twisted({ staleCalls: true }) },
  {
    check: 20,
    fault: 'one bad row refuses the feed',
    plant: () =>
      twisted({
        stock: (read) => (raw, meta, context) => {
          const reading = read(raw, meta, context)
          return reading.refused.length > 0 ? { ...reading, documents: [] } : reading
        },
      }),
  },
  {
    check: 21,
    fault: 'a cut document is mended',
    plant: () =>
      twisted({
        order: (read) => (raw, meta, context) => {
          const reading = read(raw, meta, context)
          const text = textOf(raw)
          const end = text.lastIndexOf('}')
          if (reading.documents.length > 0 || text.endsWith(']}') || end < 0) return reading
          return read(utf8.encode(`${text.slice(0, end + 1)}]}`), meta, context)
        },
      }),
  },
  { check: 22, fault: 'a file is taken at first sight', plant: () => twisted({ atOnce: true }) },
  {
    check: 23,
    fault: 'bytes of another encoding become question marks',
    plant: () => twisted({ order: (read) => (raw, meta, context) => read(utf8.encode(textOf(raw)), meta, context) }),
  },
  {
    check: 24,
    fault: 'product codes go through a number',
    plant: () =>
      twisted({
        order: (read) => (raw, meta, context) =>
          read(raw, meta, {
            ...context,
            crosswalk: {
              ...context.crosswalk,
              skuOf: (code) => context.crosswalk.skuOf(/^\d+$/.test(code) ? String(Number(code)) : code),
            },
          }),
      }),
  },
  { check: 25, fault: 'a file is moved before it is stored', plant: () => twisted({ movesFirst: true }) },
  {
    check: 26,
    fault: 'a new process has not seen what the last one saw, and names it anew',
    plant: () => {
      const processes: HttpTransport[] = []
      return twisted({
        pull: (pull) => async (context, cursor) => {
          const isNew = !processes.includes(context.http)
          if (isNew) processes.push(context.http)
          const page = await pull(context, isNew && cursor !== undefined ? { ...cursor, seenAtWatermark: [] } : cursor)
          const run = processes.indexOf(context.http)
          return { ...page, documents: page.documents.map((one) => ({ ...one, sourceKey: `${run}:${one.sourceKey}` })) }
        },
      })
    },
  },
  { check: 27, fault: 'cursors of version 1 are refused', plant: () => twisted({ forgetsVersion1: true }) },
  { check: 28, fault: 'any cursor will do', plant: () => twisted({ takesAnyCursor: true }) },
  {
    check: 29,
    fault: 'each sending has a key of its own',
    plant: () => {
      let count = 0
      return twisted({ key: (key) => `${key}-${(count += 1)}` })
    },
  },
  {
    check: 30,
    fault: 'a lost answer is called not sent',
    plant: () => twisted({ judge: (result, outcome) => (result.ok ? outcome : transient('the answer was lost')) }),
  },
  {
    check: 31,
    fault: 'an unreadable answer is called not sent',
    plant: () => twisted({ judge: (result, outcome) => (result === UNREADABLE ? transient('unreadable') : outcome) }),
  },
  {
    check: 32,
    fault: 'Retry-After is always seconds',
    plant: () =>
      twisted({
        judge: (_result, outcome) =>
          outcome?.kind === 'throttled' && outcome.retryAfterMs % 7_000 !== 0
            ? { ...outcome, retryAfterMs: 1_000 }
            : outcome,
      }),
  },
  {
    check: 33,
    fault: '503 is a refusal',
    plant: () =>
      twisted({
        judge: (result, outcome) =>
          result.ok && result.answer.status === 503
            ? {
                kind: 'rejected',
                issues: [{ code: 'base.503', class: 'data', place: { path: '/' }, rule: 'must be up', cure: 'Wait.' }],
              }
            : outcome,
      }),
  },
  {
    check: 34,
    fault: 'what is answered is taken',
    plant: () =>
      twisted({
        events: (read) => (raw, meta, context) =>
          changed(read(raw, meta, context), (value: Answer) =>
            value.lines?.[0]?.accepted === undefined
              ? value
              : {
                  ...value,
                  lines: value.lines.map(({ reason: _, ...line }) => ({
                    ...line,
                    accepted: (line.accepted ?? 0) + (line.rejected ?? 0),
                    rejected: 0,
                  })),
                },
          ),
      }),
  },
  {
    check: 34,
    fault: 'a cancel of some units is told as one of all of them',
    plant: () => {
      const base = baseConnector()
      return { ...base, ports: base.ports.map((port) => (isCancel(port) ? ofAll(port) : port)) }
    },
  },
  {
    check: 35,
    fault: 'the first word on a request is the last',
    plant: () =>
      twisted({
        events: (read) => (raw, meta, context) => {
          const reading = read(raw, meta, context)
          const claims = reading.documents.map(({ part, value }) => ({
            kind: 'document' as const,
            key: (value as { requestId: string }).requestId,
            hash: 'once',
            part,
          }))
          return { ...reading, claims }
        },
      }),
  },
  {
    check: 36,
    fault: 'a file of its own is written first',
    plant: () =>
      twisted({
        publish: async (context, name, bytes) => {
          await context.sftp.session(async (session) => {
            await session.publish('/in', `${name}.part`, bytes)
            await session.publish('/in', name, bytes)
          })
        },
      }),
  },
  {
    check: 37,
    fault: 'numbers are made of the key',
    plant: () =>
      twisted({
        number: (_context, key) =>
          Promise.resolve(1_000_000 + (Buffer.from(key).reduce((sum, byte) => sum * 31 + byte, 7) % 1_000_000)),
      }),
  },
  {
    check: 38,
    fault: 'a wrong address is called passing trouble',
    plant: () =>
      twisted({
        judge: (result, outcome) => (result.ok && result.answer.status === 404 ? transient('nothing there') : outcome),
      }),
  },
  {
    check: 39,
    fault: 'a log line with the key',
    plant: () => twisted({ before: ({ log, secret }) => log.debug('calling', { apiKey: secret('apiKey') }) }),
  },
  { check: 40, fault: 'pages are read to the end', plant: () => twisted({ ignoresAbort: true }) },
  {
    check: 41,
    fault: 'rows are kept until the end',
    plant: () =>
      twisted({
        stream: (reader) => {
          const kept: ReturnType<typeof reader.push> = { rows: [], refused: [] }
          const keep = (batch: typeof kept): void => {
            kept.rows.push(...batch.rows)
            kept.refused.push(...batch.refused)
          }
          return {
            ...bound(reader),
            push: (chunk) => {
              keep(reader.push(chunk))
              return { rows: [], refused: [] }
            },
            end: () => {
              keep(reader.end())
              return kept
            },
          }
        },
      }),
  },
  {
    check: 42,
    fault: 'a socket of its own',
    plant: () =>
      twisted({
        before: () => {
          const socket = connect({ host: '127.0.0.1', port: 9 })
          socket.on('error', () => undefined)
          socket.destroy()
        },
      }),
  },
  {
    check: 43,
    fault: 'more than 500 units are 500',
    plant: () =>
      twisted({
        order: (read) => (raw, meta, context) =>
          changed(read(raw, meta, context), (order: Order) =>
            eachLine(order, ({ quantity }) => ({ quantity: Math.min(quantity, 500) })),
          ),
      }),
  },
  {
    check: 44,
    fault: 'documents without their sources',
    plant: () =>
      twisted({
        events: (read) => (raw, meta, context) => {
          const reading = read(raw, meta, context)
          return { ...reading, documents: reading.documents.map(({ trace: _, ...document }) => document as never) }
        },
      }),
  },
  {
    check: 45,
    fault: 'a field nobody has looked at',
    plant: () => {
      const { orders, ...others } = baseExhibit.inbound
      return showing({ inbound: { ...others, ...(orders === undefined ? {} : { orders: { ...orders, unread: [] } }) } })
    },
  },
  {
    check: 46,
    fault: 'an unknown code is passed through',
    plant: () =>
      twisted({
        order: (read) => (raw, meta, context) =>
          read(raw, meta, {
            ...context,
            crosswalk: { ...context.crosswalk, skuOf: (code) => context.crosswalk.skuOf(code) ?? (code as never) },
          }),
      }),
  },
  {
    check: 47,
    fault: 'prices are multiplied by a hundred',
    plant: () =>
      twisted({
        order: (read) => (raw, meta, context) =>
          changed(read(raw, meta, context), (order: Order) =>
            eachLine(order, ({ unitPriceMinor }) => ({ unitPriceMinor: Math.floor((unitPriceMinor / 100) * 100) })),
          ),
      }),
  },
  {
    check: 48,
    fault: 'another spelling in a minor version',
    plant: () =>
      twisted({
        order: (read) => (raw, meta, context) =>
          changed(read(raw, meta, context), (order: Order) =>
            order.number === undefined ? order : { ...order, number: `#${order.number}` },
          ),
      }),
  },
  {
    check: 49,
    fault: 'the first key that was seen serves all',
    plant: () => {
      let first: string | undefined
      return twisted({ secret: ({ secret }) => (first ??= secret('apiKey')) })
    },
  },
  {
    check: 50,
    fault: 'the reader counts in the settings',
    plant: () =>
      twisted({
        order: (read) => (raw, meta, context) => {
          const counted = context.config as unknown as { read?: number }
          counted.read = (counted.read ?? 0) + 1
          return read(raw, meta, context)
        },
      }),
  },
]

/** Readers of rows are classes: their methods stay with them. */
const bound = <R extends { head: () => unknown; fault: () => unknown; placeOf: (row: number) => string }>(
  reader: R,
): R => ({
  ...reader,
  head: () => reader.head(),
  fault: () => reader.fault(),
  placeOf: (row: number) => reader.placeOf(row),
})
