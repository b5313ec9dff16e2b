/** The ERP's own books: what lies where, what was asked of it and what it did. The demo holds the hub's figures against these. */
import type { RejectReason } from '#core/model/fulfillment.ts'
import type { OpeningStock } from './options.ts'
import type { RequestWire } from './wire.ts'

/** `opening + adjusted − shipped − pickedUp − writtenOff = now`, always. `committed` is promised and still on the shelf. */
export type StockEntry = {
  sku: string
  node: string
  opening: number
  now: number
  committed: number
  shipped: number
  pickedUp: number
  /** Units the books had and the shelf had not (short picks). */
  writtenOff: number
  /** Counts and receipts booked by hand. */
  adjusted: number
}

export type RequestState = 'received' | 'accepted' | 'rejected' | 'shipped' | 'collected' | 'cancelled'

export type LineEntry = {
  lineNo: number
  sku: string
  requested: number
  /** Promised by the last answer; stays when it was cancelled later. */
  accepted: number
  rejected: number
  /** Shipped or handed over at the counter. */
  shipped: number
  cancelled: number
  reason?: RejectReason
}

export type ShipmentEntry = {
  shipmentId: string
  shippedAt: string
  trackingNumbers: string[]
  lines: { lineNo: number; quantity: number }[]
}

export type RequestEntry = {
  requestId: string
  orderId: string
  orderNumber: string
  node: string
  method: 'ship' | 'pickup'
  state: RequestState
  /** How often the hub sent it; effects are booked for the first only. */
  timesReceived: number
  cancel?: 'asked' | 'accepted' | 'refused'
  lines: LineEntry[]
  shipments: ShipmentEntry[]
}

export class StockBook {
  readonly #entries = new Map<string, StockEntry>()
  readonly #nodes = new Set<string>()
  /** Positions that changed since the last feed. */
  readonly #changed = new Set<string>()

  constructor(opening: readonly OpeningStock[]) {
    for (const { sku, node, onHand } of opening) this.#open(sku, node, onHand)
  }

  hasNode(node: string): boolean {
    return this.#nodes.has(node)
  }

  entries(): StockEntry[] {
    return [...this.#entries.values()].map((entry) => ({ ...entry }))
  }

  /** Takes the list of changed positions and begins a new one; `giveBackChanges` undoes it when the feed did not arrive. */
  takeChanges(): StockEntry[] {
    const changed = [...this.#changed].flatMap((key) => this.#entries.get(key) ?? [])
    this.#changed.clear()
    return changed
  }

  giveBackChanges(entries: readonly StockEntry[]): void {
    for (const { sku, node } of entries) this.#changed.add(keyOf(sku, node))
  }

  /** Units that are there and promised to nobody; undefined where the node does not know the product. */
  free(sku: string, node: string): number | undefined {
    const entry = this.#entries.get(keyOf(sku, node))
    return entry === undefined ? undefined : Math.max(0, entry.now - entry.committed)
  }

  commit(sku: string, node: string, quantity: number): void {
    this.#entry(sku, node).committed += quantity
  }

  release(sku: string, node: string, quantity: number): void {
    this.#entry(sku, node).committed -= quantity
  }

  ship(sku: string, node: string, quantity: number, method: 'ship' | 'pickup'): void {
    const entry = this.#move(sku, node, -quantity)
    entry.committed -= quantity
    entry[method === 'ship' ? 'shipped' : 'pickedUp'] += quantity
  }

  /** A promised unit is not on the shelf: it leaves the books without a customer. */
  writeOff(sku: string, node: string, quantity: number): void {
    const entry = this.#move(sku, node, -quantity)
    entry.committed -= quantity
    entry.writtenOff += quantity
  }

  /** A receipt (positive) or a count's correction (negative). Opens the position where there was none. */
  adjust(sku: string, node: string, by: number): void {
    if (!this.#entries.has(keyOf(sku, node))) this.#open(sku, node, 0)
    this.#move(sku, node, by).adjusted += by
  }

  #open(sku: string, node: string, onHand: number): void {
    const empty = { committed: 0, shipped: 0, pickedUp: 0, writtenOff: 0, adjusted: 0 }
    this.#entries.set(keyOf(sku, node), { sku, node, opening: onHand, now: onHand, ...empty })
    this.#nodes.add(node)
  }

  #move(sku: string, node: string, by: number): StockEntry {
    const entry = this.#entry(sku, node)
    entry.now += by
    this.#changed.add(keyOf(sku, node))
    return entry
  }

  #entry(sku: string, node: string): StockEntry {
    const entry = this.#entries.get(keyOf(sku, node))
    if (entry === undefined) throw new Error(`the ERP has no position of ${sku} at ${node}`)
    return entry
  }
}

export class RequestBook {
  readonly #entries = new Map<string, RequestEntry>()

  find(requestId: string): RequestEntry | undefined {
    return this.#entries.get(requestId)
  }

  open(wire: RequestWire): RequestEntry {
    const { requestId, orderId, orderNumber, node, method } = wire
    const lines = wire.lines.map(({ lineNo, sku, quantity }) => ({
      lineNo,
      sku,
      requested: quantity,
      accepted: 0,
      rejected: 0,
      shipped: 0,
      cancelled: 0,
    }))
    const entry: RequestEntry = {
      requestId,
      orderId,
      orderNumber,
      node,
      method,
      state: 'received',
      timesReceived: 1,
      lines,
      shipments: [],
    }
    this.#entries.set(requestId, entry)
    return entry
  }

  entries(): RequestEntry[] {
    return structuredClone([...this.#entries.values()])
  }
}

const keyOf = (sku: string, node: string) => `${node}\n${sku}`
