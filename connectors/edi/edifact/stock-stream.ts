/**
 * An INVRPT of any size, item by item: what it holds is read as it comes, and what the interchange as a whole is (its counts, what it
 * claims, its CONTRL) is told at its end. It is used whole or not at all, as the CONTRL says.
 */
import type { Issue } from '#core/issue.ts'
import { StockItems } from '#mappings/edifact/stock-items.ts'
import { noterOf } from '#mappings/formats/edi/findings.ts'
import type { MessageFindings } from '#mappings/formats/edifact/contrl.ts'
import { EdifactEnvelopeBuilder } from '#mappings/formats/edifact/envelope-builder.ts'
import { tooManyIssues } from '#mappings/formats/edifact/envelope-issues.ts'
import type { EdifactInterchange, EdifactMessage } from '#mappings/formats/edifact/interchange.ts'
import { EdifactScanner } from '#mappings/formats/edifact/scanner.ts'
import type { EdifactSegment } from '#mappings/formats/edifact/segment.ts'
import { edifactMessagesAsTheyCome } from '#mappings/formats/guides/edifact/validator.ts'
import type {
  ReadContext,
  Reading,
  Receipt,
  StockHead,
  StockRowBatch,
  StockRowReader,
} from '../../contract/connector.ts'
import { ContentHash } from '../content-hash.ts'
import { secondInterchange } from '../stock-files.ts'
import { contrlOf } from './acknowledgements.ts'
import { claimsOfContent } from './claims.ts'
import { profileOf } from './config.ts'
import type { EdifactConfig } from './config.ts'
import { wrongParties } from './parties.ts'

type Context = ReadContext<EdifactConfig>

/** 0085: an error without a code of its own. */
const UNSPECIFIED = '18'
const note = noterOf(tooManyIssues)

export class StockInterchange implements StockRowReader {
  readonly #config: EdifactConfig
  readonly #items: StockItems
  readonly #guide: ReturnType<typeof edifactMessagesAsTheyCome>
  readonly #scanner: EdifactScanner
  readonly #builder: EdifactEnvelopeBuilder
  readonly #content = new ContentHash()
  readonly #interchanges: EdifactInterchange[] = []
  /** What makes messages unusable beside their envelopes, and what the CONTRL says of it. */
  readonly #issues: Issue[] = []
  readonly #findings = new Map<number, MessageFindings>()
  #ended = false

  constructor({ config, crosswalk, receivedAt }: Context) {
    this.#config = config
    this.#items = new StockItems(profileOf(config), { crosswalk, receivedAt })
    this.#guide = edifactMessagesAsTheyCome(config.guides['INVRPT'])
    this.#builder = new EdifactEnvelopeBuilder((interchange) => void this.#interchanges.push(interchange), {
      repair: config.repair,
      countOnly: true,
      onSegment: (segment, message) => this.#segment(segment, message),
      onMessage: (message, { messages }) => this.#judge(message, messages.length - 1),
    })
    this.#scanner = new EdifactScanner({
      una: (raw, byteOffset) => {
        this.#content.from(byteOffset)
        this.#builder.una(raw, byteOffset)
      },
      segment: (segment) => {
        if (segment.id === 'UNB') this.#content.from(segment.byteOffset)
        if (segment.id === 'UNZ') this.#content.to(segment.byteEnd)
        this.#builder.segment(segment)
      },
      issue: (issue) => this.#builder.issue(issue),
    })
  }

  push(chunk: Uint8Array): StockRowBatch {
    this.#scanner.push(chunk)
    this.#content.add(chunk)
    return this.#take()
  }

  end(): StockRowBatch {
    this.#scanner.end()
    this.#builder.end()
    this.#ended = true
    const batch = this.#take()
    // What stands around the interchange is told, and does it no harm.
    const { fileIssues } = this.#builder
    if (fileIssues.length > 0 && this.fault() === undefined) batch.refused.push({ part: '', issues: fileIssues })
    return batch
  }

  head(): StockHead | undefined {
    const { head } = this.#items
    return head === undefined ? undefined : { mode: head.mode, asOf: head.asOf, absentMeansZero: false }
  }

  /** Whether it can be used shows at its end. */
  fault(): Issue[] | undefined {
    if (!this.#ended) return undefined
    const own = this.#ownIssues()
    const issues = own.length > 0 ? own : this.#issuesWithin()
    const isUsable = issues.length === 0 && this.#interchanges.length > 0
    return isUsable ? undefined : [...this.#builder.fileIssues, ...issues]
  }

  placeOf(row: number): string {
    return `LIN[${row}]`
  }

  closing(): Pick<Reading, 'claims' | 'receipts'> {
    const ours = this.#interchanges.filter((each) => wrongParties(each, this.#config).length === 0)
    if (this.#interchanges.length > 1)
      return { receipts: ours.flatMap((each) => this.#contrl(each, { interchangeError: UNSPECIFIED })) }
    const [interchange] = ours
    if (interchange === undefined) return { receipts: [] }
    // A broken interchange may be half of one: the CONTRL rejects it whole.
    if (interchange.issues.length > 0) return { receipts: this.#contrl(interchange) }
    const at = `UNB ${interchange.header.controlReference}`
    return {
      claims: claimsOfContent(interchange, this.#config, at, this.#content.hex()),
      receipts: this.#contrl(interchange, { findings: this.#allFindings(interchange) }),
    }
  }

  #segment(segment: EdifactSegment, message: EdifactMessage): void {
    if (message.header.type !== 'INVRPT') return
    this.#items.segment(segment)
    // A report that can be used is not held against its guide; what breaks it is the reason why one cannot be.
    if (!this.#items.hasHead) this.#guide.onSegment(segment, message)
  }

  #judge(message: EdifactMessage, index: number): void {
    const isStock = message.header.type === 'INVRPT'
    if (isStock) this.#items.close()
    const own = isStock ? this.#items.issues : [otherMessage(message)]
    if (message.issues.length > 0 || own.length === 0) return
    const isHeadBad = isStock && !this.#items.hasHead
    const faults = isHeadBad && this.#config.validation !== 'off' ? this.#guide.verdict().faults : []
    for (const issue of [...own, ...faults.map((fault) => fault.issue)]) note(this.#issues, issue)
    // As of a small one: a head that breaks no guide is good EDIFACT.
    if (isHeadBad) this.#findings.set(index, { faults })
  }

  /** Of the interchange; none where there is no interchange. */
  #ownIssues(): Issue[] {
    const [interchange, another] = this.#interchanges
    if (interchange === undefined) return []
    return [
      ...interchange.issues,
      ...wrongParties(interchange, this.#config),
      ...(another === undefined ? [] : [secondInterchange('UNB', another.header.controlReference)]),
    ]
  }

  #issuesWithin(): Issue[] {
    const [{ groups, messages } = { groups: [], messages: [] }] = this.#interchanges
    return [...[...groups, ...messages].flatMap(({ issues }) => issues), ...this.#issues]
  }

  /** Messages stand and fall together: a feed of which a part is missing would be another feed. */
  #allFindings({ messages }: EdifactInterchange): ReadonlyMap<number, MessageFindings> {
    if (this.#issuesWithin().length === 0) return this.#findings
    const unused: MessageFindings = { faults: [], error: UNSPECIFIED }
    return new Map(messages.map((_, index) => [index, this.#findings.get(index) ?? unused]))
  }

  #contrl(interchange: EdifactInterchange, request: Parameters<typeof contrlOf>[4] = {}): Receipt[] {
    const { sender, controlReference } = interchange.header
    const key = `${sender.id}-${controlReference}-${this.#content.hex().slice(0, 12)}`
    return contrlOf(interchange, this.#config, `UNB ${controlReference}`, key, request)
  }

  #take(): StockRowBatch {
    const batch: StockRowBatch = { rows: [], refused: [] }
    for (const item of this.#items.take()) {
      const { row } = item
      if ('value' in item) batch.rows.push({ ...item.value, row })
      else batch.refused.push({ part: this.placeOf(row), issues: item.issues })
    }
    return batch
  }
}

const otherMessage = ({ header }: EdifactMessage): Issue => ({
  code: 'edi.message-type',
  class: 'config',
  place: { path: 'UNH-02' },
  rule: 'must be INVRPT in a large stock file',
  value: header.type,
  cure: 'Ask the partner to send stock reports in files of their own.',
  subject: header.type,
})
