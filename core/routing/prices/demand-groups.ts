/** Recorded orders by kind: what was ordered and in which region. Regions are cells of the map, a country where no position is known. */
import type { GeoPosition } from '../../model/party.ts'

export type RecordedOrder = {
  readonly country?: string
  readonly position?: GeoPosition
  /** One for each line; a SKU may stand in several. */
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

export type DemandGroup = RecordedOrder & { count: number }

/** Width of a region: about 220 km from north to south. Carriers' zones are wider. */
const REGION_DEGREES = 2
/** An order of more units than this is no kind that comes again: it is left out of the forecast. */
const MAX_UNITS = 200

/**
 * The most frequent groups, most frequent first. Of the rest every so-manieth is kept and stands for its neighbours, so that
 * rare orders, which may be most of them, keep their weight.
 */
export function demandGroups(orders: readonly RecordedOrder[], max: number): DemandGroup[] {
  const groups = new Map<string, DemandGroup>()
  for (const order of orders) {
    if (order.lines.reduce((sum, line) => sum + line.quantity, 0) > MAX_UNITS) continue
    const lines = order.lines.toSorted((a, b) => byText(a.sku, b.sku) || a.quantity - b.quantity)
    const key = `${regionOf(order)} ${JSON.stringify(lines.map(({ sku, quantity }) => [sku, quantity]))}`
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { ...order, lines, count: 1 })
    else known.count++
  }
  const ranked = [...groups.values()].toSorted((a, b) => b.count - a.count)
  if (ranked.length <= max) return ranked
  const frequent = ranked.slice(0, Math.floor(max / 2))
  return [...frequent, ...thinned(ranked.slice(frequent.length), max - frequent.length)]
}

function thinned(groups: readonly DemandGroup[], keep: number): DemandGroup[] {
  const every = groups.length / keep
  const total = groups.reduce((sum, each) => sum + each.count, 0)
  const kept = groups.filter((_, index) => Math.floor(index / every) !== Math.floor((index - 1) / every))
  const keptTotal = kept.reduce((sum, each) => sum + each.count, 0)
  return kept.map((each) => ({ ...each, count: (each.count * total) / keptTotal }))
}

export function regionOf({ country, position }: RecordedOrder): string {
  if (position === undefined) return country ?? ''
  const cell = (degrees: number): number => Math.floor(degrees / REGION_DEGREES)
  return `${country ?? ''} ${cell(position.latitude)} ${cell(position.longitude)}`
}

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
