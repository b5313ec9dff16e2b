/** 865 to a retailer: a change of its order that began with us. Units that will not come, and no more than that. The hub writes it. */
import { ChannelChange } from '#core/model/order-change.ts'
import { defineMap, enumTable, isRefusal, refuse, rulesFor } from '../../engine/index.ts'
import { documentScope, x12Document } from '../document.ts'
import type { DocumentMap, DocumentScope } from '../document.ts'
import { countOf } from '../kit.ts'
import type { X12Profile } from '../profile.ts'
import { dateOf } from '../times.ts'
import type { Elements, Shape } from '../tree.ts'
import { lineId, pairsAt, purchaseOrder, vendorReference } from './kit.ts'

const SHAPE: Shape = {
  BCA: 'one',
  REF: 'many',
  N9: { N9: 'one', MSG: 'many' },
  POC: { POC: 'one', ACK: 'many' },
  CTT: 'one',
}
type Item = { POC: Elements; ACK?: Elements[] }
type Tree = {
  BCA: Elements
  REF?: Elements[]
  N9?: { N9: Elements; MSG?: Elements[] }[]
  POC: Item[]
  CTT?: Elements
}
type Line = ChannelChange['quantities'][number]

const head = rulesFor<Tree, ChannelChange, DocumentScope>()
const line = rulesFor<Item, Line, DocumentScope>()
const PAIRS = ['POC.08', 'POC.09', 'POC.10', 'POC.11'] as const
/** Element 933. */
const REASON_MAX = 264

const map = (profile: X12Profile): DocumentMap<Tree, ChannelChange> =>
  defineMap({
    name: 'x12 865 to a retailer',
    version: '1',
    scope: documentScope<ChannelChange>(profile),
    rules: [
      head.derive({
        name: 'cancel or change',
        reads: ['BCA.01', 'BCA.02'],
        writes: ['cancelled', 'added', 'shipTo'],
        forward: () => ({}),
        back: ({ cancelled, added = [], shipTo }) => {
          if (added.length > 0 || shipTo !== undefined) return NO_WORDS
          const purpose = enumTable('purpose', profile.changePurposes).write(
            cancelled === true ? 'cancel' : 'change',
            undefined,
          )
          return isRefusal(purpose) ? purpose : { 'BCA.01': purpose, 'BCA.02': cancelled === true ? 'RJ' : 'AC' }
        },
      }),
      head.field('BCA.03', 'externalOrderId', purchaseOrder),
      head.derive({
        name: 'day, our number at the retailer, and the reason',
        reads: ['BCA.06', 'REF', 'N9'],
        writes: ['reason'],
        forward: () => ({}),
        back: ({ reason = '' }, { receivedAt }) => ({
          'BCA.06': dateOf(receivedAt),
          REF: vendorReference(profile),
          ...(reason === ''
            ? {}
            : { N9: [{ N9: { '01': 'L1', '02': '1' }, MSG: [{ '01': reason.slice(0, REASON_MAX) }] }] }),
        }),
      }),
      head.each(
        'POC',
        'quantities',
        [
          line.field('POC.01', 'externalLineId', lineId),
          line.derive({
            name: 'units from now on',
            reads: ['POC.02', 'POC.03', 'POC.05', 'ACK'],
            writes: ['quantity'],
            forward: () => ({}),
            back: ({ quantity = 0 }) => {
              const code = enumTable('line change', profile.lineChanges).write(
                quantity === 0 ? 'delete' : 'quantity',
                undefined,
              )
              if (isRefusal(code)) return code
              const units = String(quantity)
              return {
                'POC.02': code,
                'POC.03': units,
                'POC.05': profile.unit,
                ACK: [{ '01': quantity === 0 ? profile.answerCodes.cancelled : 'IQ', '02': units, '03': profile.unit }],
              }
            },
          }),
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
      countOf<Tree, ChannelChange>('POC', 'quantities'),
    ],
  })

const NO_WORDS = refuse({
  rule: 'an 865 can take units of a retailer’s order back; it has no word for a line that was added or an address that changed',
  cure: 'Agree with the retailer by other means, then resolve the case.',
  code: 'x12.change-unsayable',
})

export const retailerChange865 = x12Document({
  set: '865',
  name: '865 to a retailer',
  functionalId: 'CA',
  summary: 'Change of a retailer’s order that began with us: units that will not come.',
  kind: 'channelChange',
  schema: ChannelChange,
  shape: SHAPE,
  map,
})
