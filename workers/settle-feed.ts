/** The document of a stock feed ends with the last of its feeds. */
import type { Instant } from '#core/model/time.ts'
import { type EnvelopeVerdict, settleEnvelopes } from '#store/envelopes.ts'
import { openWorkOf } from '#store/feeds.ts'
import type { Unit } from '#store/unit.ts'

/** `verdict` holds where no row waits in quarantine and no other feed of the document is at work or held. */
export async function settleDocumentOf(
  unit: Unit,
  envelopeId: string,
  verdict: Omit<EnvelopeVerdict, 'id'>,
  now: Instant,
): Promise<void> {
  const open = await openWorkOf(unit, envelopeId)
  if (open.feeds) return
  const settled = open.quarantine ? ({ state: 'quarantined', reason: 'see its quarantine items' } as const) : verdict
  await settleEnvelopes(unit, [{ id: envelopeId, ...settled }], now)
}
