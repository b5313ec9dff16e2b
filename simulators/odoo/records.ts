/** The records of a small Odoo: models with their fields, many-to-one references, and the part of `search_read` that integrations use. */

export type Id = number
export type Fields = Record<string, unknown>
export type Row = Fields & { id: Id; write_date: string }

/** Field → the model it refers to; `''` for plain fields. Only what is named exists. */
const MODELS: Record<string, Record<string, string>> = {
  'res.country': { code: '', name: '' },
  'res.partner': {
    name: '',
    ref: '',
    street: '',
    street2: '',
    city: '',
    zip: '',
    phone: '',
    email: '',
    type: '',
    country_id: 'res.country',
    parent_id: 'res.partner',
  },
  'product.product': { default_code: '', name: '' },
  'stock.warehouse': { code: '', name: '' },
  'stock.location': { name: '', usage: '' },
  'stock.quant': {
    product_id: 'product.product',
    location_id: 'stock.location',
    warehouse_id: 'stock.warehouse',
    quantity: '',
  },
  'sale.order': {
    name: '',
    client_order_ref: '',
    origin: '',
    state: '',
    commitment_date: '',
    partner_id: 'res.partner',
    partner_shipping_id: 'res.partner',
    warehouse_id: 'stock.warehouse',
  },
  'sale.order.line': {
    order_id: 'sale.order',
    product_id: 'product.product',
    product_uom_qty: '',
    price_unit: '',
    name: '',
  },
  'stock.picking': {
    name: '',
    state: '',
    picking_type_code: '',
    date_done: '',
    carrier_id: 'delivery.carrier',
    carrier_tracking_ref: '',
    sale_id: 'sale.order',
  },
  'stock.move': {
    picking_id: 'stock.picking',
    sale_line_id: 'sale.order.line',
    product_id: 'product.product',
    quantity: '',
    state: '',
  },
  'delivery.carrier': { name: '' },
}

/** What Odoo tells as an error: `name` is the Python class. */
export class OdooError extends Error {
  readonly status: number
  readonly className: string
  constructor(status: number, className: string, message: string) {
    super(message)
    this.status = status
    this.className = className
  }
}

export class Records {
  readonly #tables = new Map<string, Map<Id, Row>>()
  /** Odoo's own clock, in its own spelling. */
  readonly now: () => string
  #lastId = 0

  constructor(now: () => string) {
    this.now = now
    for (const model of Object.keys(MODELS)) this.#tables.set(model, new Map())
  }

  table(model: string): Map<Id, Row> {
    const table = this.#tables.get(model)
    if (table === undefined)
      throw new OdooError(404, 'werkzeug.exceptions.NotFound', `the model '${model}' does not exist`)
    return table
  }

  all(model: string): Row[] {
    return [...this.table(model).values()]
  }

  get(model: string, id: unknown): Row {
    const row = this.table(model).get(id as Id)
    if (row === undefined)
      throw new OdooError(
        404,
        'odoo.exceptions.MissingError',
        `Record does not exist or has been deleted. (${model}(${String(id)},))`,
      )
    return row
  }

  create(model: string, fields: Fields): Id {
    for (const field of Object.keys(fields)) fieldOf(model, field)
    this.#lastId += 1
    const empty = Object.fromEntries(Object.keys(MODELS[model] ?? {}).map((field) => [field, false]))
    this.table(model).set(this.#lastId, { ...empty, ...fields, id: this.#lastId, write_date: this.now() })
    return this.#lastId
  }

  write(model: string, id: unknown, fields: Fields): void {
    Object.assign(this.get(model, id), fields, { write_date: this.now() })
  }

  searchRead(model: string, args: Fields): Fields[] {
    const {
      domain = [],
      fields = [],
      order = 'id',
      offset = 0,
      limit,
    } = args as {
      domain?: [string, string, unknown][]
      fields?: string[]
      order?: string
      offset?: number
      limit?: number
    }
    for (const field of fields) fieldOf(model, field)
    const found = this.all(model)
      .filter((row) =>
        domain.every(([path, operator, value]) => holds(this.#valueAt(model, row, path), operator, value)),
      )
      .toSorted(byOrder(order))
    const page = found.slice(offset, limit === undefined ? undefined : offset + limit)
    return page.map((row) => ({
      id: row.id,
      ...Object.fromEntries(fields.map((field) => [field, this.#shown(model, row, field)])),
    }))
  }

  #valueAt(model: string, row: Row, path: string): unknown {
    const [field = '', ...rest] = path.split('.')
    const target = fieldOf(model, field)
    const value = row[field]
    if (rest.length === 0) return value
    return value === false ? false : this.#valueAt(target, this.get(target, value), rest.join('.'))
  }

  #shown(model: string, row: Row, field: string): unknown {
    const target = fieldOf(model, field)
    const value = row[field]
    if (target === '' || value === false) return value
    const referred = this.get(target, value)
    return [value, typeof referred['name'] === 'string' ? referred['name'] : `${target},${referred.id}`]
  }
}

function fieldOf(model: string, field: string): string {
  const target = field === 'id' || field === 'write_date' ? '' : MODELS[model]?.[field]
  if (target === undefined)
    throw new OdooError(500, 'builtins.ValueError', `Invalid field '${field}' on model '${model}'`)
  return target
}

function holds(value: unknown, operator: string, wanted: unknown): boolean {
  switch (operator) {
    case '=':
      return value === wanted
    case '!=':
      return value !== wanted
    case 'in':
      return (wanted as unknown[]).includes(value)
    case '>':
      return (value as number) > (wanted as number)
    case '>=':
      return (value as string) >= (wanted as string)
    case '=like':
      return typeof value === 'string' && likePattern(String(wanted)).test(value)
    default:
      throw new OdooError(500, 'builtins.ValueError', `Invalid operator ${operator}`)
  }
}

/** SQL's LIKE: `%` any text, `_` any character, `\` takes the next one as it is. */
const likePattern = (like: string): RegExp =>
  new RegExp(
    `^${like.replace(/\\(.)|[%_]|[.*+?^${}()|[\]]/g, (match, taken: string | undefined) => {
      if (taken !== undefined) return taken
      if (match === '%') return '.*'
      return match === '_' ? '.' : `\\${match}`
    })}$`,
    's',
  )

const byOrder = (order: string) => (left: Row, right: Row) => {
  for (const field of order.split(',').map((part) => part.trim())) {
    const [a, b] = [left[field] as string | number, right[field] as string | number]
    if (a !== b) return a < b ? -1 : 1
  }
  return 0
}
