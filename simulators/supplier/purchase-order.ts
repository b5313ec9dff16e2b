/** Reads an 850 as the supplier understands it. Only what it acts on is read; the rest of the set is left alone. */
import { parseWholeNumber } from '#core/model/quantity.ts'
import type { AckSegmentError, AckVerdict } from '#mappings/formats/x12/ack.ts'
import type { X12Set } from '#mappings/formats/x12/interchange.ts'
import type { X12Segment } from '#mappings/formats/x12/segment.ts'

export type PurchaseOrderLine = {
  lineId: string
  vendorSku: string
  unit: string
  unitPrice: string
  requested: number
}

export type PurchaseOrder = {
  poNumber: string
  poDate: string
  references: Record<string, string>
  shipToName: string
  lines: PurchaseOrderLine[]
}

export type OrderReading = { ok: true; order: PurchaseOrder } | { ok: false; verdict: AckVerdict }

/** PO106 and on come in pairs of qualifier and code: the vendor's number first, then what else may name the product. */
const SKU_QUALIFIERS = ['VN', 'SK', 'BP', 'UP', 'EN', 'UK']

/** Original (00) and duplicate (07); other purposes need documents that this supplier does not know. */
const PURPOSES = new Set(['00', '07'])

/** A set that cannot be used is told with AK3 and AK4 codes (edi.md 1.3), all faults at once. */
export function readPurchaseOrder(set: X12Set): OrderReading {
  const errors: AckSegmentError[] = []
  const beg = set.segments.find((segment) => segment.id === 'BEG')
  if (beg === undefined) errors.push({ id: 'BEG', position: 2, code: '3' })
  else errors.push(...elementErrors(set, beg, [purposeError(beg), missing(beg, 3)]))
  const rows = set.segments.filter((segment) => segment.id === 'PO1')
  if (rows.length === 0) errors.push({ id: 'PO1', position: set.segments.length, code: '3' })
  for (const row of rows) errors.push(...elementErrors(set, row, lineFaults(row)))
  if (errors.length > 0 || beg === undefined) return { ok: false, verdict: { segmentErrors: errors } }
  return {
    ok: true,
    order: {
      poNumber: beg.element(3),
      poDate: beg.element(5),
      references: referencesOf(set),
      shipToName: set.segments.find((segment) => segment.id === 'N1' && segment.element(1) === 'ST')?.element(2) ?? '',
      lines: rows.map((row, index) => readLine(row, index)),
    },
  }
}

/** Which change of which order. */
export type Change = { poNumber: string; number: string; references: Record<string, string> }

export type CancelReading =
  /** `lines`: what each line named is to have from now on; absent where the whole order is taken out. */
  { ok: true; change: Change; lines?: Map<string, number> } | { ok: false; verdict: AckVerdict }

/** 860: the cancel of a whole order (BCH01 01), or less of some of its lines (04; POC02 DI and QD, POC03 what is left). */
export function readCancel(set: X12Set): CancelReading {
  const bch = set.segments.find((segment) => segment.id === 'BCH')
  if (bch === undefined) return { ok: false, verdict: { segmentErrors: [{ id: 'BCH', position: 2, code: '3' }] } }
  const purpose = ['01', '04'].includes(bch.element(1)) ? undefined : { position: 1, code: '7', value: bch.element(1) }
  const rows = set.segments.filter((segment) => segment.id === 'POC')
  const errors = [
    ...elementErrors(set, bch, [purpose, missing(bch, 3)]),
    ...rows.flatMap((row) => elementErrors(set, row, [changeFault(row), missing(row, 1)])),
  ]
  if (errors.length > 0) return { ok: false, verdict: { segmentErrors: errors } }
  const number = bch.element(5) === '' ? '1' : bch.element(5)
  const told = { ok: true as const, change: { poNumber: bch.element(3), number, references: referencesOf(set) } }
  if (bch.element(1) === '01') return told
  const lines = rows.map((row) => [row.element(1), parseWholeNumber(row.element(3)) ?? 0] as const)
  return { ...told, lines: new Map(lines) }
}

type ElementFault = { position: number; code: string; value?: string } | undefined

function readLine(row: X12Segment, index: number): PurchaseOrderLine {
  return {
    lineId: row.element(1) === '' ? String(index + 1) : row.element(1),
    vendorSku: skuOf(row),
    unit: row.element(3) === '' ? 'EA' : row.element(3),
    unitPrice: row.element(4),
    requested: parseWholeNumber(row.element(2)) ?? 0,
  }
}

const changeFault = (row: X12Segment): ElementFault =>
  ['DI', 'QD'].includes(row.element(2)) ? undefined : { position: 2, code: '7', value: row.element(2) }

function lineFaults(row: X12Segment): ElementFault[] {
  const quantity = parseWholeNumber(row.element(2))
  return [
    quantity === undefined || quantity < 1 ? { position: 2, code: '7', value: row.element(2) } : undefined,
    skuOf(row) === '' ? { position: 7, code: '1' } : undefined,
  ]
}

function skuOf(row: X12Segment): string {
  const pairs = new Map<string, string>()
  for (let position = 6; position < row.elementCount; position += 2)
    pairs.set(row.element(position), row.element(position + 1))
  for (const qualifier of SKU_QUALIFIERS) {
    const code = pairs.get(qualifier)
    if (code !== undefined && code !== '') return code
  }
  return ''
}

const purposeError = (beg: X12Segment): ElementFault =>
  PURPOSES.has(beg.element(1)) ? undefined : { position: 1, code: '7', value: beg.element(1) }

const missing = (segment: X12Segment, position: number): ElementFault =>
  segment.element(position) === '' ? { position, code: '1' } : undefined

function elementErrors(set: X12Set, segment: X12Segment, faults: readonly ElementFault[]): AckSegmentError[] {
  const elements = faults.filter((fault) => fault !== undefined)
  if (elements.length === 0) return []
  return [{ id: segment.id, position: set.segments.indexOf(segment) + 1, code: '8', elements }]
}

function referencesOf(set: X12Set): Record<string, string> {
  const rows = set.segments.filter((segment) => segment.id === 'REF')
  return Object.fromEntries(rows.map((row) => [row.element(1), row.element(2)]))
}
