/**
 * The best packages of a large network, without most of its columns. A first few columns, the cheapest to open, give a plan; no column
 * matters that could only be part of a dearer one, and of the others only those lines do which it can serve cheaply enough. The
 * optimum stays, with every plan that costs the same; packages that are in no such plan may be missing.
 */
import type { Problem } from './problem.ts'
import {
  beginPackages,
  EXACT_COVER_LINES,
  forbidParted,
  offerPackages,
  packageCost,
  quantities,
  tariffFor,
} from './subset-packages.ts'

/** About so many columns make the first plan. */
const FIRST_COLUMNS = 40
/** Sums of costs are rounded: a column is only left out when it is dearer by more than that. */
const ROUNDING = 1e-9

const cheapestLine = new Float64Array(EXACT_COVER_LINES)
/** By column: what opening it costs at least. */
let opening = new Float64Array(0)

export function bestPackagesPruned(problem: Problem, full: number): void {
  beginPackages(problem, full)
  const { count, mask, handOverMs } = problem.columns
  const { least, first } = openingCosts(problem)
  for (let c = 0; c < count; c++)
    if ((opening[c] as number) <= first) offerPackages(problem, c, mask[c] as number, handOverMs[c] as number)
  forbidParted(problem, full)
  const known = costOfTwo(full)
  const most = known + ROUNDING * Math.abs(known)
  // What the other packages of a plan cost at least, where one does not serve all.
  const others = least >= 0 ? least : least * (problem.lines.length - 1)
  const lines = cheapestLines(problem)
  for (let c = 0; c < count; c++) {
    const alone = most - (opening[c] as number) - lines
    const spare = mask[c] === full ? Math.max(alone, alone - others) : alone - others
    if (spare < 0 || (opening[c] as number) <= first) continue
    const worthwhile = linesWithin(problem, c, spare)
    if (worthwhile !== 0) offerPackages(problem, c, worthwhile, handOverMs[c] as number)
  }
  forbidParted(problem, full)
}

/** The least, and one that about FIRST_COLUMNS columns do not exceed. */
function openingCosts(problem: Problem): { least: number; first: number } {
  const { count, fixedCost } = problem.columns
  if (opening.length < count) opening = new Float64Array(count)
  let least = Number.POSITIVE_INFINITY
  let sum = 0
  for (let c = 0; c < count; c++) {
    const cost = (fixedCost[c] as number) + leastTariff(problem, c)
    opening[c] = cost
    sum += cost
    if (cost < least) least = cost
  }
  return { least, first: least + (sum / count - least) * Math.min(1, (2 * FIRST_COLUMNS) / count) }
}

/** The best plan of one package or two that is known so far; Infinity when there is none, which leaves nothing out. */
function costOfTwo(full: number): number {
  let best = packageCost[full] as number
  for (let subset = 1; subset < full; subset += 2) {
    const cost = (packageCost[subset] as number) + (packageCost[full ^ subset] as number)
    if (cost < best) best = cost
  }
  return best
}

/** What each line costs at least anywhere; returns their sum. Lines that a column may not serve make it lower, never wrong. */
function cheapestLines(problem: Problem): number {
  const { count, unitCost } = problem.columns
  const width = problem.lines.length
  cheapestLine.fill(Number.POSITIVE_INFINITY, 0, width)
  for (let c = 0; c < count; c++) {
    for (let l = 0, place = c * width; l < width; l++, place++) {
      const unit = unitCost[place] as number
      if (unit < (cheapestLine[l] as number)) cheapestLine[l] = unit
    }
  }
  let sum = 0
  for (let l = 0; l < width; l++) {
    cheapestLine[l] = (cheapestLine[l] as number) * (quantities[l] as number)
    sum += cheapestLine[l] as number
  }
  return sum
}

const leastOf = new WeakMap<Float64Array, number>()

function leastTariff(problem: Problem, c: number): number {
  if (problem.tariffs === undefined || (problem.tariffs.curve[c] ?? -1) < 0) return 0
  const tariff = tariffFor(problem, c)
  const known = leastOf.get(tariff)
  if (known !== undefined) return known
  let least = Number.POSITIVE_INFINITY
  for (let subset = 1; subset < tariff.length; subset++) least = Math.min(least, tariff[subset] ?? 0)
  leastOf.set(tariff, least)
  return least
}

/** The column's lines that cost at most so much more there than they cost at least. */
function linesWithin(problem: Problem, c: number, spare: number): number {
  const { mask, unitCost } = problem.columns
  const width = problem.lines.length
  let lines = 0
  for (let l = 0, place = c * width; l < width; l++, place++) {
    const more = (unitCost[place] as number) * (quantities[l] as number) - (cheapestLine[l] as number)
    if (more <= spare) lines |= 1 << l
  }
  return lines & (mask[c] as number)
}
