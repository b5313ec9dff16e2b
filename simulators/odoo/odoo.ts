/** A small Odoo behind its JSON-2 API, with books of its own and bad manners on demand. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readJson } from '#mappings/formats/json/reader.ts'
import { OdooError, Records } from './records.ts'
import type { Fields, Id } from './records.ts'
import { Warehouse } from './warehouse.ts'

/** `lost`: done, and the socket is cut. `failed`: an internal error, nothing done. `throttled`: 429. `gateway`: 502 after it was done. */
export type Manner = 'lost' | 'failed' | 'throttled' | 'gateway'

export type OdooOptions = {
  apiKey: string
  stock: { code: string; warehouse: string; quantity: number }[]
  /** Milliseconds since 1970. */
  now?: () => number
}

export type Odoo = Awaited<ReturnType<typeof startOdoo>>

export async function startOdoo(options: OdooOptions) {
  const { now = () => Date.now() } = options
  const records = new Records(() => new Date(now()).toISOString().replace('T', ' ').slice(0, 19))
  const warehouse = new Warehouse(records)
  records.create('res.country', { code: 'FR', name: 'France' })
  const partnerId = records.create('res.partner', { name: 'Web shop' })
  openStock(records, warehouse, options.stock)
  const state = { apiKey: options.apiKey, calls: [] as string[], manners: new Map<string, Manner[]>() }

  const run = (model: string, method: string, { ids = [], context = {}, ...args }: Fields): unknown => {
    const route = `${model}/${method}`
    switch (route) {
      case 'sale.order/create':
        return (args['vals_list'] as Fields[]).map((values) => warehouse.createOrder(values))
      case 'sale.order/action_confirm':
        for (const id of ids as Id[]) warehouse.confirm(id)
        return true
      case 'sale.order/action_cancel':
        return warehouse.cancel(ids as Id[], context as Fields)
    }
    if (method === 'search_read') return records.searchRead(model, args)
    if (method === 'create') return (args['vals_list'] as Fields[]).map((values) => records.create(model, values))
    throw new OdooError(404, 'werkzeug.exceptions.NotFound', `the method '${model}.${method}' does not exist`)
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    const [, model = '', method = ''] = /^\/json\/2\/([^/]+)\/([^/]+)$/.exec(request.url ?? '') ?? []
    const route = `${model}/${method}`
    state.calls.push(route)
    if (request.headers.authorization !== `bearer ${state.apiKey}`)
      return tell(response, new OdooError(401, 'werkzeug.exceptions.Unauthorized', 'Invalid apikey'))
    const manner = state.manners.get(route)?.shift()
    if (manner === 'throttled') return void response.writeHead(429, { 'retry-after': '1' }).end()
    if (manner === 'failed')
      return tell(response, new OdooError(500, 'psycopg2.OperationalError', 'could not serialize access'))
    try {
      const result = run(model, method, body)
      if (manner === 'lost') return void request.socket.destroy()
      if (manner === 'gateway') return void response.writeHead(502).end('<html>Bad Gateway</html>')
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(result))
    } catch (error) {
      tell(response, error instanceof OdooError ? error : new OdooError(500, 'builtins.Exception', String(error)))
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    partnerId,
    /** Routes that were called, in order: `sale.order/create`. */
    calls: state.calls,
    /** The next calls of this route go wrong, one after the other. */
    misbehave: (route: string, ...manners: Manner[]): void => void state.manners.set(route, manners),
    setApiKey: (apiKey: string): void => {
      state.apiKey = apiKey
    },
    ship: warehouse.ship.bind(warehouse),
    count: warehouse.count.bind(warehouse),
    /** A person cancels the order of a request in Odoo. */
    cancel: (requestId: string): void =>
      void warehouse.cancel([warehouse.orderOf(requestId).id], { disable_cancel_warning: true }),
    books: () => ({
      orders: records.all('sale.order').map((order) => ({
        requestId: String(order['client_order_ref']),
        name: String(order['name']),
        state: String(order['state']),
        origin: String(order['origin']),
        lines: records.searchRead('sale.order.line', {
          domain: [['order_id', '=', order.id]],
          fields: ['product_id', 'product_uom_qty', 'price_unit'],
        }),
      })),
      contacts: records.all('res.partner').filter((partner) => partner['type'] === 'delivery'),
      stock: warehouse.stock(),
    }),
    close: async (): Promise<void> => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function openStock(records: Records, warehouse: Warehouse, stock: OdooOptions['stock']): void {
  for (const code of new Set(stock.map((row) => row.warehouse))) records.create('stock.warehouse', { code, name: code })
  for (const code of new Set(stock.map((row) => row.code)))
    records.create('product.product', { default_code: code, name: code })
  records.create('product.product', { name: 'a service without a code' })
  for (const row of stock) warehouse.count(row.code, row.warehouse, row.quantity)
}

async function bodyOf(request: IncomingMessage): Promise<Fields> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const read = readJson(Buffer.concat(chunks))
  return read.ok ? (read.value as Fields) : {}
}

function tell(response: ServerResponse, error: OdooError): void {
  const body = {
    name: error.className,
    message: error.message,
    arguments: [error.message],
    context: {},
    debug: 'Traceback …',
  }
  response.writeHead(error.status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}
