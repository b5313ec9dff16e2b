/**
 * One good connector that has everything the kit looks at: signed webhooks, a list with tokens that end, files, feeds of any size,
 * calls and files out, control numbers. `twist` plants one fault in it: conformance/test-faults.ts.
 */
import { z } from 'zod'
import { Fault } from '#core/fault.ts'
import { epochMsOf, instantFromEpochMs, parseInstant, plusMs } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import type { Outcome } from '#core/outcome.ts'
import type {
  Connector,
  Context,
  Cursor,
  FolderPort,
  PullPort,
  Reader,
  Reading,
  RawRequest,
  SendPort,
  StockRowReader,
  Verification,
  WebhookPort,
} from '#connectors/contract/connector.ts'
import type { HttpAnswer, HttpRequest, HttpResult, HttpTransport } from '#connectors/contract/transport.ts'
import { hasHmac, headerOf, sha256 } from '#connectors/contract/request.ts'
import { retryAfterMs } from '#connectors/transport/http-outcome.ts'
import { settledFilesOf } from '#connectors/transport/settled-files.ts'
import { readEvents } from '#mappings/erp/events.ts'
import { readStockCsv } from '#mappings/erp/stock-csv.ts'
import { StockRows } from '#mappings/erp/stock-rows.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { readRestOrder } from '#mappings/shopify/order.ts'
import { baseExhibit } from './test-base-exhibit.ts'

export const BaseConfig = z.object({
  url: z.url().describe('Where the partner takes calls.'),
  overlapMs: z.int().min(0).default(10_000).describe('How far back the list is read again.'),
})
export type BaseConfig = z.output<typeof BaseConfig>

/** The settings with further ones. */
export const baseConfigOf = (more: Record<string, z.ZodType>): z.ZodType => BaseConfig.extend(more)
type Ctx = Context<BaseConfig>

export const PAGE = 5
const SETTLED_MS = 1_000
const CURSOR_VERSION = 2
const DAY_MS = 86_400_000

export type Row = { id: string; changedAt: string; order: unknown }
type Read = Reader<BaseConfig>

/** Places where a fault can be planted. What is not named is as it should be. */
export type Twist = {
  staleCalls?: true
  sourceKey?: (request: RawRequest) => string
  order?: (read: Read) => Read
  events?: (read: Read) => Read
  stock?: (read: Read) => Read
  stream?: (reader: StockRowReader) => StockRowReader
  atOnce?: true
  movesFirst?: true
  grant?: (context: Ctx, fetch: () => Promise<string>) => Promise<string>
  renews?: false
  isNew?: (row: Row, cursor: Cursor, seen: ReadonlySet<string>) => boolean
  seenKey?: (row: Row) => string
  from?: (cursor: Cursor, overlapMs: number) => Instant
  page?: (rows: Row[], isLast: boolean) => Row[]
  pull?: (pull: PullPort<BaseConfig>['pull']) => PullPort<BaseConfig>['pull']
  takesAnyCursor?: true
  forgetsVersion1?: true
  ignoresAbort?: true
  judge?: (result: HttpResult, judged: Outcome | undefined, nowMs: number) => Outcome | undefined
  key?: (key: string) => string
  publish?: (context: Ctx, name: string, bytes: Uint8Array) => Promise<void>
  number?: (context: Ctx, key: string) => Promise<number>
  before?: (context: Ctx) => void
  secret?: (context: Ctx) => string
  refused?: (context: Ctx) => void
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const json = (answer: HttpAnswer): unknown => {
  const read = readJson(answer.body)
  return read.ok ? read.value : undefined
}
const refused = (issues: Reading['refused'][number]['issues']): Reading => ({
  documents: [],
  refused: [{ part: '', issues }],
  receipts: [],
})

export function baseConnector(twist: Twist = {}): Connector {
  const tokens = new WeakMap<HttpTransport, { token?: string; refresh: Promise<string> | undefined }>()
  const memory = (http: HttpTransport) => {
    const known = tokens.get(http) ?? { refresh: undefined }
    tokens.set(http, known)
    return known
  }

  const fetchToken = async (context: Ctx): Promise<string> => {
    const body = twist.secret?.(context) ?? context.secret('apiKey')
    const result = await context.http.request({ method: 'POST', path: '/token', body })
    if (!result.ok) throw new Fault('transient', { code: 'base.token', message: result.failure.message })
    if (result.answer.status === 404) throw new Fault('config', { code: 'base.token', message: 'no such address' })
    if (result.answer.status >= 500) throw new Fault('transient', { code: 'base.token', message: 'it is away' })
    const { token } = (json(result.answer) ?? {}) as { token?: string }
    if (token === undefined) twist.refused?.(context)
    if (token === undefined) throw new Fault('auth', { code: 'base.token', message: 'no token was granted' })
    return token
  }
  const renewed = (context: Ctx): Promise<string> => {
    const own = memory(context.http)
    const fetch = async (): Promise<string> => (own.token = await fetchToken(context))
    if (twist.grant !== undefined) return twist.grant(context, fetch)
    own.refresh ??= fetch().finally(() => {
      own.refresh = undefined
    })
    return own.refresh
  }
  const call = async (context: Ctx, request: HttpRequest, renews = true): Promise<HttpResult> => {
    twist.before?.(context)
    const headers = (token: string) => ({ ...request.headers, authorization: token })
    const token = memory(context.http).token ?? (await renewed(context))
    const result = await context.http.request({ ...request, headers: headers(token) })
    if (!result.ok || result.answer.status !== 401 || !renews) return result
    const known = memory(context.http).token
    const fresh = known === undefined || known === token ? await renewed(context) : known
    return context.http.request({ ...request, headers: headers(fresh) })
  }

  const judged = (result: HttpResult, nowMs: number): Outcome | undefined => {
    const own = judge(result, nowMs)
    return twist.judge === undefined ? own : twist.judge(result, own, nowMs)
  }
  const send = async (context: Ctx, request: HttpRequest): Promise<Outcome> => {
    const result = await call(context, request)
    const outcome = judged(result, epochMsOf(context.clock.now()))
    if (outcome?.kind === 'unavailable' && outcome.fault === 'auth') twist.refused?.(context)
    if (outcome !== undefined) return outcome
    const reference = result.ok ? (json(result.answer) as { id?: string } | undefined)?.id : undefined
    return reference === undefined ? unreadable(twist) : { kind: 'accepted', reference }
  }
  const faultOf = (outcome: Outcome | undefined): Fault => {
    const { kind } = outcome ?? { kind: 'unknown' as const }
    const detail = { code: 'base.list', message: `the list is ${kind}` }
    return new Fault(outcome?.kind === 'unavailable' ? outcome.fault : 'transient', detail)
  }

  const orders: WebhookPort<BaseConfig> = {
    name: 'orders',
    summary: 'Orders, as signed calls.',
    direction: 'in',
    transport: 'webhook',
    kind: 'order',
    maxBytes: 1_000_000,
    verify: (request, secret) => verify(request, secret, twist.staleCalls === true),
    sourceKey: twist.sourceKey ?? ((request) => `order:${sha256(request.body)}`),
    meta: () => ({}),
    read: (twist.order ?? same)(readOrder),
  }
  const events: WebhookPort<BaseConfig> = {
    ...orders,
    name: 'events',
    summary: 'Answers, as signed calls.',
    kind: 'fulfillmentResponse',
    sourceKey: (request) => `event:${sha256(request.body)}`,
    read: (twist.events ?? same)((raw, _meta, context) => {
      const body = readJson(raw)
      return body.ok ? { ...readEvents(body.value, context), receipts: [] } : refused(body.issues)
    }),
  }
  const stock: FolderPort<BaseConfig> = {
    name: 'stock',
    summary: 'Stock, as CSV files.',
    direction: 'in',
    transport: 'folder',
    kind: 'stock',
    everyMs: 1_000,
    fetch: async function* (context, seen) {
      const listed = await context.sftp.session((session) => session.list('/stock'))
      const whole = settledFilesOf(context.sftp, '/stock', SETTLED_MS).look(listed, epochMsOf(context.clock.now()))
      for (const { name } of twist.atOnce === true ? listed : whole) {
        if (context.signal.aborted) return
        const raw = await context.sftp.session((session) => session.read('/stock', name, 1_000_000))
        const fetched = { sourceKey: `file:${name}:${sha256(raw)}`, meta: { ...CSV, name }, raw }
        if (twist.movesFirst === true) await moveAway(context, name)
        if (await seen(fetched.sourceKey)) await moveAway(context, name)
        else yield fetched
      }
    },
    settle: (context, { meta }) => moveAway(context, meta['name'] ?? ''),
    read: (twist.stock ?? same)((raw, meta, context) => ({ ...readStockCsv(raw, meta, context), receipts: [] })),
    stream: {
      maxBytes: () => 1_000_000_000,
      takes: () => true,
      open: (meta, context) => (twist.stream ?? same)(new StockRows('csv', meta, context)),
      fetch: async function* () {},
    },
  }

  const seenKey = twist.seenKey ?? (({ id, changedAt }: Row) => `${id}@${changedAt}`)
  const pull: PullPort<BaseConfig>['pull'] = async (context, cursor) => {
    const { overlapMs } = context.config
    const start = checked(cursor ?? firstCursor(context), context.clock.now(), twist)
    const from = (twist.from ?? ((at, ms) => plusMs(at.watermark as Instant, -ms)))(start, overlapMs)
    const seen = new Set(start.seenAtWatermark)
    const isNew = twist.isNew ?? ((row, _cursor, known) => !known.has(seenKey(row)))
    for (let after = 0; ; after += PAGE) {
      const path = `/changes?since=${encodeURIComponent(from)}&after=${after}`
      const result = await call(context, { method: 'GET', path }, twist.renews !== false)
      const outcome = judged(result, epochMsOf(context.clock.now()))
      const page =
        outcome === undefined && result.ok ? (json(result.answer) as { rows: Row[]; more: boolean }) : undefined
      if (page === undefined) throw faultOf(outcome)
      const rows = (twist.page ?? same)(page.rows, !page.more).filter((row) => isNew(row, start, seen))
      const isOver = !page.more || (context.signal.aborted && twist.ignoresAbort !== true)
      if (rows.length > 0 || isOver)
        return {
          documents: rows.map(({ id, changedAt, order }) => ({
            sourceKey: `change:${id}@${changedAt}`,
            meta: {},
            raw: bytesOf(JSON.stringify(order)),
          })),
          cursor: advanced(start, rows, overlapMs, seenKey),
          more: page.more,
        }
    }
  }
  const changes: PullPort<BaseConfig> = {
    name: 'changes',
    summary: 'Orders that changed, from a list.',
    direction: 'in',
    transport: 'pull',
    kind: 'order',
    everyMs: 60_000,
    pull: (twist.pull ?? same)(pull),
    read: readOrder,
  }

  const fulfillment: SendPort<BaseConfig, 'fulfillmentInstruction'> = {
    name: 'fulfillment',
    summary: 'Requests. Sent twice, they are done twice.',
    direction: 'out',
    transport: 'http',
    kind: 'fulfillmentInstruction',
    batchMax: 1,
    duplicates: 'lookup',
    expectsAnswer: true,
    prepare: (_context, [delivery]) => written(delivery?.key ?? '', { id: delivery?.document.requestId }),
    send: async (context, { bytes }) => ({
      all: await send(context, { method: 'POST', path: '/requests', body: bytes }),
    }),
    lookup: async (context, { deliveries: [delivery] }) => {
      const result = await call(context, { method: 'GET', path: `/requests/${delivery?.document.requestId ?? ''}` })
      return { [delivery?.instructionId ?? '']: presence(result) }
    },
  }
  const cancel: SendPort<BaseConfig, 'fulfillmentCancel'> = {
    name: 'cancel',
    summary: 'Cancels. The partner keeps our key.',
    direction: 'out',
    transport: 'http',
    kind: 'fulfillmentCancel',
    batchMax: 1,
    duplicates: 'key',
    expectsAnswer: true,
    prepare: (_context, [delivery]) =>
      written(delivery?.key ?? '', { id: delivery?.document.requestId, lines: delivery?.document.lines }),
    send: async (context, { name, bytes }) => {
      const headers = { 'idempotency-key': (twist.key ?? same)(name) }
      return { all: await send(context, { method: 'POST', path: '/cancels', headers, body: bytes }) }
    },
    lookup: async (context, { deliveries: [delivery] }) => {
      const result = await call(context, { method: 'GET', path: `/cancels/${delivery?.document.requestId ?? ''}` })
      return { [delivery?.instructionId ?? '']: presence(result) }
    },
  }
  const papers: SendPort<BaseConfig, 'channelShipment'> = {
    name: 'papers',
    summary: 'Shipments, as numbered files.',
    direction: 'out',
    transport: 'sftp',
    kind: 'channelShipment',
    batchMax: 1,
    duplicates: 'lookup',
    expectsAnswer: false,
    prepare: async (context, [delivery]) => {
      const key = delivery?.key ?? ''
      const number = (await twist.number?.(context, key)) ?? (await context.nextNumbers('paper', 1))[0] ?? 0
      return { ok: true, value: { name: `${number}.txt`, bytes: bytesOf(`PAPER ${number} ${key}`) } }
    },
    send: async (context, { name, bytes }) => {
      twist.before?.(context)
      const publish = twist.publish ?? publishWhole
      await publish(context, name, bytes)
      return { all: { kind: 'accepted', reference: name } }
    },
    lookup: async (context, { name, deliveries: [delivery] }) => {
      const file = await context.sftp.session((session) => session.stat('/in', name))
      return { [delivery?.instructionId ?? '']: file === undefined ? { kind: 'absent' } : { kind: 'present' } }
    },
  }

  return {
    id: 'kit-base',
    version: '1.2.0',
    contract: 1,
    summary: 'A partner that has everything.',
    config: BaseConfig,
    secrets: { apiKey: 'Gets tokens.', signingKey: 'Signs calls.' },
    limits: () => ({ max: 10, perMs: 1_000, concurrency: 2 }),
    endpoints: () => ({
      http: { baseUrl: 'https://base.example', allowPrivateAddresses: false },
      sftp: { host: 'sftp.base.example', port: 22, username: 'kit', hostKeySha256: [], allowPrivateAddresses: false },
    }),
    check: async (context) => {
      const own = context as Ctx
      try {
        const outcome = judged(await call(own, { method: 'GET', path: '/ping' }), epochMsOf(own.clock.now()))
        if (outcome === undefined) return { ok: true, detail: 'it answers' }
        throw faultOf(outcome)
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        const fault = error.kind === 'auth' || error.kind === 'config' ? error.kind : 'transient'
        return { ok: false, fault, detail: error.message, cure: 'Renew apiKey.' }
      }
    },
    ports: [orders, events, stock, changes, fulfillment, cancel, papers] as unknown as Connector['ports'],
    exhibit: () => Promise.resolve(baseExhibit),
  }
}

const CSV = { contentType: 'text/csv', mode: 'full' }
const same = <T>(value: T): T => value

const publishWhole = (context: Ctx, name: string, bytes: Uint8Array): Promise<void> =>
  context.sftp.session((session) => session.publish('/in', name, bytes))

async function moveAway(context: Ctx, name: string): Promise<void> {
  await context.sftp.session(async (session) => {
    if ((await session.stat('/stock', name)) !== undefined) await session.move('/stock', name, '/stock/done')
  })
}

const readOrder: Read = (raw, _meta, context) => {
  const body = readJson(raw)
  return body.ok ? { ...readRestOrder(body.value, context), receipts: [] } : refused(body.issues)
}

function verify(request: RawRequest, secret: (name: string) => string | undefined, staleCalls: boolean): Verification {
  const key = secret('signingKey')
  const at = headerOf(request, 'x-time') ?? ''
  if (key === undefined || key === '') return { ok: false, reason: 'there is no signingKey' }
  if (!hasHmac(headerOf(request, 'x-signature') ?? '', [at, '.', request.body], [key]))
    return { ok: false, reason: 'the signature does not match' }
  const ageMs = Math.abs(epochMsOf(request.receivedAt) - Date.parse(at))
  return ageMs < 300_000 || staleCalls ? { ok: true } : { ok: false, reason: 'it is stale' }
}

const written = (name: string, body: unknown) =>
  Promise.resolve({ ok: true as const, value: { name, bytes: bytesOf(JSON.stringify(body)) } })

const presence = (result: HttpResult) => {
  if (!result.ok) return { kind: 'undecided' as const, message: result.failure.message }
  const { status } = result.answer
  if (status === 200) return { kind: 'present' as const }
  if (status === 404) return { kind: 'absent' as const }
  return { kind: 'undecided' as const, message: `the partner answered ${status}` }
}

/** Undefined for an answer to be read. 503 is said before anything is done. */
function judge(result: HttpResult, nowMs: number): Outcome | undefined {
  const unavailable = (fault: 'transient' | 'auth' | 'config', message: string): Outcome => ({
    kind: 'unavailable',
    fault,
    code: `base.${fault}`,
    message,
  })
  if (!result.ok)
    return result.failure.failed === 'lost'
      ? { kind: 'unknown', code: 'base.lost', message: result.failure.message }
      : unavailable('transient', result.failure.message)
  const { status } = result.answer
  if (status < 300) return undefined
  if (status === 401) return unavailable('auth', 'the token is refused')
  if (status === 404) return unavailable('config', 'there is nothing at this address')
  if (status === 429) return { kind: 'throttled', retryAfterMs: retryAfterMs(result.answer, nowMs) ?? 1_000 }
  if (status === 503) return unavailable('transient', 'it is away')
  if (status >= 500) return { kind: 'unknown', code: 'base.500', message: 'it broke' }
  const issue = {
    code: 'base.refused',
    class: 'data' as const,
    place: { path: '/' },
    rule: 'must be wanted',
    cure: 'Ask.',
  }
  return { kind: 'rejected', issues: [issue] }
}

const unreadable = (twist: Twist): Outcome =>
  twist.judge?.(UNREADABLE, { kind: 'unknown', code: 'base.unreadable', message: 'it cannot be read' }, 0) ?? {
    kind: 'unknown',
    code: 'base.unreadable',
    message: 'the answer cannot be read',
  }
/** What a fault sees in the place of an answer that could not be read. */
export const UNREADABLE: HttpResult = { ok: true, answer: { status: 200, headers: {}, body: new Uint8Array() } }

const firstCursor = ({ clock }: Ctx): Cursor => ({
  version: CURSOR_VERSION,
  watermark: plusMs(clock.now(), -DAY_MS),
  seenAtWatermark: [],
})

function checked(cursor: Cursor, now: Instant, twist: Twist): Cursor {
  if (twist.takesAnyCursor === true)
    return parseInstant(cursor.watermark) === undefined ? { ...cursor, watermark: now } : cursor
  const watermark = parseInstant(cursor.watermark)
  const known = cursor.version === CURSOR_VERSION || (cursor.version === 1 && twist.forgetsVersion1 !== true)
  if (known && watermark !== undefined && watermark <= plusMs(now, DAY_MS)) return { ...cursor, watermark }
  throw new Fault('config', { code: 'base.cursor', message: 'the cursor cannot be used; rewind it' })
}

function advanced(cursor: Cursor, rows: Row[], overlapMs: number, seenKey: (row: Row) => string): Cursor {
  const newestMs = Math.max(Date.parse(cursor.watermark), ...rows.map((row) => Date.parse(row.changedAt)))
  const oldest = instantFromEpochMs(newestMs - overlapMs - 1_000)
  const seenAtWatermark = [...cursor.seenAtWatermark, ...rows.map(seenKey)].filter(
    (key) => !key.includes('@') || key.slice(key.lastIndexOf('@') + 1) >= oldest,
  )
  return { version: CURSOR_VERSION, watermark: instantFromEpochMs(newestMs), seenAtWatermark }
}
