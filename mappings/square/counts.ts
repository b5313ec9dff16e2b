/**
 * Square's inventory counts ↔ the canonical feed. IN_STOCK is what a store can sell; units of pickup orders that were paid for lie in the
 * store all the same until they are collected, and the hub counts them until they leave.
 */
import type { StockFeed, StockRow } from '#core/model/stock.ts'
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

const Units = z.object({ catalog_object_id: z.string(), location_id: z.string(), quantity: z.string() })

/** One document of the counts ports. `open_pickups`: what the hub's pickup orders have taken off IN_STOCK and customers have not collected. */
export const CountRecords = z.object({
  as_of: z.string(),
  counts: z.array(Units.extend({ state: z.string() })),
  open_pickups: z.array(Units),
})
export type CountRecords = z.infer<typeof CountRecords>

export type SquareCounts = {
  mode: string
  as_of: string
  absent_means_zero?: boolean
  counts: { catalog_object_id: string; location_id: string; quantity: string }[]
}

const row = rulesFor<SquareCounts['counts'][number], StockRow, WithCrosswalk>()
const head = rulesFor<SquareCounts, StockFeed, WithCrosswalk>()
export const countsMap: FieldMap<SquareCounts, StockFeed, WithCrosswalk, WithCrosswalk> = defineMap({
  name: 'square counts',
  version: '1',
  scope: { forward: (_counts, context) => context, back: (_feed, context) => context },
  rules: [
    head.field('mode', 'mode', enumTable<StockFeed['mode']>('mode', { full: 'full', delta: 'delta' })),
    head.field('as_of', 'asOf', instant),
    head.field('absent_means_zero', 'absentMeansZero', flag, { fallback: false }),
    head.each(
      'counts',
      'rows',
      [
        row.field('catalog_object_id', 'sku', skuLookup('stock')),
        row.field('location_id', 'nodeId', nodeLookup('stock')),
        row.field('quantity', 'onHand', wholeNumberText(0)),
      ],
      { part: '' },
    ),
  ],
})

export function readCounts(raw: unknown, context: WithCrosswalk, map = countsMap): MapReading<'stock', StockFeed> {
  const parsed = CountRecords.safeParse(raw)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = (issue?.path ?? []).map((step) => (typeof step === 'number' ? step : String(step)))
    const rule = issue?.message ?? 'must be counts of Square'
    return refusedWhole('', [
      { code: 'square.counts', class: 'data', place: jsonPlace(path), rule, cure: 'Read the detail; then replay.' },
    ])
  }
  return readingOf('stock', '', runForward(map, onHandOf(parsed.data, context), context))
}

function onHandOf({ as_of, counts, open_pickups }: CountRecords, { crosswalk }: WithCrosswalk): SquareCounts {
  const waiting = new Map<string, number>()
  for (const each of open_pickups) waiting.set(keyOf(each), (waiting.get(keyOf(each)) ?? 0) + Number(each.quantity))
  const ours = counts.filter((count) => count.state === 'IN_STOCK' && crosswalk.nodeOf(count.location_id) !== undefined)
  return {
    mode: 'delta',
    as_of,
    counts: ours.map(({ state: _, ...count }) => ({
      ...count,
      quantity: sum(count.quantity, waiting.get(keyOf(count)) ?? 0),
    })),
  }
}

const keyOf = (units: { catalog_object_id: string; location_id: string }): string =>
  `${units.catalog_object_id} ${units.location_id}`

/** A count that is no whole number is left as it is, for the map to refuse; one below zero has nothing to sell. */
const sum = (quantity: string, waiting: number): string =>
  /^-?\d+(\.0+)?$/.test(quantity) ? String(Math.max(0, Number(quantity) + waiting)) : quantity
