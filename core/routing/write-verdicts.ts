/** What the solver's answer adds to the verdicts: who was chosen, and what the candidates it passed over would have added. */
import type { ServableLine } from './servable-line.ts'
import { differences } from './criteria.ts'
import type { Scales } from './criteria.ts'
import type { ExtraCosts, Problem, Solution } from './problem.ts'
import type { PreparedNodes } from './prepared-nodes.ts'
import { CHOSEN } from './verdicts.ts'
import type { ExtraTable, VerdictTable } from './verdicts.ts'

export function markChosen(
  codes: Uint8Array,
  width: number,
  problem: Problem,
  lines: readonly ServableLine[],
  solution: Solution,
): void {
  for (const { column, line } of solution.assignments) {
    codes[(lines[line]?.row ?? 0) * width + (problem.columns.node[column] ?? 0)] = CHOSEN
  }
}

/** A line that found no units although nodes have some lost them to another line: says what that one left. */
export function writeUnitsLeft(
  { available, passedOver, nodes }: VerdictTable,
  problem: Problem,
  lines: readonly ServableLine[],
  solution: Solution,
): void {
  const width = nodes.list.length
  for (const { row, sellable } of lines) {
    if (passedOver[row] !== 'noStock') continue
    for (const { column, line, quantity } of solution.assignments) {
      const place = row * width + (problem.columns.node[column] ?? 0)
      if (lines[line]?.sellable === sellable) available[place] = (available[place] ?? 0) - quantity
    }
  }
}

/** The objective may hold packages and money; the record tells them apart. */
export function extraTable(
  nodes: PreparedNodes,
  rows: number,
  problem: Problem,
  lines: readonly ServableLine[],
  extraCosts: ExtraCosts,
  scales: Scales,
): ExtraTable {
  const width = nodes.list.length
  const places = rows * width
  const costMinor: number[] = []
  const packages: number[] = []
  for (let place = 0; place < places; place++) {
    costMinor.push(Number.NaN)
    packages.push(0)
  }
  const { count, node } = problem.columns
  for (let c = 0; c < count; c++) {
    for (let l = 0; l < lines.length; l++) {
      const extra = extraCosts[c * lines.length + l] ?? 0
      if (extra === Number.POSITIVE_INFINITY) continue
      const place = (lines[l]?.row ?? 0) * width + (node[c] ?? 0)
      const more = differences(scales, extra)
      // Of a node's several services the best one counts.
      if ((costMinor[place] ?? 0) <= more.cost && (packages[place] ?? 0) <= more.packages) continue
      packages[place] = more.packages
      costMinor[place] = more.cost
    }
  }
  return { costMinor, packages }
}
