/** Connections: what state they are in, and stopping and starting them. A paused connection still takes what partners send. */
import { z } from '@hono/zod-openapi'
import { CONNECTION_STATES, type ConnectionState } from '#core/model/channel.ts'
import { Fault } from '#core/fault.ts'
import { step } from '#core/model/chart.ts'
import { connectionChart } from '#core/model/charts.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from '#store/database.ts'
import { setConnectionState } from '#store/master-data.ts'
import { resolveCases } from '#store/quarantine.ts'
import { decodeCursor, encodeCursor } from '../paging.ts'
import { HttpProblem } from '../problem.ts'
import { type Answer, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { anyId, instantOut } from '../wire/basics.ts'

const ConnectionView = z
  .object({
    id: z.string(),
    connector: z.string(),
    state: z.enum(CONNECTION_STATES),
    reason: z.string().nullable(),
    changedAt: instantOut,
  })
  .openapi('Connection')
type ConnectionView = {
  id: string
  connector: string
  state: ConnectionState
  reason: string | null
  changedAt: Instant
}

const Reconcile = z
  .strictObject({
    repair: z
      .boolean()
      .default(false)
      .openapi({ description: 'Tell the channel anew what differs, by compare-and-set.' }),
    limit: z.int().min(1).max(1_000).default(250),
    cursor: z.string().max(500).optional(),
  })
  .openapi('ReconcileRequest')
const Reconciled = z
  .object({
    checked: z.int(),
    pending: z.int().openapi({ description: 'Their newest number is still on its way: look again later.' }),
    differences: z.array(
      z
        .object({
          sku: z.string(),
          nodeId: z.string(),
          should: z.int(),
          told: z.int().nullable(),
          holds: z.int().nullable(),
        })
        .openapi('StockDifference'),
    ),
    repaired: z.int(),
    next: z.string().nullable(),
  })
  .openapi('Reconciliation')

const Checked = z.object({ ok: z.boolean(), text: z.string() }).openapi('ConnectionCheck')

const SELECT = 'SELECT id, connector, state, reason, changed_at AS "changedAt" FROM connection'
const common = {
  method: 'post',
  tag: 'connections',
  scopes: ['operations'],
  params: z.object({ id: anyId }),
  answers: { 200: { description: 'The connection as it is now.', schema: ConnectionView } },
} as const

export function connectionRoutes(shared: Shared): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/connections',
      name: 'listConnections',
      tag: 'connections',
      summary: 'All connections and their states.',
      scopes: ['operations'],
      answers: {
        200: { description: 'By name.', schema: z.object({ connections: z.array(ConnectionView) }) },
      },
      handle: async () => ({
        status: 200,
        json: { connections: await shared.deps.db.query<ConnectionView>(`${SELECT} ORDER BY id`) },
      }),
    }),
    route({
      ...common,
      path: '/v1/connections/{id}/check',
      name: 'checkConnection',
      summary:
        'Ask the partner whether it works: what is wrong, and how to cure it. A good check resumes what had stopped.',
      answers: { 200: { description: 'What was found.', schema: Checked } },
      handle: async ({ params }) => ({ status: 200, json: await shared.deps.checkConnection(params.id) }),
    }),
    route({
      ...common,
      path: '/v1/connections/{id}/pause',
      name: 'pauseConnection',
      summary: 'Send nothing and fetch nothing over it until it is resumed.',
      body: z.strictObject({ reason: z.string().trim().min(1).max(500) }).openapi('PauseReason'),
      problems: ['malformed-json', 'not-found', 'wrong-state', 'invalid-body'],
      handle: ({ params, body, actor }) => move(shared, params.id, 'pause', `${body.reason} (${actor})`, actor),
    }),
    route({
      ...common,
      path: '/v1/connections/{id}/resume',
      name: 'resumeConnection',
      summary: 'Work over it again.',
      problems: ['not-found', 'wrong-state'],
      handle: ({ params, actor }) => move(shared, params.id, 'resume', null, actor),
    }),
    route({
      method: 'post',
      path: '/v1/connections/{id}/reconcile',
      name: 'reconcileConnection',
      tag: 'connections',
      summary: 'Compare what a channel holds of stock with what it should hold, a page at a time.',
      description: 'Each page reads the channel. Send `next` as `cursor` until it is null.',
      scopes: ['operations'],
      params: z.object({ id: anyId }),
      body: Reconcile,
      answers: { 200: { description: 'The differences of this page.', schema: Reconciled } },
      problems: ['malformed-json', 'bad-query', 'not-found', 'wrong-state', 'unavailable', 'invalid-body'],
      handle: ({ params, body }) => reconcile(shared, params.id, body),
    }),
  ]
}

async function move(
  shared: Shared,
  id: string,
  event: 'pause' | 'resume',
  reason: string | null,
  actor: string,
): Promise<Answer> {
  const now = shared.deps.clock.now()
  const json = await shared.deps.commit(async (unit) => {
    const known = await connectionOf(unit, id, 'FOR UPDATE')
    if (known === undefined) throw new HttpProblem('not-found', 'There is no connection of this name.')
    const stepped = step(connectionChart, known.state, event)
    if (!stepped.ok) throw new HttpProblem('wrong-state', stepped.reason)
    await setConnectionState(unit, id, stepped.state, reason, now)
    if (event === 'resume') await resolveCases(unit, 'connectionBroken', [id], `resumed by ${actor}`, now)
    return connectionOf(unit, id, '')
  })
  shared.connections.forget()
  return { status: 200, json }
}

async function reconcile(shared: Shared, id: string, ask: z.output<typeof Reconcile>): Promise<Answer> {
  if ((await connectionOf(shared.deps.db, id, '')) === undefined)
    throw new HttpProblem('not-found', 'There is no connection of this name.')
  const [sku, nodeId] = decodeCursor(ask.cursor, 1)?.[0]?.split('/').map(decodeURIComponent) ?? []
  const after = sku === undefined || nodeId === undefined ? undefined : { sku, nodeId }
  try {
    const { next, ...page } = await shared.deps.reconcile(id, { after, limit: ask.limit, repair: ask.repair })
    // SKUs may hold any character; a cursor takes plain ones.
    const cursor =
      next === undefined ? null : encodeCursor([`${encodeURIComponent(next.sku)}/${encodeURIComponent(next.nodeId)}`])
    return { status: 200, json: { ...page, next: cursor } }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw new HttpProblem(error.kind === 'config' ? 'wrong-state' : 'unavailable', `${error.message}.`)
  }
}

async function connectionOf(db: Queryable, id: string, lock: '' | 'FOR UPDATE'): Promise<ConnectionView | undefined> {
  const [row] = await db.query<ConnectionView>(`${SELECT} WHERE id = $1 ${lock}`, [id])
  return row
}
