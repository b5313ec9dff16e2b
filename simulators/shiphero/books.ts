/** What a ShipHero warehouse knows: products, orders, what of them is set aside, what is short and what left. */

export type Units = { sku: string; warehouse: string }
export type StockLine = Units & { onHand: number; reserve: number; sellAhead: number; changedAt: string }
export type OrderLine = {
  id: string
  partnerLineItemId: string
  sku: string
  warehouse: string
  quantity: number
  allocated: number
  shipped: number
  backorder: number
}
export type ShippedUnits = { line: OrderLine; quantity: number; box: number }
export type ShippedOrder = {
  id: string
  legacyId: number
  createdAt: string
  boxes: { id: string; tracking: string }[]
  carrier: string
  units: ShippedUnits[]
}
export type HeldOrder = {
  id: string
  legacyId: number
  partnerOrderId: string
  orderNumber: string
  shopName: string
  status: 'pending' | 'fulfilled' | 'canceled'
  lines: OrderLine[]
  shipments: ShippedOrder[]
  changedAt: string
}
export type ShipHeroNews =
  | { type: 'Order Allocated'; order: HeldOrder; lines: OrderLine[] }
  | { type: 'Backorder' | 'Order Canceled'; order: HeldOrder }
  | { type: 'Shipment Update'; order: HeldOrder; shipment: ShippedOrder }
  | { type: 'Inventory Update'; stock: StockLine }

export type NewLine = { sku: string; partnerLineItemId: string; quantity: number; warehouse: string }
export type NewOrder = { partnerOrderId: string; orderNumber: string; shopName: string; lines: NewLine[] }

/** ShipHero's way of saying no. */
export class ShipHeroError extends Error {
  readonly code: number
  constructor(message: string, code: number) {
    super(message)
    this.code = code
  }
}

/** `V2FyZWhvdXNlOjE=`: how ShipHero writes the id of a thing. */
export const uuidOf = (type: string, id: number): string => Buffer.from(`${type}:${id}`).toString('base64')

export class ShipHeroBooks {
  readonly stock: StockLine[] = []
  readonly orders: HeldOrder[] = []
  readonly #tell: (news: ShipHeroNews) => void
  readonly #now: () => string
  #ids = 1_000

  constructor(tell: (news: ShipHeroNews) => void, now: () => string) {
    this.#tell = tell
    this.#now = now
  }

  /** What lies there is counted; lines that were short are served, and whoever listens is told. */
  count(sku: string, warehouse: string, onHand: number, more: { reserve?: number; sellAhead?: number } = {}): void {
    const held = this.#stockOf({ sku, warehouse }) ?? this.#newStock({ sku, warehouse })
    Object.assign(held, { onHand, ...more, changedAt: this.#now() })
    this.#serve(held)
    this.#tell({ type: 'Inventory Update', stock: { ...held } })
  }

  /** Makes the order, whatever it has already: ShipHero keeps no key of its caller. */
  create(order: NewOrder): HeldOrder {
    for (const { sku } of order.lines)
      if (!this.stock.some((held) => held.sku === sku))
        throw new ShipHeroError(`No product found with the sku ${sku}`, 5)
    const legacyId = this.#nextId()
    const held: HeldOrder = {
      id: uuidOf('Order', legacyId),
      legacyId,
      partnerOrderId: order.partnerOrderId,
      orderNumber: order.orderNumber,
      shopName: order.shopName,
      status: 'pending',
      shipments: [],
      changedAt: this.#now(),
      lines: order.lines.map((line) => ({
        ...line,
        id: uuidOf('LineItem', this.#nextId()),
        allocated: 0,
        shipped: 0,
        backorder: line.quantity,
      })),
    }
    this.orders.push(held)
    this.#allocate(held)
    if (held.lines.some(({ backorder }) => backorder > 0)) this.#tell({ type: 'Backorder', order: snapshot(held) })
    return held
  }

  cancel(orderId: string): HeldOrder {
    const order = this.#order(orderId)
    if (order.status === 'canceled') return order
    if (order.shipments.length > 0)
      throw new ShipHeroError('The order has valid labels or completed shipments and cannot be canceled', 6)
    order.status = 'canceled'
    order.changedAt = this.#now()
    const freed = order.lines.filter(({ allocated }) => allocated > 0)
    for (const line of order.lines) Object.assign(line, { allocated: 0, backorder: 0 })
    this.#tell({ type: 'Order Canceled', order: snapshot(order) })
    for (const line of freed) this.#moved(line)
    return order
  }

  /** Quantities that lines have from now on; 0 takes a line out. */
  setQuantities(orderId: string, quantities: Map<string, number>): HeldOrder {
    const order = this.#order(orderId)
    for (const line of order.lines) {
      const quantity = quantities.get(line.id)
      if (quantity === undefined) continue
      if (quantity < line.shipped) throw new ShipHeroError('The line item was shipped already', 7)
      line.quantity = quantity
      line.allocated = Math.min(line.allocated, quantity - line.shipped)
      line.backorder = quantity - line.shipped - line.allocated
    }
    order.lines = order.lines.filter(({ quantity }) => quantity > 0)
    order.changedAt = this.#now()
    this.#settle(order)
    return order
  }

  /** What is set aside leaves; `boxes` says what goes into which, by SKU. Without it everything goes into one. */
  ship(partnerOrderId: string, boxes?: { tracking: string; take: { [sku: string]: number } }[], carrier = 'UPS'): void {
    const order = this.orderOf(partnerOrderId)
    const wanted = boxes ?? [
      {
        tracking: `1Z${order.legacyId}${order.shipments.length + 1}`,
        take: Object.fromEntries(order.lines.map((line) => [line.sku, line.allocated])),
      },
    ]
    const units = wanted.flatMap(({ take }, box) =>
      Object.entries(take).flatMap(([sku, quantity]): ShippedUnits[] => {
        const line = order.lines.find((each) => each.sku === sku)
        return line === undefined || quantity === 0 ? [] : [{ line, quantity, box }]
      }),
    )
    for (const { line, quantity } of units) {
      if (line.allocated < quantity) throw new Error(`${line.sku}: ${quantity} of ${line.allocated} cannot leave`)
      line.allocated -= quantity
      line.shipped += quantity
      const held = this.#stockOf(line)
      if (held !== undefined) held.onHand -= quantity
    }
    const legacyId = this.#nextId()
    const shipment = {
      id: uuidOf('Shipment', legacyId),
      legacyId,
      createdAt: this.#now(),
      carrier,
      boxes: wanted.map(({ tracking }) => ({ id: uuidOf('Label', this.#nextId()), tracking })),
      units: units.map((each) => ({ ...each, line: { ...each.line } })),
    }
    order.shipments.push(shipment)
    order.changedAt = this.#now()
    this.#settle(order)
    this.#tell({ type: 'Shipment Update', order: snapshot(order), shipment })
    for (const { line } of units) this.#moved(line)
  }

  orderOf(partnerOrderId: string): HeldOrder {
    const found = this.orders.find((order) => order.partnerOrderId === partnerOrderId && order.status !== 'canceled')
    if (found === undefined) throw new Error(`there is no open order ${partnerOrderId}`)
    return found
  }

  allocatedOf({ sku, warehouse }: Units): number {
    return this.#linesOf({ sku, warehouse }).reduce((sum, line) => sum + line.allocated, 0)
  }

  backorderOf({ sku, warehouse }: Units): number {
    return this.#linesOf({ sku, warehouse }).reduce((sum, line) => sum + line.backorder, 0)
  }

  #linesOf({ sku, warehouse }: Units): OrderLine[] {
    return this.orders.flatMap((order) =>
      order.lines.filter((line) => line.sku === sku && line.warehouse === warehouse),
    )
  }

  #allocate(order: HeldOrder): void {
    const served = order.lines.filter((line) => {
      const held = this.#stockOf(line)
      const free = held === undefined ? 0 : Math.max(0, held.onHand - held.reserve - this.allocatedOf(line))
      const taken = Math.min(free, line.backorder)
      line.allocated += taken
      line.backorder -= taken
      return taken > 0
    })
    if (served.length === 0) return
    this.#tell({ type: 'Order Allocated', order: snapshot(order), lines: served.map((line) => ({ ...line })) })
    for (const line of served) this.#moved(line)
  }

  #serve({ sku, warehouse }: Units): void {
    for (const order of this.orders)
      if (order.lines.some((line) => line.sku === sku && line.warehouse === warehouse && line.backorder > 0))
        this.#allocate(order)
  }

  #settle(order: HeldOrder): void {
    if (order.lines.every(({ quantity, shipped }) => shipped === quantity)) order.status = 'fulfilled'
  }

  #moved(line: Units): void {
    const held = this.#stockOf(line)
    if (held === undefined) return
    held.changedAt = this.#now()
    this.#tell({ type: 'Inventory Update', stock: { ...held } })
  }

  #order(orderId: string): HeldOrder {
    const order = this.orders.find(({ id }) => id === orderId)
    if (order === undefined) throw new ShipHeroError('Order not found', 5)
    return order
  }

  #stockOf({ sku, warehouse }: Units): StockLine | undefined {
    return this.stock.find((held) => held.sku === sku && held.warehouse === warehouse)
  }

  #newStock({ sku, warehouse }: Units): StockLine {
    const held = { sku, warehouse, onHand: 0, reserve: 0, sellAhead: 0, changedAt: this.#now() }
    this.stock.push(held)
    return held
  }

  #nextId(): number {
    this.#ids += 1
    return this.#ids
  }
}

const snapshot = (order: HeldOrder): HeldOrder => ({ ...order, lines: order.lines.map((line) => ({ ...line })) })
