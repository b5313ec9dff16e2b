/**
 * An 846 of any size, item by item: what it holds is read as it comes, and what the interchange as a whole is (its counts, what it
 * claims, its 997 and TA1) is told at its end. It is used whole or not at all, as the 997 says.
 */
import type { Issue } from '#core/issue.ts'
import { parseInstant } from '#core/model/time.ts'
import { isRefusal, issueOf, MISSING, refuse, wholeNumberText } from '#mappings/engine/index.ts'
import { build997, build999 } from '#mappings/formats/x12/ack.ts'
import type { AckVerdict } from '#mappings/formats/x12/ack.ts'
import { X12EnvelopeBuilder } from '#mappings/formats/x12/envelope-builder.ts'
import type { X12Interchange } from '#mappings/formats/x12/interchange.ts'
import type { Row, RowBatch } from '#mappings/formats/rows.ts'
import { X12Scanner } from '#mappings/formats/x12/scanner.ts'
import { StockItems } from '#mappings/x12/stock-rows.ts'
import type { ReadContext, Reading, StockHead, StockRowBatch, StockRowReader } from '../contract/connector.ts'
import { receiptText } from './acknowledgements.ts'
import { claimsOfContent } from './claims.ts'
import type { EdiConfig } from './config.ts'
import { ContentHash } from './content-hash.ts'
import { ta1Of } from './interchange-receipts.ts'
import { profileFor } from './more-sets.ts'
import { wrongParties } from './parties.ts'
import { secondInterchange } from './stock-files.ts'

type Context = ReadContext<EdiConfig>

/** AK502: one or more segments in error. */
const SEGMENTS_IN_ERROR = '5'
const count = wholeNumberText(0)

export class StockInterchange implements StockRowReader {
  readonly #context: Context
  readonly #items: StockItems
  readonly #scanner: X12Scanner
  readonly #builder: X12EnvelopeBuilder
  readonly #interchanges: X12Interchange[] = []
  readonly #issues: Issue[] = []
  readonly #content: ContentHash
  #good = 0
  #badForm = 0
  #ended = false

  constructor(context: Context) {
    this.#context = context
    this.#items = new StockItems(profileFor(context.config))
    this.#content = new ContentHash()
    this.#builder = new X12EnvelopeBuilder((interchange) => void this.#interchanges.push(interchange), {
      repair: context.config.repair,
      countOnly: true,
    })
    this.#scanner = new X12Scanner({
      segment: (segment) => {
        if (segment.id === 'ISA') this.#content.from(segment.byteOffset)
        if (segment.id === 'IEA') this.#content.to(segment.byteEnd)
        this.#builder.segment(segment)
        this.#items.segment(segment)
      },
      issue: (issue) => this.#builder.issue(issue),
    })
  }

  push(chunk: Uint8Array): StockRowBatch {
    this.#scanner.push(chunk)
    this.#content.add(chunk)
    return this.#take(this.#items.batch.take())
  }

  end(): StockRowBatch {
    this.#scanner.end()
    this.#builder.end()
    this.#ended = true
    return this.#take(this.#items.batch.take())
  }

  head(): StockHead | undefined {
    const { head } = this.#items
    const mode = head.get('mode')
    const asOf = parseInstant(head.get('asOf') ?? '')
    if ((mode !== 'full' && mode !== 'delta') || asOf === undefined) return undefined
    return { mode, asOf, absentMeansZero: false }
  }

  /** Whether it can be used shows at its end. */
  fault(): Issue[] | undefined {
    if (!this.#ended) return undefined
    const own = this.#ownIssues()
    const issues = [...own, ...(own.length > 0 ? [] : this.#issuesWithin())]
    return issues.length === 0 ? undefined : issues
  }

  placeOf(row: number): string {
    return `LIN[${row}]`
  }

  closing(): Pick<Reading, 'claims' | 'receipts'> {
    const [interchange] = this.#interchanges
    if (interchange === undefined) return { receipts: [] }
    const { config } = this.#context
    const { header } = interchange
    const at = `ISA ${header.controlNumber}`
    const contentHash = this.#content.hex()
    const hash = contentHash.slice(0, 12)
    const key = `${header.sender.id}-${header.controlNumber}`
    const isForUs = wrongParties(interchange, config).length === 0
    const ta1 = isForUs ? ta1Of(interchange, config, at, `${key}-${hash}`) : []
    // A broken interchange may be half of one: a 997 would say that it was read.
    if (this.#ownIssues().length > 0) return { receipts: ta1 }
    const build = config.acknowledgeWith === '999' ? build999 : build997
    const acks = interchange.groups.flatMap((group) => {
      const verdicts = new Map(group.sets.map((_, index) => [index, this.#verdict()] as const))
      const known = new Map([...verdicts].flatMap(([index, verdict]) => (verdict ? [[index, verdict] as const] : [])))
      const ack = build({ group, controlNumber: '0001', verdicts: known })
      if (ack === null || !config.acknowledge) return []
      const text = receiptText(ack.set.segments, config.acknowledgeWith)
      const name = `997-${key}-${group.header.controlNumber}-${hash}`
      return [{ port: 'acknowledgements', key: name, text, part: at }]
    })
    return { claims: claimsOfContent(interchange, config, at, contentHash), receipts: [...ta1, ...acks] }
  }

  /** Sets stand and fall together: a feed of which a part is missing would be another feed. */
  #verdict(): AckVerdict | undefined {
    const isUnused = this.#issuesWithin().length > 0 || (this.#good === 0 && this.#badForm > 0)
    return isUnused ? { segmentErrors: [], setErrors: [SEGMENTS_IN_ERROR] } : undefined
  }

  /** Of the file and the interchange. */
  #ownIssues(): Issue[] {
    const [interchange, another] = this.#interchanges
    return [
      ...this.#builder.fileIssues,
      ...(interchange?.issues ?? []),
      ...(interchange === undefined ? [] : wrongParties(interchange, this.#context.config)),
      ...(another === undefined ? [] : [secondInterchange('ISA', another.header.controlNumber)]),
    ]
  }

  #issuesWithin(): Issue[] {
    const groups = this.#interchanges[0]?.groups ?? []
    const issues = groups.flatMap((group) => [...group.issues, ...group.sets.flatMap((set) => set.issues)])
    issues.push(...this.#issues)
    if (issues.length === 0 && this.head() === undefined) issues.push(NO_HEAD)
    return issues
  }

  #take({ rows, issues }: RowBatch): StockRowBatch {
    // Counts of sets and interchanges are the builder's; what only the items know is told once.
    this.#issues.push(...issues.filter(({ code, place }) => code !== 'x12.cut-off' && !place.path.startsWith('SE')))
    const batch: StockRowBatch = { rows: [], refused: [] }
    for (const row of rows) this.#read(row, batch)
    return batch
  }

  #read(row: Row, batch: StockRowBatch): void {
    const [own = '', partner = '', other = '', quantity = '', , place = ''] = row.cells
    const { crosswalk } = this.#context
    const codes = [own, partner, other].filter((code) => code !== '')
    const sku = codes.map((code) => crosswalk.skuOf(code)).find((found) => found !== undefined)
    const nodeId = place === '' ? undefined : crosswalk.nodeOf(place)
    const onHand = quantity === '' ? MISSING : count.read(quantity, undefined)
    if (sku !== undefined && nodeId !== undefined && !isRefusal(onHand)) {
      this.#good += 1
      batch.rows.push({ sku, nodeId, onHand, row: row.row })
      return
    }
    const at = this.placeOf(row.row)
    const issues: Issue[] = []
    const note = (path: string, raw: string, refusal: Parameters<typeof issueOf>[2]): void =>
      void issues.push(issueOf({ path: `${at} ${path}`, byteOffset: row.byteOffset }, raw, refusal))
    if (sku === undefined) note('LIN.03', codes[0] ?? '', noSku(codes[0]))
    if (nodeId === undefined) note('N1.04', place, place === '' ? MISSING : noNode(place))
    if (isRefusal(onHand)) note('QTY.02', quantity, onHand)
    if (issues.some((issue) => issue.class === 'data')) this.#badForm += 1
    batch.refused.push({ part: at, issues })
  }
}

const noSku = (code: string | undefined) =>
  refuse({
    rule: 'must have a product code with a row in the crosswalk',
    cure: 'Add a crosswalk row from this product code to a SKU, then replay.',
    code: 'x12.sku-unknown',
    class: 'crosswalk',
    ...(code === undefined ? {} : { subject: code }),
  })

const noNode = (code: string) =>
  refuse({
    rule: 'must be a place with a row in the crosswalk',
    cure: 'Add a crosswalk row from this code to a node, then replay.',
    code: 'crosswalk.node',
    class: 'crosswalk',
    subject: code,
  })

const NO_HEAD: Issue = {
  code: 'x12.feed-head',
  class: 'data',
  place: { path: 'BIA' },
  rule: 'must say the purpose (BIA01) and the time (BIA04, BIA05) of the feed before its first item',
  cure: 'Send BIA with both, or name the purpose in the profile (feedPurposes), then replay.',
}
