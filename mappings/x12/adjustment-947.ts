/** 947 warehouse inventory adjustment ↔ stock adjustment. */
import { StockAdjustment } from '#core/model/trade.ts'
import { defineMap, enumTable, rulesFor, wholeNumberText } from '../engine/index.ts'
import { documentScope, x12Document } from './document.ts'
import type { DocumentMap, DocumentScope } from './document.ts'
import { day, nodeRules, number22, skuRule } from './kit.ts'
import type { PartyLoop } from './party-loop.ts'
import type { X12Profile } from './profile.ts'
import type { Elements, Shape } from './tree.ts'

const SHAPE: Shape = { W15: 'one', N1: { N1: 'one' }, W19: { W19: 'one' } }
type Item = { W19: Elements }
type Tree = { W15: Elements; parties?: { [role: string]: PartyLoop | undefined }; W19: Item[] }
type Line = StockAdjustment['lines'][number]

const head = rulesFor<Tree, StockAdjustment, DocumentScope>()
const line = rulesFor<Item, Line, DocumentScope>()

const map = (profile: X12Profile): DocumentMap<Tree, StockAdjustment> =>
  defineMap({
    name: 'x12 947',
    version: '1',
    scope: documentScope<StockAdjustment>(profile),
    rules: [
      head.field('W15.01', 'adjustedOn', day),
      head.field('W15.02', 'adjustmentNumber', number22),
      ...nodeRules<Tree, StockAdjustment>(profile),
      head.each(
        'W19',
        'lines',
        [
          line.field('W19.01', 'reason', enumTable('adjustment reason', profile.adjustmentReasons)),
          line.field('W19.02', 'change', wholeNumberText(-999_999_999, 999_999_999)),
          line.fixed('W19.03', profile.unit, { checked: false }),
          skuRule<Item, Line>('W19', 5, profile, true),
        ],
        { minimum: 1 },
      ),
    ],
  })

export const adjustment947 = x12Document({
  set: '947',
  functionalId: 'AW',
  summary: 'A warehouse corrects its book.',
  kind: 'stockAdjustment',
  schema: StockAdjustment,
  shape: SHAPE,
  map,
})
