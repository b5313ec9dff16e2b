/** What the partner tells: answers (855, 865, 870), ship notices (856), stock (846), invoices (810), refusals (824) and its receipts (997). */
import type { Issue } from '#core/issue.ts'
import type { DocumentKind } from '#core/model/document.ts'
import type { Instant } from '#core/model/time.ts'
import { build997, build999 } from '#mappings/formats/x12/ack.ts'
import type { Acknowledgment, AckVerdict } from '#mappings/formats/x12/ack.ts'
import { validateX12Set } from '#mappings/formats/guides/x12/validator.ts'
import { ackVerdict } from '#mappings/formats/guides/x12/verdict.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import type { X12Group, X12Interchange, X12Set } from '#mappings/formats/x12/interchange.ts'
import { instantOf } from '#mappings/x12/times.ts'
import type { FolderPort, InboundDocument, ReadContext, Reading } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import { receiptText } from './acknowledgements.ts'
import { mapsOf } from './config.ts'
import type { EdiConfig } from './config.ts'
import { settle, tooLargeIssue, wholeFiles } from './inbox.ts'
import { readAdvice } from './partner-advices.ts'
import { claimsOf } from './claims.ts'
import { ta1Of } from './interchange-receipts.ts'
import { readOtherSet } from './more-sets.ts'
import { wrongParties } from './parties.ts'
import { nameOfSet } from './rejections.ts'
import { acknowledgedBy, rejectedByPartner } from './partner-receipts.ts'
import { large846 } from './stock-846.ts'
import { unsupportedSet, verdictOf } from './verdicts.ts'

type Context = ReadContext<EdiConfig>
type PartnerContext = Context & { partner: PartnerSets }
type SetReading = { documents: InboundDocument[]; refused: { part: string; issues: Issue[] }[] }

/** The runtime looks this often; the config says how often the partner's folder is really looked into. */
const EVERY_MS = 500

/** Any partner may refuse a document of ours for what it says. */
const ADVICE = '824'

/** What a kind of partner sends, beside 824 and 997. `read` gives undefined for a set that is not one of `sets`. */
export type PartnerSets = {
  summary: string
  kind: DocumentKind
  sets: readonly string[]
  read: (set: X12Set, group: X12Group, context: Context) => SetReading | undefined
}

export const documentsPort = (partner: PartnerSets): FolderPort<EdiConfig> => ({
  name: 'documents',
  summary: partner.summary,
  direction: 'in',
  transport: 'folder',
  kind: partner.kind,
  everyMs: EVERY_MS,
  // Only who keeps stock tells it.
  ...(partner.sets.includes('846')
    ? { fetch: wholeFiles(large846.isLarge), stream: large846.stream }
    : { fetch: wholeFiles() }),
  settle,
  nameOf: nameOfSet,

  read: (raw, meta, readContext) => {
    const context = { ...readContext, partner }
    const reading: Reading = { documents: [], refused: [], receipts: [] }
    if (meta['tooLarge'] !== undefined) return refuse(reading, '', [tooLargeIssue(meta, context.config)])
    const file = readX12Interchanges(raw, { repair: context.config.repair })
    if (file.issues.length > 0) refuse(reading, '', file.issues)
    for (const interchange of file.interchanges) readInterchange(reading, interchange, raw, context)
    const isSilent = reading.documents.length === 0 && reading.refused.length === 0
    return isSilent ? { ...reading, ignored: 'it holds nothing but receipts' } : reading
  },
})

export const documents = documentsPort({
  summary:
    'Answers (855, 865, 870), ship notices (856), stock (846), invoices (810), refusals (824) and receipts (997) of the partner.',
  kind: 'fulfillmentResponse',
  sets: ['810', '846', '855', '856', '865', '870'],
  read: (set, group, context) => {
    const maps = mapsOf(context.config)
    if (set.header.id === '855') return maps.readAnswer(set, { answeredAt: sentAt(group, context.receivedAt) })
    if (set.header.id === '856') return maps.readShipment(set, {})
    return readOtherSet(set, { ...context, receivedAt: sentAt(group, context.receivedAt) })
  },
})

function refuse(reading: Reading, part: string, issues: Issue[]): Reading {
  reading.refused.push({ part, issues })
  return reading
}

function readInterchange(
  reading: Reading,
  interchange: X12Interchange,
  raw: Uint8Array,
  context: PartnerContext,
): void {
  const { header, isa, byteEnd, groups, issues } = interchange
  const { config } = context
  const at = `ISA ${header.controlNumber}`
  const wrong = wrongParties(interchange, config)
  const own = [...issues, ...wrong]
  const hash = sha256(raw.subarray(isa.byteOffset, byteEnd)).slice(0, 12)
  const key = `${header.sender.id}-${header.controlNumber}`
  const ta1 = wrong.length > 0 ? [] : ta1Of(interchange, config, at, `${key}-${hash}`)
  // A broken interchange may be half of one: nothing in it is used, and a 997 would say that it was read.
  if (own.length > 0) {
    refuse(reading, at, own)
    reading.receipts.push(...ta1)
    return
  }
  reading.claims = [...(reading.claims ?? []), ...claimsOf(interchange, config, at, raw)]
  reading.receipts.push(...ta1)
  for (const group of groups) {
    const ack = readGroup(reading, group, `${at} GS ${group.header.controlNumber}`, context)
    if (ack === null || !config.acknowledge) continue
    reading.receipts.push({
      port: 'acknowledgements',
      key: `997-${key}-${group.header.controlNumber}-${hash}`,
      text: receiptText(ack.set.segments, config.acknowledgeWith),
      part: at,
    })
  }
}

/** Reads the sets, decides the 997, and keeps only what the 997 does not reject: partner and hub must believe the same. */
function readGroup(reading: Reading, group: X12Group, place: string, context: PartnerContext): Acknowledgment | null {
  if (group.header.functionalId === 'FA') {
    for (const issue of group.sets.flatMap(rejectedByPartner)) refuse(reading, place, [issue])
    reading.acknowledged = [...(reading.acknowledged ?? []), ...group.sets.flatMap(acknowledgedBy)]
    return null
  }
  const readings = group.sets.map((set) => judgeSet(set, group, context))
  const verdicts = new Map(
    readings.flatMap(({ verdict }, index) => (verdict === undefined ? [] : [[index, verdict] as const])),
  )
  const build = context.config.acknowledgeWith === '999' ? build999 : build997
  const ack = build({ group, controlNumber: '0001', verdicts })
  if (group.issues.length > 0) refuse(reading, place, group.issues)
  readings.forEach(({ reading: one }, index) => {
    const set = group.sets[index]
    if (set === undefined) return
    if (one === undefined)
      refuse(reading, `${place} ST ${set.header.controlNumber}`, [
        unsupportedSet(set, [...context.partner.sets, ADVICE]),
      ])
    else keep(reading, one, place, ack?.groupStatus === 'R' || ack?.setStatuses[index] === 'R')
  })
  return ack
}

function keep(reading: Reading, set: SetReading, place: string, isRejected: boolean): void {
  const named = <T extends { part: string }>(one: T): T => ({ ...one, part: `${place} ${one.part}` })
  if (!isRejected) reading.documents.push(...set.documents.map(named))
  reading.refused.push(...set.refused.map(named))
}

/** What a set says, and what its acknowledgment says of it. `reading` undefined: a set of a kind that nobody reads. */
function judgeSet(
  set: X12Set,
  group: X12Group,
  context: PartnerContext,
): { reading: SetReading | undefined; verdict: AckVerdict | undefined } {
  const { validation, guides } = context.config
  const reading = set.header.id === ADVICE ? readAdvice(set, context) : context.partner.read(set, group, context)
  const ofMap = verdictOf(
    set,
    reading?.refused.flatMap(({ issues }) => issues),
  )
  const isUnused = reading === undefined || reading.documents.length === 0
  if (ofMap !== undefined && isUnused) return { reading, verdict: ofMap }
  if (validation === 'off' || reading === undefined) return { reading, verdict: undefined }
  const { faults } = validateX12Set(set, group.header.version, guides[set.header.id])
  const verdict = ackVerdict(faults, validation === 'report')
  if (verdict === undefined || validation === 'report') return { reading, verdict }
  const part = `ST ${set.header.controlNumber}`
  return {
    verdict,
    reading: { documents: [], refused: [...reading.refused, { part, issues: faults.map(({ issue }) => issue) }] },
  }
}

/** GS04 and GS05 in UTC; when they say nothing usable, the time of arrival. */
export function sentAt({ header }: X12Group, receivedAt: Instant): Instant {
  const at = instantOf(header.date, header.time)
  return typeof at === 'string' ? at : receivedAt
}
