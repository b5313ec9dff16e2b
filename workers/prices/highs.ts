/** HiGHS (WebAssembly) as the solver of linear programs. Solving blocks its thread, so live prices are found in a worker. */
import highsModule, { type Highs } from 'highs'
import type { LinearProgram, LinearProgramSolver } from '#core/routing/prices/linear-program.ts'

/** The package's types speak of its CommonJS form; imported as a module, its default is the loader itself. */
const loadHighs = highsModule as unknown as typeof highsModule.default

export async function loadLinearProgramSolver(): Promise<LinearProgramSolver> {
  const highs = await loadHighs()
  return { create: (rows) => createProgram(highs, rows) }
}

function createProgram(highs: Highs, rows: number): LinearProgram {
  const model = highs.createModel()
  // Presolve would forget the basis that a changed program starts from.
  model.options.set({ output_flag: false, presolve: 'off' })
  const free = new Float64Array(rows).fill(highs.infinity)
  model.addRows({
    lower: new Float64Array(rows).fill(-highs.infinity),
    upper: free,
    matrix: {
      format: 'csr',
      numRows: rows,
      numCols: 0,
      starts: new Int32Array(rows + 1),
      indices: new Int32Array(0),
      values: new Float64Array(0),
    },
  })
  return {
    addColumns: ({ costs, starts, rows: indices, values }) => {
      const count = costs.length
      const allStarts = new Int32Array(count + 1)
      allStarts.set(starts.subarray(0, count))
      allStarts[count] = indices.length
      model.addCols({
        cost: costs,
        lower: new Float64Array(count),
        upper: new Float64Array(count).fill(highs.infinity),
        matrix: { format: 'csc', numRows: rows, numCols: count, starts: allStarts, indices, values },
      })
    },
    setRowBounds: (lower, upper) => {
      model.changeRowsBounds({ kind: 'range', from: 0, to: rows - 1 }, lower, upper)
    },
    solve: () => {
      model.run()
      const status = model.getModelStatus()
      if (status !== highs.constants.modelStatus.optimal)
        throw new Error(`the linear program has no optimum (HiGHS model status ${status})`)
      const { colValue, rowDual } = model.getSolution()
      return { objective: model.getObjectiveValue(), columnValues: colValue, rowDuals: rowDual }
    },
    close: () => model.dispose(),
  }
}
