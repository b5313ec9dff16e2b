/**
 * The best package for every subset of an order's lines. Scratch space is kept between orders: solving is synchronous, so
 * one set serves all, and a decision allocates next to nothing.
 */
import { tariffCost } from './problem.ts'
import type { Problem } from './problem.ts'

export const EXACT_COVER_LINES = 10
export const SUBSETS = 2 ** EXACT_COVER_LINES

/** By subset of lines, one bit a line. Infinity and -1 where no column serves the subset. */
export const packageCost = new Float64Array(SUBSETS)
export const packageHandOver = new Float64Array(SUBSETS)
export const packageColumn = new Int32Array(SUBSETS)
/** What the column last priced would cost for each subset of its lines. */
export const subsetCost = new Float64Array(SUBSETS)

const lowestBit = Int32Array.from({ length: SUBSETS }, (_, subset) => 31 - Math.clz32(subset & -subset))
const lineCosts = new Float64Array(EXACT_COVER_LINES)
/** Units wanted, by line. */
export const quantities = new Float64Array(EXACT_COVER_LINES)
/** Columns worth pricing, chained by the lines they serve. */
const firstKept = new Int32Array(SUBSETS)
let nextKept = new Int32Array(0)

const grams = new Float64Array(SUBSETS)
const volumeCm3 = new Float64Array(SUBSETS)
/** 1 where a subset would part lines that leave together. */
const parted = new Uint8Array(SUBSETS)
/** What each tariff asks for every subset; worked out when a first column needs it. */
const tariffOf = new Map<number, Float64Array>()
const NO_TARIFF = new Float64Array(SUBSETS)

/** Must be called for a problem before its packages are priced. */
export function beginProblem(problem: Problem, full: number): void {
  tariffOf.clear()
  for (let l = 0; l < problem.lines.length; l++) quantities[l] = problem.lines[l]?.quantity ?? 0
  if (problem.together !== undefined) {
    for (let subset = 1; subset <= full; subset++)
      parted[subset] = problem.together.some((set) => (subset & set) !== 0 && (subset & set) !== set) ? 1 : 0
  }
  const { tariffs } = problem
  if (tariffs === undefined) return
  for (let subset = 1; subset <= full; subset++) {
    const line = lowestBit[subset] ?? 0
    const quantity = problem.lines[line]?.quantity ?? 0
    const rest = subset & (subset - 1)
    grams[subset] = (grams[rest] ?? 0) + quantity * (tariffs.unitGrams[line] ?? 0)
    volumeCm3[subset] = (volumeCm3[rest] ?? 0) + quantity * (tariffs.unitVolumeCm3[line] ?? 0)
  }
}

/** What the column's carrier asks for every subset of lines. */
export function tariffFor(problem: Problem, c: number): Float64Array {
  const curve = problem.tariffs?.curve[c] ?? -1
  if (curve < 0) return NO_TARIFF
  const known = tariffOf.get(curve)
  if (known !== undefined) return known
  const costs = new Float64Array(2 ** problem.lines.length)
  for (let subset = 1; subset < costs.length; subset++)
    costs[subset] = tariffCost(problem, c, grams[subset] ?? 0, volumeCm3[subset] ?? 0)
  tariffOf.set(curve, costs)
  return costs
}

/** Before any package is offered. */
export function beginPackages(problem: Problem, full: number): void {
  beginProblem(problem, full)
  packageCost.fill(Number.POSITIVE_INFINITY, 0, full + 1)
  packageColumn.fill(-1, 0, full + 1)
}

/** Subsets that part lines which leave together are no packages. */
export function forbidParted(problem: Problem, full: number): void {
  if (problem.together === undefined) return
  for (let subset = 1; subset <= full; subset++)
    if (parted[subset] === 1) packageCost[subset] = Number.POSITIVE_INFINITY
}

/** Finds, for every subset, the column that serves it as one package at the least cost. */
export function bestPackages(problem: Problem, full: number): void {
  beginPackages(problem, full)
  firstKept.fill(-1, 0, full + 1)
  const { count, mask, handOverMs } = problem.columns
  if (nextKept.length < count) nextKept = new Int32Array(count)
  for (let c = 0; c < count; c++) {
    const columnMask = mask[c] ?? 0
    if (isBeaten(problem, c, columnMask)) continue
    nextKept[c] = firstKept[columnMask] ?? -1
    firstKept[columnMask] = c
    offerPackages(problem, c, columnMask, handOverMs[c] ?? 0)
  }
  forbidParted(problem, full)
}

/**
 * Prices every subset of the column's lines (see priceSubsets, with which this shares the walk) and keeps what is best. Most of a
 * decision's time is spent here, so indexes are trusted instead of checked.
 */
export function offerPackages(problem: Problem, c: number, columnMask: number, handOver: number): void {
  beginPricing(problem, c)
  const tariff = tariffFor(problem, c)
  for (let subset = columnMask & -columnMask; subset !== 0; subset = (subset - columnMask) & columnMask) {
    const low = lowestBit[subset] as number
    const additive = (subsetCost[subset & (subset - 1)] as number) + (lineCosts[low] as number)
    subsetCost[subset] = additive
    const cost = additive + (tariff[subset] as number)
    const best = packageCost[subset] as number
    if (cost > best || (cost === best && !goesBefore(subset, handOver, c))) continue
    packageCost[subset] = cost
    packageHandOver[subset] = handOver
    packageColumn[subset] = c
  }
}

/** Between packages of one cost: the one handed over first, then the first column, in whatever order they are offered. */
function goesBefore(subset: number, handOver: number, c: number): boolean {
  const best = packageHandOver[subset] ?? 0
  return handOver < best || (handOver === best && c < (packageColumn[subset] ?? 0))
}

/** Most nodes of a large network lie behind another that serves the same lines at no more cost and no later. */
function isBeaten(problem: Problem, c: number, columnMask: number): boolean {
  const { fixedCost, unitCost, handOverMs } = problem.columns
  const lines = problem.lines.length
  for (let k = firstKept[columnMask] ?? -1; k >= 0; k = nextKept[k] ?? -1) {
    let beaten = (fixedCost[k] ?? 0) <= (fixedCost[c] ?? 0) && (handOverMs[k] ?? 0) <= (handOverMs[c] ?? 0)
    if (beaten && problem.tariffs !== undefined) beaten = tariffNeverDearer(problem, k, c)
    for (let l = 0; beaten && l < lines; l++) {
      beaten = (columnMask & (1 << l)) === 0 || (unitCost[k * lines + l] ?? 0) <= (unitCost[c * lines + l] ?? 0)
    }
    if (beaten) return true
  }
  return false
}

function tariffNeverDearer({ tariffs }: Problem, a: number, b: number): boolean {
  const cheap = tariffs?.curve[a] ?? -1
  const dear = tariffs?.curve[b] ?? -1
  return cheap < 0 || (dear >= 0 && tariffs?.neverDearer(cheap, dear) === true)
}

/** Writes the cost of a package from column `c` for every subset of its lines into `subsetCost`. */
export function priceSubsets(problem: Problem, c: number): void {
  const columnMask = problem.columns.mask[c] ?? 0
  beginPricing(problem, c)
  // Counts upwards through the subsets of the mask, so that each finds the one without its lowest line already priced.
  for (let subset = columnMask & -columnMask; subset !== 0; subset = (subset - columnMask) & columnMask) {
    subsetCost[subset] = (subsetCost[subset & (subset - 1)] ?? 0) + (lineCosts[lowestBit[subset] ?? 0] ?? 0)
  }
  if (problem.tariffs === undefined && problem.together === undefined) return
  const tariff = tariffFor(problem, c)
  for (let subset = columnMask & -columnMask; subset !== 0; subset = (subset - columnMask) & columnMask) {
    const isParted = problem.together !== undefined && parted[subset] === 1
    subsetCost[subset] = isParted ? Number.POSITIVE_INFINITY : (subsetCost[subset] ?? 0) + (tariff[subset] ?? 0)
  }
}

function beginPricing(problem: Problem, c: number): void {
  const { unitCost, fixedCost } = problem.columns
  const width = problem.lines.length
  for (let l = 0; l < width; l++) lineCosts[l] = (unitCost[c * width + l] as number) * (quantities[l] as number)
  subsetCost[0] = fixedCost[c] as number
}
