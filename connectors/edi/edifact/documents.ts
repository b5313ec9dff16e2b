/** What the partner tells: answers (ORDRSP), dispatch advices (DESADV), stock (INVRPT), goods received (RECADV), invoices (INVOIC) and its receipts (CONTRL). */
import type { Issue } from '#core/issue.ts'
import type { DocumentKind } from '#core/model/document.ts'
import type { Instant } from '#core/model/time.ts'
import { answersChange, ordrspToChange } from '#mappings/edifact/change-answer.ts'
import { invoic } from '#mappings/edifact/invoice.ts'
import { desadv, recadv } from '#mappings/edifact/logistics.ts'
import { ordrsp } from '#mappings/edifact/orders.ts'
import { nameOfMessage } from '#mappings/edifact/retailer/rejection.ts'
import { invrpt } from '#mappings/edifact/stock.ts'
import type { EdifactDocument } from '#mappings/edifact/document.ts'
import { instantOf } from '#mappings/x12/times.ts'
import type { MessageFindings } from '#mappings/formats/edifact/contrl.ts'
import { readEdifactInterchanges } from '#mappings/formats/edifact/envelope.ts'
import type { EdifactInterchange, EdifactMessage } from '#mappings/formats/edifact/interchange.ts'
import { validateEdifactMessage } from '#mappings/formats/guides/edifact/validator.ts'
import type { FolderPort, InboundDocument, Naming, ReadContext, Reading } from '../../contract/connector.ts'
import { sha256 } from '../../contract/request.ts'
import { settle, tooLargeIssue, wholeFiles } from '../inbox.ts'
import { contrlOf } from './acknowledgements.ts'
import { claimsOf } from './claims.ts'
import { profileOf } from './config.ts'
import type { EdifactConfig } from './config.ts'
import { wrongParties } from './parties.ts'
import { acknowledgedBy, rejectedByPartner } from './partner-receipts.ts'
import { largeInvrpt } from './stock-invrpt.ts'

type Context = ReadContext<EdifactConfig> & { partner: PartnerMessages }
export type MessageReading = { documents: InboundDocument[]; refused: { part: string; issues: Issue[] }[] }

/** The runtime looks this often; the config says how often the partner's folder is really looked into. */
const EVERY_MS = 500
/** 0085: we have no agreement with the sender about this message. */
const NO_AGREEMENT = '17'

/** What a kind of partner sends, beside CONTRL. `read` gives undefined for a message that is not one of `types`; `toldAt` is UNB's time. */
export type PartnerMessages = {
  summary: string
  kind: DocumentKind
  types: readonly string[]
  read: (message: EdifactMessage, context: ReadContext<EdifactConfig>, toldAt: Instant) => MessageReading | undefined
}

export const documentsPort = (partner: PartnerMessages): FolderPort<EdifactConfig> => ({
  name: 'documents',
  summary: partner.summary,
  direction: 'in',
  transport: 'folder',
  kind: partner.kind,
  everyMs: EVERY_MS,
  // Only who keeps stock tells it.
  ...(partner.types.includes('INVRPT')
    ? { fetch: wholeFiles(largeInvrpt.isLarge), stream: largeInvrpt.stream }
    : { fetch: wholeFiles() }),
  settle,
  nameOf: nameOfPart,

  read: (raw, meta, readContext) => {
    const context = { ...readContext, partner }
    const reading: Reading = { documents: [], refused: [], receipts: [] }
    const refuse = (issues: Issue[]): number => reading.refused.push({ part: '', issues })
    if (meta['tooLarge'] !== undefined) refuse([tooLargeIssue(meta, context.config)])
    else {
      const file = readEdifactInterchanges(raw, { repair: context.config.repair })
      if (file.issues.length > 0) refuse(file.issues)
      for (const interchange of file.interchanges) readInterchange(reading, interchange, raw, context)
    }
    const isSilent = reading.documents.length === 0 && reading.refused.length === 0
    return isSilent ? { ...reading, ignored: 'it holds nothing but receipts' } : reading
  },
})

/** `UNB R00001 UNH 1` → the message's type and number. */
const nameOfPart: Naming = (raw, _meta, part) => {
  const [, unb, unh] = /^UNB (\S+) UNH (\S+)/.exec(part) ?? []
  const interchange = readEdifactInterchanges(raw).interchanges.find(({ header }) => header.controlReference === unb)
  const message = interchange?.messages.find(({ header }) => header.reference === unh)
  return message === undefined ? undefined : nameOfMessage(message)
}

const READ: Readonly<Record<string, EdifactDocument>> = {
  DESADV: desadv,
  INVOIC: invoic,
  INVRPT: invrpt,
  RECADV: recadv,
}

export const documents = documentsPort({
  summary:
    'Answers (ORDRSP), dispatch advices (DESADV), stock (INVRPT), goods received (RECADV), invoices (INVOIC) and receipts (CONTRL) of the partner.',
  kind: 'fulfillmentResponse',
  types: ['ORDRSP', ...Object.keys(READ)],
  read: (message, { crosswalk, receivedAt, config }, toldAt) => {
    const { type } = message.header
    const answer = answersChange(message) ? ordrspToChange : ordrsp
    const document = type === 'ORDRSP' ? answer : Object.hasOwn(READ, type) ? READ[type] : undefined
    if (document === undefined) return undefined
    const { documents: read, refused } = document.read(message, { crosswalk, receivedAt }, profileOf(config))
    // It tells the day alone, which puts nothing in order.
    const dated =
      document === recadv ? read.map((each) => ({ ...each, value: { ...(each.value as object), toldAt } })) : read
    return { documents: dated as InboundDocument[], refused }
  },
})

function readInterchange(reading: Reading, interchange: EdifactInterchange, raw: Uint8Array, context: Context): void {
  const { header, byteOffset, byteEnd, messages } = interchange
  const { config } = context
  const at = `UNB ${header.controlReference}`
  const wrong = wrongParties(interchange, config)
  const own = [...interchange.issues, ...wrong]
  const hash = sha256(raw.subarray(byteOffset, byteEnd)).slice(0, 12)
  const key = `${header.sender.id}-${header.controlReference}-${hash}`
  // A broken interchange may be half of one: nothing in it is used, and the CONTRL rejects it whole.
  if (own.length > 0) {
    reading.refused.push({ part: at, issues: own })
    if (wrong.length === 0) reading.receipts.push(...contrlOf(interchange, config, at, key))
    return
  }
  reading.claims = [...(reading.claims ?? []), ...claimsOf(interchange, config, at, raw)]
  for (const { issues, reference } of interchange.groups)
    if (issues.length > 0) reading.refused.push({ part: `${at} UNG ${reference}`, issues })
  const findings = new Map<number, MessageFindings>()
  for (const [index, message] of messages.entries()) {
    // The CONTRL rejects a broken group with all that it holds.
    if ((message.group?.issues.length ?? 0) > 0) continue
    if (message.header.type === 'CONTRL') {
      for (const issue of rejectedByPartner(message)) reading.refused.push({ part: at, issues: [issue] })
      reading.acknowledged = [...(reading.acknowledged ?? []), ...acknowledgedBy(message)]
      continue
    }
    const judged = judgeMessage(message, context, sentAt(header, context.receivedAt))
    if (judged.findings !== undefined) findings.set(index, judged.findings)
    const named = <T extends { part: string }>(one: T): T => ({ ...one, part: `${at} ${one.part}` })
    reading.documents.push(...judged.reading.documents.map(named))
    reading.refused.push(...judged.reading.refused.map(named))
  }
  reading.receipts.push(...contrlOf(interchange, config, at, key, { findings }))
}

/** What a message says, and what its CONTRL says of it: partner and hub must believe the same of what was taken. */
function judgeMessage(
  message: EdifactMessage,
  context: Context,
  toldAt: Instant,
): { reading: MessageReading; findings: MessageFindings | undefined } {
  const { validation, guides } = context.config
  const part = `UNH ${message.header.reference}`
  const reading = context.partner.read(message, context, toldAt)
  if (reading === undefined)
    return {
      reading: { documents: [], refused: [{ part, issues: [unsupportedMessage(message, context.partner)] }] },
      findings: { faults: [], error: NO_AGREEMENT },
    }
  if (validation === 'off' || message.issues.length > 0) return { reading, findings: undefined }
  const { faults } = validateEdifactMessage(message, guides[message.header.type])
  const isUsed = reading.documents.length > 0
  if (faults.length === 0 || (isUsed && validation === 'report')) return { reading, findings: undefined }
  const issues = faults.map(({ issue }) => issue)
  return { reading: { documents: [], refused: [...reading.refused, { part, issues }] }, findings: { faults } }
}

/** UNB's date and time in UTC; when they say nothing usable, the time of arrival. */
function sentAt({ date, time }: EdifactInterchange['header'], receivedAt: Instant): Instant {
  const at = instantOf(date, time)
  return typeof at === 'string' ? at : receivedAt
}

const unsupportedMessage = ({ header }: EdifactMessage, { types }: PartnerMessages): Issue => ({
  code: 'edi.message-type',
  class: 'config',
  place: { path: 'UNH-02' },
  rule: `must be ${types.join(', ')} or CONTRL`,
  value: header.type,
  cure: 'Agree with the partner on the documents of this connection.',
  subject: header.type,
})
