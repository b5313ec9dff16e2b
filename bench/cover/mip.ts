/** A routing problem as a mixed-integer program in the LP format, for HiGHS: the independent answer that solvers are held against. */
import highsModule, { type Highs } from 'highs'
import type { Problem } from '#core/routing/problem.ts'

/** The package's types speak of its CommonJS form; imported as a module, its default is the loader itself. */
const loadHighs = highsModule as unknown as typeof highsModule.default
export const loadMipSolver = (): Promise<Highs> => loadHighs()

/** More than any plan costs: a unit is left out only when nobody has it. */
const LEFT_OUT = 1_000_000

/** The objective of the best plan: its cost, and LEFT_OUT for each unit that is not served. */
export function solveAsMip(highs: Highs, problem: Problem): number {
  const solution = highs.solve(lpText(problem), { output_flag: false, mip_rel_gap: 0, mip_abs_gap: 0.5 })
  if (solution.Status !== 'Optimal') throw new Error(`HiGHS says ${solution.Status}`)
  return Math.round(solution.ObjectiveValue)
}

export const objectiveOf = (cost: number, unitsLeftOut: number): number => cost + LEFT_OUT * unitsLeftOut

function lpText(problem: Problem): string {
  const { columns, lines, tariffs } = problem
  const objective: string[] = []
  const rows: string[] = []
  const integers: string[] = []
  const binaries: string[] = []
  const servedBy = lines.map((): string[] => [])
  for (let c = 0; c < columns.count; c++) {
    objective.push(`${columns.fixedCost[c] ?? 0} y${c}`)
    binaries.push(`y${c}`)
    const grams: string[] = []
    lines.forEach((line, l) => {
      if (!problem.serves(c, l)) return
      const has = Math.min(line.quantity, line.sellable[columns.node[c] ?? -1] ?? 0)
      const x = `x${c}_${l}`
      objective.push(`${columns.unitCost[c * lines.length + l] ?? 0} ${x}`)
      integers.push(x)
      servedBy[l]?.push(x)
      rows.push(`${x} - ${has} y${c} <= 0`)
      if (!line.splittable) {
        rows.push(`${x} - ${line.quantity} w${c}_${l} = 0`)
        binaries.push(`w${c}_${l}`)
      }
      grams.push(`${tariffs?.unitGrams[l] ?? 0} ${x}`)
    })
    const curve = tariffs?.curves[tariffs.curve[c] ?? -1]
    if (curve === undefined || grams.length === 0) continue
    const steps = Array.from(curve.upToGrams, (upTo, at) => ({
      upTo,
      minor: curve.minor[at] ?? 0,
      name: `z${c}_${at}`,
    }))
    steps.forEach(({ minor, name }) => {
      objective.push(`${minor} ${name}`)
      binaries.push(name)
    })
    rows.push(`${steps.map(({ name }) => name).join(' + ')} - y${c} = 0`)
    rows.push(`${grams.join(' + ')} - ${steps.map(({ upTo, name }) => `${upTo} ${name}`).join(' - ')} <= 0`)
  }
  lines.forEach((line, l) => {
    objective.push(`${LEFT_OUT} u${l}`)
    integers.push(`u${l}`)
    rows.push(`${[...(servedBy[l] ?? []), `u${l}`].join(' + ')} = ${line.quantity}`)
  })
  if (Number.isFinite(problem.maxPackages))
    rows.push(`${Array.from({ length: columns.count }, (_, c) => `y${c}`).join(' + ')} <= ${problem.maxPackages}`)
  return [
    'Minimize',
    ` obj: ${objective.join(' + ')}`,
    'Subject To',
    ...rows.map((row, index) => ` r${index}: ${row}`),
    'General',
    ` ${integers.join(' ')}`,
    'Binary',
    ` ${binaries.join(' ')}`,
    'End',
  ].join('\n')
}
