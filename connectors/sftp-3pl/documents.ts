/** Everything the partner lays into its folder, told apart by name: confirmations, shipments, stock, and how our files were read. */
import type { Issue } from '#core/issue.ts'
import { describeIssue } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import { instantFromEpochMs } from '#core/model/time.ts'
import { readFile } from '#mappings/sftp-3pl/inbound.ts'
import type { CsvReading } from '#mappings/sftp-3pl/inbound.ts'
import { kindOf } from '#mappings/sftp-3pl/profile.ts'
import type { FileKind, Profile } from '#mappings/sftp-3pl/profile.ts'
import { timeInName } from '#mappings/sftp-3pl/spelling.ts'
import { csvLine } from '#mappings/formats/csv/writer.ts'
import type { FolderPort, Reading, Receipt } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import { moveAway, tooLargeIssue, wholeFiles } from '../transport/inbox.ts'
import type { Inbox } from '../transport/inbox.ts'
import { layoutFor } from './config.ts'
import type { Sftp3plConfig } from './config.ts'
import { fileName } from './names.ts'

/** The runtime looks this often; the config says how often the partner's folder is really looked into. */
const EVERY_MS = 500

export const documents: FolderPort<Sftp3plConfig> = {
  name: 'documents',
  summary: 'Acknowledgments, shipments, stock and receipts, as CSV.',
  direction: 'in',
  transport: 'folder',
  kind: 'shipment',
  everyMs: EVERY_MS,
  fetch: (context, seen) => wholeFiles(context, inboxOf(context.config), seen),
  settle: ({ sftp, config }, { meta }) => moveAway(sftp, inboxOf(config), meta),

  read: (raw, meta, context) => {
    const { config, crosswalk, receivedAt } = context
    const { profile } = config
    const name = meta['file'] ?? ''
    const kind = kindOf(profile, name)
    const large = tooLargeIssue(meta, config.maxFileBytes, config.errorFolder)
    if (large !== undefined) return withReceipt({ documents: [], refused: [{ part: '', issues: [large] }] }, raw)
    if (kind === undefined) return { ...NOTHING, ignored: 'its name is of no kind that the profile knows' }
    if (kind === 'confirm') return { ...NOTHING, ignored: 'the partner has read a file of ours' }
    if (kind === 'error') return { ...NOTHING, refused: [{ part: '', issues: [notReadThere(name, raw)] }] }
    const asOf = meta['asOf'] as Instant | undefined
    const mapContext = { crosswalk, receivedAt, ...(asOf === undefined ? {} : { asOf }) }
    return withReceipt(readFile(raw, kind, layoutFor(config), mapContext), raw)

    function withReceipt({ documents: read, refused }: CsvReading, bytes: Uint8Array): Reading {
      const receipts = receiptsOf(
        profile,
        name,
        sha256(bytes),
        refused.flatMap((each) => each.issues),
        read.length > 0,
        receivedAt,
      )
      return { documents: read, refused, receipts }
    }
  },
}

const NOTHING: Reading = { documents: [], refused: [], receipts: [] }

/** A file of which something was used is confirmed, with the rows that were not; one of which nothing could be is an error. */
function receiptsOf(
  { receipts }: Profile,
  file: string,
  hash: string,
  issues: readonly Issue[],
  used: boolean,
  now: Instant,
): Receipt[] {
  if (receipts === undefined) return []
  const isRead = used || issues.length === 0
  const name = fileName(isRead ? receipts.confirm : receipts.error, { file, now })
  const rows = issues.map((issue) => csvLine(['rejected', issue.place.path, issue.value ?? '', describeIssue(issue)]))
  const head = csvLine(['result', 'place', 'value', 'detail']) + csvLine([isRead ? 'read' : 'not read', file, '', ''])
  return [{ port: 'receipts', key: `receipt-${hash}-${file}`.slice(0, 200), text: `${name}\n${head}${rows.join('')}` }]
}

function notReadThere(name: string, raw: Uint8Array): Issue {
  const words = Buffer.from(raw.subarray(0, 200)).toString('utf8')
  return {
    code: 'sftp-3pl.error-file',
    class: 'data',
    place: { path: name },
    rule: 'must not be: the partner could not read a file of ours',
    value: words.replace(/\s+/g, ' ').slice(0, 150),
    cure: 'Find the file that it names, correct what it says, and requeue the instruction; then discard this item.',
    subject: name,
  }
}

function inboxOf(config: Sftp3plConfig): Inbox {
  const { profile } = config
  const isOf = (name: string, kind: FileKind): boolean => kindOf(profile, name) === kind
  return {
    ...config,
    wants: (name) => kindOf(profile, name) !== undefined,
    // A row without its end may be half of one.
    looksWhole: (raw) => raw.at(-1) === 0x0a || raw.at(-1) === 0x0d,
    isReadable: (raw, name) => isOf(name, 'confirm') || isOf(name, 'error') || looksLikeText(raw),
    timeOf: ({ name, modifiedAtMs }) => {
      if (!isOf(name, 'stock')) return undefined
      const spec = profile.stock?.nameTime
      const named = spec === undefined ? undefined : timeInName(name, spec, profile.timeZone)
      return named ?? instantFromEpochMs(modifiedAtMs)
    },
  }
}

const looksLikeText = (raw: Uint8Array): boolean => !raw.subarray(0, 4_000).includes(0)
