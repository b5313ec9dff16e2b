/** INVRPT ↔ stock feed. Head and items have rules of their own, so that a large one can be read item by item (stock-items.ts). */
import { StockFeed } from '#core/model/stock.ts'
import type { StockRow } from '#core/model/stock.ts'
import { defineMap, enumTable, isRefusal, rulesFor } from '../engine/index.ts'
import type { Rule } from '../engine/index.ts'
import { edifactDocument, messageScope } from './document.ts'
import type { MessageLine, MessageMap, MessageScope, MessageTree } from './document.ts'
import { instantRule, nodeOf, nodeOut, ownNumberRule, quantitiesOut, quantityRule, skuRule } from './kit.ts'
import type { EdifactProfile } from './profile.ts'

/** Places and dates of an item are its own: a quantity that stands behind NAD is of that place, and not the item's. */
export const ITEM = {
  LIN: 'one',
  PIA: 'many',
  QTY: 'many',
  DTM: 'many',
  RFF: 'many',
  NAD: { NAD: 'one', QTY: 'many' },
} as const
export const HEAD = { BGM: 'one', DTM: 'many', RFF: 'many', NAD: { NAD: 'one' } } as const

const feed = rulesFor<MessageTree, StockFeed, MessageScope>()
const item = rulesFor<MessageLine, StockRow, MessageScope>()

export const headRules = (profile: EdifactProfile) => [
  feed.fixed('BGM.0101', '35', { checked: false }),
  ownNumberRule<StockFeed>(),
  feed.field('BGM.0301', 'mode', enumTable('function of the report', profile.feedFunctions)),
  instantRule<StockFeed>('137', 'asOf'),
  feed.constant('absentMeansZero', false),
]

type ItemRule = Rule<MessageLine, StockRow, MessageScope>

/** `product`: how an item names its product. */
export const itemRules = (profile: EdifactProfile, product: readonly ItemRule[] = [skuRule<StockRow>(profile)]) => [
  item.derive({
    name: 'lines are numbered',
    reads: ['LIN.0101'],
    writes: [],
    forward: () => ({}),
    back: () => ({ 'LIN.0101': '1' }),
  }),
  ...product,
  item.derive({
    name: 'place of the report',
    reads: [],
    writes: ['nodeId'],
    forward: (_reads, scope) => {
      const nodeId = nodeOf(scope)
      return isRefusal(nodeId) ? nodeId : { nodeId }
    },
    back: () => ({}),
  }),
  quantityRule<StockRow>(profile.stockQualifiers, 'onHand', 0),
  quantitiesOut<StockRow>(({ onHand = 0 }) => [[profile.stockQualifiers[0] ?? '145', onHand]]),
]

export const stockMap = (name: string, profile: EdifactProfile, product?: readonly ItemRule[]): MessageMap<StockFeed> =>
  defineMap({
    name,
    version: '1',
    scope: messageScope<StockFeed>(profile),
    rules: [
      ...headRules(profile),
      feed.derive({
        name: 'one place for all items',
        reads: ['NAD'],
        writes: ['rows'],
        forward: () => ({}),
        back: ({ rows = [] }, scope) => (rows[0] === undefined ? {} : nodeOut(rows[0].nodeId, scope, profile)),
      }),
      feed.each('LIN', 'rows', itemRules(profile, product), { part: 'LIN.0301' }),
    ],
  })

export const numbered = (tree: MessageTree): MessageTree => ({
  ...tree,
  LIN: tree.LIN.map((each, i) => ({ ...each, LIN: { ...each.LIN, '0101': String(i + 1) } })),
})

export const invrpt = edifactDocument({
  type: 'INVRPT',
  summary: 'Inventory report: stock of a supplier or warehouse.',
  kind: 'stock',
  schema: StockFeed,
  shape: { ...HEAD, LIN: ITEM },
  map: (profile) => stockMap('edifact invrpt', profile),
  toWrite: numbered,
})
