/** 865 to a retailer that answers its 860: what became of its change, line by line. POC03 is what was asked, ACK02 what the line has. The hub writes it. */
import { AmendmentAnswer } from '#core/model/order-change.ts'
import { verdictOfAll } from '#core/orders/line-verdicts.ts'
import { decimalMoney, defineMap, enumTable, isRefusal, rulesFor } from '../../engine/index.ts'
import { documentScope, x12Document } from '../document.ts'
import type { DocumentMap, DocumentScope } from '../document.ts'
import { countOf } from '../kit.ts'
import type { X12Profile } from '../profile.ts'
import { dateOf } from '../times.ts'
import type { Elements, Shape } from '../tree.ts'
import { STATUS } from './answer-855.ts'
import { changeNumber, lineId, pairsAt, purchaseOrder, vendorReference } from './kit.ts'

const SHAPE: Shape = { BCA: 'one', CUR: 'one', REF: 'many', POC: { POC: 'one', ACK: 'many' }, CTT: 'one' }
type Item = { POC: Elements; ACK?: Elements[] }
type Tree = { BCA: Elements; CUR?: Elements; REF?: Elements[]; POC: Item[]; CTT?: Elements }
type Line = AmendmentAnswer['lines'][number]

const head = rulesFor<Tree, AmendmentAnswer, DocumentScope>()
const line = rulesFor<Item, Line, DocumentScope>()
const PAIRS = ['POC.08', 'POC.09', 'POC.10', 'POC.11'] as const

const map = (profile: X12Profile): DocumentMap<Tree, AmendmentAnswer> =>
  defineMap({
    name: 'x12 865-answer to a retailer',
    version: '1',
    scope: documentScope<AmendmentAnswer>(profile, ({ currency }) => currency),
    rules: [
      head.derive({
        name: 'purpose of the change, and what became of the whole',
        reads: ['BCA.01', 'BCA.02'],
        writes: ['cancel', 'lines'],
        forward: () => ({}),
        back: ({ cancel, lines = [] }) => {
          const purposes = enumTable('purpose', profile.changePurposes)
          const purpose = purposes.write(cancel === true ? 'cancel' : 'change', undefined)
          if (isRefusal(purpose)) return purpose
          return { 'BCA.01': purpose, 'BCA.02': STATUS[verdictOfAll(lines.map(({ verdict }) => verdict))] }
        },
      }),
      head.field('BCA.03', 'externalOrderId', purchaseOrder),
      head.field('BCA.05', 'number', changeNumber, { optional: true }),
      head.derive({
        name: 'day of the answer, currency, our number at the retailer',
        reads: ['BCA.06', 'CUR', 'REF'],
        writes: ['answeredAt', 'currency'],
        forward: () => ({}),
        back: ({ answeredAt, currency }) => ({
          ...(answeredAt === undefined ? {} : { 'BCA.06': dateOf(answeredAt) }),
          ...(currency === undefined ? {} : { CUR: { '01': 'SE', '02': currency } }),
          REF: vendorReference(profile),
        }),
      }),
      head.each(
        'POC',
        'lines',
        [
          line.field('POC.01', 'externalLineId', lineId),
          line.derive({
            name: 'what was asked, and what becomes of it',
            reads: ['POC.02', 'POC.03', 'POC.05', 'ACK'],
            writes: ['added', 'asked', 'quantity', 'waiting', 'verdict', 'shipBy'],
            forward: () => ({}),
            back: (answered) => {
              const { asked = 0, added } = answered
              const changes = enumTable('line change', profile.lineChanges)
              const code =
                added === true
                  ? (profile.linesAdded[0] ?? '')
                  : changes.write(asked === 0 ? 'delete' : 'quantity', undefined)
              if (isRefusal(code)) return code
              return { 'POC.02': code, 'POC.03': String(asked), 'POC.05': profile.unit, ACK: acksOf(answered, profile) }
            },
          }),
          line.field('POC.06', 'unitPriceMinor', decimalMoney),
          line.derive({
            name: 'product codes by qualifier',
            reads: PAIRS,
            writes: ['sku'],
            forward: () => ({}),
            back: ({ sku }, scope) => (sku === undefined ? {} : pairsAt('POC', 8, sku, profile, scope)),
          }),
        ],
        { key: 'externalLineId' },
      ),
      countOf<Tree, AmendmentAnswer>('POC', 'lines'),
    ],
  })

/** A refusal states no units: the line stays as it was. */
function acksOf(
  answered: Partial<Line>,
  { changeAnswerCodes: codes, promiseQualifiers, unit }: X12Profile,
): Elements[] {
  const { verdict = 'agreed', quantity = 0, waiting = 0, shipBy } = answered
  if (verdict === 'refused') return [{ '01': codes.refused }]
  const units = (code: string, count: number): Elements => ({ '01': code, '02': String(count), '03': unit })
  if (quantity === 0) return [units(codes.deleted, 0)]
  const promised: Elements = shipBy === undefined ? {} : { '04': promiseQualifiers[0] ?? '', '05': dateOf(shipBy) }
  const sent = quantity - waiting
  return [
    ...(sent === 0 ? [] : [{ ...units(codes[verdict], sent), ...promised }]),
    ...(waiting === 0 ? [] : [units(codes.waiting, waiting)]),
  ]
}

export const retailerAnswer865 = x12Document({
  set: '865',
  name: '865-answer to a retailer',
  functionalId: 'CA',
  summary: 'Answer to a retailer’s change (860): agreed, refused, or what each line has from now on.',
  kind: 'amendmentAnswer',
  schema: AmendmentAnswer,
  shape: SHAPE,
  map,
})
