/** ORDERS ↔ fulfillment instruction, ORDRSP ↔ its answer, ORDCHG ↔ change request. */
import { FulfillmentInstruction, FulfillmentResponse } from '#core/model/fulfillment.ts'
import type { Address } from '#core/model/party.ts'
import { ChangeRequest } from '#core/model/trade.ts'
import type { Elements } from '../engine/index.ts'
import { defineMap, enumTable, isRefusal, refuse, rulesFor, text, wholeNumberText } from '../engine/index.ts'
import { edifactDocument, messageScope } from './document.ts'
import type { MessageLine, MessageMap, MessageScope, MessageTree } from './document.ts'
import {
  countRule,
  dayRule,
  hubOrderLeaf,
  instantRule,
  lineNumber,
  nodeOf,
  nodeOut,
  orderNumberLeaf,
  price,
  quantitiesOut,
  quantityRule,
  referenceRule,
  skuRule,
  vendorOrder,
} from './kit.ts'
import type { EdifactProfile } from './profile.ts'

const LINES = { LIN: 'one', PIA: 'many', IMD: 'one', QTY: 'many', DTM: 'many', PRI: 'many', RFF: 'many' } as const
const HEAD = { BGM: 'one', DTM: 'many', RFF: 'many', NAD: { NAD: 'one', CTA: 'one', COM: 'many' }, CUX: 'one' } as const
const TAIL = { UNS: 'one', CNT: 'one' } as const
const SHAPE = { ...HEAD, LIN: LINES, ...TAIL }

type OrderLine = FulfillmentInstruction['lines'][number]
const order = rulesFor<MessageTree, FulfillmentInstruction, MessageScope>()
const orderLine = rulesFor<MessageLine, OrderLine, MessageScope>()
const orderPrice = rulesFor<Elements, OrderLine, MessageScope>()

/** EANCOM NAD 3035, C080 name, C059 street, city, region, postcode, country; COM numbers. */
const addressOf = (loop: { NAD: Elements; COM?: Elements[] }): Address => {
  const { NAD, COM = [] } = loop
  const optional = (key: keyof Address, value: string | undefined) => (value === undefined ? {} : { [key]: value })
  const contact = (qualifier: string) => COM.find((one) => one['0102'] === qualifier)?.['0101']
  return {
    ...optional('name', NAD['0401']),
    ...optional('company', NAD['0402']),
    line1: NAD['0501'] ?? '',
    ...optional('line2', NAD['0502']),
    city: NAD['0601'] ?? '',
    ...optional('region', NAD['0701']),
    ...optional('postcode', NAD['0801']),
    country: NAD['0901'] ?? '',
    ...optional('phone', contact('TE')),
    ...optional('email', contact('EM')),
  }
}

/** What NAD cannot hold is refused, never cut, or parcels go astray. */
function nadOf(address: Address, role: string) {
  const parts: [string, string | undefined, number][] = [
    ['0401', address.name, 35],
    ['0402', address.company, 35],
    ['0501', address.line1, 35],
    ['0502', address.line2, 35],
    ['0601', address.city, 35],
    ['0701', address.region, 9],
    ['0801', address.postcode, 9],
    ['0901', address.country, 3],
  ]
  const long = parts.find(([, value = '', max]) => value.length > max)
  if (long !== undefined)
    return refuse({
      rule: `must fit NAD: "${long[1]?.slice(0, 20) ?? ''}…" has more than ${long[2]} characters`,
      cure: 'Shorten this part of the address.',
      code: 'map.text',
      field: 'shipTo',
    })
  const NAD: Elements = { '0101': role }
  for (const [key, value] of parts) if (value !== undefined && value !== '') NAD[key] = value
  const COM = [
    ...(address.phone === undefined ? [] : [{ '0101': address.phone, '0102': 'TE' }]),
    ...(address.email === undefined ? [] : [{ '0101': address.email, '0102': 'EM' }]),
  ]
  // COM belongs to a contact: without CTA it stands nowhere.
  return COM.length === 0 ? { NAD } : { NAD, CTA: { '0101': 'IC' }, COM }
}

const orderMap = (profile: EdifactProfile): MessageMap<FulfillmentInstruction> =>
  defineMap({
    name: 'edifact orders',
    version: '1',
    scope: messageScope<FulfillmentInstruction>(profile, (instruction) => instruction.lines[0]?.currency),
    rules: [
      order.field('BGM.0101', 'method', enumTable('order type', profile.orderTypes)),
      order.field('BGM.0201', 'requestId', orderNumberLeaf),
      order.fixed('BGM.0301', '9', { checked: false }),
      instantRule<FulfillmentInstruction>('137', 'placedAt'),
      instantRule<FulfillmentInstruction>('2', 'neededBy', true),
      referenceRule<FulfillmentInstruction>('CR', 'orderNumber', text(35)),
      referenceRule<FulfillmentInstruction>('OP', 'orderId', hubOrderLeaf),
      order.derive({
        name: 'parties',
        reads: ['NAD'],
        writes: ['nodeId', 'shipTo'],
        forward: ({ NAD }, scope) => {
          const nodeId = nodeOf(scope)
          if (isRefusal(nodeId)) return nodeId
          const loops = (Array.isArray(NAD) ? NAD : []) as { NAD: Elements; COM?: Elements[] }[]
          const consignee = loops.find((loop) => loop.NAD['0101'] === profile.shipToRole)
          return consignee === undefined ? { nodeId } : { nodeId, shipTo: addressOf(consignee) }
        },
        back: ({ nodeId, shipTo }, scope) => {
          const node = nodeId === undefined ? { NAD: [] } : nodeOut(nodeId, scope, profile)
          if (isRefusal(node)) return node
          const consignee = shipTo === undefined ? undefined : nadOf(shipTo, profile.shipToRole)
          if (isRefusal(consignee)) return consignee
          return { NAD: [...node.NAD, ...(consignee === undefined ? [] : [consignee])] }
        },
      }),
      order.derive({
        name: 'one currency for all prices',
        reads: ['CUX.0102', 'CUX.0101', 'CUX.0103'],
        writes: [],
        forward: () => ({}),
        back: (_writes, { currency }) => ({ 'CUX.0101': '2', 'CUX.0102': currency, 'CUX.0103': '9' }),
      }),
      order.each(
        'LIN',
        'lines',
        [
          orderLine.field('LIN.0101', 'lineNo', lineNumber),
          skuRule<OrderLine>(profile),
          orderLine.derive({
            name: 'the partner’s own code',
            reads: ['LIN.0301'],
            writes: ['partnerSku', 'sku'],
            forward: ({ 'LIN.0301': code }, { crosswalk }) =>
              typeof code === 'string' && crosswalk.skuOf(code) !== (code as never) ? { partnerSku: code } : {},
            back: ({ partnerSku }) => (partnerSku === undefined ? {} : { 'LIN.0301': partnerSku }),
          }),
          orderLine.fixed('IMD.0101', 'F', { checked: false }),
          orderLine.field(
            'IMD.0304',
            'name',
            { ...text(300), write: (value) => value.slice(0, 35) },
            { optional: true },
          ),
          quantityRule<OrderLine>(['21'], 'quantity', 1),
          quantitiesOut<OrderLine>(({ quantity = 0 }) => [['21', quantity]]),
          orderLine.pick('PRI', { '0101': 'AAA' }, [orderPrice.field('0102', 'unitPriceMinor', price)]),
          orderLine.derive({
            name: 'currency of the message',
            reads: [],
            writes: ['currency'],
            forward: (_reads, { currency }) => ({ currency }),
            back: ({ currency }, scope) =>
              currency === scope.currency
                ? {}
                : refuse({
                    rule: 'must be the currency of the other lines: an order has one',
                    cure: 'Send lines of another currency in a request of their own.',
                    code: 'edifact.currency',
                  }),
          }),
        ],
        { minimum: 1, key: 'lineNo' },
      ),
      order.fixed('UNS.0101', 'S', { checked: false }),
      countRule<FulfillmentInstruction>('lines'),
    ],
  })

export const orders = edifactDocument({
  type: 'ORDERS',
  summary: 'Purchase order: a fulfillment instruction for a supplier.',
  kind: 'fulfillmentInstruction',
  schema: FulfillmentInstruction,
  shape: SHAPE,
  map: orderMap,
})

type AnswerLine = FulfillmentResponse['lines'][number]
const answer = rulesFor<MessageTree, FulfillmentResponse, MessageScope>()
const answerLine = rulesFor<MessageLine, AnswerLine, MessageScope>()

/** BGM 1225: 29 takes all, 27 refuses all, 4 and others leave it to the lines. QTY 21 asked, 12 to come. */
const answerMap = (profile: EdifactProfile): MessageMap<FulfillmentResponse> =>
  defineMap({
    name: 'edifact ordrsp',
    version: '1',
    scope: messageScope<FulfillmentResponse>(profile),
    rules: [
      answer.fixed('BGM.0101', '231', { checked: false }),
      answer.fixed('BGM.0201', '1', { checked: false }),
      answer.fixed('BGM.0301', '4', { checked: false }),
      instantRule<FulfillmentResponse>('137', 'answeredAt'),
      referenceRule<FulfillmentResponse>('ON', 'requestId', orderNumberLeaf),
      vendorOrder<FulfillmentResponse>(),
      answer.each(
        'LIN',
        'lines',
        [
          answerLine.field('LIN.0101', 'lineNo', lineNumber),
          answerLine.derive({
            name: 'units by action and quantity',
            reads: ['LIN.0201', 'QTY', 'DTM'],
            writes: ['accepted', 'rejected', 'reason', 'expectedShipAt'],
            forward: ({ 'LIN.0201': action, QTY, DTM }) => unitsOf(action, QTY, DTM, profile),
            back: ({ accepted = 0, rejected = 0, expectedShipAt }) => ({
              'LIN.0201':
                rejected === 0
                  ? (profile.lineAccepted[0] ?? '5')
                  : accepted === 0
                    ? (profile.lineRefused[0] ?? '7')
                    : '3',
              QTY: [
                { '0101': '21', '0102': String(accepted + rejected) },
                ...(accepted > 0 ? [{ '0101': '12', '0102': String(accepted) }] : []),
              ],
              ...(expectedShipAt === undefined
                ? {}
                : {
                    DTM: [
                      { '0101': '11', '0102': expectedShipAt.slice(0, 19).replaceAll(/[-T:]/g, ''), '0103': '204' },
                    ],
                  }),
            }),
          }),
        ],
        { minimum: 1, key: 'lineNo' },
      ),
      answer.fixed('UNS.0101', 'S', { checked: false }),
      countRule<FulfillmentResponse>('lines'),
    ],
  })

function unitsOf(action: unknown, quantities: unknown, dates: unknown, profile: EdifactProfile) {
  const list = (Array.isArray(quantities) ? quantities : []) as Elements[]
  const of = (qualifier: string) => {
    const found = list.find((one) => one['0101'] === qualifier)
    return found === undefined ? undefined : wholeNumberText(0).read(found['0102'], undefined)
  }
  const [ordered, coming] = [of('21'), of('12')]
  if (isRefusal(ordered)) return ordered
  if (isRefusal(coming)) return coming
  const isTaken = profile.lineAccepted.some((code) => code === action)
  const isRefused = profile.lineRefused.some((code) => code === action)
  const accepted = coming ?? (isRefused ? 0 : isTaken ? ordered : undefined)
  if (accepted === undefined)
    return refuse({
      rule: 'must say with LIN action 5 or 7, or with QTY 12, how many units will come',
      cure: 'Send QTY 12 on every line that is changed.',
      code: 'edifact.line-action',
      field: 'LIN.0201',
    })
  const rejected = Math.max(0, (ordered ?? accepted) - accepted)
  const promised = ((Array.isArray(dates) ? dates : []) as Elements[]).find((one) => one['0101'] === '11')?.['0102']
  const match = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?$/.exec(promised ?? '')
  const [, year, month, date, hour = '23', minute = '59', second = '59'] = match ?? []
  return {
    accepted,
    rejected,
    ...(rejected > 0 ? { reason: 'outOfStock' as const } : {}),
    ...(match === null || accepted === 0
      ? {}
      : {
          expectedShipAt: `${year}-${month}-${date}T${hour}:${minute}:${second}.000Z` as NonNullable<
            AnswerLine['expectedShipAt']
          >,
        }),
  }
}

export const ordrsp = edifactDocument({
  type: 'ORDRSP',
  summary: 'A supplier’s answer to an order, by line.',
  kind: 'fulfillmentResponse',
  schema: FulfillmentResponse,
  shape: SHAPE,
  map: answerMap,
})

type ChangeLine = ChangeRequest['lines'][number]
const change = rulesFor<MessageTree, ChangeRequest, MessageScope>()
const changeLine = rulesFor<MessageLine, ChangeLine, MessageScope>()

const changeMap = (profile: EdifactProfile): MessageMap<ChangeRequest> =>
  defineMap({
    name: 'edifact ordchg',
    version: '1',
    scope: messageScope<ChangeRequest>(profile),
    rules: [
      change.fixed('BGM.0101', '230', { checked: false }),
      change.field('BGM.0201', 'sequence', wholeNumberText(1, 9999)),
      change.field('BGM.0301', 'action', enumTable('function of the change', profile.changeFunctions)),
      dayRule<ChangeRequest>('137', 'requestedOn'),
      referenceRule<ChangeRequest>('ON', 'requestId', orderNumberLeaf),
      vendorOrder<ChangeRequest>(),
      change.each(
        'LIN',
        'lines',
        [
          changeLine.field('LIN.0101', 'lineNo', lineNumber),
          changeLine.field('LIN.0201', 'change', enumTable('line action', profile.lineChanges)),
          skuRule<ChangeLine>(profile),
          quantityRule<ChangeLine>(['21'], 'quantity', 0, 0),
          quantitiesOut<ChangeLine>(({ quantity = 0 }) => [['21', quantity]]),
        ],
        { key: 'lineNo' },
      ),
      change.fixed('UNS.0101', 'S', { checked: false }),
      countRule<ChangeRequest>('lines'),
    ],
  })

export const ordchg = edifactDocument({
  type: 'ORDCHG',
  summary: 'Cancel an order, or change its lines.',
  kind: 'changeRequest',
  schema: ChangeRequest,
  shape: SHAPE,
  map: changeMap,
})
