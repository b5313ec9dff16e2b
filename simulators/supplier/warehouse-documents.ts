/** The 3PL's 945, 944, 947 and 846 as segments; the writer adds envelopes, numbers and counts. */
import type { Instant } from '#core/model/time.ts'
import type { WritableSegment } from '#mappings/formats/x12/writable.ts'
import { dateOf, secondsOf } from './documents.ts'
import type { ExpectedGoods, HouseStockEntry, ShippingOrder } from './warehouse-books.ts'

type Segment = WritableSegment
type Place = { name: string; code: string }

const placeOf = ({ name, code }: Place): Segment => ['N1', 'WH', name, '92', code]

/** 945: one carton with what left; W1201 CC whole, CP short and nothing more to come. N9 LI echoes the line of the 940. */
export function shippingAdvice(
  order: ShippingOrder,
  shipment: { number: string; at: Instant; carrier: string; tracking: string },
): Segment[] {
  const { number, at, carrier, tracking } = shipment
  const units = order.lines.reduce((sum, line) => sum + line.shipped, 0)
  return [
    ['W06', 'F', order.orderNumber, dateOf(at), number],
    ['G62', '11', dateOf(at), 'W', secondsOf(at)],
    ['W27', 'M', carrier],
    ['LX', '1'],
    ['MAN', 'CP', tracking],
    ...order.lines.flatMap(({ lineId, sku, unit, ordered, shipped }): Segment[] => {
      const status = ordered === shipped ? 'CC' : 'CP'
      const amounts = [ordered, shipped, ordered - shipped].map(String) as [string, string, string]
      return [
        ['W12', status, ...amounts, unit, '', 'VN', sku],
        ['N9', 'LI', lineId],
      ]
    }),
    ['W03', String(units)],
  ]
}

export type ReceivedLine = ExpectedGoods['lines'][number] & { damaged: number }

/** 944: what came in of what a 943 announced. W13 01: damaged units, a part of what was received. */
export function receiptAdvice(
  place: Place,
  receipt: { number: string; advice: string; at: Instant; lines: readonly ReceivedLine[] },
): Segment[] {
  const { number, advice, at, lines } = receipt
  return [
    ['W17', 'F', dateOf(at), number, advice],
    placeOf(place),
    ...lines.flatMap(({ lineId, sku, quantity, damaged }): Segment[] => [
      ['W07', String(quantity), 'EA', '', 'VN', sku],
      ['N9', 'LI', lineId],
      ...(damaged === 0 ? [] : [['W13', String(damaged), 'EA', '01'] as Segment]),
    ]),
    ['W14', String(lines.reduce((sum, line) => sum + line.quantity, 0))],
  ]
}

/** 947. `reason` is W1901: 05 count, 01 damage. */
export const adjustmentAdvice = (
  place: Place,
  adjustment: { number: string; at: Instant; sku: string; change: number; reason: string },
): Segment[] => [
  ['W15', dateOf(adjustment.at), adjustment.number],
  placeOf(place),
  ['W19', adjustment.reason, String(adjustment.change), 'EA', '', 'VN', adjustment.sku],
]

/** 846 of all that stands in the house, broken goods included (QTY 17). */
export const houseStock = (
  place: Place,
  report: { number: string; at: Instant; entries: readonly HouseStockEntry[] },
): Segment[] => [
  ['BIA', '00', 'SI', report.number, dateOf(report.at), secondsOf(report.at)],
  placeOf(place),
  ...report.entries.flatMap((entry, index): Segment[] => [
    ['LIN', String(index + 1), 'VN', entry.sku],
    ['QTY', '17', String(entry.now), 'EA'],
  ]),
  ['CTT', String(report.entries.length)],
]
