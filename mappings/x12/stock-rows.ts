/**
 * An 846 of any size as rows: one LIN loop after the other, never the set as a whole. Which quantity counts is the profile's. The last
 * batch tells whether the file was whole (SE, CTT and the envelope): apply nothing for good before it came without an issue.
 */
import type { Issue } from '#core/issue.ts'
import { placeIn } from '../formats/x12/place.ts'
import { Batcher } from '../formats/rows.ts'
import type { Row, RowReader } from '../formats/rows.ts'
import { X12_LIMITS, X12Scanner } from '../formats/x12/scanner.ts'
import type { X12Segment } from '../formats/x12/segment.ts'
import { BASE_PROFILE } from './profile.ts'
import type { X12Profile } from './profile.ts'
import { instantOf } from './times.ts'

/**
 * `sku` our code if the item has it, `partnerSku` the partner's, `otherSku` whatever else names it; `quantity` text as sent;
 * `node` the place of the set that the item is in. */
const FIELDS = ['sku', 'partnerSku', 'otherSku', 'quantity', 'qualifier', 'node'] as const
const SKU = 0
const PARTNER_SKU = 1
const OTHER_SKU = 2
const QUANTITY = 3
const QUALIFIER = 4

/**
 * `head`: `mode` (full, delta), `asOf`, `node` (N104) and `reference` (BIA03), of the set that is read. Issues: those of the scanner,
 * `x12.count`, `x12.cut-off`, `x12.set-type`, `x12.one-feed`.
 */
export function stockRows846(profile: X12Profile = BASE_PROFILE): RowReader {
  const items = new StockItems(profile)
  const scanner = new X12Scanner(
    {
      segment: (segment) => items.segment(segment),
      issue: (issue) => void items.batch.issues.push(issue),
    },
    X12_LIMITS,
  )
  return {
    fields: FIELDS,
    head: items.head,
    stopped: false,
    push: (chunk) => {
      scanner.push(chunk)
      return items.batch.take()
    },
    end: () => {
      scanner.end()
      items.end()
      return items.batch.take()
    },
    placeOf: ({ row, byteOffset }: Row, field) => ({
      path: `${field === QUANTITY || field === QUALIFIER ? 'QTY' : 'LIN'}[${row}]`,
      byteOffset,
    }),
  }
}

/** Items out of segments as they come; whoever holds the file hands them in. */
export class StockItems {
  readonly head = new Map<string, string>()
  readonly batch = new Batcher()
  readonly #profile: X12Profile
  /** The item whose segments are coming. */
  #cells: string[] | undefined
  #rank = -1
  #byteOffset = 0
  #row = 0
  #rows = 0
  /** Segments since ST, both counted; 0 outside an 846. */
  #segments = 0
  #isOpen = false

  constructor(profile: X12Profile) {
    this.#profile = profile
  }

  end(): void {
    if (this.#isOpen) this.batch.issues.push(cutOff(this.#byteOffset))
  }

  segment(segment: X12Segment): void {
    if (this.#segments > 0) this.#segments += 1
    if (segment.id === 'LIN') this.#item(segment)
    else if (segment.id === 'QTY') this.#quantity(segment)
    else this.#frame(segment)
  }

  #frame(segment: X12Segment): void {
    switch (segment.id) {
      case 'ISA':
        this.#isOpen = true
        break
      case 'IEA':
        this.#isOpen = false
        break
      case 'ST':
        if (segment.element(1) !== '846') this.batch.issues.push(otherSet(segment))
        this.#segments = 1
        this.#rows = 0
        this.head.delete('node')
        break
      case 'BIA':
        this.#about(segment)
        break
      case 'N1':
        if (this.#profile.nodeRoles.includes(segment.element(1)) && !this.head.has('node'))
          this.head.set('node', segment.element(4))
        break
      case 'CTT':
        this.#finish()
        this.#compare(segment, this.#rows, 'LIN segments')
        break
      case 'SE':
        this.#finish()
        this.#compare(segment, this.#segments, 'segments from ST to SE')
        this.#segments = 0
        break
      default:
    }
  }

  #about(segment: X12Segment): void {
    const mode = this.#profile.feedPurposes[segment.element(1)]
    if (mode !== undefined) this.#say('mode', mode, segment, 1)
    this.head.set('reference', segment.element(3))
    const asOf = instantOf(segment.element(4), segment.element(5) === '' ? undefined : segment.element(5))
    if (typeof asOf === 'string') this.#say('asOf', asOf, segment, 4)
  }

  /** All sets of the file are one feed. */
  #say(name: string, value: string, segment: X12Segment, position: number): void {
    const before = this.head.get(name)
    if (before !== undefined && before !== value) this.batch.issues.push(anotherFeed(segment, position, before))
    this.head.set(name, value)
  }

  #item(segment: X12Segment): void {
    this.#finish()
    const { hubSkuQualifier, partnerSkuQualifier, otherSkuQualifiers } = this.#profile
    const cells = ['', '', '', '', '', this.head.get('node') ?? '']
    let best = otherSkuQualifiers.length
    for (let position = 2; position < segment.elementCount; position += 2) {
      const [qualifier, code] = [segment.element(position), segment.element(position + 1)]
      const rank = otherSkuQualifiers.indexOf(qualifier)
      if (qualifier === hubSkuQualifier) cells[SKU] = code
      else if (qualifier === partnerSkuQualifier) cells[PARTNER_SKU] = code
      else if (rank >= 0 && rank < best) {
        cells[OTHER_SKU] = code
        best = rank
      }
    }
    this.#row += 1
    this.#rows += 1
    this.#cells = cells
    this.#rank = this.#profile.stockQualifiers.length
    this.#byteOffset = segment.byteOffset
  }

  #quantity(segment: X12Segment): void {
    if (this.#cells === undefined) return
    const qualifier = segment.element(1)
    const rank = this.#profile.stockQualifiers.indexOf(qualifier)
    if (rank < 0 || rank >= this.#rank) return
    this.#rank = rank
    this.#cells[QUANTITY] = segment.element(2)
    this.#cells[QUALIFIER] = qualifier
  }

  #finish(): void {
    if (this.#cells === undefined) return
    this.batch.rows.push({ cells: this.#cells, row: this.#row, line: 0, byteOffset: this.#byteOffset })
    this.#cells = undefined
  }

  #compare(segment: X12Segment, counted: number, what: string): void {
    const stated = segment.element(1)
    if (stated === '' || Number(stated) === counted) return
    this.batch.issues.push({
      code: 'x12.count',
      class: 'data',
      place: placeIn(segment, 1),
      rule: `must be the number of ${what}, here ${counted}`,
      value: stated,
      cure: 'Send the document again, whole.',
    })
  }
}

const anotherFeed = (segment: X12Segment, position: number, before: string): Issue => ({
  code: 'x12.one-feed',
  class: 'data',
  place: placeIn(segment, position),
  rule: `must say what the set before said (${before}): a feed has one purpose and one time`,
  value: segment.element(position),
  cure: 'Send sets of another time or purpose in files of their own.',
})

const cutOff = (byteOffset: number): Issue => ({
  code: 'x12.cut-off',
  class: 'data',
  place: { path: 'IEA', byteOffset },
  rule: 'An interchange ends with IEA',
  cure: 'The file was cut off: have it sent again.',
})

const otherSet = (segment: X12Segment): Issue => ({
  code: 'x12.set-type',
  class: 'config',
  place: placeIn(segment, 1),
  rule: 'must be 846 in a stock feed',
  value: segment.element(1),
  cure: 'Send stock feeds in files of their own.',
})
