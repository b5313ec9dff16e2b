/**
 * What a connector brings to be tested without its partner: settings that work, a partner on paper that keeps books, and how that
 * partner says each document. `crossdock connector test` (conformance/) runs every check on it, offline and by a clock of its own.
 */
import type { Instant } from '#core/model/time.ts'
import type { Crosswalk, Cursor, Documents } from './documents.ts'
import type { HttpAnswer, HttpRequest } from './transport.ts'

/** Kinds that the kit can make documents of; others have no exhibit yet. */
export const INBOUND_KINDS = [
  'order',
  'stock',
  'stockChange',
  'fulfillmentResponse',
  'cancelResponse',
  'shipment',
  'tracking',
  'returnReceipt',
] as const
export type InboundKind = (typeof INBOUND_KINDS)[number]

/** How the partner writes a canonical document; undefined where it has no words for it. */
export type Says = {
  [K in InboundKind]?: (value: Documents[K], world: { crosswalk: Crosswalk; at: Instant }) => Uint8Array | undefined
}

export type DocumentFormat = 'json' | 'csv' | 'ndjson' | 'xml' | 'x12' | 'edifact'

export type InboundExhibit = {
  format: DocumentFormat
  says: Says
  /** What the transport knows of a document that says this, beside the name of its file: `asOf` of stock that has its time in the name. */
  meta?: (kind: InboundKind, value: unknown) => Record<string, string>
  /** Headers of the partner's call; for a webhook with its signature. */
  headers?: (body: Uint8Array, at: Instant, secret: (name: string) => string) => Record<string, string>
  /** The partner logs in instead of signing: a call proves who sends it, and only the connection below keeps what is in it. */
  logsIn?: true
  /** The signature covers the time of sending, so that an old call can be refused. */
  signsTime?: boolean
  /**
   * Where and how the partner puts a file, for folder ports. `settledMs`: how long it must lie unchanged. A name may tell what the file
   * says, and when that was true.
   */
  file?: { folder: string; name: (id: string, kind: InboundKind, value: unknown) => string; settledMs: number }
  /** How the partner lists, for pull ports. */
  list?: PaperList
  /** Its orders are sales that are over: one may come again with a later time, and never with other lines. */
  sold?: true
  /** A quantity that the partner can never mean; `-1` when left out. */
  impossible?: string
  /** Cursors as earlier versions of the connector left them, of a time before the kit's day. */
  earlier?: Cursor[]
  /** Real or recorded documents of the partner, as paths in the repository, under the names that its files have; each must be read. */
  samples: string[]
  /** The map of `crossdock map list` that reads it. */
  map?: string
  /** Where each type of message has a map of its own: by the type that is written on it. */
  maps?: Readonly<Record<string, string>>
  /** Fields of the samples that no rule reads, accepted by name. `*` stands for list positions. */
  unread?: string[]
  /** Canonical fields that the connection gives and no source field, such as `/channelId`. */
  given?: string[]
  /** For stock of any size: a document of so many rows in chunks. */
  chunks?: (rows: number) => Iterable<Uint8Array>
}

export type OutboundExhibit = {
  /** Numbers that must not repeat, in what was written. */
  controlNumbers?: (bytes: Uint8Array) => string[]
  /** The text of a receipt that can be sent, for ports that send acknowledgements. */
  receipt?: string
  /** The map of `crossdock map list` that writes it. */
  map?: string
  /** Fields that this partner has no word for, such as `/placedAt`: they do not come back from what was written. */
  untold?: string[]
}

/** Rows on a page, and how far back the connector looks again. */
export type PaperList = {
  pageSize: number
  overlapMs: number
  /** The rows in a document, each by a name that tells its versions apart, where it holds many; else a document is a row. */
  rowsIn?: (raw: Uint8Array) => string[]
  /** Each look gives everything that is there, changed or not. */
  everything?: true
}

/** One row of what the partner lists. */
export type PaperRow = { id: string; changedAt: Instant }
export type PaperFile = { folder: string; name: string; bytes: Uint8Array }

/** The partner on paper. What it answers, what it has done, and how it misbehaves on demand. */
export type PaperPartner = {
  /** Answers one call over HTTP and books its effect. */
  answer?: (request: HttpRequest, now: Instant) => HttpAnswer
  /** One entry for each thing done, by a name that a repeat has too; what was done twice is in it twice. */
  effects: (files: readonly PaperFile[]) => string[]
  /** Told of what it will be asked to do, where that must be there before: an order to ship, a request to cancel. */
  expect?: (kind: keyof Documents, document: unknown) => void
  /** From now on it understands and refuses whatever is sent. */
  refuse?: () => void
  /** What its list holds, for pull ports. */
  list?: (rows: readonly PaperRow[]) => void
  /** For partners whose access tokens end: all that were granted end now; how many were granted so far. */
  tokens?: { expire: () => void; granted: () => number }
}

/** A check that does not hold yet. After `until` (a date) it fails again. */
export type Waiver = { check: number; reason: string; until: string }

export type Exhibit = {
  /** Settings as an operator writes them, of a connection to the partner on paper. */
  config: Record<string, unknown>
  /** Values for the secrets, made of `seed`: another seed, other secrets. */
  secrets: (seed: string) => Record<string, string>
  /** What the partner calls the node that the kit works with. */
  nodeCode: string
  /** How goods leave that node, when not as parcels: the kit's orders, requests and shipments are such. */
  method?: 'pickup'
  /** Its stock documents never claim to be all there is. */
  stockMode?: 'delta'
  /** Further crosswalk rows: table → partner's code → canonical word. */
  codes?: Record<string, Record<string, string>>
  partner: (secret: (name: string) => string) => PaperPartner
  /** By the port's name. */
  inbound: Record<string, InboundExhibit>
  outbound: Record<string, OutboundExhibit>
  waivers?: Waiver[]
  /** The same partner over another way, where a connection has one or the other: with settings and ports of its own. */
  others?: Exhibit[]
}

/** Every way in which the partner is shown. */
export const waysOf = (exhibit: Exhibit): Exhibit[] => [exhibit, ...(exhibit.others ?? [])]
