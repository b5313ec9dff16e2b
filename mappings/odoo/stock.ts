/**
 * Odoo's quants, summed up for each product and warehouse ↔ the canonical feed. One document states whole products: every warehouse
 * that the hub knows, with 0 where Odoo holds no quant any more (Odoo removes quants that came to zero, so their absence is the news).
 */
import type { StockFeed, StockRow } from '#core/model/stock.ts'
import { z } from 'zod'
import type { FieldMap, MapReading, WithCrosswalk } from '../engine/index.ts'
import {
  defineMap,
  enumTable,
  flag,
  instant,
  nodeLookup,
  readingOf,
  refusedWhole,
  jsonPlace,
  rulesFor,
  runForward,
  skuLookup,
  wholeNumber,
} from '../engine/index.ts'

/** One document of the stock ports: records as `search_read` gave them, and what they are to be read as. */
export const StockRecords = z.object({
  as_of: z.string(),
  products: z.array(z.object({ id: z.int(), default_code: z.union([z.string(), z.literal(false)]) })),
  warehouses: z.array(z.object({ id: z.int(), code: z.string() })),
  quants: z.array(
    z.object({
      id: z.int(),
      product_id: z.tuple([z.int(), z.string()]),
      warehouse_id: z.union([z.tuple([z.int(), z.string()]), z.literal(false)]),
      quantity: z.number(),
    }),
  ),
})
export type StockRecords = z.infer<typeof StockRecords>

export type OdooStock = {
  mode: string
  as_of: string
  absent_means_zero?: boolean
  levels: { default_code: string; warehouse: string; quantity: number }[]
}

const level = rulesFor<OdooStock['levels'][number], StockRow, WithCrosswalk>()
const head = rulesFor<OdooStock, StockFeed, WithCrosswalk>()
export const stockMap: FieldMap<OdooStock, StockFeed, WithCrosswalk, WithCrosswalk> = defineMap({
  name: 'odoo stock',
  version: '1',
  scope: { forward: (_stock, context) => context, back: (_feed, context) => context },
  rules: [
    head.field('mode', 'mode', enumTable<StockFeed['mode']>('mode', { full: 'full', delta: 'delta' })),
    head.field('as_of', 'asOf', instant),
    head.field('absent_means_zero', 'absentMeansZero', flag, { fallback: false }),
    head.each(
      'levels',
      'rows',
      [
        level.field('default_code', 'sku', skuLookup('stock')),
        level.field('warehouse', 'nodeId', nodeLookup('stock')),
        level.field('quantity', 'onHand', wholeNumber(0)),
      ],
      { part: '' },
    ),
  ],
})

/** Products without an Internal Reference, and warehouses that are no node of the hub, are Odoo's own affair. */
export function readStockRecords(raw: unknown, context: WithCrosswalk, map = stockMap): MapReading<'stock', StockFeed> {
  const parsed = StockRecords.safeParse(raw)
  if (!parsed.success) {
    const [first] = parsed.error.issues
    const path = (first?.path ?? []).map((step) => (typeof step === 'number' ? step : String(step)))
    const rule = first?.message ?? 'must be records of Odoo'
    return refusedWhole('', [
      {
        code: 'odoo.stock-records',
        class: 'data',
        place: jsonPlace(path),
        rule,
        cure: 'Read the detail; then replay.',
      },
    ])
  }
  return readingOf('stock', '', runForward(map, summedUp(parsed.data, context), context))
}

function summedUp({ as_of, products, warehouses, quants }: StockRecords, { crosswalk }: WithCrosswalk): OdooStock {
  const sums = new Map<string, number>()
  for (const { product_id: product, warehouse_id: warehouse, quantity } of quants) {
    if (warehouse === false) continue
    const key = `${product[0]}/${warehouse[0]}`
    sums.set(key, (sums.get(key) ?? 0) + quantity)
  }
  const known = warehouses.filter(({ code }) => crosswalk.nodeOf(code) !== undefined)
  const levels = products.flatMap(({ id, default_code: code }) =>
    code === false || code === ''
      ? []
      : known.map((warehouse) => ({
          default_code: code,
          warehouse: warehouse.code,
          // Odoo lets a quant fall below zero when more was delivered than was booked in: there is none to sell.
          quantity: Math.max(0, sums.get(`${id}/${warehouse.id}`) ?? 0),
        })),
  )
  return { mode: 'delta', as_of, levels }
}
