/** Orders that may only leave as one whole package: tries every column, whatever the number of lines. Exact. */
import { lineCost, nothing, sellableAt, tariffCost } from './problem.ts'
import type { Problem, Solution } from './problem.ts'

export function singlePackage(problem: Problem): Solution {
  const { tariffs, lines } = problem
  const total = (unit: Float64Array | undefined): number =>
    lines.reduce((sum, line, l) => sum + line.quantity * (unit?.[l] ?? 0), 0)
  const grams = total(tariffs?.unitGrams)
  const volumeCm3 = total(tariffs?.unitVolumeCm3)
  let best = { column: -1, cost: Number.POSITIVE_INFINITY, handOver: Number.POSITIVE_INFINITY }
  for (let column = 0; column < problem.columns.count; column++) {
    if (!servesAll(problem, column)) continue
    let cost = (problem.columns.fixedCost[column] ?? 0) + tariffCost(problem, column, grams, volumeCm3)
    for (let line = 0; line < problem.lines.length; line++) cost += lineCost(problem, column, line)
    const handOver = problem.columns.handOverMs[column] ?? 0
    if (cost < best.cost || (cost === best.cost && handOver < best.handOver)) best = { column, cost, handOver }
  }
  if (best.column < 0) return nothing('exact')
  const assignments = problem.lines.map(({ quantity }, line) => ({ column: best.column, line, quantity }))
  return { assignments, optimality: 'exact', extraCosts: undefined }
}

/** Lines of one SKU must find their units together. */
function servesAll(problem: Problem, column: number): boolean {
  return problem.lines.every((line, index) => {
    if (!problem.serves(column, index)) return false
    let needed = 0
    for (const other of problem.lines) if (other.sellable === line.sellable) needed += other.quantity
    return sellableAt(problem, column, index) >= needed
  })
}
