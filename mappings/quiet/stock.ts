/** InventorySummary → a full count of the warehouse; InventoryEventMessage → one change of it. */
import type { NodeId } from '#core/model/ids.ts'
import { MAX_QUANTITY } from '#core/model/quantity.ts'
import type { StockChange, StockFeed, StockRow } from '#core/model/stock.ts'
import type { FieldMap } from '../engine/index.ts'
import {
  defineMap,
  instant,
  isAbsent,
  nodeLookup,
  refuse,
  rulesFor,
  skuLookup,
  text,
  wholeNumberText,
} from '../engine/index.ts'
import { sameContext } from './leaves.ts'
import type { QuietContext } from './leaves.ts'

type ItemStatus = { '@Status': string; '@Quantity': string }
export type InventorySummary = {
  '@Warehouse': string
  Inventory?: { '@ItemNumber': string; ItemStatus: ItemStatus[] }[]
}

type Scope = QuietContext & { nodeId?: NodeId }
const summary = rulesFor<InventorySummary, StockFeed, Scope>()
const row = rulesFor<NonNullable<InventorySummary['Inventory']>[number], StockRow, Scope>()
const node = nodeLookup('stock')

/** Units of all statuses that count; a status that nobody has judged refuses the item, for it may be half of the stock. */
const onHand = row.derive({
  name: 'statuses that count',
  reads: ['ItemStatus'],
  writes: ['onHand'],
  forward: ({ ItemStatus: statuses }, { settings }) => {
    const list = (Array.isArray(statuses) ? statuses : []) as ItemStatus[]
    const known = [...settings.onHandStatuses, ...settings.otherStatuses]
    const strange = list.find((each) => !known.includes(each['@Status']))
    if (strange !== undefined)
      return refuse({
        rule: `must have statuses that are judged: ${known.join(', ')}`,
        cure: `Add ${strange['@Status']} to onHandStatuses or to otherStatuses of the connection, then replay.`,
        code: 'quiet.status-unknown',
        class: 'config',
        subject: strange['@Status'],
      })
    const units = list
      .filter((each) => settings.onHandStatuses.includes(each['@Status']))
      .reduce((sum, each) => sum + Number(each['@Quantity']), 0)
    if (units <= MAX_QUANTITY) return { onHand: units }
    return refuse({
      rule: `must add up to at most ${MAX_QUANTITY}`,
      cure: 'Correct the figure.',
      code: 'quiet.too-many',
    })
  },
  back: ({ onHand: units = 0 }, { settings }) => ({
    ItemStatus: [{ '@Status': settings.onHandStatuses[0] ?? '', '@Quantity': String(units) }],
  }),
})

export const summaryMap: FieldMap<InventorySummary, StockFeed, QuietContext, Scope> = defineMap({
  name: 'quiet inventory summary',
  version: '1',
  scope: {
    forward: (document, context) => {
      const nodeId = context.crosswalk.nodeOf(document['@Warehouse'])
      return nodeId === undefined ? context : { ...context, nodeId }
    },
    back: sameContext.back,
  },
  rules: [
    summary.constant('mode', 'full'),
    summary.derive({
      name: 'when it was counted',
      reads: [],
      writes: ['asOf', 'absentMeansZero'],
      forward: (_nothing, { asOf, receivedAt, settings }) => ({
        asOf: asOf ?? receivedAt,
        absentMeansZero: settings.absentMeansZero,
      }),
      back: () => ({}),
    }),
    // The place stands once, in the head: an unknown one refuses the document and not each of its rows.
    summary.derive({
      name: 'warehouse',
      reads: ['@Warehouse'],
      writes: ['rows'],
      forward: ({ '@Warehouse': code }, scope) => {
        const found = node.read(code, scope)
        return typeof found === 'string' ? {} : found
      },
      back: ({ rows = [] }, scope) => {
        const code = rows[0] === undefined ? undefined : node.write(rows[0].nodeId, scope)
        return typeof code === 'string' ? { '@Warehouse': code } : (code ?? {})
      },
    }),
    summary.each(
      'Inventory',
      'rows',
      [
        row.field('@ItemNumber', 'sku', skuLookup('stock')),
        row.derive({
          name: 'the warehouse of the head',
          reads: [],
          writes: ['nodeId'],
          forward: (_nothing, { nodeId }) => (nodeId === undefined ? {} : { nodeId }),
          back: () => ({}),
        }),
        onHand,
      ],
      { part: '@ItemNumber' },
    ),
  ],
})

export type InventoryEvent = {
  '@EventId': string
  '@EventType': string
  '@ItemNumber': string
  '@DeltaQuantity': string
  '@EventTime': string
  '@ReasonCode'?: string
  '@Warehouse'?: string
}

const event = rulesFor<InventoryEvent, StockChange, QuietContext>()

export const eventMap: FieldMap<InventoryEvent, StockChange, QuietContext, QuietContext> = defineMap({
  name: 'quiet inventory event',
  version: '1',
  scope: sameContext,
  rules: [
    event.field('@ItemNumber', 'sku', skuLookup('stock')),
    event.field('@DeltaQuantity', 'delta', wholeNumberText(-MAX_QUANTITY)),
    event.field('@EventTime', 'at', instant),
    event.field('@ReasonCode', 'reason', text(200), { optional: true }),
    event.derive({
      name: 'warehouse, or the connection’s own',
      reads: ['@Warehouse'],
      writes: ['nodeId'],
      forward: ({ '@Warehouse': code }, context) => {
        const found = node.read(isAbsent(code) ? context.settings.warehouse : code, context)
        return typeof found === 'string' ? { nodeId: found } : found
      },
      back: ({ nodeId }, context) => {
        const code = nodeId === undefined ? undefined : node.write(nodeId, context)
        return typeof code === 'string' ? { '@Warehouse': code } : (code ?? {})
      },
    }),
  ],
})
