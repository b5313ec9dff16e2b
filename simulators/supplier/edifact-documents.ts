/** The supplier's ORDRSP, DESADV and INVRPT (D.96A) as segments; the writer adds envelopes, references and counts. */
import type { Instant } from '#core/model/time.ts'
import type { WritableSegment } from '#mappings/formats/x12/writable.ts'
import type { LineAnswer, OrderEntry, OrderLineEntry, ShipmentEntry, StockReport } from './books.ts'
import { dateOf } from './documents.ts'

type Segment = WritableSegment

/** CCYYMMDDHHMMSS in UTC. */
const secondOf = (at: Instant | string): string => at.slice(0, 19).replaceAll(/[-T:]/g, '')
const moment = (qualifier: string, at: Instant | string): Segment => ['DTM', [qualifier, secondOf(at), '204']]

/** LIN 1229: 5 as ordered, 3 changed, 7 refused. */
const actionOf = ({ ackCode }: OrderLineEntry): string => (ackCode === 'IR' ? '7' : ackCode === 'IQ' ? '3' : '5')

/** ORDRSP. BGM 1225: 29 as ordered, 27 refused, 4 leaves it to the lines. QTY 21 asked, 12 to come. */
export function edifactResponse(order: OrderEntry, at: Instant, promisedAt: Instant): Segment[] {
  const asOrdered = order.lines.every((line) => line.ackCode === 'IA')
  const refused = order.lines.every((line) => line.accepted === 0)
  return [
    ['BGM', '231', `R-${order.poNumber}`, asOrdered ? '29' : refused ? '27' : '4'],
    moment('137', at),
    ['RFF', ['ON', order.poNumber]],
    ['RFF', ['VN', order.ownNumber]],
    ...order.lines.flatMap((line): Segment[] => [
      ['LIN', line.lineId, actionOf(line), [line.vendorSku, 'SA']],
      ['QTY', ['21', String(line.requested)]],
      ...(line.accepted > 0 ? [['QTY', ['12', String(line.accepted)]] as Segment] : []),
      ...(line.accepted > 0 ? [['DTM', ['11', dateOf(promisedAt), '102']] as Segment] : []),
    ]),
    ['UNS', 'S'],
    ['CNT', ['2', String(order.lines.length)]],
  ]
}

/**
 * ORDRSP to an ORDCHG: RFF PP names the change, 29 agrees, 27 refuses. Where lines differ, 4 leaves it to them: 3 agrees and says what
 * is left on order, 7 refuses.
 */
export const edifactChangeAnswer = (
  order: OrderEntry,
  accepted: boolean,
  at: Instant,
  byLine: readonly LineAnswer[] = [],
): Segment[] => [
  ['BGM', '231', `C-${order.poNumber}`, byLine.length > 0 ? '4' : accepted ? '29' : '27'],
  moment('137', at),
  ...(accepted ? [] : [['FTX', 'AAI', '', '', 'already shipped'] as Segment]),
  ['RFF', ['ON', order.poNumber]],
  ['RFF', ['PP', order.changeNumber ?? '1']],
  ...byLine.flatMap(({ line, agreed }): Segment[] => [
    ['LIN', line.lineId, agreed ? '3' : '7', [line.vendorSku, 'SA']],
    ...(agreed ? [['QTY', ['21', String(line.accepted)]] as Segment] : []),
  ]),
  ['UNS', 'S'],
]

/** DESADV: one CPS level a carton, with its tracking number in RFF CN. */
export function edifactDispatch(order: OrderEntry, shipment: ShipmentEntry, shipFrom: string): Segment[] {
  let position = 0
  return [
    ['BGM', '351', shipment.shipmentId, '9'],
    moment('137', shipment.shippedAt),
    moment('11', shipment.shippedAt),
    ['RFF', ['ON', order.poNumber]],
    ['NAD', 'SU', [shipFrom.toUpperCase(), '', '92']],
    ['TDT', '20', '', '30', '', ['', '', '', shipment.carrier]],
    ...shipment.cartons.flatMap((carton, index): Segment[] => [
      ['CPS', String(index + 1)],
      ['PAC', '1'],
      ['PCI', '33E'],
      ['RFF', ['CN', carton.trackingNumber]],
      ...carton.lines.flatMap(({ lineId, quantity }): Segment[] => {
        position += 1
        const vendorSku = order.lines.find((line) => line.lineId === lineId)?.vendorSku ?? ''
        return [
          ['LIN', String(position), '', [vendorSku, 'SA']],
          ['QTY', ['12', String(quantity)]],
          ['RFF', ['ON', order.poNumber, lineId]],
        ]
      }),
    ]),
    ['CNT', ['2', String(position)]],
  ]
}

/** INVRPT: QTY 145, what is on the shelf, promised units included. */
export const edifactStock = ({ number, at, place, entries }: StockReport): Segment[] => [
  ['BGM', '35', number, '9'],
  moment('137', at),
  ['NAD', 'WH', [place, '', '92']],
  ...entries.flatMap((entry, index): Segment[] => [
    ['LIN', String(index + 1), '', [entry.vendorSku, 'SA']],
    ['QTY', ['145', String(entry.now)]],
  ]),
]
