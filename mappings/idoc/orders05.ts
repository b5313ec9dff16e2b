/** ORDERS05 ↔ fulfillment instruction: what an SAP that ships for us is told. */
import { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import {
  decimalMoney,
  defineMap,
  enumTable,
  isRefusal,
  nodeLookup,
  refuse,
  rulesFor,
  text,
  wholeNumberText,
} from '../engine/index.ts'
import { idocDocument } from './idoc.ts'
import type { IdocContext, IdocShape } from './idoc.ts'
import {
  dateText,
  instantOf,
  orderNumber,
  position,
  readAddress,
  requestNumber,
  timeText,
  writeAddress,
} from './kit.ts'
import type { AddressFields } from './kit.ts'

type Party = {
  PARVW: string
  PARTN?: string
  NAME1?: string
  NAME2?: string
  STRAS?: string
  STRS2?: string
  ORT01?: string
  PSTLZ?: string
  LAND1?: string
  TELF1?: string
  REGIO?: string
}
type Item = {
  POSEX: string
  MENGE: string
  MENEE?: string
  VPREI?: string
  CURCY?: string
  E1EDP19: { QUALF: string; IDTNR: string; KTEXT?: string }[]
}
type Order = {
  E1EDK01: { CURCY: string; BSART?: string; BELNR: string }
  E1EDK03: { IDDAT: string; DATUM: string; UZEIT?: string }[]
  E1EDKA1: Party[]
  E1EDK02: { QUALF: string; BELNR: string }[]
  E1EDP01: Item[]
}
const SHAPE: IdocShape = {
  one: { E1EDK01: { fields: ['CURCY', 'BSART', 'BELNR'] } },
  many: {
    E1EDK03: { fields: ['IDDAT', 'DATUM', 'UZEIT'] },
    E1EDKA1: {
      fields: ['PARVW', 'PARTN', 'NAME1', 'NAME2', 'STRAS', 'STRS2', 'ORT01', 'PSTLZ', 'LAND1', 'TELF1', 'REGIO'],
    },
    E1EDK02: { fields: ['QUALF', 'BELNR'] },
    E1EDP01: {
      fields: ['POSEX', 'MENGE', 'MENEE', 'VPREI', 'CURCY'],
      many: { E1EDP19: { fields: ['QUALF', 'IDTNR', 'KTEXT'] } },
    },
  },
}

type Line = FulfillmentInstruction['lines'][number]
const head = rulesFor<Order, FulfillmentInstruction, IdocContext>()
const party = rulesFor<Party, FulfillmentInstruction, IdocContext>()
const reference = rulesFor<Order['E1EDK02'][number], FulfillmentInstruction, IdocContext>()
const date = rulesFor<Order['E1EDK03'][number], FulfillmentInstruction, IdocContext>()
const item = rulesFor<Item, Line, IdocContext>()

/** IDDAT 012 document date, 002 wanted delivery. */
const dateRule = (qualifier: string, target: 'placedAt' | 'neededBy') =>
  head.pick('E1EDK03', { IDDAT: qualifier }, [
    date.derive({
      name: `date ${qualifier}`,
      reads: ['DATUM', 'UZEIT'],
      writes: [target],
      forward: ({ DATUM, UZEIT }) => {
        if (DATUM === undefined) return {}
        const at = instantOf(DATUM, UZEIT)
        return isRefusal(at) ? at : { [target]: at }
      },
      back: (values) => {
        const at = values[target]
        return at === undefined ? {} : { DATUM: dateText(at), UZEIT: timeText(at) }
      },
    }),
  ])

const ADDRESS = {
  NAME1: ['name', 35],
  NAME2: ['company', 35],
  STRAS: ['line1', 35],
  STRS2: ['line2', 35],
  ORT01: ['city', 35],
  PSTLZ: ['postcode', 9],
  LAND1: ['country', 3],
  TELF1: ['phone', 25],
  REGIO: ['region', 3],
} as const satisfies AddressFields

const shipTo = head.pick('E1EDKA1', { PARVW: 'WE' }, [
  party.derive({
    name: 'ship-to address',
    reads: ['NAME1', 'NAME2', 'STRAS', 'STRS2', 'ORT01', 'PSTLZ', 'LAND1', 'TELF1', 'REGIO'],
    writes: ['shipTo'],
    forward: (fields) => readAddress(ADDRESS, fields),
    back: ({ shipTo: to }) => writeAddress(ADDRESS, to),
  }),
])

/** E1EDP19: 001 the orderer's number (ours), 002 the supplier's (SAP's). */
const product = item.derive({
  name: 'product numbers',
  reads: ['E1EDP19'],
  writes: ['sku', 'partnerSku', 'name'],
  forward: ({ E1EDP19 }, { crosswalk }) => {
    const list = (Array.isArray(E1EDP19) ? E1EDP19 : []) as Item['E1EDP19']
    const of = (qualifier: string) => list.find((one) => one.QUALF === qualifier)
    const codes = ['001', '002', '003'].flatMap((qualifier) => of(qualifier)?.IDTNR ?? [])
    const sku = codes.map((code) => crosswalk.skuOf(code)).find((found) => found !== undefined)
    if (sku === undefined)
      return refuse({
        rule: 'must have a product number with a row in the crosswalk',
        cure: 'Add a crosswalk row from this product number to a SKU, then replay.',
        code: 'idoc.sku-unknown',
        class: 'crosswalk',
        ...(codes[0] === undefined ? {} : { subject: codes[0] }),
      })
    const [own, name] = [of('002')?.IDTNR, of('002')?.KTEXT ?? of('001')?.KTEXT]
    return {
      sku,
      ...(own === undefined || own === sku ? {} : { partnerSku: own }),
      ...(name === undefined ? {} : { name }),
    }
  },
  back: ({ sku, partnerSku, name }, { crosswalk }) => {
    if (sku === undefined) return {}
    const text = name === undefined ? {} : { KTEXT: name.slice(0, 70) }
    return {
      E1EDP19: [
        { QUALF: '001', IDTNR: sku },
        { QUALF: '002', IDTNR: partnerSku ?? crosswalk.partnerSkuOf(sku), ...text },
      ],
    }
  },
})

const map = defineMap<Order, FulfillmentInstruction, IdocContext, IdocContext>({
  name: 'idoc orders05',
  version: '1',
  scope: { forward: (_order, context) => context, back: (_instruction, context) => context },
  rules: [
    head.field(
      'E1EDK01.BSART',
      'method',
      enumTable<FulfillmentInstruction['method']>('order type', { NB: 'ship', DS: 'dropShip', PU: 'pickup' }),
    ),
    head.field('E1EDK01.BELNR', 'requestId', requestNumber),
    dateRule('012', 'placedAt'),
    dateRule('002', 'neededBy'),
    head.pick('E1EDKA1', { PARVW: 'LF' }, [party.field('PARTN', 'nodeId', nodeLookup('idoc'))]),
    shipTo,
    head.pick('E1EDK02', { QUALF: '001' }, [reference.field('BELNR', 'orderNumber', text(35))]),
    head.pick('E1EDK02', { QUALF: '002' }, [reference.field('BELNR', 'orderId', orderNumber)]),
    head.derive({
      name: 'one currency in the head',
      reads: ['E1EDK01.CURCY'],
      writes: ['lines'],
      forward: () => ({}),
      back: ({ lines = [] }) => (lines[0] === undefined ? {} : { 'E1EDK01.CURCY': lines[0].currency }),
    }),
    head.each(
      'E1EDP01',
      'lines',
      [
        item.field('POSEX', 'lineNo', position),
        item.field('MENGE', 'quantity', wholeNumberText(1)),
        item.fixed('MENEE', 'PCE', { checked: false }),
        item.field('CURCY', 'currency', text(3)),
        item.derive({
          name: 'price in the line’s currency',
          reads: ['VPREI', 'CURCY'],
          writes: ['unitPriceMinor', 'currency'],
          forward: ({ VPREI, CURCY }) => {
            const unitPriceMinor = decimalMoney.read(VPREI, { currency: String(CURCY) })
            return isRefusal(unitPriceMinor) ? unitPriceMinor : { unitPriceMinor }
          },
          back: ({ unitPriceMinor = 0, currency = '' }) => {
            const price = decimalMoney.write(unitPriceMinor, { currency })
            return isRefusal(price) ? price : { VPREI: price }
          },
        }),
        product,
      ],
      { minimum: 1, key: 'lineNo' },
    ),
  ],
})

export const orders05 = idocDocument({
  type: 'ORDERS05',
  message: 'ORDERS',
  summary: 'Purchase order: a fulfillment instruction for an SAP.',
  kind: 'fulfillmentInstruction',
  schema: FulfillmentInstruction,
  shape: SHAPE,
  map,
})
