/** A raw document into the inbox, under the source key that its port makes of it. */
import type { RawRequest, WebhookPort } from '#connectors/contract/connector.ts'
import type { HttpConnection } from './deps.ts'
import type { Shared } from './shared.ts'

/** Resolves after the commit. `fresh` is false for a document that was here already. */
export async function storeDocument(
  { deps, metrics }: Shared,
  connection: HttpConnection,
  port: WebhookPort<never>,
  raw: RawRequest,
): Promise<{ id: string; sourceKey: string; fresh: boolean }> {
  const id = deps.ids.next('env')
  const sourceKey = port.sourceKey(raw)
  const { fresh } = await deps.accept({
    id,
    connectionId: connection.id,
    port: port.name,
    sourceKey,
    meta: port.meta(raw),
    raw: raw.body,
    receivedAt: raw.receivedAt,
  })
  metrics.document(connection.id, fresh)
  return { id, sourceKey, fresh }
}
