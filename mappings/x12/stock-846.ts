/** 846 inventory advice ↔ stock feed. Which quantity counts (33 available, 17 on hand) is the profile's. */
import { StockFeed } from '#core/model/stock.ts'
import type { StockRow } from '#core/model/stock.ts'
import { defineMap, enumTable, isRefusal, refuse, rulesFor, wholeNumberText } from '../engine/index.ts'
import { documentScope, x12Document } from './document.ts'
import type { DocumentMap, DocumentScope } from './document.ts'
import { countOf, nodeOf, skuRule } from './kit.ts'
import type { PartyLoop } from './party-loop.ts'
import type { X12Profile } from './profile.ts'
import { dateOf, instantOf, timeOf } from './times.ts'
import type { Elements, Shape } from './tree.ts'

const SHAPE: Shape = {
  BIA: 'one',
  N1: { N1: 'one' },
  LIN: { LIN: 'one', PID: 'many', QTY: 'many', DTM: 'many' },
  CTT: 'one',
}

type Item = { LIN: Elements; QTY?: Elements[] }
type Tree = { BIA: Elements; parties?: { [role: string]: PartyLoop | undefined }; LIN: Item[]; CTT?: Elements }

const head = rulesFor<Tree, StockFeed, DocumentScope>()
const item = rulesFor<Item, StockRow, DocumentScope>()

const map = (profile: X12Profile): DocumentMap<Tree, StockFeed> =>
  defineMap({
    name: 'x12 846',
    version: '1',
    scope: documentScope<StockFeed>(profile),
    rules: [
      head.field('BIA.01', 'mode', enumTable('purpose of the feed', profile.feedPurposes)),
      head.fixed('BIA.02', 'SI', { checked: false }),
      head.fixed('BIA.03', '1', { checked: false }),
      head.derive({
        name: 'as of',
        reads: ['BIA.04', 'BIA.05'],
        writes: ['asOf'],
        forward: ({ 'BIA.04': day, 'BIA.05': time }) => {
          const asOf = instantOf(day, time)
          return isRefusal(asOf) ? asOf : { asOf }
        },
        back: ({ asOf }) => (asOf === undefined ? {} : { 'BIA.04': dateOf(asOf), 'BIA.05': timeOf(asOf) }),
      }),
      head.constant('absentMeansZero', false),
      head.derive({
        name: 'one place for all items',
        reads: ['parties'],
        writes: ['rows'],
        forward: () => ({}),
        back: ({ rows = [] }, { crosswalk }) => {
          const [role = 'WH'] = profile.nodeRoles
          const code = rows[0] === undefined ? undefined : crosswalk.partnerNodeOf(rows[0].nodeId)
          return code === undefined ? {} : { parties: { [role]: { N1: { '03': profile.nodeQualifier, '04': code } } } }
        },
      }),
      head.each(
        'LIN',
        'rows',
        [
          skuRule<Item, StockRow>('LIN', 2, profile),
          item.derive({
            name: 'place of the feed',
            reads: [],
            writes: ['nodeId'],
            forward: (_reads, scope) => {
              const nodeId = nodeOf(scope)
              return isRefusal(nodeId) ? nodeId : { nodeId: nodeId as StockRow['nodeId'] }
            },
            back: () => ({}),
          }),
          item.derive({
            name: `quantity ${profile.stockQualifiers.join(', else ')}`,
            reads: ['QTY'],
            writes: ['onHand'],
            forward: ({ QTY }) => quantityOf(QTY, profile.stockQualifiers),
            back: ({ onHand = 0 }) => ({
              QTY: [{ '01': profile.stockQualifiers[0] ?? '', '02': String(onHand), '03': profile.unit }],
            }),
          }),
        ],
        { part: 'LIN.03' },
      ),
      countOf<Tree, StockFeed>('LIN', 'rows'),
    ],
  })

/** The best qualifier that the item has; an item without any is refused alone, because unknown stock is not zero. */
export function quantityOf(segments: unknown, qualifiers: readonly string[]) {
  const list = (Array.isArray(segments) ? segments : []) as Elements[]
  for (const qualifier of qualifiers) {
    const index = list.findIndex((one) => one['01'] === qualifier)
    if (index < 0) continue
    const onHand = wholeNumberText(0).read(list[index]?.['02'], undefined)
    return isRefusal(onHand) ? onHand : { onHand }
  }
  return quantityMissing(qualifiers)
}

const quantityMissing = (qualifiers: readonly string[]) =>
  refuse({
    rule: `must have a QTY with ${qualifiers.join(' or ')}`,
    cure: 'Send the quantity, or name its qualifier in the profile (stockQualifiers), then replay.',
    code: 'x12.quantity-missing',
  })

export const stock846 = x12Document({
  set: '846',
  functionalId: 'IB',
  summary: 'Inventory advice: stock of a supplier or warehouse.',
  kind: 'stock',
  schema: StockFeed,
  shape: SHAPE,
  map,
})
