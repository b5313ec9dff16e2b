/** 850 purchase order of a retailer ↔ an order of its channel. It states the order whole, or cancels it (BEG01 01). */
import type { CurrencyCode } from '#core/model/money.ts'
import { OrderInput } from '#core/model/order.ts'
import type { Instant } from '#core/model/time.ts'
import {
  channelRule,
  decimalMoney,
  defineMap,
  isRefusal,
  refuse,
  rulesFor,
  text,
  wholeNumberText,
} from '../../engine/index.ts'
import { countRule } from '../counts.ts'
import { documentScope, x12Document } from '../document.ts'
import type { DocumentMap, DocumentScope } from '../document.ts'
import { dtmRule, orderDay } from '../kit.ts'
import { cutTo, NO_CURRENCY, PLACED, SHAPE_850 } from '../order-850.ts'
import type { LineLoop } from '../order-850.ts'
import { addressRules } from '../party-loop.ts'
import type { PartyLoop } from '../party-loop.ts'
import { PO1_PAIRS, skuOfPairs, skuPairs } from '../product-ids.ts'
import type { X12Profile } from '../profile.ts'
import { dateOf, instantOf, timeOf } from '../times.ts'
import type { Elements } from '../tree.ts'
import { lineId, purchaseOrder } from './kit.ts'

type Tree = {
  BEG: Elements
  CUR?: Elements
  REF?: Elements[]
  DTM?: Elements[]
  TD5?: Elements[]
  parties: { ST?: PartyLoop; BT?: PartyLoop }
  PO1: LineLoop[]
  CTT?: Elements
}
type Line = OrderInput['lines'][number]
/** The head's DTM holds for every line. */
type Scope = DocumentScope & { promisedBy: Instant | undefined }

const head = rulesFor<Tree, OrderInput, Scope>()
const reference = rulesFor<Elements, OrderInput, Scope>()
const wanted = rulesFor<Elements, OrderInput, Scope>()
const line = rulesFor<LineLoop, Line, Scope>()
const description = rulesFor<Elements, Line, Scope>()
const optional = { optional: true }

const lineRules = (profile: X12Profile) => [
  line.field('PO1.01', 'externalId', lineId),
  line.field('PO1.02', 'quantity', wholeNumberText(1)),
  line.fixed('PO1.03', profile.unit),
  line.field('PO1.04', 'unitPriceMinor', decimalMoney, { fallback: 0 }),
  line.fixed('PO1.05', profile.priceBasis, { checked: false }),
  line.derive({
    name: 'product codes by qualifier',
    reads: PO1_PAIRS,
    writes: ['sku'],
    forward: (reads, scope) => {
      const found = skuOfPairs(reads, profile, scope)
      return isRefusal(found) ? found : { sku: found.sku }
    },
    back: ({ sku }, { crosswalk }) => (sku === undefined ? {} : skuPairs(sku, crosswalk.partnerSkuOf(sku), profile)),
  }),
  line.pick('PID', { '01': 'F' }, [description.field('05', 'name', cutTo(80), optional)]),
  line.derive({
    name: 'wanted by, as the head says',
    reads: [],
    writes: ['promisedBy'],
    forward: (_reads, { promisedBy }) => (promisedBy === undefined ? {} : { promisedBy }),
    back: () => ({}),
  }),
  line.constant('cancelledQuantity', 0),
  line.constant('method', 'ship'),
]

const map = (profile: X12Profile): DocumentMap<Tree, OrderInput, Scope> => {
  const base = documentScope<OrderInput>(profile, ({ currency }) => currency)
  return defineMap({
    name: 'x12 850 of a retailer',
    version: '1',
    scope: {
      forward: (tree, context) => ({ ...base.forward(tree, context), promisedBy: wantedBy(tree, profile) }),
      back: (order, context) => ({ ...base.back(order, context), promisedBy: undefined }),
    },
    rules: [
      channelRule<Tree, OrderInput, Scope>(),
      head.field('BEG.03', 'externalId', purchaseOrder),
      head.derive({
        name: 'purpose of the document, told when its group was sent',
        reads: ['BEG.01'],
        writes: ['revisedAt', 'cancelledAt'],
        forward: ({ 'BEG.01': code }, { receivedAt: revisedAt }) => {
          const purpose = typeof code === 'string' ? profile.orderPurposes[code] : undefined
          if (purpose === undefined) return unknownPurpose(code, profile)
          return purpose === 'cancel' ? { revisedAt, cancelledAt: revisedAt } : { revisedAt }
        },
        back: ({ cancelledAt }) => ({ 'BEG.01': cancelledAt === undefined ? '00' : '01' }),
      }),
      head.fixed('BEG.02', 'DS', { checked: false }),
      orderDay<Tree, OrderInput, Scope>(),
      head.pick('DTM', { '01': PLACED }, [dtmRule<OrderInput, Scope>('placedAt')]),
      head.fixed('CUR.01', 'BY', { checked: false }),
      head.derive({
        name: 'one currency for all prices',
        reads: ['CUR.02'],
        writes: ['currency'],
        forward: (_reads, { currency }) =>
          /^[A-Z]{3}$/.test(currency) ? { currency: currency as CurrencyCode } : NO_CURRENCY,
        back: ({ currency }) => (currency === undefined ? {} : { 'CUR.02': currency }),
      }),
      head.pick('REF', { '01': profile.customerOrderQualifier }, [reference.field('02', 'number', text(30), optional)]),
      head.derive({
        name: 'service in words (TD505), else the codes of carrier and service level',
        reads: ['TD5.0.03', 'TD5.0.05', 'TD5.0.12'],
        writes: ['shippingService'],
        forward: ({ 'TD5.0.03': carrier, 'TD5.0.05': words, 'TD5.0.12': level }) => {
          const codes = [carrier, level].filter((code) => typeof code === 'string').join(' ')
          const service = typeof words === 'string' ? words : codes
          return service === '' ? {} : { shippingService: service.slice(0, 100) }
        },
        back: ({ shippingService }) =>
          shippingService === undefined ? {} : { 'TD5.0.05': shippingService.slice(0, ROUTING_MAX) },
      }),
      head.one('parties.ST', 'shipTo', addressRules<Scope>(profile.defaultCountry), optional),
      head.one('parties.BT', 'billTo', addressRules<Scope>(profile.defaultCountry), optional),
      head.constant('holds', []),
      head.each('PO1', 'lines', lineRules(profile), { minimum: 1, key: 'externalId' }),
      head.derive({
        name: 'total: the sum of the lines',
        reads: ['PO1'],
        writes: ['totalMinor'],
        forward: ({ PO1 }, scope) => ({ totalMinor: totalOf(PO1, scope) }),
        back: () => ({}),
      }),
      head.pick('DTM', { '01': profile.neededByQualifier }, [
        wanted.derive({
          name: 'wanted by',
          reads: ['02', '03', '04'],
          writes: ['lines'],
          forward: (dtm) => {
            const at = momentOf(dtm)
            return isRefusal(at) ? at : {}
          },
          back: ({ lines = [] }) => {
            const [at] = lines.flatMap(({ promisedBy }) => promisedBy ?? []).toSorted()
            return at === undefined ? {} : { '02': dateOf(at), '03': timeOf(at), '04': 'UT' }
          },
        }),
      ]),
      countRule<Tree, OrderInput, Scope>(),
    ],
  })
}

/** Element 387. */
const ROUTING_MAX = 35

const unknownPurpose = (code: unknown, profile: X12Profile) =>
  refuse({
    rule: `must be one of ${Object.keys(profile.orderPurposes).join(', ')}`,
    cure: 'Say in the profile what this BEG01 means (orderPurposes), then replay.',
    code: 'x12.order-purpose',
    class: 'crosswalk',
    ...(typeof code === 'string' ? { subject: code } : {}),
  })

/** A day without a time holds until it is over. */
const momentOf = (dtm: { [position: string]: unknown }) =>
  dtm['02'] === undefined ? undefined : instantOf(dtm['02'], dtm['03'], dtm['04'], true)

function wantedBy({ DTM = [] }: Tree, { neededByQualifier }: X12Profile): Instant | undefined {
  const dtm = DTM.find((each) => each['01'] === neededByQualifier)
  const at = dtm === undefined ? undefined : momentOf(dtm)
  return typeof at === 'string' ? at : undefined
}

/** A line that cannot be read refuses the order itself, so it adds nothing here. */
function totalOf(loops: unknown, scope: Scope): number {
  return ((Array.isArray(loops) ? loops : []) as LineLoop[]).reduce((sum, { PO1 }) => {
    const [quantity, price] = [
      wholeNumberText(1).read(PO1['02'], undefined),
      decimalMoney.read(PO1['04'] ?? '0', scope),
    ]
    return isRefusal(quantity) || isRefusal(price) ? sum : sum + quantity * price
  }, 0)
}

/** PO101 may be left out: then a line is known by its place, and that number is echoed. */
function numbered(tree: Tree): Tree {
  tree.PO1.forEach(({ PO1 }, index) => {
    PO1['01'] ??= String(index + 1)
  })
  return tree
}

export const retailerOrder850 = x12Document<Tree, OrderInput, Scope>({
  set: '850',
  name: '850 of a retailer',
  functionalId: 'PO',
  summary: 'Purchase order of a retailer: an order of its channel.',
  kind: 'order',
  schema: OrderInput,
  shape: SHAPE_850,
  map,
  toRead: numbered,
})
