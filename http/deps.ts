/**
 * What the HTTP side is handed by app/. It stands on core, store and the connectors' contract only; whatever the workers do for a
 * request (capturing an order, applying a node's answer) comes in as a function, so that http never names a queue.
 */
import type { StockMaster } from '#core/ledger/rule-book.ts'
import type { Issue } from '#core/issue.ts'
import type { Channel, Connection, ConnectionState } from '#core/model/channel.ts'
import type { CancelResponse, FulfillmentResponse, SHIPMENT_STATES, ShipmentNotice } from '#core/model/fulfillment.ts'
import type { Node } from '#core/model/node.ts'
import type { RoutingDecision } from '#core/model/decision.ts'
import type { Hold, HoldKind, Order, OrderInput } from '#core/model/order.ts'
import type { CancelWish, OrderChange } from '#core/model/order-change.ts'
import type { Condition, Disposition, ReturnReason, ReturnReceipt, ReturnRequest } from '#core/model/return.ts'
import type { StockMovement, Supply, SupplyInput } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import type { Clock, IdSource, Log } from '#core/ports.ts'
import type { CartPromise } from '#core/routing/promise.ts'
import type { Reoptimise } from '#core/routing/policy.ts'
import type { Reoptimised } from '#core/routing/reoptimise.ts'
import type { Destination } from '#core/routing/request.ts'
import type { Port, Reading } from '#connectors/contract/connector.ts'
import type { ApiKey } from '#store/api-keys.ts'
import type { Database } from '#store/database.ts'
import type { NewEnvelope, StoredEnvelope } from '#store/envelopes.ts'
import type { HeldReservation } from '#store/reservations.ts'
import type { Fence, FenceRefusal } from '#store/fences.ts'
import type { StoredFeed } from '#store/feeds.ts'
import type { ItemResult, QuarantineFilter } from '#store/quarantine-actions.ts'
import type { UnitOfWork } from '#store/unit.ts'
import type { HttpOptions } from './options.ts'

/** A connection as requests need it: its ports and its secrets. The workers' live connections have this shape and more. */
export type HttpConnection = {
  id: string
  connector: { id: string; ports: readonly Port<never>[] }
  /** Its settings, checked by its connector. */
  config: unknown
  /** Reveals a secret for a signature check; undefined when it is not set. */
  secret: (name: string) => string | undefined
  channel?: Channel
  state: ConnectionState
}

/** What became of a document that was applied at once. */
export type Verdict =
  | { kind: 'applied' }
  | { kind: 'duplicate' }
  | { kind: 'superseded'; reason: string }
  | { kind: 'refused'; issues: Issue[] }

/** `created` tells the first word on an order from a later revision. */
export type CaptureResult = { orderId?: string; verdict: Verdict; created?: boolean }

/** A node's word on a fulfillment request, as the API takes it for nodes without a connection. */
export type NodeAnswer =
  | { kind: 'fulfillmentResponse'; value: FulfillmentResponse }
  | { kind: 'shipment'; value: ShipmentNotice }
  | { kind: 'cancelResponse'; value: CancelResponse }

/** A cart says what it wants and gets all of it or nothing. The same wish again changes nothing and keeps it alive. */
export type CartRequest = {
  channelId: string
  cartKey: string
  binding: 'advisory' | 'timed'
  ttlSeconds: number
  lines: { sku: string; quantity: number; nodeId?: string | undefined }[]
  actor: string
}
export type CartAnswer =
  | { kind: 'held'; held: HeldReservation[]; changed: boolean }
  | { kind: 'insufficient'; lines: { sku: string; wanted: number; available: number }[] }
  | { kind: 'ordered'; orderId: string }

export type BrokenPromise = {
  orderId: string
  lineNo: number
  sku: string
  quantity: number
  promisedAt: string
  expectedAt: string | null
}
export type SupplyAnswer =
  | { kind: 'done'; supply: Supply; repeated: boolean }
  | { kind: 'unknown' }
  | { kind: 'refused'; reason: string }

export type HoldAnswer =
  | { kind: 'done'; hold: Hold; repeated: boolean }
  | { kind: 'unknown' }
  | { kind: 'refused'; reason: string }

/** What people and programs do to orders. Each resolves after its commit. */
export type OrderActions = {
  hold: (orderId: string, wish: { kind: HoldKind; reason: string }, actor: string) => Promise<HoldAnswer>
  releaseHold: (orderId: string, holdId: string, resolution: string, actor: string) => Promise<HoldAnswer>
  /** What a change would do; nothing is written. */
  previewChange: (orderId: string, wish: ChangeWish) => Promise<ChangeAnswer>
  change: (orderId: string, wish: ChangeWish, actor: string) => Promise<ChangeAnswer>
  cancel: (orderId: string, wish: CancelWish, actor: string) => Promise<ChangeAnswer>
  /** What a carrier says of a parcel. */
  trackShipment: (
    shipmentId: string,
    told: { event: 'delivered' | 'exception' | 'resumed'; at: Instant; detail?: string | undefined },
    actor: string,
  ) => Promise<TrackingAnswer>
  /** Forgets who bought. What is still worked on is left, with the reason. */
  erase: (wish: EraseWish, actor: string) => Promise<EraseAnswer>
}

export type TrackingAnswer =
  | { kind: 'done' | 'duplicate'; state: (typeof SHIPMENT_STATES)[number] }
  | { kind: 'unknown' }
  | { kind: 'refused'; reason: string }

export type EraseWish = { orderIds: string[] } | { email: string } | { phone: string }
export type EraseAnswer = {
  erased: string[]
  left: { orderId: string; reason: string }[]
  documents: number
  messages: number
}

export type ChangeWish = { changes: OrderChange[]; reason: string; version?: number | undefined }
export type ChangeEffect = {
  version: number
  changes: Record<string, unknown>[]
  money: { currency: string; before: number; after: number; delta: number }
  stock: {
    requestId: string
    nodeId: string
    lineNo: number
    sku: string
    quantity: number
    why: 'cancel' | 'planAnew'
    how: 'atOnce' | 'asked'
  }[]
  plan: {
    nodeId: string
    lines: { lineNo: number; quantity: number }[]
    handOverAt: string
    deliveredAt?: string | undefined
  }[]
  unserved: { lineNo: number; quantity: number; reason: string }[]
  promise: { before?: string | undefined; after?: string | undefined }
}
export type ChangeAnswer =
  | { kind: 'done'; effect: ChangeEffect }
  | { kind: 'unknown' }
  /** The order has another version than the change was made for. */
  | { kind: 'stale'; version: number }
  /** `index` of the change, or of the cancel's line, that cannot be made. */
  | { kind: 'refused'; index: number; reason: string }

/** What is done to stock beside feeds and orders. Each resolves after its commit. */
export type StockActions = {
  reserve: (cart: CartRequest) => Promise<CartAnswer>
  /** Moves held units from one node to another, both ends at once; undefined when it was done. */
  transferHeld: (move: {
    channelId: string
    cartKey: string
    sku: string
    quantity: number
    fromNodeId: string
    toNodeId: string
    actor: string
  }) => Promise<string | undefined>
  stateSupplies: (supplies: SupplyInput[], actor: string) => Promise<{ supplies: Supply[]; broken: BrokenPromise[] }>
  dispatchSupply: (id: string, move: { quantity: number; at: Instant }, actor: string) => Promise<SupplyAnswer>
  receiveUnits: (
    id: string,
    receipt: { reference: string; quantity: number; receivedAt: Instant },
    actor: string,
  ) => Promise<SupplyAnswer>
  /** Units ring-fenced for segments, all or nothing; what was refused, or an empty list. */
  setFences: (fences: readonly Fence[]) => Promise<FenceRefusal[]>
  /** Moves units between states of one position by hand; undefined when it was done, else why not. */
  moveUnits: (move: StockMovement, actor: string) => Promise<string | undefined>
}

export type FeedUpload = {
  connectionId: string
  port: string
  meta: Record<string, string>
  chunks: AsyncIterable<Uint8Array>
  maxBytes: number
  sourceKey: (contentHash: string) => string
}

export type FeedDecision = { ok: true; feed: StoredFeed } | { ok: false; why: 'unknown' | 'state'; reason: string }

type Position = { sku: string; nodeId: string }
export type ReconcileAsk = { after: Position | undefined; limit: number; repair: boolean }
export type ReconcilePage = {
  checked: number
  pending: number
  differences: (Position & { should: number; told: number | null; holds: number | null })[]
  repaired: number
  next?: Position
}

export type Evaluated = { ok: true; decision: Omit<RoutingDecision, 'id'> } | { ok: false; problem: string }

/** A cart before it is an order. */
export type Cart = Pick<
  Order,
  'channelId' | 'currency' | 'customerTags' | 'shippingService' | 'totalMinor' | 'lines'
> & {
  destination?: Destination
}

export type ReturnAnswer =
  | { kind: 'done'; returnId: string; repeated: boolean }
  | { kind: 'unknown' }
  | { kind: 'refused'; reason: string }

/** What is done to returns. Each resolves after its commit. */
export type ReturnActions = {
  request: (request: ReturnRequest, actor: string) => Promise<ReturnAnswer>
  authorise: (id: string, nodeId: string | undefined, actor: string) => Promise<ReturnAnswer>
  decline: (id: string, reason: string, actor: string) => Promise<ReturnAnswer>
  label: (
    id: string,
    label: { carrier: string; trackingNumber: string; url?: string | undefined; expiresAt?: Instant | undefined },
    actor: string,
  ) => Promise<ReturnAnswer>
  sent: (id: string, sentAt: Instant, actor: string) => Promise<ReturnAnswer>
  receive: (
    receipt: ReturnReceipt,
    actor: string,
  ) => Promise<{ repeated: boolean; receiptId: string; returnIds: string[] }>
  inspect: (
    id: string,
    inspection: {
      inspectionNumber: string
      inspectedAt: Instant
      findings: { lineNo: number; quantity: number; condition: Condition }[]
    },
    actor: string,
  ) => Promise<ReturnAnswer>
  /** Goods that no return expected belong to this return, or to this line of an order. */
  match: (
    word: {
      receiptId: string
      lineNo: number
      quantity?: number | undefined
      sku?: string | undefined
      to: { returnId: string } | { orderId: string; orderLineNo: number; reason: ReturnReason }
    },
    actor: string,
  ) => Promise<ReturnAnswer>
  clear: (
    word: {
      receiptId: string
      lineNo: number
      quantity?: number | undefined
      as: 'restock' | 'scrap' | 'returnToVendor' | 'sentBack'
      reason: string
    },
    actor: string,
  ) => Promise<ReturnAnswer>
  dispose: (
    word: {
      returnId: string
      lineNo: number
      quantity?: number | undefined
      disposition: Disposition
      bookId?: string | undefined
    },
    actor: string,
  ) => Promise<ReturnAnswer>
  inStore: (
    word: {
      nodeId: string
      receiptNumber: string
      orderId: string
      broughtAt: Instant
      lines: { lineNo: number; quantity: number; reason: ReturnReason; condition: Condition }[]
    },
    actor: string,
  ) => Promise<ReturnAnswer>
  refund: (
    id: string,
    word: { do: 'trigger' } | { do: 'confirm'; reference: string } | { do: 'deny'; reason: string },
    actor: string,
  ) => Promise<ReturnAnswer>
}

export type HttpDeps = {
  returns: ReturnActions
  stock: StockActions
  orders: OrderActions
  db: Database
  commit: UnitOfWork
  /** Refuses quarantined parts for good and tells their partners. */
  rejectQuarantined: (
    filter: QuarantineFilter,
    reason: string,
    actor: string,
  ) => Promise<(ItemResult & { told: boolean })[]>
  clock: Clock
  ids: IdSource
  log: Log
  /** Slow data; http keeps what it gets for `masterTtlMs` and asks again for what it cannot find. */
  connections: () => Promise<ReadonlyMap<string, HttpConnection>>
  channels: () => Promise<ReadonlyMap<string, Channel>>
  nodes: () => Promise<ReadonlyMap<string, Node>>
  /** What decides availability, as it stands now. */
  stockMaster: () => Promise<StockMaster & { channels: ReadonlyMap<string, Channel> }>
  /** Stores a raw document. Resolves only after the commit that holds it; callers at the same time share one commit. */
  accept: (envelope: NewEnvelope) => Promise<{ fresh: boolean }>
  /** Stores a stock feed of any size chunk by chunk. Throws a Fault `data` when it is too large; of a feed that is cut off nothing stays. */
  storeFeed: (upload: FeedUpload) => Promise<{ feedId: string; envelopeId: string; sourceKey: string; fresh: boolean }>
  /** A page of a channel's numbers against ours. Throws a Fault `config` where that cannot be, `transient` when the channel is away. */
  /** Why a connection cannot work as it is written; none is what it should be. */
  connectionProblems: (connection: Connection) => { path: string; message: string }[]
  /** Asks the partner whether it works, and resumes what that cures. */
  checkConnection: (connectionId: string) => Promise<{ ok: boolean; text: string }>
  reconcile: (connectionId: string, ask: ReconcileAsk) => Promise<ReconcilePage>
  /** A person's word on a held feed. */
  decideFeed: (
    id: string,
    decision: 'approve' | 'reject',
    actor: string,
    reason: string | undefined,
  ) => Promise<FeedDecision>
  /** What the hub would read in a stored document now. Writes nothing. */
  readDocument: (envelope: StoredEnvelope) => Promise<Reading>
  /** Captures an order under the same rules. `actor` goes into the timeline, e.g. `api:shop`. */
  captureOrder: (input: OrderInput, actor: string) => Promise<CaptureResult>
  answerRequest: (answer: NodeAnswer, actor: string) => Promise<Verdict>
  /** Decides an order as the route worker would now, and writes nothing. */
  evaluate: (order: Order, policyVersion: string | undefined) => Promise<Evaluated>
  /** Sends what a node has not begun, and others can serve, to them. */
  rerouteNode: (nodeId: string, actor: string) => Promise<{ routedElsewhere: number; left: number }>
  /** Plans work that no node has accepted anew, and moves what is worth it; a dry run only says so. */
  reoptimise: (ask: { dryRun: boolean; actor: string; terms?: Reoptimise }) => Promise<Reoptimised>
  promise: (cart: Cart) => Promise<CartPromise & { decidedAt: Instant }>
  /** A person says that a parked instruction did arrive: everything that follows from "sent" happens. */
  confirmInstruction: (id: string, reference: string | undefined, actor: string) => Promise<void>
  /** How often the canary job runs; health means it passed within three of these. */
  canaryEveryMs: number
  version: string
  /** Requests need no key and act as this one: for the command line, which holds the database itself. */
  localKey?: ApiKey
  /** Jobs waiting, by queue, for /metrics. */
  queues?: () => Promise<Record<string, number>>
  /** More metrics in Prometheus text format, e.g. the workers'. */
  metrics?: () => Promise<string>
  options?: Partial<HttpOptions>
}
