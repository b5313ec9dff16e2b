/** A merchant's Odoo on paper: answers this connector's calls of JSON-2 from small tables, and keeps books of what they did. */
import { epochMsOf, instantFromEpochMs } from '#core/model/time.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { odooTime } from '#mappings/odoo/leaves.ts'
import type { PaperPartner, PaperRow } from '../contract/exhibit.ts'
import type { HttpAnswer, HttpRequest } from '../contract/transport.ts'

type Fields = { [field: string]: unknown }
type Row = Fields & { id: number }
type Clause = [field: string, operator: string, value: unknown]

/** The customer that orders are sold to, and the only warehouse. */
export const PARTNER_ID = 7
export const WAREHOUSE = { id: 8, code: 'W1' }

/** Until it is called for the first time. */
const START = instantFromEpochMs(0)

const answer = (status: number, body: unknown): HttpAnswer => ({
  status,
  headers: {},
  body: new TextEncoder().encode(JSON.stringify(body)),
})
const error = (status: number, name: string, message: string): HttpAnswer => answer(status, { name, message })

export function paperOdoo(apiKey: string): PaperPartner {
  const orders: Row[] = []
  const contacts: Row[] = [{ id: PARTNER_ID, name: 'Web shop' }]
  const done: string[] = []
  let listed: Tables = {}
  let refuses = false
  let clock = START
  const numbers = new Map<string, number>()
  const numberOf = (id: string): number => numbers.set(id, numbers.get(id) ?? numbers.size + 1).get(id) ?? 0

  const place = (values: Fields): Row => {
    const id = orders.length + 1
    const order = { id, name: `S0000${id}`, state: 'draft', write_date: odooTime(clock), ...values }
    orders.push(order)
    return order
  }
  const search = (model: string, { domain = [], offset = 0, limit = Infinity }: Search): Row[] => {
    const codes = domain.find(([field, operator]) => field === 'default_code' && operator === 'in')?.[2]
    // It sells whatever it is asked for.
    if (model === 'product.product' && Array.isArray(codes))
      return codes.map((code, index) => ({ id: 9_000 + index, default_code: String(code) }))
    const known: Tables = {
      'res.partner': contacts,
      'res.country': [{ id: 1, code: 'FR' }],
      'stock.warehouse': [WAREHOUSE],
      'sale.order': [...orders, ...(listed['sale.order'] ?? [])],
    }
    const rows = known[model] ?? listed[model] ?? []
    return rows.filter((row) => domain.every((clause) => holds(row, clause))).slice(offset, offset + limit)
  }
  const each = (ids: unknown, what: string, state: string): boolean => {
    for (const order of orders.filter(({ id }) => (ids as number[]).includes(id))) {
      order['state'] = state
      done.push(`${what} ${String(order['client_order_ref'])}`)
    }
    return true
  }
  const act: { [route: string]: (args: Fields) => unknown } = {
    'sale.order/create': ({ vals_list }) => (vals_list as Fields[]).map((values) => place(values).id),
    'sale.order/action_confirm': ({ ids }) => each(ids, 'order', 'sale'),
    'sale.order/action_cancel': ({ ids }) => each(ids, 'cancel', 'cancel'),
    'res.partner/create': ({ vals_list }) =>
      (vals_list as Fields[]).map((values) => {
        const id = PARTNER_ID + contacts.length
        contacts.push({ id, ...values })
        return id
      }),
  }
  return {
    answer: ({ path, headers = {}, body = '' }: HttpRequest, now) => {
      clock = now
      if (headers['authorization'] !== `bearer ${apiKey}`)
        return error(401, 'werkzeug.exceptions.Unauthorized', 'Invalid apikey')
      const route = path.replace('/json/2/', '')
      const read = readJson(typeof body === 'string' ? new TextEncoder().encode(body) : body)
      const args = (read.ok ? read.value : {}) as Fields
      if (route.endsWith('/search_read')) return answer(200, search(route.replace('/search_read', ''), args))
      const work = act[route]
      if (work === undefined) return error(404, 'werkzeug.exceptions.NotFound', `${route} does not exist`)
      if (refuses) return error(422, 'odoo.exceptions.UserError', 'Sales are closed today.')
      return answer(200, work(args))
    },
    effects: () => [...done],
    expect: (kind, document) => {
      if (kind !== 'fulfillmentCancel') return
      place({ client_order_ref: (document as { requestId: string }).requestId, state: 'sale' })
    },
    refuse: () => {
      refuses = true
    },
    list: (rows) => {
      listed = tablesOf(rows, numberOf)
    },
  }
}

type Tables = { [model: string]: Row[] }
type Search = { domain?: Clause[]; offset?: number; limit?: number }

/** References are `[id, name]`. Paths into other records hold for all that is here. */
function holds(row: Row, [field, operator, wanted]: Clause): boolean {
  if (field.includes('.') || operator === '=like') return true
  const value = Array.isArray(row[field]) ? (row[field] as unknown[])[0] : row[field]
  if (operator === 'in') return (wanted as unknown[]).includes(value)
  if (operator === '=') return value === wanted
  if (operator === '!=') return value !== wanted
  return operator === '>' ? Number(value) > Number(wanted) : String(value) >= String(wanted)
}

/** For each row of the kit an order with its delivery, and a product that was counted and moved; a change shows in each of them. */
function tablesOf(rows: readonly PaperRow[], numberOf: (id: string) => number): Tables {
  const all = rows.map(({ id, changedAt }) => {
    const n = numberOf(id)
    const write_date = odooTime(changedAt)
    const quantity = Math.floor(epochMsOf(changedAt) / 1_000) % 1_000_000
    const [order, product] = [1_000_000 + n, 4_000_000 + n]
    const state = { state: 'sale', origin: `#${id} ship [1]`, client_order_ref: `ful_${id}` }
    return {
      'sale.order': { id: order, name: `S${n}`, ...state, write_date },
      'sale.order.line': { id: n, order_id: [order, `S${n}`], product_uom_qty: 1 },
      'stock.picking': {
        id: 2_000_000 + n,
        name: `W1/OUT/${n}`,
        sale_id: [order, `S${n}`],
        state: 'assigned',
        picking_type_code: 'outgoing',
        date_done: false,
        carrier_id: false,
        carrier_tracking_ref: false,
        write_date,
      },
      'stock.move': {
        id: 3_000_000 + n,
        product_id: [product, 'Shoe'],
        picking_id: false,
        sale_line_id: false,
        state: 'done',
        quantity,
        write_date,
      },
      'stock.quant': {
        id: 5_000_000 + n,
        product_id: [product, 'Shoe'],
        warehouse_id: [8, 'W1'],
        quantity,
        write_date,
      },
      'product.product': { id: product, default_code: `SKU-${(n % 9) + 1}`, write_date },
    }
  })
  const models = Object.keys(all[0] ?? {}) as (keyof (typeof all)[number])[]
  const inOrder = (model: keyof (typeof all)[number]): Row[] => {
    const table: (Row & { write_date?: string })[] = all.map((row) => row[model])
    if (model === 'product.product') return table.toSorted((a, b) => a.id - b.id)
    return table.toSorted((a, b) => (a.write_date ?? '').localeCompare(b.write_date ?? '') || a.id - b.id)
  }
  return Object.fromEntries(models.map((model) => [model, inOrder(model)]))
}
