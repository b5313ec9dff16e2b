/** What an interchange claims for itself: its control reference, and each message by its business key. */
import type { EdifactInterchange, EdifactMessage } from '#mappings/formats/edifact/interchange.ts'
import type { Claim } from '../../contract/connector.ts'
import { sha256 } from '../../contract/request.ts'
import type { EdifactConfig } from './config.ts'
import { contrlOf } from './acknowledgements.ts'

/** Messages whose number (BGM 1004) the partner gives once; stock reports are told apart by their content and time. */
const NUMBERED: ReadonlySet<string> = new Set(['ORDERS', 'ORDCHG', 'ORDRSP', 'DESADV', 'INVOIC', 'RECADV'])

/** None for an interchange that holds nothing but acknowledgments: their references guard nothing. */
export function claimsOf(
  interchange: EdifactInterchange,
  config: EdifactConfig,
  part: string,
  raw: Uint8Array,
): Claim[] {
  const { byteOffset, byteEnd } = interchange
  return claimsOfContent(interchange, config, part, sha256(raw.subarray(byteOffset, byteEnd)))
}

/** `hash`: SHA-256 of the bytes from UNA or UNB to the end of UNZ, in hex. */
export function claimsOfContent(
  interchange: EdifactInterchange,
  config: EdifactConfig,
  part: string,
  hash: string,
): Claim[] {
  const { header, messages } = interchange
  const answered = messages.filter((message) => message.header.type !== 'CONTRL')
  if (answered.length === 0) return []
  const parties = `${header.sender.qualifier}/${header.sender.id} ${header.receiver.qualifier}/${header.receiver.id}`
  const key = `${header.sender.id}-${header.controlReference}-${hash.slice(0, 12)}-reused`
  return [
    {
      kind: 'interchange',
      key: `edifact ${parties} ${header.controlReference}`,
      hash,
      part,
      reused: {
        issue: reusedReference(header.controlReference),
        receipts: contrlOf(interchange, config, part, key, { interchangeError: '26' }),
      },
    },
    ...answered.flatMap((message) => documentClaim(message, parties, part)),
  ]
}

function documentClaim({ header, segments, issues }: EdifactMessage, parties: string, at: string): Claim[] {
  const bgm = segments.find(({ id }) => id === 'BGM')
  const number = bgm?.component(2, 1) ?? ''
  if (issues.length > 0 || !NUMBERED.has(header.type) || bgm === undefined || number === '') return []
  // Partners that number nothing at all write the same BGM always: the order keeps their answers apart.
  const order = segments.find((segment) => segment.id === 'RFF' && segment.component(1, 1) === 'ON')?.component(1, 2)
  const content = segments.slice(1, -1).map((segment) => segment.raw)
  return [
    {
      kind: 'document',
      key: `edifact ${parties} ${header.type} ${number} ${bgm.element(3)} ${order ?? ''}`,
      hash: sha256(Buffer.from(content.join('\u001e'), 'utf8')),
      part: `${at} UNH ${header.reference}`,
    },
  ]
}

const reusedReference = (reference: string) => ({
  code: 'edi.control-number-reused',
  class: 'data' as const,
  place: { path: 'UNB-05' },
  rule: 'the control reference of UNB belongs to one interchange: this one came before with other content',
  value: reference,
  cure: 'Nothing of it was used. Ask the partner which of the two holds, and to send what is right under a new reference.',
  subject: reference,
})
