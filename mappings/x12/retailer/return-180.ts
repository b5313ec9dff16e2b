/** 180 of a retailer ↔ a return that it has agreed with its customer: goods of an order of its channel are on their way back. */
import { ReturnRequest } from '#core/model/return.ts'
import type { ReturnReason } from '#core/model/return.ts'
import type { Leaf } from '../../engine/index.ts'
import { channelRule, defineMap, enumTable, isRefusal, rulesFor, text, wholeNumberText } from '../../engine/index.ts'
import { documentScope, x12Document } from '../document.ts'
import type { DocumentMap, DocumentScope } from '../document.ts'
import { number22 } from '../kit.ts'
import type { X12Profile } from '../profile.ts'
import { dateOf } from '../times.ts'
import type { Elements, Shape } from '../tree.ts'
import { lineId } from './kit.ts'

const SHAPE: Shape = { BGN: 'one', RDR: 'one', PRF: 'one', BLI: { BLI: 'one', N9: 'many' } }
type Item = { BLI: Elements; N9?: Elements[] }
type Tree = { BGN: Elements; RDR: Elements; PRF: Elements; BLI: Item[] }
type Line = ReturnRequest['lines'][number]
/** RDR03 speaks for all lines. */
type Scope = DocumentScope & { reason: ReturnReason | undefined }

const head = rulesFor<Tree, ReturnRequest, Scope>()
const line = rulesFor<Item, Line, Scope>()
const reference = rulesFor<Elements, Line, Scope>()

const reasonsOf = (profile: X12Profile): Leaf<string, ReturnReason> =>
  enumTable<ReturnReason>('return reason', profile.returnReasons)

const map = (profile: X12Profile): DocumentMap<Tree, ReturnRequest, Scope> => {
  const base = documentScope<ReturnRequest>(profile)
  const reasons = reasonsOf(profile)
  return defineMap({
    name: 'x12 180 of a retailer',
    version: '1',
    scope: {
      forward: (tree, context) => {
        const reason = reasons.read(tree.RDR?.['03'] ?? '', undefined)
        return { ...base.forward(tree, context), reason: isRefusal(reason) ? undefined : reason }
      },
      back: (value, context) => ({ ...base.back(value, context), reason: undefined }),
    },
    rules: [
      channelRule<Tree, ReturnRequest, Scope>(),
      head.fixed('BGN.01', '00', { checked: false }),
      head.field('BGN.02', 'externalId', number22),
      head.derive({
        name: 'told when its group was sent',
        reads: ['BGN.03'],
        writes: ['requestedAt'],
        forward: (_reads, { receivedAt: requestedAt }) => ({ requestedAt }),
        back: ({ requestedAt }) => (requestedAt === undefined ? {} : { 'BGN.03': dateOf(requestedAt) }),
      }),
      head.fixed('RDR.01', 'AA', { checked: false }),
      head.field('PRF.01', 'externalOrderId', text(22)),
      head.constant('kind', 'refund'),
      head.constant('agreed', true),
      head.constant('exchange', []),
      head.each(
        'BLI',
        'lines',
        [
          line.pick('N9', { '01': 'LI' }, [reference.field('02', 'externalLineId', lineId)]),
          line.field('BLI.03', 'quantity', wholeNumberText(1)),
          line.fixed('BLI.04', profile.unit, { checked: false }),
          line.derive({
            name: 'reason, as the head says',
            reads: [],
            writes: ['reason'],
            forward: (_reads, { reason }) => (reason === undefined ? {} : { reason }),
            back: () => ({}),
          }),
        ],
        { minimum: 1, key: 'externalLineId' },
      ),
      head.derive({
        name: 'one reason for all lines',
        reads: ['RDR.03'],
        writes: ['lines'],
        forward: ({ 'RDR.03': code }) => {
          const reason = reasons.read(code, undefined)
          return isRefusal(reason) ? reason : {}
        },
        back: ({ lines = [] }) => {
          const code = reasons.write(lines[0]?.reason ?? 'other', undefined)
          return isRefusal(code) ? code : { 'RDR.03': code }
        },
      }),
    ],
  })
}

export const retailerReturn180 = x12Document({
  set: '180',
  name: '180 of a retailer',
  functionalId: 'AN',
  summary: 'Return that a retailer has agreed with its customer.',
  kind: 'returnRequest',
  schema: ReturnRequest,
  shape: SHAPE,
  map,
})
