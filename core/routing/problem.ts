/**
 * The routing problem in numbers, as the solvers read it: lines to serve and columns to serve them from. A column is a node
 * with one service (ship, pickup, drop-ship) of one carrier. Its cost is a fixed part, a part for each unit, and where a
 * carrier's tariff prices it, a step function of the package's weight.
 */
import type { Sku } from '../model/ids.ts'
import { curveMinor } from './tariff.ts'
import type { Curve } from './tariff.ts'

/** Added to a column's fixed cost where fewer packages go before money: no sum of money comes near it (2^40 minor units). */
export const PACKAGE_WEIGHT = 2 ** 40

export type ProblemLine = {
  readonly sku: Sku
  readonly quantity: number
  /** May come from several columns, or in part. Otherwise whole from one, or not at all. */
  readonly splittable: boolean
  /** Units that can be had, by node index. Two lines with one row compete for its units. */
  readonly sellable: Int32Array
}

export type Problem = {
  readonly lines: readonly ProblemLine[]
  readonly columns: Columns
  /** True when column `c` may serve line `l`: every filter has passed. */
  readonly serves: (c: number, l: number) => boolean
  readonly maxPackages: number
  readonly completeOrNothing: boolean
  /** Absent where no carrier's tariff prices a package. */
  readonly tariffs?: Tariffs
  /** What a package weighs in the objective, where fewer packages go before all else. */
  readonly packageWeight?: number
  /** Sets of lines, one bit a line, that leave in one package or not at all. */
  readonly together?: readonly number[]
}

export type Tariffs = {
  /** By column: an index into `curves`, or -1. */
  readonly curve: Int32Array
  readonly curves: readonly Curve[]
  /** One unit's, by line. */
  readonly unitGrams: Float64Array
  readonly unitVolumeCm3: Float64Array
  /** What a minor unit of money weighs in the objective. */
  readonly scale: number
  /** True when curve `a` never costs more than curve `b`. */
  readonly neverDearer: (a: number, b: number) => boolean
}

/** Sorted by node, then service. All by column index. */
export type Columns = {
  count: number
  node: Int32Array
  service: Uint8Array
  /** Which of the node's carrier services; absent where none has one. */
  slot?: Uint8Array
  /** Bit `l` is set when the column may serve line `l`. Only kept for problems of up to MASK_LINES lines. */
  mask: Int32Array
  fixedCost: Float64Array
  /** Cost of one unit of line `l` at index `c × number of lines + l`. */
  unitCost: Float64Array
  handOverMs: Float64Array
}

export const MASK_LINES = 30

/** `parcel` tells packages from one column apart, where two are cheaper than one. */
export type Assignment = { column: number; line: number; quantity: number; parcel?: number }

export type Solution = {
  assignments: Assignment[]
  optimality: 'exact' | 'bounded' | 'greedy'
  /** No plan costs less than this much below the one that was found, in units of the objective. */
  gap?: number
  extraCosts: ExtraCosts | undefined
}

/**
 * What the best plan that serves line `l` from column `c` costs more than the best plan of all, at
 * `c × number of lines + l`. Undefined where the order is too large to work it out beside the decision.
 */
export type ExtraCosts = Float64Array

export const nothing = (optimality: Solution['optimality']): Solution => ({
  assignments: [],
  optimality,
  extraCosts: undefined,
})

export const sellableAt = (problem: Problem, c: number, l: number): number =>
  problem.lines[l]?.sellable[problem.columns.node[c] ?? -1] ?? 0

export const lineCost = (problem: Problem, c: number, l: number): number =>
  (problem.columns.unitCost[c * problem.lines.length + l] ?? 0) * (problem.lines[l]?.quantity ?? 0)

/** What the carrier asks for a package of this weight and volume, in units of the objective. */
export function tariffCost(problem: Problem, c: number, grams: number, volumeCm3: number): number {
  const { tariffs } = problem
  const curve = tariffs?.curves[tariffs.curve[c] ?? -1]
  return tariffs === undefined || curve === undefined ? 0 : tariffs.scale * curveMinor(curve, grams, volumeCm3)
}

/** True when lines compete for units or may be split: then serving one line at a node can stop it from serving another. */
export const unitsMatter = (problem: Problem): boolean =>
  problem.lines.some(
    (line, index) =>
      line.splittable || problem.lines.some((other, at) => at < index && other.sellable === line.sellable),
  )
