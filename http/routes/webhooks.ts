/**
 * Webhooks of partners: raw bytes, size cap while reading, signature over the raw bytes, one stored row, 200 after its commit.
 * Nothing is parsed here; a wrong signature leaves no trace but a log line.
 */
import { z } from '@hono/zod-openapi'
import type { WebhookPort } from '#connectors/contract/connector.ts'
import type { HttpConnection } from '../deps.ts'
import { HttpProblem } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { storeDocument } from '../store-document.ts'
import { anyId } from '../wire/basics.ts'

export function webhookRoutes(shared: Shared): Route[] {
  const { deps } = shared
  return [
    route({
      method: 'post',
      path: '/webhooks/{connection}/{port}',
      name: 'receiveWebhook',
      tag: 'webhooks',
      summary: 'A partner’s webhook, proven by the partner’s own signature.',
      description: 'Answered 200 only after the raw document is stored. A repeated delivery is 200 as well.',
      params: z.object({ connection: anyId, port: anyId }),
      rawBody: ['application/json', 'application/xml', 'application/octet-stream'],
      answers: {
        200: {
          description: 'Stored: `{"received": true}`, or what this partner wants to read.',
          schema: z.looseObject({}),
        },
      },
      problems: ['bad-signature', 'not-found', 'too-large', 'unavailable'],
      handle: async ({ params, request }) => {
        const connection = await shared.connections.find(params.connection)
        const port = connection === undefined ? undefined : webhookPort(connection, params.port)
        if (connection === undefined || port === undefined)
          throw new HttpProblem('not-found', 'No connection takes webhooks here.')
        const body = await request.body(port.maxBytes)
        const raw = { headers: request.headers, body, receivedAt: deps.clock.now() }
        // A port without a check proves nobody: refused, like every unknown scheme.
        const verified = port.verify?.(raw, connection.secret, connection.config as never) ?? {
          ok: false,
          reason: 'the port checks no signature',
        }
        if (!verified.ok) {
          deps.log.warn('a webhook was refused', {
            connection: connection.id,
            port: port.name,
            reason: verified.reason,
          })
          throw new HttpProblem('bad-signature', 'The signature is missing, wrong or too old. Nothing was read.')
        }
        await storeDocument(shared, connection, port, raw)
        return { status: 200, json: port.answer ?? { received: true } }
      },
    }),
  ]
}

function webhookPort(connection: HttpConnection, name: string): WebhookPort<never> | undefined {
  for (const port of connection.connector.ports)
    if (port.direction === 'in' && port.transport === 'webhook' && port.name === name) return port
  return undefined
}
