/** DELVRY03 (messages DESADV and SHPCON) ↔ shipment notice: what an SAP has shipped, by handling unit. */
import { ShipmentNotice } from '#core/model/fulfillment.ts'
import type { Package } from '#core/model/fulfillment.ts'
import type { TrackingNumber } from '#core/model/ids.ts'
import { defineMap, isRefusal, rulesFor, text, wholeNumberText } from '../engine/index.ts'
import { idocDocument } from './idoc.ts'
import type { IdocContext, IdocShape } from './idoc.ts'
import { dateText, instantOf, position, requestNumber, timeText } from './kit.ts'

type Content = { POSNR: string; VEMNG: string; VEMEH?: string }
type Unit = { EXIDV?: string; EXIDV2?: string; E1EDL44: Content[] }
/** LIFEX: the delivery's outside number, which echoes our purchase order. BOLNR the bill of lading. */
export type Delivery = {
  E1EDL20: {
    VBELN: string
    LIFEX: string
    TRATY?: string
    ROUTE?: string
    E1EDT13: { QUALF: string; ISDD: string; ISDZ?: string }[]
    E1EDL37: Unit[]
  }
}
export const DELIVERY_SHAPE: IdocShape = {
  one: {
    E1EDL20: {
      fields: ['VBELN', 'ROUTE', 'TRATY', 'LIFEX'],
      many: {
        E1EDT13: { fields: ['QUALF', 'ISDD', 'ISDZ'] },
        E1EDL37: { fields: ['EXIDV', 'EXIDV2'], many: { E1EDL44: { fields: ['POSNR', 'VEMNG', 'VEMEH'] } } },
      },
    },
  },
}

const head = rulesFor<Delivery, ShipmentNotice, IdocContext>()
const date = rulesFor<Delivery['E1EDL20']['E1EDT13'][number], ShipmentNotice, IdocContext>()
const unit = rulesFor<Unit, Package, IdocContext>()
const content = rulesFor<Content, Package['lines'][number], IdocContext>()
const optional = { optional: true }
/** E1EDT13 QUALF of the goods issue: what is past it has left. */
const GOODS_ISSUE = '006'

export const deliveryMap = defineMap<Delivery, ShipmentNotice, IdocContext, IdocContext>({
  name: 'idoc delvry03',
  version: '1',
  scope: { forward: (_delivery, context) => context, back: (_notice, context) => context },
  rules: [
    head.field('E1EDL20.VBELN', 'externalId', text(35)),
    head.field('E1EDL20.LIFEX', 'requestId', requestNumber),
    head.field('E1EDL20.TRATY', 'carrier', text(20), optional),
    head.field('E1EDL20.ROUTE', 'service', text(20), optional),
    head.pick('E1EDL20.E1EDT13', { QUALF: GOODS_ISSUE }, [
      date.derive({
        name: 'goods issue',
        reads: ['ISDD', 'ISDZ'],
        writes: ['shippedAt'],
        forward: ({ ISDD, ISDZ }) => {
          const shippedAt = instantOf(ISDD, ISDZ)
          return isRefusal(shippedAt) ? shippedAt : { shippedAt }
        },
        back: ({ shippedAt }) =>
          shippedAt === undefined ? {} : { ISDD: dateText(shippedAt), ISDZ: timeText(shippedAt) },
      }),
    ]),
    head.each(
      'E1EDL20.E1EDL37',
      'packages',
      [
        unit.field('EXIDV', 'containerCode', text(20), optional),
        unit.field('EXIDV2', 'trackingNumber', text<TrackingNumber>(20), optional),
        unit.each(
          'E1EDL44',
          'lines',
          [
            content.field('POSNR', 'lineNo', position),
            content.field('VEMNG', 'quantity', wholeNumberText(1)),
            content.fixed('VEMEH', 'PCE', { checked: false }),
          ],
          { minimum: 1 },
        ),
      ],
      { minimum: 1 },
    ),
  ],
})

export const delvry03 = idocDocument({
  type: 'DELVRY03',
  message: 'DESADV',
  summary: 'Delivery: what an SAP has shipped, by handling unit.',
  kind: 'shipment',
  schema: ShipmentNotice,
  shape: DELIVERY_SHAPE,
  map: deliveryMap,
})
