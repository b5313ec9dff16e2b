/** ORDERS of a retailer ↔ an order of its channel. It states the order whole; one that cancels (BGM 1225 1) is in change.ts. */
import { OrderInput } from '#core/model/order.ts'
import type { Instant } from '#core/model/time.ts'
import type { Elements } from '../../engine/index.ts'
import { channelRule, defineMap, isAbsent, isRefusal, refuse, rulesFor } from '../../engine/index.ts'
import { edifactDocument } from '../document.ts'
import type { MessageMap, MessageScope } from '../document.ts'
import { countRule, dtmOf, instantOf, quantityOf, quantityRule } from '../kit.ts'
import type { EdifactProfile } from '../profile.ts'
import {
  currencyRule,
  lineId,
  MESSAGE_TIME,
  orderNumber,
  piecesOnly,
  priceOf,
  priceRule,
  productRules,
  retailerScope,
  toldRules,
  wantedBy,
} from './kit.ts'
import { addressRules, buyerEchoed, withContacts } from './parties.ts'
import { SHAPE, withNames, withNumbers, withoutNames } from './tree.ts'
import type { RetailerLine, RetailerTree } from './tree.ts'

type Line = OrderInput['lines'][number]
/** What the head's DTM says holds for lines that say nothing. */
type Scope = MessageScope & { promisedBy: Instant | undefined }

const head = rulesFor<RetailerTree, OrderInput, Scope>()
const date = rulesFor<Elements, OrderInput, Scope>()
const line = rulesFor<RetailerLine, Line, Scope>()
const optional = { optional: true }

/** DTM 2005: when the order was placed, where that is told beside the message's own time (137). */
const PLACED = '4'

const lineRules = (profile: EdifactProfile) => [
  line.field('LIN.0101', 'externalId', lineId),
  ...productRules<Line>(profile),
  line.derive({
    name: 'name in two parts',
    reads: ['IMD.0101', 'IMD.0304', 'IMD.0305'],
    writes: ['name'],
    forward: ({ 'IMD.0304': first, 'IMD.0305': second }) => {
      const name = [first, second].filter((part) => typeof part === 'string').join('')
      return name === '' ? {} : { name: name.slice(0, 300) }
    },
    // Names are for people: what IMD cannot hold is cut.
    back: ({ name = '' }) => ({
      ...(name === '' ? {} : { 'IMD.0101': 'F', 'IMD.0304': name.slice(0, 35) }),
      ...(name.length > 35 ? { 'IMD.0305': name.slice(35, 70) } : {}),
    }),
  }),
  piecesOnly<Line>(profile),
  quantityRule<Line, RetailerLine>(profile.orderUnits, 'quantity', 1),
  line.derive({
    name: 'units of the line',
    reads: ['QTY'],
    writes: ['quantity'],
    forward: () => ({}),
    back: ({ quantity = 0 }) => ({ QTY: [{ '0101': profile.orderUnits[0] ?? '21', '0102': String(quantity) }] }),
  }),
  priceRule<Line>(profile),
  line.derive({
    name: 'wanted by, as the line says, else the head',
    reads: ['DTM'],
    writes: ['promisedBy'],
    forward: ({ DTM }, { promisedBy }) => {
      const own = wantedBy(DTM, profile.neededByQualifiers) ?? promisedBy
      if (isRefusal(own)) return own
      return own === undefined ? {} : { promisedBy: own }
    },
    back: ({ promisedBy }, scope) =>
      promisedBy === undefined || promisedBy === scope.promisedBy
        ? {}
        : { DTM: [{ '0101': profile.neededByQualifiers[0] ?? '2', ...dtmOf(promisedBy) }] },
  }),
  line.derive({
    name: 'all lines go to one place',
    reads: ['LOC', 'NAD'],
    writes: [],
    forward: ({ LOC, NAD }) =>
      isAbsent(NAD) && !((LOC ?? []) as { LOC: Elements }[]).some((loop) => loop.LOC['0101'] === DELIVERED_AT)
        ? {}
        : SEVERAL_PLACES,
    back: () => ({}),
  }),
  line.constant('cancelledQuantity', 0),
  line.constant('method', 'ship'),
]

/** LOC 3227: place of delivery. */
const DELIVERED_AT = '7'
const SEVERAL_PLACES = refuse({
  rule: 'must go where the head says: an order goes to one place',
  cure: 'Send an order for each place.',
  code: 'edifact.line-place',
  field: 'LIN.0101',
})

const map = (profile: EdifactProfile): MessageMap<OrderInput, RetailerTree, Scope> => {
  const base = retailerScope<OrderInput>(profile, ({ currency }) => currency)
  const [customerOrder = 'UC'] = profile.customerOrderQualifiers
  return defineMap({
    name: 'edifact orders of a retailer',
    version: '1',
    scope: {
      forward: (tree, context) => {
        const promisedBy = wantedBy(tree.DTM, profile.neededByQualifiers)
        return { ...base.forward(tree, context), promisedBy: isRefusal(promisedBy) ? undefined : promisedBy }
      },
      back: (order, context) => ({ ...base.back(order, context), promisedBy: ofAllLines(order) }),
    },
    rules: [
      channelRule<RetailerTree, OrderInput, Scope>(),
      head.derive({
        name: 'an order that asks for goods',
        reads: ['BGM.0101'],
        writes: [],
        forward: ({ 'BGM.0101': code }) =>
          profile.orderDocuments.some((known) => known === code) ? {} : otherDocument(code, profile),
        back: () => ({ 'BGM.0101': profile.orderDocuments[0] ?? '220' }),
      }),
      head.field('BGM.0201', 'externalId', orderNumber),
      head.derive({
        name: 'function of the message',
        reads: ['BGM.0301'],
        writes: [],
        // A message without a function is an original.
        forward: ({ 'BGM.0301': code }) =>
          isAbsent(code) || isOrder(code, profile) ? {} : unknownFunction(code, profile),
        back: () => ({ 'BGM.0301': '9' }),
      }),
      ...toldRules<OrderInput, RetailerTree, Scope>(),
      head.derive({
        name: 'time of the order, where it is told beside that of the message',
        reads: ['DTM'],
        writes: ['placedAt'],
        forward: ({ DTM }) => {
          const list = (Array.isArray(DTM) ? DTM : []) as Elements[]
          const [own, message] = [PLACED, MESSAGE_TIME].map((known) => list.findIndex((one) => one['0101'] === known))
          const at = own === undefined || own < 0 ? (message ?? -1) : own
          const placedAt = instantOf(list[at]?.['0102'], list[at]?.['0103'])
          return isRefusal(placedAt)
            ? refuse({ ...placedAt.detail, field: `DTM.${Math.max(0, at)}.0102` })
            : { placedAt }
        },
        back: () => ({}),
      }),
      head.pick('DTM', { '0101': PLACED }, [
        date.derive({
          name: 'time of the order',
          reads: ['0102', '0103'],
          writes: ['placedAt'],
          forward: () => ({}),
          back: ({ placedAt }) => (placedAt === undefined ? {} : dtmOf(placedAt)),
        }),
      ]),
      head.derive({
        name: 'wanted by, for all lines',
        reads: ['DTM'],
        writes: ['lines'],
        forward: ({ DTM }) => {
          const at = wantedBy(DTM, profile.neededByQualifiers)
          return isRefusal(at) ? at : {}
        },
        back: () => ({}),
      }),
      head.pick('DTM', { '0101': profile.neededByQualifiers[0] ?? '2' }, [
        date.derive({
          name: 'wanted by, where all lines say the same',
          reads: ['0102', '0103'],
          writes: ['lines'],
          forward: () => ({}),
          back: (_writes, { promisedBy }) => (promisedBy === undefined ? {} : dtmOf(promisedBy)),
        }),
      ]),
      head.derive({
        name: 'number that the customer knows',
        reads: ['references'],
        writes: ['number'],
        forward: ({ references }) => {
          const known = references as NonNullable<RetailerTree['references']>
          const number = profile.customerOrderQualifiers.map((each) => known[each]?.RFF['0102']).find((each) => each)
          return number === undefined ? {} : { number }
        },
        back: ({ number = '' }) => {
          if (number.length > NUMBER_MAX) return LONG_NUMBER
          return number === '' ? {} : { references: { [customerOrder]: { RFF: { '0102': number } } } }
        },
      }),
      head.one('parties.shipTo', 'shipTo', addressRules<Scope>(profile), optional),
      head.one('parties.billTo', 'billTo', addressRules<Scope>(profile), optional),
      ...buyerEchoed<RetailerTree, OrderInput, Scope>(),
      currencyRule<OrderInput>(),
      head.derive({
        name: 'carrier in words, else its code',
        reads: ['TDT.0101', 'TDT.0501', 'TDT.0504'],
        writes: ['shippingService'],
        forward: ({ 'TDT.0501': code, 'TDT.0504': words }) => {
          const service = words ?? code
          return typeof service === 'string' ? { shippingService: service } : {}
        },
        back: ({ shippingService }) =>
          shippingService === undefined ? {} : { 'TDT.0101': '20', 'TDT.0504': shippingService.slice(0, NUMBER_MAX) },
      }),
      head.constant('holds', []),
      head.each('LIN', 'lines', lineRules(profile), { minimum: 1, key: 'externalId' }),
      head.derive({
        name: 'total: the sum of the lines',
        reads: ['LIN'],
        writes: ['totalMinor'],
        forward: ({ LIN }, scope) => ({ totalMinor: totalOf(LIN, profile, scope) }),
        back: () => ({}),
      }),
      head.fixed('UNS.0101', 'S', { checked: false }),
      countRule<OrderInput, RetailerTree>('lines'),
    ],
  })
}

/** 1154 and 3128. */
const NUMBER_MAX = 35
const LONG_NUMBER = refuse({
  rule: 'must be at most 35 characters',
  cure: 'Give the order a shorter number.',
  code: 'map.text',
})

function ofAllLines({ lines }: OrderInput): Instant | undefined {
  const [first] = lines
  return lines.every(({ promisedBy }) => promisedBy === first?.promisedBy) ? first?.promisedBy : undefined
}

const otherDocument = (code: unknown, { orderDocuments }: EdifactProfile) =>
  refuse({
    rule: `must be one of ${orderDocuments.join(', ')}: a document that asks for goods`,
    cure: 'Say in the profile that this BGM 1001 is an order (orderDocuments), then replay; else agree with the retailer what it means.',
    code: 'edifact.order-document',
    class: 'crosswalk',
    ...(typeof code === 'string' ? { subject: code } : {}),
  })

const isOrder = (code: unknown, { orderFunctions }: EdifactProfile): boolean =>
  typeof code === 'string' && orderFunctions[code] === 'order'

const unknownFunction = (code: unknown, { orderFunctions }: EdifactProfile) =>
  refuse({
    rule: `must be one of ${Object.keys(orderFunctions).join(', ')}`,
    cure: 'Say in the profile what this BGM 1225 means (orderFunctions), then replay.',
    code: 'edifact.order-function',
    class: 'crosswalk',
    ...(typeof code === 'string' ? { subject: code } : {}),
  })

/** A line that cannot be read refuses the order itself, so it adds nothing here. */
function totalOf(loops: unknown, profile: EdifactProfile, scope: Scope): number {
  return ((Array.isArray(loops) ? loops : []) as RetailerLine[]).reduce((sum, { QTY, PRI }) => {
    const [quantity, price] = [quantityOf(QTY, profile.orderUnits, 1), priceOf(PRI, profile, scope) ?? 0]
    return isRefusal(quantity) || isRefusal(price) ? sum : sum + quantity * price
  }, 0)
}

export const retailerOrders = edifactDocument<OrderInput, RetailerTree, Scope>({
  type: 'ORDERS',
  name: 'ORDERS of a retailer',
  summary: 'Purchase order of a retailer: an order of its channel.',
  kind: 'order',
  schema: OrderInput,
  shape: SHAPE,
  map,
  toRead: (tree, profile) => withNames(withNumbers(tree), profile),
  toWrite: (tree, profile) => withContacts(withoutNames(tree, profile)),
})
