/**
 * A sale at the till, and a return to one: Square's Order (api.json of square/connect-api-specification, schema `Order`) ↔ the canonical
 * order, whose units were handed over when they were sold, and the canonical return.
 */
import type { ExternalLineId, ExternalOrderId } from '#core/model/ids.ts'
import type { OrderInput, OrderLineInput } from '#core/model/order.ts'
import type { TillReturn } from '#core/model/return.ts'
import type { FieldMap, Leaf, MapReading, RefusedPart, WithCrosswalk } from '../engine/index.ts'
import {
  clippedText,
  defineMap,
  instant,
  isAbsent,
  jsonPlace,
  minorUnits,
  nodeLookup,
  readingOf,
  refuse,
  rulesFor,
  runForward,
  skuLookup,
  text,
  wholeNumberText,
} from '../engine/index.ts'
import { currency } from './leaves.ts'
import type { SquareMoney } from './leaves.ts'

export type SquareLine = {
  uid: string
  catalog_object_id: string
  name?: string
  /** Decimal text. */
  quantity: string
  base_price_money: SquareMoney
}

export type SquareSale = {
  id: string
  location_id: string
  state: string
  created_at: string
  updated_at: string
  total_money: SquareMoney
  line_items: SquareLine[]
}

export type SquareReturn = {
  /** The order that is the return. */
  id: string
  location_id: string
  updated_at: string
  source_order_id?: string
  return_line_items: { source_line_item_uid?: string; catalog_object_id: string; quantity: string }[]
}

export type SaleContext = WithCrosswalk & { channelId?: string }
type SaleScope = SaleContext & { location?: unknown; currency?: string }

const optional = { optional: true }
const channel = {
  name: 'channel of the connection',
  reads: [],
  writes: ['channelId'],
  back: () => ({}),
} as const
const channelOf = ({ channelId }: SaleContext) =>
  channelId === undefined
    ? refuse({
        rule: 'must come over a connection that a channel names',
        cure: 'Let a channel of the network name this connection; then replay.',
        code: 'square.channel',
        class: 'config',
      })
    : { channelId: channelId as OrderInput['channelId'] }

/** The place is the order's: every line of it was handed over there. */
const place = nodeLookup('order')
const units: Leaf<string, number> = wholeNumberText(1)

const line = rulesFor<SquareLine, OrderLineInput, SaleScope>()
const lineRules = [
  line.field('uid', 'externalId', text<ExternalLineId>(200)),
  line.field('catalog_object_id', 'sku', skuLookup('order')),
  line.field('name', 'name', clippedText(300), optional),
  line.derive({
    name: 'what was sold was handed over',
    reads: ['quantity'],
    writes: ['quantity', 'handedOver', 'cancelledQuantity'],
    forward: ({ quantity }, scope) => {
      const sold = units.read(quantity, scope)
      return typeof sold === 'number' ? { quantity: sold, handedOver: sold, cancelledQuantity: 0 } : sold
    },
    back: ({ quantity = 0 }) => ({ quantity: String(quantity) }),
  }),
  line.field('base_price_money.amount', 'unitPriceMinor', minorUnits),
  line.derive({
    name: 'at the counter of the order’s place',
    reads: [],
    writes: ['method', 'nodeId'],
    forward: (_reads, scope) => {
      const nodeId = isAbsent(scope.location) ? undefined : place.read(scope.location, scope)
      // An unknown place is told once, by the order's own rule.
      return typeof nodeId === 'string' ? { method: 'pickup', nodeId } : { method: 'pickup' }
    },
    back: () => ({}),
  }),
  line.derive({
    name: 'one currency for the order',
    reads: ['base_price_money.currency'],
    writes: [],
    forward: () => ({}),
    back: (_writes, scope) => (scope.currency === undefined ? {} : { 'base_price_money.currency': scope.currency }),
  }),
]

const sale = rulesFor<SquareSale, OrderInput, SaleScope>()
export const saleMap: FieldMap<SquareSale, OrderInput, SaleContext, SaleScope> = defineMap({
  name: 'square sale',
  version: '1',
  scope: {
    forward: (order, context) => ({ ...context, location: order.location_id }),
    back: (order, context) => ({ ...context, currency: order.currency }),
  },
  rules: [
    sale.derive({ ...channel, forward: (_reads, scope) => channelOf(scope) }),
    sale.field('id', 'externalId', text<ExternalOrderId>(200)),
    sale.fixed('state', 'COMPLETED'),
    sale.field('updated_at', 'revisedAt', instant),
    // By the till's own clock where it was offline: up to 72 hours before Square heard of it.
    sale.field('created_at', 'placedAt', instant),
    sale.field('total_money.currency', 'currency', currency),
    sale.field('total_money.amount', 'totalMinor', minorUnits),
    sale.constant('holds', []),
    sale.derive({
      name: 'place of the lines',
      reads: ['location_id'],
      writes: ['lines'],
      forward: ({ location_id: location }, scope) => {
        const nodeId = place.read(location, scope)
        return typeof nodeId === 'string' ? {} : nodeId
      },
      back: ({ lines = [] }, scope) => {
        const nodeId = lines[0]?.nodeId
        const location = nodeId === undefined ? undefined : place.write(nodeId, scope)
        return location === undefined ? {} : typeof location === 'string' ? { location_id: location } : location
      },
    }),
    // Gift cards and amounts that were typed in are no goods.
    sale.each('line_items', 'lines', lineRules, {
      part: 'uid',
      key: 'externalId',
      minimum: 1,
      where: { path: 'catalog_object_id' },
    }),
  ],
})

const returned = rulesFor<SquareReturn, TillReturn, SaleContext>()
const returnLine = rulesFor<SquareReturn['return_line_items'][number], TillReturn['lines'][number], SaleContext>()
export const returnMap: FieldMap<SquareReturn, TillReturn, SaleContext, SaleContext> = defineMap({
  name: 'square return',
  version: '1',
  scope: { forward: (_order, context) => context, back: (_return, context) => context },
  rules: [
    returned.derive({ ...channel, forward: (_reads, scope) => channelOf(scope) }),
    returned.field('id', 'externalId', text(100)),
    returned.field('source_order_id', 'externalOrderId', text<ExternalOrderId>(200), optional),
    returned.field('location_id', 'nodeId', nodeLookup('return')),
    returned.field('updated_at', 'returnedAt', instant),
    returned.each(
      'return_line_items',
      'lines',
      [
        returnLine.field('source_line_item_uid', 'externalLineId', text<ExternalLineId>(200), optional),
        returnLine.field('catalog_object_id', 'sku', skuLookup('return')),
        returnLine.field('quantity', 'quantity', wholeNumberText(1)),
      ],
      { minimum: 1, where: { path: 'catalog_object_id' } },
    ),
  ],
})

type Tree = Record<string, unknown>
const listOf = (value: unknown): Tree[] => (Array.isArray(value) ? (value as Tree[]) : [])
const hasGoods = (lines: unknown): boolean => listOf(lines).some((each) => !isAbsent(each['catalog_object_id']))

export type SaleReading = {
  documents: (MapReading<'order', OrderInput> | MapReading<'tillReturn', TillReturn>)['documents'][number][]
  refused: RefusedPart[]
  ignored?: string
}

/** An order of the till: a sale when it is completed, a return for each sale that it takes goods back from, or both in an exchange. */
export function readSale(order: Tree, context: SaleContext, map = saleMap): SaleReading {
  const reading: SaleReading = { documents: [], refused: [] }
  if (order['state'] !== 'COMPLETED')
    return { ...reading, ignored: `the order is ${String(order['state'])}; a sale is read when it is completed` }
  if (hasGoods(order['line_items'])) {
    const sold = readingOf('order', '', runForward(map, order as unknown as SquareSale, context))
    reading.documents.push(...sold.documents)
    reading.refused.push(...sold.refused)
  }
  for (const [index, one] of listOf(order['returns']).entries()) {
    if (!hasGoods(one['return_line_items'])) continue
    const { id, location_id, updated_at } = order as SquareReturn
    const own = index === 0 ? id : `${id}/${index}`
    const given = { ...one, id: own, location_id, updated_at } as unknown as SquareReturn
    const placeOf = (path: (string | number)[]) =>
      jsonPlace(path[0] === 'return_line_items' || path[0] === 'source_order_id' ? ['returns', index, ...path] : path)
    const back = readingOf('tillReturn', `/returns/${index}`, runForward(returnMap, given, context, { placeOf }))
    reading.documents.push(...back.documents)
    reading.refused.push(...back.refused)
  }
  const isNothing = reading.documents.length === 0 && reading.refused.length === 0
  return isNothing ? { ...reading, ignored: 'it has no goods of the catalog' } : reading
}
