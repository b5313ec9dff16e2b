/**
 * What the price methods ask of a linear-program solver: a model that stays, grows by columns, and is solved again from where
 * it was. Handed in, so that core knows no solver (workers/prices/highs.ts is the real one).
 */

/** Columns to append, in compressed form: entries of column `c` lie at `starts[c]` up to `starts[c + 1]` (or the end). */
export type NewColumns = {
  costs: Float64Array
  starts: Int32Array
  rows: Int32Array
  values: Float64Array
}

export type LinearProgramSolution = {
  objective: number
  columnValues: Float64Array
  /** By row: what one more unit of the row's bound would add to the objective. Not above zero for an upper bound. */
  rowDuals: Float64Array
}

/** Minimises `cost · x` over `x ≥ 0` with every row's sum between its bounds. */
export type LinearProgram = {
  addColumns: (columns: NewColumns) => void
  setRowBounds: (lower: Float64Array, upper: Float64Array) => void
  /** Throws when there is no optimum: the callers' programs always have one. */
  solve: () => LinearProgramSolution
  close: () => void
}

export type LinearProgramSolver = { create: (rows: number) => LinearProgram }
