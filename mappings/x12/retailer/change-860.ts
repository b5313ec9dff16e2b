/** 860 purchase order change of a retailer ↔ what its channel wants changed of an order. What a purpose or a code means is the profile's. */
import { OrderAmendment } from '#core/model/order-change.ts'
import {
  channelRule,
  decimalMoney,
  defineMap,
  enumTable,
  isRefusal,
  refuse,
  rulesFor,
  wholeNumberText,
} from '../../engine/index.ts'
import { documentScope, x12Document } from '../document.ts'
import type { DocumentMap, DocumentScope } from '../document.ts'
import { countOf } from '../kit.ts'
import type { X12Profile } from '../profile.ts'
import { dateOf } from '../times.ts'
import type { Elements, Shape } from '../tree.ts'
import { changeNumber, lineId, pairsAt, POC_PAIRS, purchaseOrder, skuOfPoc } from './kit.ts'

const SHAPE: Shape = { BCH: 'one', CUR: 'one', POC: { POC: 'one' }, CTT: 'one' }
type Tree = { BCH: Elements; CUR?: Elements; POC: { POC: Elements }[]; CTT?: Elements }
type Line = OrderAmendment['lines'][number]

const head = rulesFor<Tree, OrderAmendment, DocumentScope>()
const line = rulesFor<{ POC: Elements }, Line, DocumentScope>()

const map = (profile: X12Profile): DocumentMap<Tree, OrderAmendment> => {
  const purposes = enumTable('purpose of the change', profile.changePurposes)
  const changes = enumTable('line change', profile.lineChanges)
  return defineMap({
    name: 'x12 860 of a retailer',
    version: '1',
    scope: documentScope<OrderAmendment>(profile),
    rules: [
      channelRule<Tree, OrderAmendment, DocumentScope>(),
      head.derive({
        name: 'purpose of the change',
        reads: ['BCH.01'],
        writes: ['cancelled'],
        forward: ({ 'BCH.01': code }) => {
          const purpose = purposes.read(code, undefined)
          return isRefusal(purpose) ? purpose : { cancelled: purpose === 'cancel' }
        },
        back: ({ cancelled }) => {
          const code = purposes.write(cancelled === true ? 'cancel' : 'change', undefined)
          return isRefusal(code) ? code : { 'BCH.01': code }
        },
      }),
      head.fixed('BCH.02', 'DS', { checked: false }),
      head.field('BCH.03', 'externalId', purchaseOrder),
      head.field('BCH.05', 'number', changeNumber, { optional: true }),
      head.derive({
        name: 'told when its group was sent',
        reads: ['BCH.06'],
        writes: ['revisedAt'],
        forward: (_reads, { receivedAt: revisedAt }) => ({ revisedAt }),
        back: ({ revisedAt }) => (revisedAt === undefined ? {} : { 'BCH.06': dateOf(revisedAt) }),
      }),
      head.each(
        'POC',
        'lines',
        [
          line.field('POC.01', 'externalId', lineId),
          line.derive({
            name: 'units from now on, and the product of a line that is added',
            reads: ['POC.02', 'POC.03', ...POC_PAIRS],
            writes: ['quantity', 'sku'],
            forward: ({ 'POC.02': code, 'POC.03': units, ...pairs }, scope) => {
              if (profile.linesAdded.includes(String(code))) {
                const quantity = wholeNumberText(1).read(units, undefined)
                const sku = skuOfPoc(pairs, profile, scope)
                if (isRefusal(quantity)) return refuse({ ...quantity.detail, field: 'POC.03' })
                return isRefusal(sku) ? sku : { quantity, sku }
              }
              const change = changes.read(code, undefined)
              if (isRefusal(change)) return change
              if (change === 'delete') return { quantity: 0 }
              const quantity = wholeNumberText(0).read(units, undefined)
              return isRefusal(quantity) ? quantity : { quantity }
            },
            back: ({ quantity = 0, sku }, scope) => {
              if (sku !== undefined) {
                const units = wholeNumberText(1).write(quantity, undefined)
                const pairs = pairsAt('POC', 8, sku, profile, scope)
                if (isRefusal(units)) return units
                return isRefusal(pairs) ? pairs : { 'POC.02': profile.linesAdded[0] ?? '', 'POC.03': units, ...pairs }
              }
              const code = changes.write(quantity === 0 ? 'delete' : 'quantity', undefined)
              return isRefusal(code) ? code : { 'POC.02': code, 'POC.03': String(quantity) }
            },
          }),
          line.fixed('POC.05', profile.unit, { checked: false }),
          line.field('POC.06', 'unitPriceMinor', decimalMoney, { optional: true }),
        ],
        { key: 'externalId' },
      ),
      countOf<Tree, OrderAmendment>('POC', 'lines'),
    ],
  })
}

export const retailerChange860 = x12Document({
  set: '860',
  name: '860 of a retailer',
  functionalId: 'PC',
  summary: 'Purchase order change of a retailer: it cancels its order, changes units of its lines, or adds lines.',
  kind: 'orderAmendment',
  schema: OrderAmendment,
  shape: SHAPE,
  map,
})
