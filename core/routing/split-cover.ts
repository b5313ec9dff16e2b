/**
 * The exact optimum for small orders where units matter: a line may come from several nodes, or two lines want the same
 * units. Goes through the nodes one by one and keeps, for every count of units served so far of each line, the cheapest way
 * to get there. A state is a number in mixed radix, one digit a line (and one for packages, if they are limited).
 */
import type { Assignment, Problem, Solution } from './problem.ts'
import { sellableAt, tariffCost } from './problem.ts'

/** Beyond these an exact answer would keep other orders waiting: about ten milliseconds. */
const MAX_STATES = 4096
const MAX_STEPS = 4_000_000

/** How much of each line one node gives, and what that costs. */
type Take = { state: number; digits: number[]; cost: number; handOver: number; assignments: Assignment[] }

type Digits = { count: number; top: number[]; stride: number[]; states: number }

/** Undefined when the problem is too large for the state space. */
export function coverUnitsExactly(problem: Problem): Solution | undefined {
  const digits = digitsOf(problem)
  if (digits.states > MAX_STATES) return undefined
  const takes: Take[][] = []
  let steps = 0
  for (const columns of columnsByNode(problem)) {
    const ofNode = takesOf(problem, digits, columns, Math.floor((MAX_STEPS - steps) / digits.states))
    if (ofNode === undefined) return undefined
    steps += ofNode.length * digits.states
    takes.push(ofNode)
  }
  return { assignments: bestTakes(problem, digits, takes), optimality: 'exact', extraCosts: undefined }
}

function digitsOf(problem: Problem): Digits {
  const top = problem.lines.map((line) => (line.splittable ? line.quantity : 1))
  // No plan needs more packages than units, so a wide limit takes no digit.
  const units = top.reduce((sum, each) => sum + each, 0)
  if (problem.maxPackages < units) top.push(problem.maxPackages)
  const stride: number[] = []
  let states = 1
  for (const each of top) {
    stride.push(states)
    states *= each + 1
  }
  return { count: top.length, top, stride, states }
}

function columnsByNode(problem: Problem): number[][] {
  const byNode = new Map<number, number[]>()
  for (let c = 0; c < problem.columns.count; c++) {
    const node = problem.columns.node[c] ?? 0
    byNode.set(node, [...(byNode.get(node) ?? []), c])
  }
  return [...byNode.values()]
}

/** Every way a node can give units, apart from giving none. Undefined when there are more than `limit`. */
function takesOf(problem: Problem, digits: Digits, columns: number[], limit: number): Take[] | undefined {
  const takes: Take[] = []
  const amounts = Array.from({ length: problem.lines.length }, () => 0)
  const tryLine = (line: number): boolean => {
    if (line === problem.lines.length) {
      if (amounts.some((amount) => amount > 0) && !partsLines(problem, amounts))
        takes.push(takeOf(problem, digits, columns, amounts))
      return takes.length <= limit
    }
    const most = mostOf(problem, columns, amounts, line)
    const step = problem.lines[line]?.splittable === true ? 1 : (problem.lines[line]?.quantity ?? 1)
    for (let amount = 0; amount <= most; amount += step) {
      amounts[line] = amount
      if (!tryLine(line + 1)) return false
    }
    amounts[line] = 0
    return true
  }
  return tryLine(0) ? takes : undefined
}

/** Units of a line the node has left after what earlier lines of the same SKU take. */
function mostOf(problem: Problem, columns: number[], amounts: number[], line: number): number {
  const wanted = problem.lines[line]
  const column = columns.find((c) => problem.serves(c, line))
  if (wanted === undefined || column === undefined) return 0
  let left = sellableAt(problem, column, line)
  for (let l = 0; l < line; l++) if (problem.lines[l]?.sellable === wanted.sellable) left -= amounts[l] ?? 0
  return Math.min(wanted.quantity, left)
}

function takeOf(problem: Problem, digits: Digits, columns: number[], amounts: number[]): Take {
  const lines = problem.lines.length
  const take: Take = { state: 0, digits: amounts.map(() => 0), cost: 0, handOver: 0, assignments: [] }
  let packages = 0
  for (const together of linesByService(problem, columns, amounts).values()) {
    const { column, cost } = cheapestColumn(problem, columns, together, amounts)
    packages++
    take.cost += cost
    take.handOver = Math.max(take.handOver, problem.columns.handOverMs[column] ?? 0)
    for (const line of together) {
      const quantity = amounts[line] ?? 0
      take.digits[line] = problem.lines[line]?.splittable === true ? quantity : 1
      take.assignments.push({ column, line, quantity })
    }
  }
  if (digits.count > lines) take.digits.push(packages)
  take.digits.forEach((digit, at) => (take.state += digit * (digits.stride[at] ?? 0)))
  return take
}

/** Lines that leave the node in one package: by the service of the columns that serve them. */
function linesByService(problem: Problem, columns: number[], amounts: number[]): Map<number, number[]> {
  const byService = new Map<number, number[]>()
  amounts.forEach((quantity, line) => {
    const column = quantity === 0 ? undefined : columns.find((c) => problem.serves(c, line))
    if (column === undefined) return
    const service = problem.columns.service[column] ?? 0
    byService.set(service, [...(byService.get(service) ?? []), line])
  })
  return byService
}

/** Of a service's carriers the cheapest that is quick enough for every line; the quickest is quick enough for all. */
function cheapestColumn(
  problem: Problem,
  columns: number[],
  lines: readonly number[],
  amounts: number[],
): { column: number; cost: number } {
  const { tariffs } = problem
  const sum = (of: (line: number) => number): number =>
    lines.reduce((total, line) => total + (amounts[line] ?? 0) * of(line), 0)
  const grams = sum((line) => tariffs?.unitGrams[line] ?? 0)
  const volumeCm3 = sum((line) => tariffs?.unitVolumeCm3[line] ?? 0)
  let best = { column: -1, cost: Number.POSITIVE_INFINITY }
  for (const column of columns) {
    if (!lines.every((line) => problem.serves(column, line))) continue
    const units = sum((line) => problem.columns.unitCost[column * problem.lines.length + line] ?? 0)
    const cost = (problem.columns.fixedCost[column] ?? 0) + units + tariffCost(problem, column, grams, volumeCm3)
    if (cost < best.cost) best = { column, cost }
  }
  return best
}

/** Lines that leave together must all be in the take, whole, or none of them. */
const partsLines = ({ together, lines }: Problem, amounts: number[]): boolean =>
  together?.some((set) => {
    const inSet = amounts.filter((_, line) => (set & (1 << line)) !== 0)
    const whole = lines.every((line, l) => (set & (1 << l)) === 0 || amounts[l] === line.quantity)
    return inSet.some((amount) => amount > 0) && !whole
  }) === true

function bestTakes(problem: Problem, digits: Digits, takes: Take[][]): Assignment[] {
  const cost = new Float64Array(digits.states).fill(Number.POSITIVE_INFINITY)
  const handOver = new Float64Array(digits.states)
  cost[0] = 0
  const digitOf = Array.from({ length: digits.states }, (_, state) =>
    digits.top.map((top, at) => Math.floor(state / (digits.stride[at] ?? 1)) % (top + 1)),
  )
  const chosen = takes.map((ofNode) => {
    const choice = new Int32Array(digits.states).fill(-1)
    // Downwards, so that what a state is reached from has not used this node yet.
    for (let state = digits.states - 1; state > 0; state--) {
      const reached = digitOf[state] ?? []
      ofNode.forEach((take, index) => {
        if (take.state > state || take.digits.some((digit, at) => digit > (reached[at] ?? 0))) return
        const total = take.cost + (cost[state - take.state] ?? 0)
        const best = cost[state] ?? 0
        const last = Math.max(take.handOver, handOver[state - take.state] ?? 0)
        if (total > best || (total === best && last >= (handOver[state] ?? 0))) return
        cost[state] = total
        handOver[state] = last
        choice[state] = index
      })
    }
    return choice
  })
  let state = bestState(problem, digitOf, cost, handOver)
  const assignments: Assignment[] = []
  for (let node = takes.length - 1; node >= 0; node--) {
    const take = takes[node]?.[chosen[node]?.[state] ?? -1]
    if (take === undefined) continue
    assignments.push(...take.assignments)
    state -= take.state
  }
  return assignments
}

/** The state with most units served, then least cost, then earliest complete. */
function bestState(problem: Problem, digitOf: number[][], cost: Float64Array, handOver: Float64Array): number {
  let best = { state: 0, units: 0 }
  const wanted = problem.lines.reduce((sum, line) => sum + line.quantity, 0)
  digitOf.forEach((digits, state) => {
    if (cost[state] === Number.POSITIVE_INFINITY) return
    const units = problem.lines.reduce(
      (sum, line, at) => sum + (digits[at] ?? 0) * (line.splittable ? 1 : line.quantity),
      0,
    )
    const cheaper = (cost[state] ?? 0) - (cost[best.state] ?? 0) || (handOver[state] ?? 0) - (handOver[best.state] ?? 0)
    if (units > best.units || (units === best.units && cheaper < 0)) best = { state, units }
  })
  return problem.completeOrNothing && best.units < wanted ? 0 : best.state
}
