/** What a benchmark is: a name, and figures as text and as one object. */

/** What a call may ask for; each benchmark reads what concerns it. */
export type BenchOptions = {
  /** Runs of each figure; the median is shown. */
  runs: number
  orders: number
  /** Rows of a stock feed. */
  rows: number
  /** Stock positions; absent: the benchmark's own size. */
  positions?: number
  /** The long form, where there is one. */
  full: boolean
  /** Generated scenarios of each family, sequences of orders in each, and where their randomness begins. */
  instances: number
  sequences: number
  seed: number
  /** A folder of scenario files to measure besides. */
  scenarios: string | undefined
}

export type Bench = {
  name: string
  summary: string
  run: (options: BenchOptions) => Promise<{ json: unknown; text: string }>
}
