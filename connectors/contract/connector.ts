/**
 * What a connector is: a value that says, for each port, how a partner's documents are fetched, read, written and sent.
 * The author writes nearly pure functions; the runtime (workers/, http/) owns storing, cursors, retries, limits, duplicates,
 * redaction, quarantine and audit. Facts and reasons: docs/connectors/contract.md.
 */
import type { z } from 'zod'
import type { Issue, Parsed } from '#core/issue.ts'
import type { DocumentKind } from '#core/model/document.ts'
import type { ChannelId, ConnectionId, NodeId, Sku } from '#core/model/ids.ts'
import type { StockFeed, StockRow } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import type { Lookup, Outcome } from '#core/outcome.ts'
import type { Clock, Log } from '#core/ports.ts'
import type { Crosswalk, Cursor, Documents, InboundDocument } from './documents.ts'
import type { Exhibit } from './exhibit.ts'
import type { HttpTransport, SftpTransport } from './transport.ts'

export type { AvailabilityNotice, ChannelTracking, Crosswalk, Cursor, Documents, InboundDocument } from './documents.ts'

/** How many calls a partner takes. Shared over all workers of a connection; data, so that it can be shown and tuned. */
export type Limit = { max: number; perMs: number; concurrency: number }

/** What reading may know: no network, no clock beyond the document's own arrival. */
export type ReadContext<Config> = {
  connectionId: ConnectionId
  config: Config
  /** The channel this connection sells for, when it is one. */
  channelId?: ChannelId
  crosswalk: Crosswalk
  receivedAt: Instant
}

/** `part` as in the documents it belongs to. The same receipt has the same key for ever. */
export type Receipt = { port: string; key: string; text: string; part?: string }

/**
 * A key that belongs to one content. Claimed by an interchange: the same content again means that nothing of the part is applied and
 * its stored receipts are sent once more; other content means that the part is held with `reused`. Claimed by a document: the same
 * content again means that it is not applied again. Claimed by a group: it is only kept, for people who search.
 */
export type Claim = {
  kind: 'interchange' | 'group' | 'document'
  key: string
  hash: string
  part: string
  /** What to say and to send when an interchange comes under a number that other content had. */
  reused?: { issue: Issue; receipts: Receipt[] }
}

/** One reading of one raw document. Good parts and bad parts stand side by side: a bad neighbour delays nobody. */
export type Reading = {
  documents: InboundDocument[]
  /**
   * Parts that could not be read, each with every issue found. `about` of an order is `order` and the source's own id, where that much
   * could be read: a later revision of the order that is applied settles what waits of it.
   */
  refused: { part: string; issues: Issue[]; about?: string }[]
  /** Technical receipts to send back over `port` (a 997). Never made for a receipt. */
  receipts: Receipt[]
  /** What of ours the partner's technical receipts in it answer, by `receiptKey`, whatever their verdict. */
  acknowledged?: string[]
  /** What its parts claim for themselves (control numbers, business keys). The runtime keeps a ledger of them over all workers. */
  claims?: Claim[]
  /** Set when the document is readable and of no interest (a receipt, a topic nobody asked for). */
  ignored?: string
  /** A thin event: it says that there is news and not what. This pull port of the connection is looked at at once. */
  look?: string
}

/** `receivedAt` is our clock at arrival: signatures that cover a time are compared with it. */
export type RawRequest = { headers: Record<string, string>; body: Uint8Array; receivedAt: Instant }

/** What runs with the world at hand. */
export type Context<Config> = {
  connectionId: ConnectionId
  config: Config
  /** Reveals a secret; only transports and signatures may ask. Never put it into an error, a log or a document. */
  secret: (name: string) => string
  crosswalk: Crosswalk
  http: HttpTransport
  sftp: SftpTransport
  /** The next numbers of a durable sequence of this connection (X12 control numbers). Never gives one twice. */
  nextNumbers: (sequence: string, count: number) => Promise<number[]>
  clock: Clock
  log: Log
  signal: AbortSignal
}

export type Verification = { ok: true } | { ok: false; reason: string }

type PortBase<Config> = {
  name: string
  /** Shown in the docs page. */
  summary: string
  /** Whether a connection with this config has the port at all; it has when this is left out. */
  has?: (config: Config) => boolean
}

/** What the partner itself calls a part of its document: `856` and its number. Undefined where that much cannot be read. */
export type Naming = (
  raw: Uint8Array,
  meta: Record<string, string>,
  part: string,
) => { documentType: string; reference: string } | undefined

/** Raw bytes → canonical documents. Pure. */
export type Reader<Config> = (raw: Uint8Array, meta: Record<string, string>, context: ReadContext<Config>) => Reading

/** What a stock feed says of itself as a whole. */
export type StockHead = Omit<StockFeed, 'rows'>

/** `row` is the row's number in the document, as `placeOf` takes it. */
export type StockRowBatch = { rows: (StockRow & { row: number })[]; refused: { part: string; issues: Issue[] }[] }

/** Reads one stock feed piece by piece. Any cutting into chunks gives the same rows; bad input never throws. */
export type StockRowReader = {
  push: (chunk: Uint8Array) => StockRowBatch
  end: () => StockRowBatch
  /** Known at the latest with the first row; undefined before it, and after a fault of the head. */
  head: () => StockHead | undefined
  /** What makes the whole feed unusable: no header, broken XML, no time. Once it is set, nothing more is read and nothing applied. */
  fault: () => Issue[] | undefined
  /** The document's own words for a row of this number, such as `row 7`. */
  placeOf: (row: number) => string
  /** After `end`: what the document as a whole claims for itself, and the receipts it is owed, used or not. */
  closing?: () => Pick<Reading, 'claims' | 'receipts'>
}

/** How a port reads stock feeds that are too large to be held in memory. Pure, like `read`. */
export type StockStream<Config> = {
  /** Largest feed of the connection, in bytes. */
  maxBytes: (config: Config) => number
  /** Whether a document with this meta can be read piece by piece; any other comes whole, through `read`. */
  takes: (meta: Record<string, string>) => boolean
  open: (meta: Record<string, string>, context: ReadContext<Config>) => StockRowReader
}

/** A document that is fetched piece by piece. `sourceKey` is made of the SHA-256 of its content, in hex. */
export type FetchedChunks = {
  meta: Record<string, string>
  chunks: AsyncIterable<Uint8Array>
  sourceKey: (contentHash: string) => string
}

/** The partner calls us. `push` is a partner with an API key of ours; `webhook` proves itself by signature. */
export type WebhookPort<Config> = PortBase<Config> & {
  direction: 'in'
  transport: 'webhook' | 'push'
  kind: DocumentKind
  /** Largest body taken, in bytes. */
  maxBytes: number
  /**
   * Over the raw bytes, in constant time, before anything is parsed. Absent for `push`: the API key is the proof. The config is for
   * partners that sign more than what they send.
   */
  verify?: (request: RawRequest, secret: (name: string) => string | undefined, config?: Config) => Verification
  /** Made from content or from the sender's delivery id; the same delivery has the same key for ever. */
  sourceKey: (request: RawRequest) => string
  /** What to keep of the headers. */
  meta: (request: RawRequest) => Record<string, string>
  /** The JSON that the partner wants to read with the 200; `{"received": true}` when this is left out. */
  answer?: Record<string, unknown>
  read: Reader<Config>
  nameOf?: Naming
  /**
   * For stock that comes in any size: taken piece by piece. `sourceKey` gives what the port's own does for the same content; the
   * request it and `meta` are given has no body yet.
   */
  stream?: StockStream<Config> & { sourceKey: (request: RawRequest, contentHash: string) => string }
}

export type Fetched = { sourceKey: string; meta: Record<string, string>; raw: Uint8Array }

/** We look into a folder. The runtime stores each file before it is settled; a file is never settled before the commit. */
export type FolderPort<Config> = PortBase<Config> & {
  direction: 'in'
  transport: 'folder'
  kind: DocumentKind
  everyMs: number
  /** Files that are whole and not taken yet; half-written ones are left alone. `seen` says a file of this key is already stored. */
  fetch: (context: Context<Config>, seen: (sourceKey: string) => Promise<boolean>) => AsyncIterable<Fetched>
  /** Moves the file out of the way after the commit. Safe to call twice. */
  settle: (context: Context<Config>, fetched: Pick<Fetched, 'sourceKey' | 'meta'>) => Promise<void>
  read: Reader<Config>
  nameOf?: Naming
  /** For stock that comes in any size: `fetch` leaves the large files alone, and `stream.fetch` gives them piece by piece. */
  stream?: StockStream<Config> & { fetch: (context: Context<Config>) => AsyncIterable<FetchedChunks> }
}

/** We ask the partner for what is new. */
export type PullPort<Config> = PortBase<Config> & {
  direction: 'in'
  transport: 'pull'
  kind: DocumentKind
  everyMs: number
  /** One page from the cursor on, watermark inclusive, so that ties are seen again and not lost. */
  pull: (
    context: Context<Config>,
    cursor: Cursor | undefined,
  ) => Promise<{ documents: Fetched[]; cursor: Cursor; more: boolean }>
  read: Reader<Config>
  nameOf?: Naming
}

/** One canonical document to send. `key` is deterministic: the partner's idempotency key, document number or natural reference. */
export type Delivery<K extends keyof Documents = keyof Documents> = {
  instructionId: string
  key: string
  document: Documents[K]
}

/**
 * What goes over the wire, fixed and stored before the first attempt, so that a resend sends the same bytes under the same
 * name. Holds one delivery, or several where the partner takes many at once.
 */
export type Transmission<K extends keyof Documents = keyof Documents> = {
  id: string
  /** File name, or the idempotency key of the call. */
  name: string
  bytes: Uint8Array
  /** Those that are still to be sent; on a resend some may have been settled already. */
  deliveries: Delivery<K>[]
}

/**
 * One outcome for all deliveries of a transmission, or one for each by instruction id.
 * `levels` belongs to availability that met a conflict: the quantity the channel really has, by instruction id. The runtime keeps it
 * as the next `lastTold`; without it every later compare-and-set would miss again.
 */
export type Sent = ({ all: Outcome } | { each: Record<string, Outcome> }) & { levels?: Record<string, number> }

export type SendPort<Config, K extends keyof Documents = keyof Documents> = PortBase<Config> & {
  direction: 'out'
  transport: 'http' | 'sftp'
  kind: K
  /** Most deliveries in one transmission. */
  batchMax: number
  /** A smaller limit that a connection's config sets, e.g. orders in one file. */
  batchLimit?: (config: Config) => number
  /** How the partner tells a repeat: by our key, by a natural reference, only by our asking, or not at all (then a person decides). */
  duplicates: 'key' | 'reference' | 'lookup' | 'none'
  /** The partner owes a business answer (accept, reject) to each delivery. */
  expectsAnswer: boolean
  /** How often passing trouble is tried again before a person decides. Default 10, about a quarter of an hour. */
  maxAttempts?: number
  /** For events: whether this connection wants to hear of it. Default: of everything. */
  wants?: (config: Config, document: Documents[K]) => boolean
  /** Fixes name and bytes. May take control numbers; must not talk to the partner. */
  prepare: (context: Context<Config>, deliveries: Delivery<K>[]) => Promise<Parsed<Prepared>>
  /** How soon the partner owes a technical receipt of what bears a `receiptKey`; undefined where it owes none. */
  receiptWithinMs?: (config: Config) => number | undefined
  send: (context: Context<Config>, transmission: Transmission<K>) => Promise<Sent>
  /** Did it arrive? Asked after `unknown`, before any resend. */
  lookup?: (context: Context<Config>, transmission: Transmission<K>) => Promise<Record<string, Lookup>>
  /**
   * For availability: what the channel holds of these positions now, at most `batchMax` at once; undefined where it knows no such SKU
   * or place. With it the channel can be reconciled.
   */
  levels?: (context: Context<Config>, positions: { sku: Sku; nodeId: NodeId }[]) => Promise<LevelsRead>
}

/** `receiptKey`: how the partner's technical receipt will name it (`x12 PO 7`). The hub can wait for one. */
export type Prepared = { name: string; bytes: Uint8Array; receiptKey?: string }

/** What a channel holds of availability, in the order of the positions asked for. */
export type LevelsRead = { ok: true; levels: (number | undefined)[] } | { ok: false; outcome: Outcome }

type AnySendPort<Config> = { [K in keyof Documents]: SendPort<Config, K> }[keyof Documents]

export type Port<Config> = WebhookPort<Config> | FolderPort<Config> | PullPort<Config> | AnySendPort<Config>

export type CheckResult =
  | { ok: true; detail: string }
  | { ok: false; fault: 'auth' | 'config' | 'transient'; detail: string; cure: string }

export type Connector<Schema extends z.ZodType = z.ZodType> = {
  /** Lower case, hyphens: names the folder too. */
  id: string
  version: string
  contract: 1
  summary: string
  /** `docs/connectors/setup/<id>.md` says in a person's words how to set it up, beside the page that is made from the code. */
  hasSetupPage?: true
  config: Schema
  /** Secret name → what it is and where the partner shows it. Values never appear in config. */
  secrets: Record<string, string>
  limits: (config: z.output<Schema>) => Limit
  /** Base URL and SFTP target of the connection, for the guarded transports. */
  endpoints: (config: z.output<Schema>) => Endpoints
  check: (context: Context<z.output<Schema>>) => Promise<CheckResult>
  ports: Port<z.output<Schema>>[]
  /** What `crossdock connector test` needs; loaded only then. */
  exhibit?: () => Promise<Exhibit>
}

export type Endpoints = {
  http?: {
    baseUrl: string
    /** Loopback and private addresses are refused unless the connection allows them. */
    allowPrivateAddresses: boolean
  }
  sftp?: {
    host: string
    port: number
    username: string
    /** Secret names for the login; one of the two. */
    passwordSecret?: string
    privateKeySecret?: string
    /** `SHA256:…` as `ssh-keygen -lf` prints it; any other key is refused before a credential is sent. */
    hostKeySha256: string[]
    allowPrivateAddresses: boolean
  }
}

/** Gives the literal its type, so that ports and config are checked against each other. */
export function defineConnector<Schema extends z.ZodType>(connector: Connector<Schema>): Connector<Schema> {
  return connector
}
