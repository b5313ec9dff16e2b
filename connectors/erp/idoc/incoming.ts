/** Deliveries and confirmations as they come from SAP, called or laid into a folder. Each IDoc counts once under its DOCNUM. */
import { timingSafeEqual } from 'node:crypto'
import type { IdocName } from '#mappings/idoc/confirmation.ts'
import { readConfirmations } from '#mappings/idoc/confirmation.ts'
import type { Claim, FolderPort, ReadContext, Reading, WebhookPort } from '../../contract/connector.ts'
import { headerOf, sha256 } from '../../contract/request.ts'
import { moveAway, tooLargeIssue, wholeFiles } from '../../transport/inbox.ts'
import type { Inbox } from '../../transport/inbox.ts'
import type { IdocConfig } from './config.ts'
import { foldersOf } from './outgoing.ts'

const MAX_BYTES = 20_000_000
const EVERY_MS = 500

function read(raw: Uint8Array, { config, crosswalk, receivedAt }: ReadContext<IdocConfig>): Reading {
  const { names, ...reading } = readConfirmations(
    raw,
    { crosswalk, receivedAt },
    { maxBytes: config.maxBytes, restIs: config.confirmationIsLast ? config.shortReason : undefined },
  )
  return { ...reading, receipts: [], claims: names.map(claimOf) }
}

/** Another content under the same number is held for a person: a sender whose numbers were set back would be lost otherwise. */
const claimOf = ({ part, sender, number, element }: IdocName): Claim => ({
  kind: 'interchange',
  key: `idoc ${sender} ${number}`.slice(0, 300),
  hash: sha256(JSON.stringify(element.children, contentOnly)),
  part,
  reused: {
    issue: {
      code: 'idoc.number-reused',
      class: 'data',
      place: { path: `/IDOC/EDI_DC40/DOCNUM` },
      rule: 'must name one IDoc: this number came before with other content',
      value: number,
      cure: 'Compare both documents; replay this one if it is right, discard it if it is not.',
    },
    receipts: [],
  },
})

/** Where an element stands in its file says nothing of what is in it. */
const contentOnly = (key: string, value: unknown): unknown => (key === 'line' || key === 'column' ? undefined : value)

export const calls: WebhookPort<IdocConfig> = {
  name: 'idocs',
  summary: 'DELVRY IDocs (DESADV, SHPCON) that SAP posts, with user and password.',
  direction: 'in',
  transport: 'webhook',
  kind: 'shipment',
  maxBytes: MAX_BYTES,
  has: ({ http }) => http !== undefined,

  verify: (request, secret, config) => {
    const password = secret('hubPassword') ?? ''
    if (password === '') return { ok: false, reason: 'the connection has no hubPassword' }
    const [, given = ''] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headerOf(request, 'authorization') ?? '') ?? []
    const username = config?.http?.hubUsername ?? ''
    return isSame(given, Buffer.from(`${username}:${password}`).toString('base64'))
      ? { ok: true }
      : { ok: false, reason: 'user or password is missing or wrong' }
  },

  sourceKey: (request) => `idocs:${sha256(request.body)}`,
  meta: () => ({}),
  read: (raw, _meta, context) => read(raw, context),
}

/** In constant time: digests are compared, so that neither content nor length tells anything. */
const isSame = (given: string, wanted: string): boolean =>
  timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(wanted)))

export const files: FolderPort<IdocConfig> = {
  name: 'documents',
  summary: 'DELVRY IDocs (DESADV, SHPCON) as files.',
  direction: 'in',
  transport: 'folder',
  kind: 'shipment',
  everyMs: EVERY_MS,
  has: ({ sftp }) => sftp !== undefined,
  fetch: (context, seen) => wholeFiles(context, inboxOf(context.config), seen),
  settle: ({ sftp, config }, { meta }) => moveAway(sftp, inboxOf(config), meta),
  read: (raw, meta, context) => {
    const { config } = context
    const large = tooLargeIssue(meta, config.maxBytes, foldersOf(config).errorFolder)
    if (large !== undefined) return { documents: [], refused: [{ part: '', issues: [large] }], receipts: [] }
    return read(raw, context)
  },
}

const inboxOf = (config: IdocConfig): Inbox => ({
  ...foldersOf(config),
  maxFileBytes: config.maxBytes,
  wants: (name) => /\.xml$/i.test(name),
  looksWhole: (raw) => /<\/DELVRY0\d>\s*$/.test(Buffer.from(raw.subarray(-200)).toString('latin1')),
  isReadable: (raw) => Buffer.from(raw.subarray(0, 2_000)).toString('latin1').includes('IDOC'),
})
