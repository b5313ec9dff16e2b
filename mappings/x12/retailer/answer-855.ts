/** 855 purchase order acknowledgment to a retailer: what becomes of each line of its order. The hub writes it. */
import { ChannelAnswer, type LineVerdict } from '#core/model/order-change.ts'
import { verdictOf, verdictOfAll } from '#core/orders/line-verdicts.ts'
import { decimalMoney, defineMap, rulesFor, wholeNumberText } from '../../engine/index.ts'
import { documentScope, x12Document } from '../document.ts'
import type { DocumentMap, DocumentScope } from '../document.ts'
import { countOf } from '../kit.ts'
import type { X12Profile } from '../profile.ts'
import { dateOf } from '../times.ts'
import type { Elements, Shape } from '../tree.ts'
import { lineId, pairsAt, purchaseOrder, vendorReference } from './kit.ts'

const SHAPE: Shape = { BAK: 'one', CUR: 'one', REF: 'many', PO1: { PO1: 'one', ACK: 'many' }, CTT: 'one' }
type Item = { PO1: Elements; ACK?: Elements[] }
type Tree = { BAK: Elements; CUR?: Elements; REF?: Elements[]; PO1: Item[]; CTT?: Elements }
type Line = ChannelAnswer['lines'][number]

const head = rulesFor<Tree, ChannelAnswer, DocumentScope>()
const line = rulesFor<Item, Line, DocumentScope>()
const PAIRS = ['PO1.06', 'PO1.07', 'PO1.08', 'PO1.09'] as const

const map = (profile: X12Profile): DocumentMap<Tree, ChannelAnswer> =>
  defineMap({
    name: 'x12 855 to a retailer',
    version: '1',
    scope: documentScope<ChannelAnswer>(profile, ({ currency }) => currency),
    rules: [
      head.fixed('BAK.01', '00', { checked: false }),
      head.derive({
        name: 'status of the whole',
        reads: ['BAK.02'],
        writes: ['lines'],
        forward: () => ({}),
        back: ({ lines = [] }) => ({ 'BAK.02': STATUS[verdictOfAll(lines.map(verdictOf))] }),
      }),
      head.field('BAK.03', 'externalOrderId', purchaseOrder),
      head.derive({
        name: 'days of the order and of the answer',
        reads: ['BAK.04', 'BAK.09'],
        writes: ['placedAt', 'answeredAt'],
        forward: () => ({}),
        back: ({ placedAt, answeredAt }) => ({
          ...(placedAt === undefined ? {} : { 'BAK.04': dateOf(placedAt) }),
          ...(answeredAt === undefined ? {} : { 'BAK.09': dateOf(answeredAt) }),
        }),
      }),
      head.derive({
        name: 'currency and our number at the retailer',
        reads: ['CUR', 'REF'],
        writes: ['currency'],
        forward: () => ({}),
        back: ({ currency }) => ({
          ...(currency === undefined ? {} : { CUR: { '01': 'SE', '02': currency } }),
          REF: vendorReference(profile),
        }),
      }),
      head.each(
        'PO1',
        'lines',
        [
          line.field('PO1.01', 'externalLineId', lineId),
          line.field('PO1.02', 'ordered', wholeNumberText(1)),
          line.fixed('PO1.03', profile.unit),
          line.field('PO1.04', 'unitPriceMinor', decimalMoney),
          line.fixed('PO1.05', profile.priceBasis, { checked: false }),
          line.derive({
            name: 'product codes by qualifier',
            reads: PAIRS,
            writes: ['sku'],
            forward: () => ({}),
            back: ({ sku }, scope) => (sku === undefined ? {} : pairsAt('PO1', 6, sku, profile, scope)),
          }),
          line.derive({
            name: 'units by acknowledgment code',
            reads: ['ACK'],
            writes: ['accepted', 'waiting', 'cancelled', 'shipBy'],
            forward: () => ({}),
            back: (units) => ({ ACK: acksOf(units, profile) }),
          }),
        ],
        { key: 'externalLineId' },
      ),
      countOf<Tree, ChannelAnswer>('PO1', 'lines'),
    ],
  })

/** BAK02 and BCA02: AD with detail and no change, RD rejected with detail, AC with detail and change. */
export const STATUS: Readonly<Record<LineVerdict, string>> = { agreed: 'AD', refused: 'RD', changed: 'AC' }

function acksOf(units: Partial<Line>, { answerCodes, promiseQualifiers, unit }: X12Profile): Elements[] {
  const { accepted = 0, waiting = 0, cancelled = 0, shipBy } = units
  const promised: Elements = shipBy === undefined ? {} : { '04': promiseQualifiers[0] ?? '', '05': dateOf(shipBy) }
  const ack = (code: string, quantity: number): Elements[] =>
    quantity === 0 ? [] : [{ '01': code, '02': String(quantity), '03': unit }]
  return [
    ...ack(answerCodes.accepted, accepted).map((each) => ({ ...each, ...promised })),
    ...ack(answerCodes.waiting, waiting),
    ...ack(answerCodes.cancelled, cancelled),
  ]
}

export const retailerAnswer855 = x12Document({
  set: '855',
  name: '855 to a retailer',
  functionalId: 'PR',
  summary: 'Purchase order acknowledgment to a retailer: what becomes of each line.',
  kind: 'channelAnswer',
  schema: ChannelAnswer,
  shape: SHAPE,
  map,
})
