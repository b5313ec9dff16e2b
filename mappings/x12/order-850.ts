/** 850 purchase order, 004010 ↔ fulfillment instruction. The hub writes it; supplier-side tools and tests read it. */
import type { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import type { FieldMap, Leaf, WithCrosswalk } from '../engine/index.ts'
import {
  clippedText,
  decimalMoney,
  defineMap,
  enumTable,
  nodeLookup,
  refuse,
  rulesFor,
  text,
  wholeNumberText,
} from '../engine/index.ts'
import { countRule } from './counts.ts'
import { dtmRule, orderDay } from './kit.ts'
import { addressRules } from './party-loop.ts'
import type { PartyLoop } from './party-loop.ts'
import { orderReference, poNumber } from './po-number.ts'
import type { PoNumbers } from './po-number.ts'
import { PO1_PAIRS, skuOfPairs, skuPairs } from './product-ids.ts'
import type { X12Profile } from './profile.ts'
import type { Elements, Shape } from './tree.ts'

export const SHAPE_850: Shape = {
  BEG: 'one',
  CUR: 'one',
  REF: 'many',
  DTM: 'many',
  TD5: 'many',
  N1: { N1: 'one', N2: 'one', N3: 'many', N4: 'one', PER: 'many' },
  PO1: { PO1: 'one', PID: 'many' },
  CTT: 'one',
}

export type LineLoop = { PO1: Elements; PID?: Elements[] }
export type Tree850 = {
  BEG: Elements
  CUR?: Elements
  REF?: Elements[]
  DTM?: Elements[]
  TD5?: Elements[]
  parties: { ST?: PartyLoop; SF?: PartyLoop }
  PO1: LineLoop[]
  CTT?: Elements
}

export type X12Context = WithCrosswalk & PoNumbers
type Scope = X12Context & { currency: string }
type Line = FulfillmentInstruction['lines'][number]
const optional = { optional: true }

const line = rulesFor<LineLoop, Line, Scope>()
const description = rulesFor<Elements, Line, Scope>()
const head = rulesFor<Tree850, FulfillmentInstruction, Scope>()
const reference = rulesFor<Elements, FulfillmentInstruction, Scope>()

/** Descriptions and services are for people: cut to the element's length on the way out. */
export const cutTo = (max: number): Leaf<string, string> => ({
  ...clippedText(300),
  write: (value) => value.slice(0, max),
})

const lineRules = (profile: X12Profile) => [
  line.field('PO1.01', 'lineNo', wholeNumberText(1)),
  line.field('PO1.02', 'quantity', wholeNumberText(1)),
  line.fixed('PO1.03', profile.unit),
  line.field('PO1.04', 'unitPriceMinor', decimalMoney),
  line.fixed('PO1.05', profile.priceBasis, { checked: false }),
  line.derive({
    name: 'currency of the document',
    reads: [],
    writes: ['currency'],
    forward: (_reads, { currency }) => ({ currency }),
    back: ({ currency }, scope) => (currency === scope.currency ? {} : MIXED_CURRENCIES),
  }),
  line.derive({
    name: 'product codes by qualifier',
    reads: PO1_PAIRS,
    writes: ['sku', 'partnerSku'],
    forward: (reads, scope) => skuOfPairs(reads, profile, scope),
    back: ({ sku, partnerSku }, { crosswalk }) =>
      sku === undefined ? {} : skuPairs(sku, partnerSku ?? crosswalk.partnerSkuOf(sku), profile),
  }),
  line.pick('PID', { '01': 'F' }, [description.field('05', 'name', cutTo(80), optional)]),
]

const MIXED_CURRENCIES = refuse({
  rule: 'must be the currency of the other lines: an 850 has one',
  cure: 'Send lines of another currency in a request of their own.',
  code: 'x12.currency',
})

/** DTM01 004: when the order was placed, to the second; BEG05 has the day only. */
export const PLACED = '004'

/** One map a profile: make it once and keep it. */
export function orderMap(profile: X12Profile): FieldMap<Tree850, FulfillmentInstruction, X12Context, Scope> {
  return defineMap({
    name: 'x12 850',
    version: '1',
    scope: {
      forward: (tree, context) => ({ ...context, currency: tree.CUR?.['02'] ?? profile.defaultCurrency }),
      back: (instruction, context) => ({ ...context, currency: instruction.lines[0]?.currency ?? '' }),
    },
    rules: [
      head.fixed('BEG.01', '00'),
      head.field('BEG.02', 'method', enumTable('purchase order type', profile.orderTypes)),
      head.field('BEG.03', 'requestId', poNumber),
      orderDay<Tree850, FulfillmentInstruction, Scope>(),
      head.fixed('CUR.01', 'BY', { checked: false }),
      head.derive({
        name: 'one currency for all prices',
        reads: ['CUR.02'],
        writes: [],
        forward: (_reads, { currency }) => (/^[A-Z]{3}$/.test(currency) ? {} : NO_CURRENCY),
        back: (_writes, { currency }) => ({ 'CUR.02': currency }),
      }),
      head.pick('REF', { '01': profile.customerOrderQualifier }, [
        reference.field('02', 'orderNumber', text(30), { fallback: '' }),
      ]),
      head.pick('REF', { '01': profile.hubOrderQualifier }, [reference.field('02', 'orderId', orderReference)]),
      head.pick('DTM', { '01': PLACED }, [dtmRule<FulfillmentInstruction, Scope>('placedAt')]),
      head.pick('DTM', { '01': profile.neededByQualifier }, [dtmRule<FulfillmentInstruction, Scope>('neededBy')]),
      head.field('TD5.0.05', 'shippingService', cutTo(35), optional),
      head.one('parties.ST', 'shipTo', addressRules<Scope>(), optional),
      head.fixed('parties.SF.N1.03', profile.nodeQualifier, { checked: false }),
      head.field('parties.SF.N1.04', 'nodeId', nodeLookup('order')),
      head.each('PO1', 'lines', lineRules(profile), { minimum: 1, key: 'lineNo' }),
      countRule<Tree850, FulfillmentInstruction, Scope>(),
    ],
  })
}

export const NO_CURRENCY = refuse({
  rule: 'must be an ISO 4217 code such as USD',
  cure: 'Send CUR*BY with the currency of the prices.',
  code: 'x12.currency',
})
