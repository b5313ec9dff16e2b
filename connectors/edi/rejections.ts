/** A set of the partner's that a person refuses for good, told as 824. What was wrong with its form the 997 has said already. */
import type { DocumentRejection } from '#core/model/document.ts'
import type { Parsed } from '#core/issue.ts'
import type { ApplicationAdvice } from '#core/model/trade.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { advice824 } from '#mappings/x12/advice-824.ts'
import { shortReference } from '#mappings/x12/po-number.ts'
import type { Naming } from '../contract/connector.ts'
import { setsPort } from './sets-port.ts'

/** X12 data element 647, application error condition: mutually defined. The words say the rest. */
const MUTUALLY_DEFINED = 'ZZZ'
/** TED02, AN 1/60. */
const TEXT_LENGTH = 60

export const rejections = setsPort({
  name: 'rejections',
  summary: 'Sets that were refused for good, X12 824; where rejectWith824 is set.',
  kind: 'rejection',
  document: advice824,
  has: ({ rejectWith824 }) => rejectWith824,
  toWrite: adviceOf,
  expectsAnswer: false,
  repeatIsHarmless: () => true,
})

function adviceOf(rejection: DocumentRejection): Parsed<ApplicationAdvice> {
  const { documentType, reference, rejectedAt, rejectionId, reason, faults } = rejection
  const adviceNumber = shortReference(rejectionId)
  if (documentType === undefined || reference === undefined || adviceNumber === undefined)
    return {
      ok: false,
      issues: [
        {
          code: 'x12.rejection-unnamed',
          class: 'data',
          place: { path: rejection.part },
          rule: 'must be a set whose number can be read: an 824 speaks of one document',
          cure: 'Tell the partner by hand, then resolve the case.',
          subject: rejection.document,
        },
      ],
    }
  const texts = [reason, ...faults.map((fault) => `${fault.place}: ${fault.rule}`)]
  return {
    ok: true,
    value: {
      adviceNumber,
      advisedOn: rejectedAt.slice(0, 10),
      verdict: 'rejected',
      reference,
      documentType,
      errors: texts.slice(0, 20).map((text) => ({ code: MUTUALLY_DEFINED, text: text.slice(0, TEXT_LENGTH).trim() })),
    },
  }
}

/** Where a set's own number stands: 855 BAK03 is our order's, so the acknowledgment's date and purpose do not name it. */
const NUMBER_AT: Record<string, number> = {
  '850': 3,
  '860': 3,
  '855': 3,
  '865': 3,
  '856': 2,
  '846': 2,
  '870': 2,
  '945': 2,
  '944': 3,
  '947': 2,
}

/** `ISA 000000007 GS 7 ST 0001` → the set's type and the number in its first segment. */
export const nameOfSet: Naming = (raw, _meta, part) => {
  const [, isa, gs, st] = /^ISA (\S+) GS (\S+) ST (\S+)/.exec(part) ?? []
  const interchange = readX12Interchanges(raw).interchanges.find((each) => each.header.controlNumber === isa)
  const group = interchange?.groups.find((each) => each.header.controlNumber === gs)
  const set = group?.sets.find((each) => each.header.controlNumber === st)
  // The first is ST.
  const reference = set?.segments[1]?.elements()[(NUMBER_AT[set.header.id] ?? 2) - 1] ?? ''
  return set === undefined || reference === ''
    ? undefined
    : { documentType: set.header.id, reference: reference.slice(0, 22) }
}
