/** The books of a warehouse, whatever it speaks: stock, orders, what was picked and what left. Nothing leaves that is not there. */

export type WarehouseItem = { item: string; opening: number; onHand: number; allocated: number; shipped: number }

export type OrderedLine = { line: string; item: string; quantity: number }

export type WarehouseOrder = {
  number: string
  state: 'received' | 'shipped' | 'cancelled' | 'ignored'
  /** How often an order of this number came in; effects are booked for the first only. */
  timesReceived: number
  lines: (OrderedLine & { shipped: number })[]
  cartons: Carton[]
}

export type Carton = { id: string; tracking: string; content: { line: string; item: string; quantity: number }[] }

export class Warehouse {
  readonly #items = new Map<string, WarehouseItem>()
  readonly #orders = new Map<string, WarehouseOrder>()
  readonly #unitsPerCarton: number
  #cartons = 0

  constructor(stock: Readonly<Record<string, number>>, unitsPerCarton = 10) {
    this.#unitsPerCarton = unitsPerCarton
    for (const [item, units] of Object.entries(stock))
      this.#items.set(item, { item, opening: units, onHand: units, allocated: 0, shipped: 0 })
  }

  items(): WarehouseItem[] {
    return structuredClone([...this.#items.values()])
  }

  orders(): WarehouseOrder[] {
    return structuredClone([...this.#orders.values()])
  }

  order(number: string): WarehouseOrder | undefined {
    return this.#orders.get(number)
  }

  /** An order number makes one order, however often it comes. */
  receive(number: string, lines: readonly OrderedLine[]): 'fresh' | 'again' {
    const known = this.#orders.get(number)
    if (known !== undefined) {
      known.timesReceived += 1
      return 'again'
    }
    this.#orders.set(number, {
      number,
      state: 'received',
      timesReceived: 1,
      lines: lines.map((line) => ({ ...line, shipped: 0 })),
      cartons: [],
    })
    for (const { item, quantity } of lines) this.#item(item).allocated += quantity
    return 'fresh'
  }

  /** Picks what is there, less `withheld` units of the first line, and packs it. Undefined when it is no longer to be shipped. */
  ship(number: string, withheld: number): WarehouseOrder | undefined {
    const order = this.#orders.get(number)
    if (order === undefined || order.state !== 'received') return undefined
    order.state = 'shipped'
    for (const [index, line] of order.lines.entries()) {
      const entry = this.#item(line.item)
      line.shipped = Math.max(0, Math.min(line.quantity - (index === 0 ? withheld : 0), entry.onHand))
      entry.allocated -= line.quantity
      entry.onHand -= line.shipped
      entry.shipped += line.shipped
    }
    order.cartons = this.#pack(order)
    return order
  }

  /** False when the goods have left or nobody knows the order. */
  cancel(number: string): boolean {
    const order = this.#orders.get(number)
    if (order === undefined || order.state === 'shipped') return false
    if (order.state === 'cancelled') return true
    for (const { item, quantity } of order.lines) this.#item(item).allocated -= quantity
    order.state = 'cancelled'
    return true
  }

  adjust(item: string, delta: number): void {
    this.#item(item).onHand += delta
  }

  #pack(order: WarehouseOrder): Carton[] {
    const cartons: Carton[] = []
    let room = 0
    for (const { line, item, shipped } of order.lines) {
      for (let left = shipped; left > 0;) {
        if (room === 0) {
          cartons.push(this.#carton())
          room = this.#unitsPerCarton
        }
        const quantity = Math.min(left, room)
        cartons.at(-1)?.content.push({ line, item, quantity })
        left -= quantity
        room -= quantity
      }
    }
    return cartons
  }

  /** A tracking number of 22 digits, as USPS gives them: no number type holds it. */
  #carton(): Carton {
    this.#cartons += 1
    const digits = String(this.#cartons)
    return { id: `S${digits.padStart(8, '0')}`, tracking: `9405510200${digits.padStart(12, '0')}`, content: [] }
  }

  #item(item: string): WarehouseItem {
    const known = this.#items.get(item) ?? { item, opening: 0, onHand: 0, allocated: 0, shipped: 0 }
    this.#items.set(item, known)
    return known
  }
}
