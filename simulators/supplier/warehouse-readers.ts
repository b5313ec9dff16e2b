/** The X12 sets that a 3PL takes: 940 shipping orders and 943 advices. */
import { parseWholeNumber } from '#core/model/quantity.ts'
import type { AckVerdict } from '#mappings/formats/x12/ack.ts'
import type { X12Set } from '#mappings/formats/x12/interchange.ts'
import type { X12Segment } from '#mappings/formats/x12/segment.ts'
import type { SetReaders } from './intake.ts'
import type { Correspondent } from './interchange.ts'
import type { ExpectedGoods, ShippingOrder } from './warehouse-books.ts'

export type WarehouseDesk = {
  shipOrder: (order: ShippingOrder, from: Correspondent) => 'fresh' | 'again'
  expect: (goods: ExpectedGoods, from: Correspondent) => 'fresh' | 'again'
}

const fault = (id: string, position: number): AckVerdict => ({ segmentErrors: [{ id, position, code: '3' }] })

/** W05 without N (a new order) and lines without a number would be guesses: they are refused. */
export const warehouseReaders = (desk: WarehouseDesk): SetReaders => ({
  '940': (set) => {
    const w05 = set.segments.find(({ id }) => id === 'W05')
    const lines = orderLines(set)
    if (w05?.element(1) !== 'N' || w05.element(2) === '') return { ok: false, verdict: fault('W05', 2) }
    if (lines.length === 0 || lines.some((line) => line.ordered < 1 || line.sku === ''))
      return { ok: false, verdict: fault('W01', set.segments.length) }
    const order: ShippingOrder = { orderNumber: w05.element(2), state: 'received', lines }
    return { ok: true, carryOut: (from) => desk.shipOrder(order, from) }
  },
  '943': (set) => {
    const w06 = set.segments.find(({ id }) => id === 'W06')
    const lines = announced(set)
    if (w06 === undefined || w06.element(2) === '') return { ok: false, verdict: fault('W06', 2) }
    if (lines.length === 0) return { ok: false, verdict: fault('W04', set.segments.length) }
    return { ok: true, carryOut: (from) => desk.expect({ adviceNumber: w06.element(2), lines }, from) }
  },
})

/** A line is its LX and the W01 after it. */
function orderLines({ segments }: X12Set): ShippingOrder['lines'] {
  let lineId = ''
  return segments.flatMap((segment) => {
    if (segment.id === 'LX') lineId = segment.element(1)
    if (segment.id !== 'W01') return []
    const ordered = parseWholeNumber(segment.element(1)) ?? 0
    return [{ lineId, sku: segment.element(5), unit: segment.element(2), ordered, shipped: 0 }]
  })
}

/** The N9 LI after a W04 numbers it. */
function announced({ segments }: X12Set): ExpectedGoods['lines'] {
  const lines: ExpectedGoods['lines'] = []
  for (const segment of segments) {
    if (segment.id === 'W04') lines.push({ lineId: String(lines.length + 1), ...goodsOf(segment) })
    const line = lines.at(-1)
    if (segment.id === 'N9' && segment.element(1) === 'LI' && line !== undefined) line.lineId = segment.element(2)
  }
  return lines
}

const goodsOf = (w04: X12Segment): { sku: string; quantity: number } => ({
  sku: w04.element(5),
  quantity: parseWholeNumber(w04.element(1)) ?? 0,
})
