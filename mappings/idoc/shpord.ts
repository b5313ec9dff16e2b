/** DELVRY03 (message SHPORD) ↔ fulfillment instruction: what a warehouse that speaks SAP's delivery interface is told to ship. */
import { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import { defineMap, isRefusal, nodeLookup, rulesFor, skuLookup, text, wholeNumberText } from '../engine/index.ts'
import { idocDocument } from './idoc.ts'
import type { IdocContext, IdocShape } from './idoc.ts'
import { dateText, instantOf, position, readAddress, requestNumber, timeText, writeAddress } from './kit.ts'
import type { AddressFields } from './kit.ts'

type Party = {
  PARTNER_Q: string
  NAME1?: string
  NAME2?: string
  STREET1?: string
  STREET2?: string
  POSTL_COD1?: string
  CITY1?: string
  TELEPHONE1?: string
  COUNTRY1?: string
  REGION?: string
}
/** VBELN the delivery (ten digits), VSTEL the shipping point, LIFEX our own number, which is echoed. */
type Delivery = {
  E1EDL20: {
    VBELN?: string
    VSTEL: string
    LIFEX: string
    E1ADRM1: Party[]
    E1EDT13: { QUALF: string; NTANF?: string; NTANZ?: string }[]
    E1EDL24: { POSNR: string; MATNR: string; ARKTX?: string; LFIMG: string; VRKME?: string }[]
  }
}
const SHAPE: IdocShape = {
  one: {
    E1EDL20: {
      fields: ['VBELN', 'VSTEL', 'LIFEX'],
      many: {
        E1ADRM1: {
          fields: [
            'PARTNER_Q',
            'NAME1',
            'NAME2',
            'STREET1',
            'STREET2',
            'POSTL_COD1',
            'CITY1',
            'TELEPHONE1',
            'COUNTRY1',
            'REGION',
          ],
        },
        E1EDT13: { fields: ['QUALF', 'NTANF', 'NTANZ'] },
        E1EDL24: { fields: ['POSNR', 'MATNR', 'ARKTX', 'LFIMG', 'VRKME'] },
      },
    },
  },
}

type Line = FulfillmentInstruction['lines'][number]
const head = rulesFor<Delivery, FulfillmentInstruction, IdocContext>()
const party = rulesFor<Party, FulfillmentInstruction, IdocContext>()
const date = rulesFor<Delivery['E1EDL20']['E1EDT13'][number], FulfillmentInstruction, IdocContext>()
const item = rulesFor<Delivery['E1EDL20']['E1EDL24'][number], Line, IdocContext>()
const optional = { optional: true }

/** E1EDT13 QUALF of the wanted delivery date. */
const DELIVERY_DATE = '007'
/** E1ADRM1 PARTNER_Q of the ship-to party. */
const SHIP_TO = 'WE'

const ADDRESS = {
  NAME1: ['name', 40],
  NAME2: ['company', 40],
  STREET1: ['line1', 40],
  STREET2: ['line2', 40],
  POSTL_COD1: ['postcode', 10],
  CITY1: ['city', 40],
  TELEPHONE1: ['phone', 25],
  COUNTRY1: ['country', 3],
  REGION: ['region', 3],
} as const satisfies AddressFields

export const shpordMap = defineMap<Delivery, FulfillmentInstruction, IdocContext, IdocContext>({
  name: 'idoc shpord',
  version: '1',
  scope: { forward: (_delivery, context) => context, back: (_instruction, context) => context },
  rules: [
    head.derive({
      name: 'number of the delivery',
      reads: ['E1EDL20.VBELN'],
      writes: [],
      forward: () => ({}),
      back: (_, { deliveryNumber: number }) => (number === undefined ? {} : { 'E1EDL20.VBELN': number }),
    }),
    head.field('E1EDL20.LIFEX', 'requestId', requestNumber),
    head.field('E1EDL20.VSTEL', 'nodeId', nodeLookup('idoc')),
    head.constant('method', 'ship'),
    head.pick('E1EDL20.E1ADRM1', { PARTNER_Q: SHIP_TO }, [
      party.derive({
        name: 'ship-to address',
        reads: ['NAME1', 'NAME2', 'STREET1', 'STREET2', 'POSTL_COD1', 'CITY1', 'TELEPHONE1', 'COUNTRY1', 'REGION'],
        writes: ['shipTo'],
        forward: (fields) => readAddress(ADDRESS, fields),
        back: ({ shipTo: to }) => writeAddress(ADDRESS, to),
      }),
    ]),
    head.pick('E1EDL20.E1EDT13', { QUALF: DELIVERY_DATE }, [
      date.derive({
        name: 'wanted delivery',
        reads: ['NTANF', 'NTANZ'],
        writes: ['neededBy'],
        forward: ({ NTANF, NTANZ }) => {
          if (NTANF === undefined) return {}
          const neededBy = instantOf(NTANF, NTANZ)
          return isRefusal(neededBy) ? neededBy : { neededBy }
        },
        back: ({ neededBy }) =>
          neededBy === undefined ? {} : { NTANF: dateText(neededBy), NTANZ: timeText(neededBy) },
      }),
    ]),
    head.each(
      'E1EDL20.E1EDL24',
      'lines',
      [
        item.field('POSNR', 'lineNo', position),
        item.field('MATNR', 'sku', skuLookup('idoc')),
        item.field('ARKTX', 'name', text(300), optional),
        item.field('LFIMG', 'quantity', wholeNumberText(1)),
        item.fixed('VRKME', 'PCE', { checked: false }),
      ],
      { minimum: 1, key: 'lineNo' },
    ),
  ],
})

export const shpord = idocDocument({
  type: 'DELVRY03',
  message: 'SHPORD',
  summary: 'Delivery to be shipped: a fulfillment instruction for a warehouse behind SAP’s delivery interface.',
  kind: 'fulfillmentInstruction',
  schema: FulfillmentInstruction,
  shape: SHAPE,
  map: shpordMap,
})
