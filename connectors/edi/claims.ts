/** What an interchange claims for itself: its number, its groups' numbers, and each document by its business key. */
import type { X12Interchange, X12Set } from '#mappings/formats/x12/interchange.ts'
import type { Claim } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import type { EdiConfig } from './config.ts'
import { ta1Of } from './interchange-receipts.ts'

/** Where a set keeps its purpose, its document number and (for changes) its sequence: segment and element positions. */
const BUSINESS_KEYS: Readonly<Record<string, { segment: string; purpose: number; number: number; sequence?: number }>> =
  {
    '850': { segment: 'BEG', purpose: 1, number: 3 },
    '860': { segment: 'BCH', purpose: 1, number: 3, sequence: 5 },
    '180': { segment: 'BGN', purpose: 1, number: 2 },
    '855': { segment: 'BAK', purpose: 1, number: 3 },
    '856': { segment: 'BSN', purpose: 1, number: 2 },
    '944': { segment: 'W17', purpose: 1, number: 3 },
    '945': { segment: 'W06', purpose: 1, number: 4 },
    '947': { segment: 'W15', purpose: 3, number: 2 },
    '865': { segment: 'BCA', purpose: 1, number: 3, sequence: 5 },
    // BIG07 tells an invoice from a credit.
    '810': { segment: 'BIG', purpose: 7, number: 2 },
  }

/** None for an interchange that holds nothing but acknowledgments: their numbers guard nothing. */
export function claimsOf(interchange: X12Interchange, config: EdiConfig, part: string, raw: Uint8Array): Claim[] {
  const { isa, byteEnd } = interchange
  return claimsOfContent(interchange, config, part, sha256(raw.subarray(isa.byteOffset, byteEnd)))
}

/** `hash`: SHA-256 of the bytes from ISA to the end of IEA, in hex. */
export function claimsOfContent(interchange: X12Interchange, config: EdiConfig, part: string, hash: string): Claim[] {
  const { header, groups } = interchange
  const answered = groups.filter(({ header: { functionalId } }) => functionalId !== 'FA')
  if (answered.length === 0) return []
  const parties = `${header.sender.qualifier}/${header.sender.id} ${header.receiver.qualifier}/${header.receiver.id}`
  const key = `${header.sender.id}-${header.controlNumber}-${hash.slice(0, 12)}-reused`
  return [
    {
      kind: 'interchange',
      key: `x12 ${parties} ${header.controlNumber}`,
      hash,
      part,
      reused: {
        issue: reusedNumber(header.controlNumber),
        receipts: ta1Of(interchange, config, part, key, { note: '025' }),
      },
    },
    ...answered.flatMap((group): Claim[] => {
      const at = `${part} GS ${group.header.controlNumber}`
      const { functionalId, sender, receiver, controlNumber } = group.header
      const sets = group.sets.filter(({ issues }) => issues.length === 0)
      return [
        { kind: 'group', key: `x12 ${functionalId} ${sender} ${receiver} ${controlNumber}`, hash, part: at },
        ...sets.flatMap((set) => documentClaim(set, parties, at)),
      ]
    }),
  ]
}

function documentClaim(set: X12Set, parties: string, at: string): Claim[] {
  const place = BUSINESS_KEYS[set.header.id]
  const head = place === undefined ? undefined : set.segments.find(({ id }) => id === place.segment)
  const number = head?.element(place?.number ?? 0) ?? ''
  if (place === undefined || head === undefined || number === '') return []
  const sequence = place.sequence === undefined ? '' : ` ${head.element(place.sequence) || '1'}`
  // ST and SE change from one sending to the next; what is between them is the document.
  const content = set.segments
    .slice(1, -1)
    .map((segment) => segment.elements().join('\u001d'))
    .join('\u001e')
  return [
    {
      kind: 'document',
      key: `x12 ${parties} ${set.header.id} ${number} ${head.element(place.purpose)}${sequence}`,
      hash: sha256(Buffer.from(content, 'utf8')),
      part: `${at} ST ${set.header.controlNumber}`,
    },
  ]
}

const reusedNumber = (controlNumber: string) => ({
  code: 'edi.control-number-reused',
  class: 'data' as const,
  place: { path: 'ISA-13' },
  rule: 'ISA13 belongs to one interchange: this number came before with other content',
  value: controlNumber,
  cure: 'Nothing of it was used. Ask the partner which of the two holds, and to send what is right under a new number.',
  subject: controlNumber,
})
