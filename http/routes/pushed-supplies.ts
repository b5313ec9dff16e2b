/** Supplies and goods receipts of partners with an API key of ours, in the format of their connection. What cannot be read waits in quarantine. */
import { z } from '@hono/zod-openapi'
import type { WebhookPort } from '#connectors/contract/connector.ts'
import type { HttpConnection } from '../deps.ts'
import type { Incoming } from '../incoming.ts'
import { HttpProblem } from '../problem.ts'
import { envelopeIdOf } from '../queries/documents.ts'
import { type Answer, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { storeDocument } from '../store-document.ts'
import { anyId } from '../wire/basics.ts'

const PushReceipt = z.object({ id: z.string(), fresh: z.boolean(), document: z.string() }).openapi('PushReceipt', {
  description: '`document` says what became of it; `fresh` is false for one that was here already.',
})

export function pushedSupplyRoutes(shared: Shared): Route[] {
  const common = {
    tag: 'stock',
    scopes: ['stock:write'],
    params: z.object({ connection: anyId }),
    rawBody: ['application/json', 'text/csv'],
    answers: { 202: { description: 'Stored; it is read next.', schema: PushReceipt } },
    problems: ['not-found', 'too-large', 'incomplete-body', 'unavailable'],
  } as const
  return [
    route({
      ...common,
      method: 'put',
      path: '/v1/supplies/{connection}',
      name: 'pushSupplies',
      summary: 'Purchase orders, ASNs and transfers in the format of a connection.',
      description:
        'Answered 202 after the raw document is stored. An older statement of a supply never beats a newer one. The formats are described with the connector.',
      handle: ({ params, request }) => push(shared, params.connection, 'supplies', request),
    }),
    route({
      ...common,
      method: 'post',
      path: '/v1/receipts/{connection}',
      name: 'pushReceipts',
      summary: 'Goods that came in, in the format of a connection.',
      description:
        'Answered 202 after the raw document is stored. A receipt has a number of its own: the same one twice is one. One of a supply that nobody stated waits in quarantine.',
      handle: ({ params, request }) => push(shared, params.connection, 'receipts', request),
    }),
  ]
}

async function push(shared: Shared, name: string, kind: 'supplies' | 'receipts', request: Incoming): Promise<Answer> {
  const connection = await shared.connections.find(name)
  const port = connection === undefined ? undefined : pushPort(connection, kind)
  if (connection === undefined || port === undefined)
    throw new HttpProblem('not-found', `No connection of this name takes ${kind}.`)
  const body = await request.body(port.maxBytes)
  const raw = { headers: request.headers, body, receivedAt: shared.deps.clock.now() }
  const stored = await storeDocument(shared, connection, port, raw)
  const known = stored.fresh ? undefined : await envelopeIdOf(shared.deps.db, connection.id, stored.sourceKey)
  const id = known ?? stored.id
  const document = `/v1/documents/${id}`
  return { status: 202, json: { id, fresh: stored.fresh, document }, headers: { location: document } }
}

function pushPort(connection: HttpConnection, kind: string): WebhookPort<never> | undefined {
  for (const port of connection.connector.ports)
    if (port.direction === 'in' && port.transport === 'push' && port.kind === kind) return port
  return undefined
}
