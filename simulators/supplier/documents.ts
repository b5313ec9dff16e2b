/** The supplier's 855, 856, 865 and 846 as segments; the writer adds envelopes, numbers and counts. Codes: facts of partners' public guides. */
import type { Instant } from '#core/model/time.ts'
import type { WritableSegment } from '#mappings/formats/x12/writable.ts'
import type { LineAnswer, OrderEntry, OrderLineEntry, ShipmentEntry, StockReport } from './books.ts'

/** CCYYMMDD in UTC. */
export const dateOf = (at: Instant | string): string => at.slice(0, 10).replaceAll('-', '')
/** HHMMSS in UTC: counts and shipments of one minute can be put in order. */
export const secondsOf = (at: Instant | string): string => at.slice(11, 19).replaceAll(':', '')
/** HHMM in UTC. */
export const timeOf = (at: Instant | string): string => at.slice(11, 16).replace(':', '')

/**
 * 855 purchase order acknowledgment. BAK02 is AD when every line is accepted as ordered, AC otherwise. One ACK a line; for IQ
 * its quantity is what is accepted, for IR what is refused. ACK04 079 with ACK05: the day it is promised to ship.
 */
export function acknowledgmentSegments(order: OrderEntry, at: Instant, promisedAt: Instant): WritableSegment[] {
  const asOrdered = order.lines.every((line) => line.ackCode === 'IA')
  const bak = ['BAK', '00', asOrdered ? 'AD' : 'AC', order.poNumber, order.poDate, '', '', '', '', dateOf(at)] as const
  const lines = order.lines.flatMap((line) => [orderLine(line), ackOf(line, promisedAt)])
  return [bak, ['REF', 'VN', order.ownNumber], ...lines, ['CTT', String(order.lines.length)]]
}

const orderLine = (line: OrderLineEntry): WritableSegment => [
  'PO1',
  line.lineId,
  String(line.requested),
  line.unit,
  line.unitPrice,
  '',
  'VN',
  line.vendorSku,
]

function ackOf(line: OrderLineEntry, promisedAt: Instant): WritableSegment {
  const code = line.ackCode ?? 'IR'
  if (code === 'IR') return ['ACK', code, String(line.rejected), line.unit]
  return ['ACK', code, String(line.accepted), line.unit, '079', dateOf(promisedAt)]
}

/** 865: BCA02 AC takes out what was asked, RJ does not, with the reason in MSG; an ACK of a line says it of that line (IQ: what is left). */
export const changeAnswerSegments = (
  order: OrderEntry,
  accepted: boolean,
  at: Instant,
  byLine: readonly LineAnswer[] = [],
): WritableSegment[] => [
  ['BCA', '00', accepted ? 'AC' : 'RJ', order.poNumber, '', order.changeNumber ?? '1', dateOf(at)],
  ...(accepted
    ? []
    : ([
        ['N9', 'L1', '1'],
        ['MSG', 'already shipped'],
      ] as const)),
  ...byLine.flatMap(({ line, agreed }): WritableSegment[] => [
    ['POC', line.lineId, 'CA', String(line.accepted), '', line.unit],
    agreed ? ['ACK', 'IQ', String(line.accepted), line.unit] : ['ACK', 'IR'],
  ]),
]

/** 846 of all stock on the shelf, promised units included (QTY 33). */
export const stockSegments = ({ number, at, place, entries }: StockReport): WritableSegment[] => [
  ['BIA', '00', 'SI', number, dateOf(at), secondsOf(at)],
  ['N1', 'WH', '', '92', place],
  ...entries.flatMap((entry, index): WritableSegment[] => [
    ['LIN', String(index + 1), 'VN', entry.vendorSku],
    ['QTY', '33', String(entry.now), 'EA'],
  ]),
  ['CTT', String(entries.length)],
]

/** What one unit weighs, carton included; a made-up figure, the same for all. */
const GRAMS_PER_UNIT = 450

/** 856 ship notice of one order, levels shipment, order, pack, item (BSN05 0001). Each carton names its tracking number. */
export function shipNoticeSegments(order: OrderEntry, shipment: ShipmentEntry, shipFrom: string): WritableSegment[] {
  const { shipmentId, shippedAt, carrier, cartons } = shipment
  const units = cartons.flatMap((carton) => carton.lines).reduce((sum, line) => sum + line.quantity, 0)
  const kilograms = ((units * GRAMS_PER_UNIT) / 1000).toFixed(2)
  const levels = new Levels()
  const top = levels.open('S')
  const segments: WritableSegment[] = [
    ['BSN', '00', shipmentId, dateOf(shippedAt), timeOf(shippedAt), '0001'],
    top.segment,
    ['TD1', 'CTN25', String(cartons.length), '', '', '', 'G', kilograms, 'KG'],
    ['TD5', 'B', '2', carrier, 'U'],
    ['DTM', '011', dateOf(shippedAt), timeOf(shippedAt)],
    ['N1', 'SF', shipFrom],
  ]
  if (order.shipToName !== '') segments.push(['N1', 'ST', plain(order.shipToName)])
  const middle = levels.open('O', top.number)
  segments.push(middle.segment, ['PRF', order.poNumber, '', '', order.poDate])
  for (const carton of cartons) {
    const pack = levels.open('P', middle.number)
    segments.push(pack.segment, ['MAN', 'CP', carton.trackingNumber])
    for (const { lineId, quantity } of carton.lines) {
      const line = order.lines.find((one) => one.lineId === lineId)
      segments.push(
        levels.open('I', pack.number).segment,
        ['LIN', lineId, 'VN', line?.vendorSku ?? ''],
        ['SN1', lineId, String(quantity), line?.unit ?? 'EA'],
      )
    }
  }
  segments.push(['CTT', String(levels.count)])
  return segments
}

/** A person's name may hold what X12 cannot carry; it is for people's eyes, so blanks will do. */
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9 .,'-]/g, ' ')

/** Numbers the HL segments: each has its own running number and names its parent's. */
class Levels {
  count = 0

  open(code: 'S' | 'O' | 'P' | 'I', parent?: string): { number: string; segment: WritableSegment } {
    this.count += 1
    const number = String(this.count)
    return { number, segment: ['HL', number, parent ?? '', code] }
  }
}
