/** A seller's Square account: stores, catalog, counted stock and orders. Knows nothing of sockets. */

export type Move = { variation: string; location: string; delta: number; occurredAtMs: number }
export type Line = {
  uid: string
  catalog_object_id: string
  quantity: string
  name?: string
  base_price_money?: unknown
}
export type Order = {
  id: string
  location_id: string
  reference_id?: string
  state: 'OPEN' | 'COMPLETED' | 'CANCELED'
  /** Orders of the till have none. */
  version?: number
  created_at: string
  updated_at: string
  closed_at?: string
  line_items?: Line[]
  returns?: unknown[]
  fulfillments?: { uid: string; type: string; state: string; pickup_details: Record<string, unknown> }[]
  discounts?: { percentage?: string }[]
  total_money: { amount: number; currency: string }
  metadata?: Record<string, string>
}

export type SquareNews =
  | { type: 'order.created' | 'order.updated' | 'order.fulfillment.updated'; order: Order }
  | { type: 'inventory.count.updated'; variation: string; location: string }

export class SquareError extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, detail: string) {
    super(detail)
    this.status = status
    this.code = code
  }
}

const DAY_MS = 86_400_000

export class SquareBooks {
  readonly locations: readonly string[]
  readonly orders = new Map<string, Order>()
  readonly paid = new Set<string>()
  readonly #counts = new Map<string, { quantity: number; calculatedAt: string }>()
  readonly #moves: Move[] = []
  readonly #now: () => number
  readonly #tell: (news: SquareNews) => void
  #lastId = 0

  constructor(options: {
    locations: readonly string[]
    stock: readonly { variation: string; location: string; quantity: number }[]
    now: () => number
    tell: (news: SquareNews) => void
  }) {
    this.locations = options.locations
    this.#now = options.now
    this.#tell = options.tell
    for (const { variation, location, quantity } of options.stock)
      this.#counts.set(`${variation} ${location}`, { quantity, calculatedAt: this.time() })
  }

  time(): string {
    return new Date(this.#now()).toISOString()
  }

  count(variation: string, location: string): number {
    return this.#counts.get(`${variation} ${location}`)?.quantity ?? 0
  }

  counts(): {
    catalog_object_id: string
    location_id: string
    state: string
    quantity: string
    calculated_at: string
  }[] {
    return [...this.#counts].map(([key, { quantity, calculatedAt }]) => {
      const [catalog_object_id = '', location_id = ''] = key.split(' ')
      return {
        catalog_object_id,
        location_id,
        state: 'IN_STOCK',
        quantity: String(quantity),
        calculated_at: calculatedAt,
      }
    })
  }

  knows(variation: string): boolean {
    return [...this.#counts.keys()].some((key) => key.startsWith(`${variation} `))
  }

  /** A sale at the till; one that was offline comes with the time when it happened. */
  sell(
    location: string,
    lines: { variation: string; quantity: number; priceMinor: number }[],
    soldAtMs = this.#now(),
  ): Order {
    const items = lines.map(({ variation, quantity, priceMinor }, index) => ({
      uid: `item-${index + 1}`,
      catalog_object_id: variation,
      name: variation,
      quantity: String(quantity),
      base_price_money: { amount: priceMinor, currency: 'EUR' },
    }))
    const amount = lines.reduce((sum, line) => sum + line.quantity * line.priceMinor, 0)
    const order = this.#store(
      { location_id: location, state: 'COMPLETED', line_items: items, total_money: { amount, currency: 'EUR' } },
      soldAtMs,
    )
    this.#tell({ type: 'order.created', order })
    for (const { variation, quantity } of lines) this.move(variation, location, -quantity, soldAtMs)
    return order
  }

  /** An itemized return: an order of its own that names the sale. */
  takeBack(sale: Order, lines: { uid: string; quantity: number }[]): Order {
    const items = lines.map(({ uid, quantity }) => {
      const sold = sale.line_items?.find((line) => line.uid === uid)
      return { source_line_item_uid: uid, catalog_object_id: sold?.catalog_object_id ?? '', quantity: String(quantity) }
    })
    const order = this.#store({
      location_id: sale.location_id,
      state: 'COMPLETED',
      returns: [{ source_order_id: sale.id, return_line_items: items }],
      total_money: { amount: 0, currency: 'EUR' },
    })
    this.#tell({ type: 'order.created', order })
    for (const { catalog_object_id, quantity } of items)
      this.move(catalog_object_id, sale.location_id, Number(quantity))
    return order
  }

  create(wanted: Omit<Order, 'id' | 'state' | 'created_at' | 'updated_at' | 'total_money'>): Order {
    if (!this.locations.includes(wanted.location_id)) throw new SquareError(400, 'INVALID_VALUE', 'Location not found.')
    for (const line of wanted.line_items ?? [])
      if (!this.knows(line.catalog_object_id))
        throw new SquareError(
          404,
          'NOT_FOUND',
          `Item variation with catalog object ID ${line.catalog_object_id} not found.`,
        )
    const [fulfillment] = wanted.fulfillments ?? []
    const recipient = fulfillment?.pickup_details['recipient'] as { display_name?: string } | undefined
    if (fulfillment?.type === 'PICKUP' && (recipient?.display_name ?? '') === '')
      throw new SquareError(400, 'MISSING_REQUIRED_PARAMETER', 'recipient.display_name is required.')
    const fulfillments = (wanted.fulfillments ?? []).map((each, index) => ({
      ...each,
      uid: `ful-${this.#lastId + 1}-${index + 1}`,
    }))
    // A discount of the whole order leaves nothing to pay; anything else would need a payment.
    const isFree = wanted.discounts?.some((each) => each.percentage === '100') === true
    const amount = isFree ? 0 : 1
    const order = this.#store({
      ...wanted,
      fulfillments,
      state: 'OPEN',
      version: 1,
      total_money: { amount, currency: 'EUR' },
    })
    this.#tell({ type: 'order.created', order })
    return order
  }

  /** Units leave IN_STOCK when the order is paid. */
  pay(id: string): Order {
    const order = this.order(id)
    if (order.total_money.amount !== 0)
      throw new SquareError(400, 'BAD_REQUEST', 'The payment total does not match the order total.')
    if (this.paid.has(id)) return order
    this.paid.add(id)
    this.#change(order, {})
    for (const line of order.line_items ?? [])
      this.move(line.catalog_object_id, order.location_id, -Number(line.quantity))
    return order
  }

  update(id: string, wanted: { version?: number; fulfillments?: { uid: string; state: string }[] }): Order {
    const order = this.order(id)
    if (order.version === undefined) throw new SquareError(400, 'BAD_REQUEST', 'Orders of the till cannot be updated.')
    if (wanted.version !== order.version) throw new SquareError(409, 'VERSION_MISMATCH', 'Order version mismatch.')
    for (const { uid, state } of wanted.fulfillments ?? []) this.#advance(order, uid, state)
    return order
  }

  /** Somebody in the store works on a pickup. */
  work(requestId: string, state: 'RESERVED' | 'PREPARED' | 'COMPLETED' | 'CANCELED' | 'FAILED'): void {
    const order = this.orderOf(requestId)
    const [fulfillment] = order?.fulfillments ?? []
    if (order === undefined || fulfillment === undefined) throw new Error(`the store knows no ${requestId}`)
    this.#advance(order, fulfillment.uid, state)
  }

  order(id: string): Order {
    const order = this.orders.get(id)
    if (order === undefined) throw new SquareError(404, 'NOT_FOUND', `Order ${id} not found.`)
    return order
  }

  orderOf(requestId: string): Order | undefined {
    return [...this.orders.values()].find((order) => order.reference_id === requestId)
  }

  /** An adjustment, dated when it happened. */
  move(variation: string, location: string, delta: number, occurredAtMs = this.#now()): void {
    this.#moves.push({ variation, location, delta, occurredAtMs })
    this.#set(variation, location, this.count(variation, location) + delta)
  }

  /** A physical count: what happened after it is added to it, in whatever order it was told. */
  recount(variation: string, location: string, quantity: number, occurredAtMs: number): void {
    if (occurredAtMs > this.#now() + 1000 || occurredAtMs < this.#now() - DAY_MS)
      throw new SquareError(400, 'INVALID_TIME', 'occurred_at must be within the last 24 hours.')
    const later = this.#moves.filter(
      (move) => move.variation === variation && move.location === location && move.occurredAtMs > occurredAtMs,
    )
    this.#set(
      variation,
      location,
      later.reduce((sum, move) => sum + move.delta, quantity),
    )
  }

  #set(variation: string, location: string, quantity: number): void {
    this.#counts.set(`${variation} ${location}`, { quantity, calculatedAt: this.time() })
    this.#tell({ type: 'inventory.count.updated', variation, location })
  }

  #advance(order: Order, uid: string, state: string): void {
    const fulfillment = order.fulfillments?.find((each) => each.uid === uid)
    if (fulfillment === undefined) throw new SquareError(400, 'INVALID_VALUE', 'No such fulfillment.')
    if (['COMPLETED', 'CANCELED', 'FAILED'].includes(fulfillment.state))
      throw new SquareError(400, 'BAD_REQUEST', 'The fulfillment has ended.')
    fulfillment.state = state
    if (state === 'COMPLETED') fulfillment.pickup_details['picked_up_at'] = this.time()
    const isOver = ['COMPLETED', 'CANCELED', 'FAILED'].includes(state)
    this.#change(
      order,
      isOver ? { state: state === 'COMPLETED' ? 'COMPLETED' : 'CANCELED', closed_at: this.time() } : {},
    )
    this.#tell({ type: 'order.fulfillment.updated', order })
    if (isOver && state !== 'COMPLETED' && this.paid.has(order.id))
      for (const line of order.line_items ?? [])
        this.move(line.catalog_object_id, order.location_id, Number(line.quantity))
  }

  #change(order: Order, change: Partial<Order>): void {
    Object.assign(order, change, { updated_at: this.time(), version: (order.version ?? 0) + 1 })
    this.#tell({ type: 'order.updated', order })
  }

  #store(order: Omit<Order, 'id' | 'created_at' | 'updated_at'>, createdAtMs = this.#now()): Order {
    this.#lastId += 1
    const id = `SQ${String(this.#lastId).padStart(6, '0')}`
    const made = { ...order, id, created_at: new Date(createdAtMs).toISOString(), updated_at: this.time() }
    this.orders.set(id, made)
    return made
  }
}
