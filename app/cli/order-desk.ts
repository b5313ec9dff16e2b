/** What is done to orders from the command line: asked of a running hub, or done on its database when none runs. */
import type { Hold } from '#core/model/order.ts'
import type { ChangeAnswer, ChangeEffect, EraseAnswer, OrderActions } from '#http/deps.ts'
import { viewOf } from '#http/routes/order-views.ts'
import type { Queryable } from '#store/database.ts'
import { loadOrders } from '#store/orders.ts'
import { openHub } from '../hub.ts'
import { orderActions } from '../order-actions.ts'
import { type ApiClient, apiClient } from './api-client.ts'
import { type Call, text, UsageError } from './command.ts'

export type OrderDesk = OrderActions & {
  /** By our id, its number or the channel's name of it. */
  find: (name: string) => Promise<string>
  show: (id: string) => Promise<ShownOrder>
}

/** What the command line tells of an order. */
export type ShownOrder = Pick<
  Awaited<ReturnType<typeof viewOf>>,
  'id' | 'phase' | 'waiting' | 'holds' | 'cases' | 'lines'
>

/** Without an address of a hub its database is opened; what follows from a change is left to the hub that runs next. */
export async function atOrderDesk<T>(call: Call, work: (desk: OrderDesk) => Promise<T>): Promise<T> {
  const url = text(call.values['url']) ?? process.env['CROSSDOCK_URL']
  if (url !== undefined) {
    const key = process.env['CROSSDOCK_API_KEY']
    if (key === undefined) throw new UsageError('set CROSSDOCK_API_KEY: crossdock keys create makes one')
    return work(apiDesk(apiClient(url, key)))
  }
  const hub = await openHub(call.settings)
  try {
    const { db, clock } = hub.world
    return await work({
      ...orderActions(hub),
      find: (name) => findOrder(db, name),
      show: async (id) => {
        const [stored] = await loadOrders(db, [id])
        if (stored === undefined) throw new UsageError(`There is no order ${id}.`)
        return viewOf(db, stored, clock.now())
      },
    })
  } finally {
    await hub.stop()
  }
}

async function findOrder(db: Queryable, name: string): Promise<string> {
  const rows = await db.query<{ id: string }>(
    'SELECT id FROM sales_order WHERE id = $1 OR number = $1 OR external_id = $1 ORDER BY id LIMIT 2',
    [name],
  )
  return onlyOne(
    name,
    rows.map((row) => row.id),
  )
}

function onlyOne(name: string, ids: readonly string[]): string {
  const [id] = ids
  if (id === undefined) throw new UsageError(`There is no order ${name}.`)
  if (ids.length > 1) throw new UsageError(`Several orders are called ${name}. Name it by its id.`)
  return id
}

const done = (effect: unknown): ChangeAnswer => ({ kind: 'done', effect: effect as ChangeEffect })

function apiDesk(client: ApiClient): OrderDesk {
  const post = (path: string, body: unknown): Promise<unknown> =>
    client.ask('POST', path, { type: 'application/json', content: JSON.stringify(body) })
  return {
    find: async (name) => {
      if (name.startsWith('ord_')) return name
      const page = await client.ask('GET', `/v1/orders?name=${encodeURIComponent(name)}&limit=2`)
      return onlyOne(
        name,
        (page as { items: { id: string }[] }).items.map((each) => each.id),
      )
    },
    show: async (id) => (await client.ask('GET', `/v1/orders/${encodeURIComponent(id)}`)) as ShownOrder,
    hold: async (id, wish) => ({
      kind: 'done',
      hold: (await post(`/v1/orders/${id}/holds`, wish)) as Hold,
      repeated: false,
    }),
    previewChange: async (id, { changes }) => done(await post(`/v1/orders/${id}/changes/preview`, { changes })),
    change: async (id, wish) => done(await post(`/v1/orders/${id}/changes`, wish)),
    erase: async (wish) => (await post('/v1/erasures', wish)) as EraseAnswer,
    trackShipment: async (id, told) => {
      const tracked = (await post(`/v1/shipments/${encodeURIComponent(id)}/tracking`, told)) as {
        result: 'applied' | 'duplicate'
        state: 'shipped' | 'delivered' | 'exception'
      }
      return { kind: tracked.result === 'applied' ? 'done' : 'duplicate', state: tracked.state }
    },
    cancel: async (id, wish) => done(await post(`/v1/orders/${id}/cancel`, wish)),
    releaseHold: async (id, holdId, resolution) => ({
      kind: 'done',
      hold: (await post(`/v1/orders/${id}/holds/${holdId}/release`, { resolution })) as Hold,
      repeated: false,
    }),
  }
}
