/** The 3PL's own books: what stands in the house, what it was told to ship and what it expects. */
export type HouseStockEntry = {
  sku: string
  opening: number
  received: number
  adjusted: number
  shipped: number
  /** `opening + received + adjusted − shipped`, broken goods included. */
  now: number
  damaged: number
}

export type ShippingOrder = {
  orderNumber: string
  state: 'received' | 'shipped'
  lines: { lineId: string; sku: string; unit: string; ordered: number; shipped: number }[]
}

export type ExpectedGoods = { adviceNumber: string; lines: { lineId: string; sku: string; quantity: number }[] }

export class HouseStock {
  readonly #entries = new Map<string, HouseStockEntry>()

  constructor(opening: readonly { vendorSku: string; onHand: number }[]) {
    for (const { vendorSku, onHand } of opening) this.#entry(vendorSku, onHand)
  }

  entries(): HouseStockEntry[] {
    return structuredClone([...this.#entries.values()])
  }

  free(sku: string): number {
    const { now, damaged } = this.#entry(sku)
    return now - damaged
  }

  ship(sku: string, quantity: number): void {
    const entry = this.#entry(sku)
    entry.shipped += quantity
    entry.now -= quantity
  }

  receive(sku: string, quantity: number, damaged: number): void {
    const entry = this.#entry(sku)
    entry.received += quantity
    entry.now += quantity
    entry.damaged += damaged
  }

  /** Goods that were found (above zero) or are gone. */
  adjust(sku: string, change: number): void {
    const entry = this.#entry(sku)
    entry.adjusted += change
    entry.now += change
  }

  breakUnits(sku: string, quantity: number): void {
    this.#entry(sku).damaged += quantity
  }

  #entry(sku: string, opening = 0): HouseStockEntry {
    const known = this.#entries.get(sku)
    if (known !== undefined) return known
    const made = { sku, opening, received: 0, adjusted: 0, shipped: 0, now: opening, damaged: 0 }
    this.#entries.set(sku, made)
    return made
  }
}
