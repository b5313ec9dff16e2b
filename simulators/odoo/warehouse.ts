/** What happens inside Odoo: orders are confirmed and cancelled, goods are counted, shipped and run short. Keeps its own books. */
import { OdooError } from './records.ts'
import type { Fields, Id, Records, Row } from './records.ts'

const ORDER_FIELDS = [
  'partner_id',
  'partner_shipping_id',
  'client_order_ref',
  'origin',
  'warehouse_id',
  'commitment_date',
]

export type Shipping = {
  /** Units that are found on the shelf, by product code; all of them when left out. */
  found?: Record<string, number>
  /** What is missing comes later in a delivery of its own, or never. */
  backorder?: boolean
  tracking?: string
  carrier?: string
}

export class Warehouse {
  readonly #records: Records
  readonly #stockLocation: Id
  #orders = 0
  #pickings = 0

  constructor(records: Records) {
    this.#records = records
    this.#stockLocation = records.create('stock.location', { name: 'WH/Stock', usage: 'internal' })
  }

  createOrder(values: Fields): Id {
    const { order_line: lines, ...head } = values
    for (const field of Object.keys(head)) {
      if (!ORDER_FIELDS.includes(field))
        throw new OdooError(500, 'builtins.ValueError', `Invalid field '${field}' on model 'sale.order'`)
    }
    this.#records.get('res.partner', head['partner_id'])
    this.#records.get('stock.warehouse', head['warehouse_id'])
    this.#orders += 1
    const name = `S${String(this.#orders).padStart(5, '0')}`
    const id = this.#records.create('sale.order', { ...head, name, state: 'draft' })
    for (const [command, , line] of lines as [number, number, Fields][]) {
      if (command !== 0) throw new OdooError(422, 'odoo.exceptions.ValidationError', 'only new lines')
      this.#records.get('product.product', line['product_id'])
      if (typeof line['price_unit'] !== 'number')
        throw new OdooError(422, 'odoo.exceptions.ValidationError', 'price_unit')
      this.#records.create('sale.order.line', { ...line, order_id: id })
    }
    return id
  }

  confirm(id: Id): void {
    const order = this.#records.get('sale.order', id)
    if (order['state'] !== 'draft' && order['state'] !== 'sent')
      throw new OdooError(422, 'odoo.exceptions.UserError', 'Some orders are not in a state requiring confirmation.')
    this.#records.write('sale.order', id, { state: 'sale' })
    const lines = this.#lines(id).map((line) => ({ line, quantity: Number(line['product_uom_qty']) }))
    this.#picking(order, lines)
  }

  /** Odoo asks with a form when the order is no quotation, unless it is told not to. */
  cancel(ids: Id[], context: Fields): unknown {
    const orders = ids.map((id) => this.#records.get('sale.order', id))
    if (context['disable_cancel_warning'] !== true && orders.some((order) => order['state'] !== 'draft'))
      return { type: 'ir.actions.act_window', res_model: 'sale.order.cancel' }
    for (const order of orders) {
      this.#records.write('sale.order', order.id, { state: 'cancel' })
      for (const picking of this.#pickingsOf(order.id).filter(({ state }) => state !== 'done'))
        this.#close(picking, 'cancel')
    }
    return true
  }

  /** Validates the open delivery of a request's order. */
  ship(requestId: string, { found, backorder = true, tracking, carrier }: Shipping = {}): void {
    const order = this.orderOf(requestId)
    const picking = this.#pickingsOf(order.id).find(({ state }) => state === 'assigned')
    if (picking === undefined) throw new Error(`${requestId} has no open delivery`)
    const missing: { line: Row; quantity: number }[] = []
    for (const move of this.#movesOf(picking.id)) {
      const wanted = Number(move['quantity'])
      const taken = Math.min(wanted, found?.[this.#codeOf(move['product_id'])] ?? wanted)
      const line = this.#records.get('sale.order.line', move['sale_line_id'])
      if (taken < wanted) missing.push({ line, quantity: wanted - taken })
      this.#records.write('stock.move', move.id, { quantity: taken, state: taken === 0 ? 'cancel' : 'done' })
      if (taken > 0) this.#take(move['product_id'], order['warehouse_id'], taken)
    }
    const carrierId = carrier === undefined ? false : this.#records.create('delivery.carrier', { name: carrier })
    this.#records.write('stock.picking', picking.id, {
      state: 'done',
      date_done: this.#records.now(),
      carrier_id: carrierId,
      carrier_tracking_ref: tracking ?? false,
    })
    if (backorder && missing.length > 0) this.#picking(order, missing)
  }

  /** A count: the quant is set; one that comes to zero is removed. */
  count(code: string, warehouse: string, quantity: number): void {
    const product = this.#find('product.product', 'default_code', code)
    const place = this.#find('stock.warehouse', 'code', warehouse)
    this.#setQuant(product.id, place.id, quantity)
    this.#records.create('stock.move', { product_id: product.id, quantity, state: 'done' })
  }

  orderOf(requestId: string): Row {
    return this.#find('sale.order', 'client_order_ref', requestId)
  }

  stock(): { code: string; warehouse: string; quantity: number }[] {
    return this.#records.all('stock.quant').map((quant) => ({
      code: this.#codeOf(quant['product_id']),
      warehouse: String(this.#records.get('stock.warehouse', quant['warehouse_id'])['code']),
      quantity: Number(quant['quantity']),
    }))
  }

  #find(model: string, field: string, value: string): Row {
    const row = this.#records.all(model).find((each) => each[field] === value)
    if (row === undefined) throw new Error(`there is no ${model} with ${field} ${value}`)
    return row
  }

  readonly #codeOf = (id: unknown): string => String(this.#records.get('product.product', id)['default_code'])
  readonly #lines = (order: Id): Row[] =>
    this.#records.all('sale.order.line').filter((line) => line['order_id'] === order)
  readonly #pickingsOf = (order: Id): Row[] =>
    this.#records.all('stock.picking').filter((each) => each['sale_id'] === order)
  readonly #movesOf = (picking: Id): Row[] =>
    this.#records.all('stock.move').filter((each) => each['picking_id'] === picking)

  #picking(order: Row, lines: { line: Row; quantity: number }[]): void {
    this.#pickings += 1
    const code = String(this.#records.get('stock.warehouse', order['warehouse_id'])['code'])
    const name = `${code}/OUT/${String(this.#pickings).padStart(5, '0')}`
    const picking = this.#records.create('stock.picking', {
      name,
      state: 'assigned',
      picking_type_code: 'outgoing',
      sale_id: order.id,
    })
    for (const { line, quantity } of lines)
      this.#records.create('stock.move', {
        picking_id: picking,
        sale_line_id: line.id,
        product_id: line['product_id'],
        quantity,
        state: 'assigned',
      })
  }

  #close(picking: Row, state: string): void {
    this.#records.write('stock.picking', picking.id, { state })
    for (const move of this.#movesOf(picking.id)) this.#records.write('stock.move', move.id, { state })
  }

  #take(product: unknown, warehouse: unknown, units: number): void {
    const quant = this.#quant(product, warehouse)
    this.#setQuant(product, warehouse, Number(quant?.['quantity'] ?? 0) - units)
  }

  readonly #quant = (product: unknown, warehouse: unknown): Row | undefined =>
    this.#records.all('stock.quant').find((row) => row['product_id'] === product && row['warehouse_id'] === warehouse)

  #setQuant(product: unknown, warehouse: unknown, quantity: number): void {
    const quant = this.#quant(product, warehouse)
    if (quant === undefined)
      this.#records.create('stock.quant', {
        product_id: product,
        warehouse_id: warehouse,
        location_id: this.#stockLocation,
        quantity,
      })
    else if (quantity === 0) this.#records.table('stock.quant').delete(quant.id)
    else this.#records.write('stock.quant', quant.id, { quantity })
  }
}
