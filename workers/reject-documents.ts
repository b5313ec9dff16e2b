/**
 * Refusing parts of a partner's documents for good: they are set aside as a discard sets them aside, and where the partner's language has
 * a word for it (X12 824), the partner is told in the same commit what was refused, and why.
 */
import type { DocumentRejection } from '#core/model/document.ts'
import { faultMessage } from '#core/fault.ts'
import type { Instant } from '#core/model/time.ts'
import { loadEnvelopes, type StoredEnvelope } from '#store/envelopes.ts'
import { insertInstructions, type NewInstruction } from '#store/instructions.ts'
import {
  type ItemResult,
  type OpenItem,
  openItems,
  type QuarantineFilter,
  resultsOf,
  settleDiscarded,
} from '#store/quarantine-actions.ts'
import { inboundPort, outboundPort } from './master.ts'
import type { World } from './world.ts'

/** `told`: the partner hears of it; otherwise a person has to say it. */
export type Rejected = ItemResult & { told: boolean }

export async function rejectQuarantined(
  world: World,
  filter: QuarantineFilter,
  reason: string,
  actor: string,
): Promise<Rejected[]> {
  await world.master.fresh()
  return world.commit(async (unit) => {
    const now = world.clock.now()
    const items = await openItems(unit, filter)
    const envelopes = new Map(
      (await loadEnvelopes(unit, [...new Set(items.map((item) => item.envelopeId))])).map((each) => [each.id, each]),
    )
    const parts = [...Map.groupBy(items, (item) => `${item.envelopeId}\u001f${item.part}`).values()]
    const instructions = parts.flatMap((part) => tellPartner(world, envelopes, part, reason, now))
    await insertInstructions(
      unit,
      instructions.map((each) => each.instruction),
    )
    const told = new Set(instructions.flatMap((each) => each.items.map((item) => item.id)))
    const silent = items.filter((item) => !told.has(item.id))
    await settleDiscarded(
      unit,
      [...told].map((id) => ({ id })),
      `rejected, and the partner is told: ${reason} (${actor})`,
      now,
    )
    await settleDiscarded(unit, silent, `rejected; the partner is to be told by hand: ${reason} (${actor})`, now)
    return (await resultsOf(unit, filter, items)).map((each) => ({ ...each, told: told.has(each.id) }))
  })
}

function tellPartner(
  world: World,
  envelopes: ReadonlyMap<string, StoredEnvelope>,
  items: readonly OpenItem[],
  reason: string,
  now: Instant,
): { instruction: NewInstruction; items: readonly OpenItem[] }[] {
  const [first] = items
  const envelope = first === undefined ? undefined : envelopes.get(first.envelopeId)
  const connection = world.master.current().connections.get(envelope?.connectionId ?? '')
  if (first === undefined || envelope === undefined || connection === undefined) return []
  const port = outboundPort(connection, 'rejection')
  if (port === undefined) return []
  const named = nameOf(world, envelope, first.part)
  const document: DocumentRejection = {
    rejectionId: world.ids.next('rej'),
    rejectedAt: now,
    ...named,
    document: envelope.meta['file'] ?? envelope.sourceKey,
    part: first.part,
    reason,
    faults: items.map(({ place, rule, value }) => ({ place, rule, ...(value === null ? {} : { value }) })),
  }
  const instruction = {
    id: world.ids.next('ins'),
    connectionId: connection.id,
    port: port.name,
    kind: 'rejection',
    businessKey: document.rejectionId,
    subjectId: first.envelopeId,
    document,
    createdAt: now,
  }
  return [{ instruction, items }]
}

/** A connector that throws over bad bytes does not keep a person from refusing them. */
function nameOf(world: World, envelope: StoredEnvelope, part: string) {
  const connection = world.master.current().connections.get(envelope.connectionId)
  const port = connection === undefined ? undefined : inboundPort(connection, envelope.port)
  try {
    return envelope.chunked ? undefined : port?.nameOf?.(envelope.raw, envelope.meta, part)
  } catch (error) {
    world.log.warn('a document could not be named', { envelope: envelope.id, error: faultMessage(error) })
    return undefined
  }
}
