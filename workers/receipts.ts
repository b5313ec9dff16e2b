/** Technical receipts of a document, as instructions for its partner. */
import type { Instant } from '#core/model/time.ts'
import type { Reading } from '#connectors/contract/connector.ts'
import type { NewInstruction } from '#store/instructions.ts'
import type { World } from './world.ts'

export function receiptsOf(
  world: Pick<World, 'ids'>,
  envelope: { id: string; connectionId: string },
  { receipts }: Pick<Reading, 'receipts'>,
  now: Instant,
): NewInstruction[] {
  return receipts.map((receipt) => ({
    id: world.ids.next('ins'),
    connectionId: envelope.connectionId,
    port: receipt.port,
    kind: 'acknowledgement',
    businessKey: receipt.key,
    subjectId: envelope.id,
    document: { for: envelope.id, bytes: receipt.text },
    createdAt: now,
  }))
}
