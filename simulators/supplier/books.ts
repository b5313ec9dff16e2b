/** The supplier's own books: stock, purchase orders, what was shipped, and every document that came or went. */
import type { PurchaseOrder } from './purchase-order.ts'

/** `opening − shipped = now`, always. `committed` is promised and still on the shelf. */
export type VendorStockEntry = { vendorSku: string; opening: number; now: number; committed: number; shipped: number }

export type StockReport = { number: string; at: string; place: string; entries: readonly VendorStockEntry[] }

export type OrderState = 'received' | 'accepted' | 'rejected' | 'shipped' | 'cancelled' | 'ignored'

/** ACK01 of the 855: all, later, fewer, none. */
export type AckCode = 'IA' | 'IB' | 'IQ' | 'IR'

export type OrderLineEntry = {
  /** PO101 as the hub wrote it. */
  lineId: string
  vendorSku: string
  unit: string
  unitPrice: string
  requested: number
  accepted: number
  rejected: number
  shipped: number
  ackCode?: AckCode
}

/** What a change did to a line. */
export type LineAnswer = { line: OrderLineEntry; agreed: boolean }

export type ShipmentEntry = {
  shipmentId: string
  shippedAt: string
  carrier: string
  cartons: { trackingNumber: string; lines: { lineId: string; quantity: number }[] }[]
}

export type OrderEntry = {
  poNumber: string
  poDate: string
  /** REF segments by qualifier, such as `CO` for the customer's order. */
  references: Record<string, string>
  shipToName: string
  /** The supplier's own number of the order; its customers echo it. */
  ownNumber: string
  /** REF or RFF of the last cancel or change that came, by qualifier, and its number: the answer names it. */
  cancelReferences?: Record<string, string>
  changeNumber?: string
  state: OrderState
  /** How often a set with this number came in; effects are booked for the first only. */
  timesReceived: number
  lines: OrderLineEntry[]
  shipments: ShipmentEntry[]
}

export class VendorStock {
  readonly #entries = new Map<string, VendorStockEntry>()

  constructor(opening: readonly { vendorSku: string; onHand: number }[]) {
    for (const { vendorSku, onHand } of opening) {
      this.#entries.set(vendorSku, { vendorSku, opening: onHand, now: onHand, committed: 0, shipped: 0 })
    }
  }

  entries(): VendorStockEntry[] {
    return structuredClone([...this.#entries.values()])
  }

  /** Units that are there and promised to nobody; 0 for an unknown product. */
  free(vendorSku: string): number {
    const entry = this.#entries.get(vendorSku)
    return entry === undefined ? 0 : entry.now - entry.committed
  }

  commit(vendorSku: string, quantity: number): void {
    this.#entry(vendorSku).committed += quantity
  }

  release(vendorSku: string, quantity: number): void {
    this.#entry(vendorSku).committed -= quantity
  }

  ship(vendorSku: string, quantity: number): void {
    const entry = this.#entry(vendorSku)
    entry.committed -= quantity
    entry.now -= quantity
    entry.shipped += quantity
  }

  #entry(vendorSku: string): VendorStockEntry {
    const entry = this.#entries.get(vendorSku)
    if (entry === undefined) throw new Error(`the supplier has no product ${vendorSku}`)
    return entry
  }
}

export class OrderBook {
  readonly #entries = new Map<string, OrderEntry>()

  find(poNumber: string): OrderEntry | undefined {
    return this.#entries.get(poNumber)
  }

  open(order: PurchaseOrder): OrderEntry {
    const entry: OrderEntry = {
      poNumber: order.poNumber,
      poDate: order.poDate,
      references: order.references,
      shipToName: order.shipToName,
      ownNumber: `SO${String(this.#entries.size + 1).padStart(6, '0')}`,
      state: 'received',
      timesReceived: 1,
      lines: order.lines.map((line) => ({ ...line, accepted: 0, rejected: 0, shipped: 0 })),
      shipments: [],
    }
    this.#entries.set(order.poNumber, entry)
    return entry
  }

  entries(): OrderEntry[] {
    return structuredClone([...this.#entries.values()])
  }
}
