/**
 * ShipHero's figures of a product at a warehouse ↔ the canonical feed. ShipHero: inventory = on_hand − allocated + sell_ahead − reserve.
 * The hub keeps its own claims and wants units that lie there, sold ones included until they leave; so `onHand` counts on_hand − reserve,
 * for a warehouse whose orders all come from the hub. `inventory` counts what ShipHero itself would sell: for a warehouse that other
 * channels sell from too, where the hub's own open units are then taken off twice, on the safe side.
 */
import type { StockFeed, StockRow } from '#core/model/stock.ts'
import { parseWholeNumber } from '#core/model/quantity.ts'
import { z } from 'zod'
import type { FieldMap, MapReading, WithCrosswalk } from '../engine/index.ts'
import {
  defineMap,
  enumTable,
  flag,
  instant,
  jsonPlace,
  nodeLookup,
  readingOf,
  refusedWhole,
  rulesFor,
  runForward,
  skuLookup,
  wholeNumberText,
} from '../engine/index.ts'

export type UnitsCounted = 'onHand' | 'inventory'

export type ShipHeroStock = {
  mode: string
  as_of: string
  absent_means_zero?: boolean
  /** Text, as the webhook has it. */
  levels: { sku: string; warehouse_id: string; quantity: string }[]
}

const level = rulesFor<ShipHeroStock['levels'][number], StockRow, WithCrosswalk>()
const head = rulesFor<ShipHeroStock, StockFeed, WithCrosswalk>()
export const stockMap: FieldMap<ShipHeroStock, StockFeed, WithCrosswalk, WithCrosswalk> = defineMap({
  name: 'shiphero stock',
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
        level.field('sku', 'sku', skuLookup('stock')),
        level.field('warehouse_id', 'nodeId', nodeLookup('stock')),
        level.field('quantity', 'onHand', wholeNumberText(0)),
      ],
      { part: '' },
    ),
  ],
})

/** Numbers come as text or as numbers, in one and the same webhook. */
const Figure = z.union([z.string(), z.number()]).nullish()
type Figure = z.infer<typeof Figure>

const InventoryUpdate = z.looseObject({
  webhook_type: z.string().optional(),
  inventory: z.array(
    z.looseObject({
      sku: z.string(),
      updated_warehouse: z
        .looseObject({ warehouse_uuid: z.string(), inventory: Figure, on_hand: Figure, reserve: Figure })
        .nullish(),
    }),
  ),
})

export type StockReading = MapReading<'stock', StockFeed> & { ignored?: string }

/** The webhook `Inventory Update`: each product at the warehouse where it moved, as it stood when the webhook came. */
export function readInventoryUpdate(
  raw: unknown,
  context: WithCrosswalk & { receivedAt: string; counted: UnitsCounted },
  map = stockMap,
): StockReading {
  const parsed = InventoryUpdate.safeParse(raw)
  if (!parsed.success) return refusedFigures(parsed.error.issues[0])
  const levels = parsed.data.inventory.flatMap(({ sku, updated_warehouse: warehouse }) =>
    warehouse == null
      ? []
      : [
          {
            sku,
            warehouse_id: warehouse.warehouse_uuid,
            quantity: counted(context.counted, warehouse.inventory, warehouse.on_hand, warehouse.reserve),
          },
        ],
  )
  return ofKnownPlaces({ mode: 'delta', as_of: context.receivedAt, levels }, context, map)
}

/** One document of the stock port: rows of the query `warehouse_products`. */
export const StockRecords = z.object({
  mode: z.enum(['full', 'delta']),
  as_of: z.string(),
  warehouse_products: z.array(
    z.looseObject({
      sku: z.string(),
      warehouse_id: z.string(),
      on_hand: Figure,
      allocated: Figure,
      sell_ahead: Figure,
      reserve_inventory: Figure,
    }),
  ),
})

/** Fields of `warehouse_products` that the reading wants. */
export const STOCK_RECORD_FIELDS = 'sku warehouse_id on_hand allocated sell_ahead reserve_inventory updated_at'

export function readStockRecords(
  raw: unknown,
  context: WithCrosswalk & { counted: UnitsCounted },
  map = stockMap,
): StockReading {
  const parsed = StockRecords.safeParse(raw)
  if (!parsed.success) return refusedFigures(parsed.error.issues[0])
  const { mode, as_of, warehouse_products: products } = parsed.data
  const levels = products.map(({ sku, warehouse_id, on_hand: held, allocated, sell_ahead: ahead, ...more }) => ({
    sku,
    warehouse_id,
    quantity: counted(
      context.counted,
      plus(plus(held, ahead), minus(allocated), minus(more.reserve_inventory)),
      held,
      more.reserve_inventory,
    ),
  }))
  return ofKnownPlaces({ mode, as_of, levels }, context, map)
}

/**
 * A sum below zero has nothing to sell. What is no whole number, and less than nothing on hand, is left as it came, for the map to refuse.
 */
function counted(by: UnitsCounted, inventory: Figure, onHand: Figure, reserve: Figure): string {
  if ((wholeOf(onHand) ?? 0) < 0) return String(onHand)
  const sum = by === 'inventory' ? inventory : plus(onHand, minus(reserve))
  const whole = wholeOf(sum)
  return whole === undefined ? String(sum) : String(Math.max(0, whole))
}

const wholeOf = (figure: Figure): number | undefined => {
  if (figure == null) return undefined
  const value = typeof figure === 'string' ? (parseWholeNumber(figure) ?? NaN) : figure
  return Number.isInteger(value) ? value : undefined
}

/** The first one that is no whole number stands for the sum. An absent addend is none. */
function plus(...figures: Figure[]): Figure {
  let sum = 0
  for (const [index, figure] of figures.entries()) {
    if (figure == null && index > 0) continue
    const whole = wholeOf(figure)
    if (whole === undefined) return figure
    sum += whole
  }
  return sum
}

const minus = (figure: Figure): Figure => {
  const whole = wholeOf(figure)
  return whole === undefined ? figure : -whole
}

/** Warehouses that are no node of the hub are ShipHero's own affair. */
function ofKnownPlaces(stock: ShipHeroStock, context: WithCrosswalk, map: typeof stockMap): StockReading {
  const levels = stock.levels.filter((row) => context.crosswalk.nodeOf(row.warehouse_id) !== undefined)
  if (levels.length === 0) return { documents: [], refused: [], ignored: 'it tells of no warehouse of the hub' }
  return readingOf('stock', '', runForward(map, { ...stock, levels }, context))
}

function refusedFigures(issue: z.core.$ZodIssue | undefined): StockReading {
  const path = (issue?.path ?? []).map((step) => (typeof step === 'number' ? step : String(step)))
  const rule = issue?.message ?? 'must be figures of ShipHero'
  const cure = 'Read the detail; then replay.'
  return refusedWhole('', [{ code: 'shiphero.stock', class: 'data', place: jsonPlace(path), rule, cure }])
}
