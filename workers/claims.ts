/** Holds what a reading claims against the ledger: a repeat is answered as before and not applied, a reused number is held. */
import type { Instant } from '#core/model/time.ts'
import type { Reading, Receipt } from '#connectors/contract/connector.ts'
import { claimEdiKeys, type EdiVerdict, resendStored } from '#store/edi-claims.ts'
import { deliverQueue } from '#store/instructions.ts'
import type { Unit } from '#store/unit.ts'
import type { World } from './world.ts'

/** `repeats` names the document that came first when this one says nothing new. */
export type Sifted = { reading: Reading; repeats?: string }

type Envelope = { id: string; connectionId: string }

/** Claims in the commit of what is applied, so that a claim without its documents cannot be. */
export async function claimReading(
  unit: Unit,
  world: World,
  { id, connectionId }: Envelope,
  reading: Reading,
  now: Instant,
): Promise<Sifted> {
  const { claims = [] } = reading
  if (claims.length === 0) return { reading }
  const verdicts = await claimEdiKeys(unit, connectionId, id, claims, now)
  const { sifted, resend } = sift(reading, verdicts)
  const resends = resend.map(({ port, key }) => ({
    port,
    businessKey: key,
    instructionId: world.ids.next('ins'),
    transmissionId: world.ids.next('trm'),
  }))
  await resendStored(unit, connectionId, id, resends, now, deliverQueue(connectionId))
  return sifted
}

/** The reading without what came before, and the receipts to send again. */
export function sift(reading: Reading, verdicts: readonly EdiVerdict[]): { sifted: Sifted; resend: Receipt[] } {
  const { claims = [] } = reading
  let { documents, receipts } = reading
  const refused = [...reading.refused]
  const resend: Receipt[] = []
  let repeats: string | undefined
  for (const [index, { claim, verdict, firstEnvelopeId }] of verdicts.entries()) {
    if (verdict === 'mine' || claim.kind === 'group') continue
    if (claim.kind === 'document') {
      // Other content under the same business key may be a correction: what it means is decided where it is applied.
      if (verdict === 'conflict') continue
      documents = documents.filter(({ part }) => !isWithin(part, claim.part))
      repeats = firstEnvelopeId
      continue
    }
    const own = receipts.filter(({ part }) => part === claim.part)
    receipts = receipts.filter(({ part }) => part !== claim.part)
    documents = documents.filter(({ part }) => !isWithin(part, claim.part))
    if (verdict === 'repeat') {
      resend.push(...own)
      repeats = firstEnvelopeId
    } else {
      const reused = claims[index]?.reused
      if (reused === undefined) continue
      refused.push({ part: claim.part, issues: [reused.issue] })
      receipts = [...receipts, ...reused.receipts]
    }
  }
  return {
    sifted: { reading: { ...reading, documents, receipts, refused }, ...(repeats === undefined ? {} : { repeats }) },
    resend,
  }
}

const isWithin = (part: string, whole: string): boolean => part === whole || part.startsWith(`${whole} `)
