/** 180 return merchandise authorization and notification ↔ return notice. */
import { ReturnNotice } from '#core/model/trade.ts'
import { defineMap, enumTable, rulesFor, wholeNumberText } from '../engine/index.ts'
import { documentScope, x12Document } from './document.ts'
import type { DocumentMap, DocumentScope } from './document.ts'
import { day, number22, skuRule } from './kit.ts'
import { poNumber } from './po-number.ts'
import type { X12Profile } from './profile.ts'
import type { Elements, Shape } from './tree.ts'

const SHAPE: Shape = { BGN: 'one', RDR: 'one', PRF: 'one', BLI: { BLI: 'one', N9: 'many' } }
type Item = { BLI: Elements; N9?: Elements[] }
type Tree = { BGN: Elements; RDR: Elements; PRF: Elements; BLI: Item[] }
type Line = ReturnNotice['lines'][number]

const head = rulesFor<Tree, ReturnNotice, DocumentScope>()
const line = rulesFor<Item, Line, DocumentScope>()
const reference = rulesFor<Elements, Line, DocumentScope>()

const map = (profile: X12Profile): DocumentMap<Tree, ReturnNotice> =>
  defineMap({
    name: 'x12 180',
    version: '1',
    scope: documentScope<ReturnNotice>(profile),
    rules: [
      head.fixed('BGN.01', '00', { checked: false }),
      head.field('BGN.02', 'returnNumber', number22),
      head.field('BGN.03', 'noticedOn', day),
      head.fixed('RDR.01', 'AA', { checked: false }),
      head.field('RDR.03', 'reason', enumTable('return reason', profile.returnReasons)),
      head.field('PRF.01', 'requestId', poNumber),
      head.each(
        'BLI',
        'lines',
        [
          skuRule<Item, Line>('BLI', 1, profile, true),
          line.field('BLI.03', 'quantity', wholeNumberText(1)),
          line.fixed('BLI.04', profile.unit, { checked: false }),
          line.pick('N9', { '01': 'LI' }, [reference.field('02', 'lineNo', wholeNumberText(1, 999_999))]),
        ],
        { minimum: 1, key: 'lineNo' },
      ),
    ],
  })

export const return180 = x12Document({
  set: '180',
  functionalId: 'AN',
  summary: 'Return authorization and notification.',
  kind: 'returnNotice',
  schema: ReturnNotice,
  shape: SHAPE,
  map,
})
