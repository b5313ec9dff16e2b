/** Everything the warehouse lays into its folder: results, cancel answers, stock, returns, errors and acknowledgments. */
import type { Instant } from '#core/model/time.ts'
import { fromWallClock, instantFromEpochMs } from '#core/model/time.ts'
import { readDocument } from '#mappings/quiet/documents.ts'
import type { Claim, FolderPort } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import type { RemoteFile } from '../contract/transport.ts'
import { moveAway, tooLargeIssue, wholeFiles } from '../transport/inbox.ts'
import type { Inbox } from '../transport/inbox.ts'
import type { QuietConfig } from './config.ts'
import { contextOf } from './context.ts'

/** The runtime looks this often; the config says how often the partner's folder is really looked into. */
const EVERY_MS = 500

export const documents: FolderPort<QuietConfig> = {
  name: 'documents',
  summary: 'SOResult, SOCancelResult, InventorySummary, InventoryEventMessage, RMAResult, acknowledgments and errors.',
  direction: 'in',
  transport: 'folder',
  kind: 'shipment',
  everyMs: EVERY_MS,
  fetch: (context, seen) => wholeFiles(context, inboxOf(context.config), seen),
  settle: ({ sftp, config }, { meta }) => moveAway(sftp, inboxOf(config), meta),

  read: (raw, meta, context) => {
    const { config, receivedAt } = context
    const large = tooLargeIssue(meta, config.maxFileBytes, config.errorFolder)
    if (large !== undefined) return { documents: [], refused: [{ part: '', issues: [large] }], receipts: [] }
    const asOf = (meta['asOf'] as Instant | undefined) ?? receivedAt
    const reading = readDocument(raw, contextOf(context, receivedAt, asOf), {
      resultIsLast: config.resultIsLast,
      maxBytes: config.maxFileBytes,
    })
    const { event, ...rest } = reading
    return { ...rest, receipts: [], ...(event === undefined ? {} : { claims: [claimOf(event, raw)] }) }
  },
}

/** An event counts once under its number; other content under the same number is held for a person. */
const claimOf = ({ id, type }: { id: string; type: string }, raw: Uint8Array): Claim => ({
  kind: 'interchange',
  key: `quiet event ${id}`.slice(0, 300),
  hash: sha256(raw),
  part: '',
  reused: {
    issue: {
      code: 'quiet.event-reused',
      class: 'data',
      place: { path: '/InventoryEventMessage/@EventId' },
      rule: `must name one event: this number came before with other content (now ${type})`,
      value: id,
      cure: 'Nothing of it was booked. Ask the warehouse which of the two holds, and for a count.',
      subject: id,
    },
    receipts: [],
  },
})

function inboxOf(config: QuietConfig): Inbox {
  return {
    ...config,
    wants: (name) => /\.xml$/i.test(name),
    looksWhole: endsWhole,
    isReadable: (raw) => rootOf(head(raw)) !== undefined,
    timeOf: (file) => (/InventorySummary/i.test(file.name) ? timeOf(file, config.fileTimeZone) : undefined),
  }
}

const head = (raw: Uint8Array): string => Buffer.from(raw.subarray(0, 2_000)).toString('latin1')

/** Name of the first element, after the declaration and comments. */
const rootOf = (text: string): string | undefined =>
  /^(?:\u00ef\u00bb\u00bf)?\s*(?:<\?[\s\S]*?\?>\s*|<!--[\s\S]*?-->\s*)*<([A-Za-z_][\w.:-]*)/.exec(text)?.[1]

/** An XML document is whole when its root is closed. What is no XML at all has no such proof. */
export function endsWhole(raw: Uint8Array): boolean {
  const root = rootOf(head(raw))
  if (root === undefined) return raw.length > 0
  const tail = Buffer.from(raw.subarray(-500))
    .toString('latin1')
    .replace(/(\s|<!--(?:(?!-->)[\s\S])*-->)+$/, '')
  if (tail.endsWith(`</${root}>`)) return true
  // A root without content: its only tag is the document.
  return tail.endsWith('/>') && (head(raw).match(/<[A-Za-z_]/g) ?? []).length === 1
}

/** `…_20260922_140906742.xml`, as the warehouse names its files; when it was written, where the name says nothing. */
function timeOf({ name, modifiedAtMs }: RemoteFile, timeZone: string): Instant {
  const stamp = /_(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})(\d{3})?\.xml$/i.exec(name)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0] = (stamp ?? [])
    .slice(1)
    .map((digits) => Number(digits ?? 0))
  const named = fromWallClock({ year, month, day, hour, minute, second, millisecond }, timeZone)
  return named ?? instantFromEpochMs(modifiedAtMs)
}
