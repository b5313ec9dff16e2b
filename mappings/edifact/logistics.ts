/** DESADV ↔ shipment notice, RECADV ↔ receipt advice. */
import { ShipmentNotice } from '#core/model/fulfillment.ts'
import type { Package } from '#core/model/fulfillment.ts'
import type { TrackingNumber } from '#core/model/ids.ts'
import { ReceiptAdvice } from '#core/model/trade.ts'
import type { Elements } from '../engine/index.ts'
import { defineMap, refuse, rulesFor, text, wholeNumberText } from '../engine/index.ts'
import { edifactDocument, messageScope } from './document.ts'
import type { MessageLine, MessageMap, MessageScope, MessageTree } from './document.ts'
import {
  countRule,
  dayRule,
  instantRule,
  nodeRule,
  number22,
  orderLineRule,
  orderNumberLeaf,
  quantitiesOut,
  quantityRule,
  referenceRule,
  skuRule,
} from './kit.ts'
import type { EdifactProfile } from './profile.ts'

const LINES = { LIN: 'one', PIA: 'many', QTY: 'many', RFF: 'many' } as const

type Carton = NonNullable<MessageTree['CPS']>[number]
type CartonLine = Package['lines'][number]
const notice = rulesFor<MessageTree, ShipmentNotice, MessageScope>()
const carton = rulesFor<Carton, Package, MessageScope>()
const optional = { optional: true }

/** A CPS level with lines is a carton; levels above it only group. */
const noticeMap = (profile: EdifactProfile): MessageMap<ShipmentNotice> =>
  defineMap({
    name: 'edifact desadv',
    version: '1',
    scope: messageScope<ShipmentNotice>(profile),
    rules: [
      notice.fixed('BGM.0101', '351', { checked: false }),
      notice.field('BGM.0201', 'externalId', text(35)),
      notice.fixed('BGM.0301', '9', { checked: false }),
      instantRule<ShipmentNotice>('11', 'shippedAt'),
      referenceRule<ShipmentNotice>('ON', 'requestId', orderNumberLeaf),
      notice.fixed('TDT.0101', '20', { checked: false }),
      notice.field('TDT.0504', 'carrier', text(35), optional),
      notice.field('TDT.0201', 'service', text(17), optional),
      notice.each(
        'CPS',
        'packages',
        [
          carton.derive({
            name: 'levels are numbered',
            reads: ['CPS.0101'],
            writes: [],
            forward: () => ({}),
            back: () => ({ 'CPS.0101': '1' }),
          }),
          carton.derive({
            name: 'marks of the carton (PCI, RFF CN, GIN BJ)',
            reads: ['RFF', 'GIN', 'PCI'],
            writes: ['trackingNumber', 'containerCode'],
            forward: ({ RFF, GIN }) => {
              const tracking = ((Array.isArray(RFF) ? RFF : []) as Elements[]).find((one) => one['0101'] === 'CN')?.[
                '0102'
              ]
              const sscc = (GIN as Elements | undefined)?.['0101'] === 'BJ' ? (GIN as Elements)['0201'] : undefined
              return {
                ...(tracking === undefined ? {} : { trackingNumber: tracking.slice(0, 200) as TrackingNumber }),
                ...(sscc === undefined ? {} : { containerCode: sscc.slice(0, 50) }),
              }
            },
            back: ({ trackingNumber, containerCode }) => {
              if ((trackingNumber?.length ?? 0) > 35 || (containerCode?.length ?? 0) > 35)
                return refuse({ rule: 'must be at most 35 characters', cure: 'Shorten the mark.', code: 'map.text' })
              return {
                ...(trackingNumber === undefined && containerCode === undefined ? {} : { PCI: { '0101': '33E' } }),
                ...(trackingNumber === undefined ? {} : { RFF: [{ '0101': 'CN', '0102': trackingNumber }] }),
                ...(containerCode === undefined ? {} : { GIN: { '0101': 'BJ', '0201': containerCode } }),
              }
            },
          }),
          carton.each(
            'LIN',
            'lines',
            [
              orderLineRule<CartonLine>(),
              quantityRule<CartonLine>(['12'], 'quantity', 1),
              quantitiesOut<CartonLine>(({ quantity = 0 }) => [['12', quantity]]),
            ],
            { minimum: 1 },
          ),
        ],
        { minimum: 1, where: { path: 'LIN' } },
      ),
    ],
  })

export const desadv = edifactDocument({
  type: 'DESADV',
  summary: 'Dispatch advice: what left a supplier or warehouse, by carton.',
  kind: 'shipment',
  schema: ShipmentNotice,
  shape: {
    BGM: 'one',
    DTM: 'many',
    RFF: 'many',
    NAD: { NAD: 'one' },
    TDT: 'one',
    CPS: { CPS: 'one', PAC: 'one', PCI: 'one', RFF: 'many', GIN: 'one', LIN: LINES },
  },
  map: noticeMap,
  toWrite: (tree) => ({
    ...tree,
    CPS: (tree.CPS ?? []).map((each, i) => ({ ...each, CPS: { '0101': String(i + 1) } })),
  }),
})

type ReceiptLine = ReceiptAdvice['lines'][number]
const receipt = rulesFor<MessageTree, ReceiptAdvice, MessageScope>()
const receiptLine = rulesFor<MessageLine, ReceiptLine, MessageScope>()

const receiptMap = (profile: EdifactProfile): MessageMap<ReceiptAdvice> =>
  defineMap({
    name: 'edifact recadv',
    version: '1',
    scope: messageScope<ReceiptAdvice>(profile),
    rules: [
      receipt.fixed('BGM.0101', '632', { checked: false }),
      receipt.field('BGM.0201', 'receiptNumber', number22),
      receipt.fixed('BGM.0301', '9', { checked: false }),
      dayRule<ReceiptAdvice>('50', 'receivedOn'),
      referenceRule<ReceiptAdvice>('ON', 'reference', number22),
      nodeRule<ReceiptAdvice>(profile),
      receipt.derive({
        name: 'lines lie in packing levels, which say nothing here',
        reads: ['CPS'],
        writes: [],
        forward: () => ({}),
        back: () => ({}),
      }),
      receipt.each(
        'LIN',
        'lines',
        [
          receiptLine.field('LIN.0101', 'lineNo', wholeNumberText(1, 999_999)),
          skuRule<ReceiptLine>(profile),
          quantityRule<ReceiptLine>(['48', '194'], 'received', 0),
          quantityRule<ReceiptLine>(['124'], 'damaged', 0, 0),
          quantitiesOut<ReceiptLine>(({ received = 0, damaged = 0 }) => [
            ['48', received],
            ...(damaged > 0 ? [['124', damaged] as [string, number]] : []),
          ]),
        ],
        { minimum: 1, key: 'lineNo' },
      ),
      countRule<ReceiptAdvice>('lines'),
    ],
  })

export const recadv = edifactDocument({
  type: 'RECADV',
  summary: 'Receiving advice: what a warehouse received.',
  kind: 'receiptAdvice',
  schema: ReceiptAdvice,
  shape: { BGM: 'one', DTM: 'many', RFF: 'many', NAD: { NAD: 'one' }, CPS: 'many', LIN: LINES, CNT: 'one' },
  map: receiptMap,
  toWrite: (tree) => ({ ...tree, CPS: [{ '0101': '1' }] as never }),
})
