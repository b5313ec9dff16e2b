/**
 * One plan for an order under one policy, every package straight to where the customer gets it: filters rule candidates out
 * (servable.ts, eligibility.ts), the rest become a problem in numbers (build-problem.ts), a solver finds the best plan (solve.ts), and
 * the plan is written down with a verdict for every node and line (verdicts.ts).
 */
import { buildProblem } from './build-problem.ts'
import { differences } from './criteria.ts'
import type { Scales } from './criteria.ts'
import { contextOf } from './order-context.ts'
import type { OrderContext } from './order-context.ts'
import { packagesOf } from './planned-packages.ts'
import { completeOrNothing } from './policy.ts'
import type { RoutingPolicy } from './policy.ts'
import { nothing } from './problem.ts'
import type { Problem, Solution } from './problem.ts'
import type { RouteRequest } from './request.ts'
import type { PlanHooks, RoutingPlan } from './routing-plan.ts'
import { runnerUpOf } from './runner-up.ts'
import type { ServableLine } from './servable-line.ts'
import { servableLines } from './servable.ts'
import type { CandidateTable } from './servable.ts'
import type { StockSnapshot } from './snapshot.ts'
import { solve } from './solve.ts'
import { unservedOf } from './unserved.ts'
import type { Unserved } from './unserved.ts'
import type { VerdictTable } from './verdicts.ts'
import { extraTable, markChosen, writeUnitsLeft } from './write-verdicts.ts'

export function planDirectly(
  request: RouteRequest,
  snapshot: StockSnapshot,
  policy: RoutingPolicy,
  hooks: PlanHooks,
): RoutingPlan {
  const { nodes } = snapshot
  const places = request.lines.length * nodes.list.length
  const buffer = new ArrayBuffer(5 * places)
  // One buffer for both: it costs more to allocate than to fill.
  const table: CandidateTable = {
    available: new Int32Array(buffer, 0, places),
    codes: new Uint8Array(buffer, 4 * places, places),
  }
  const context = contextOf(request, snapshot, policy, hooks.context)
  const lines = servableLines(context, table)
  const { problem, scales } = buildProblem(context, lines, table.codes, hooks.opportunity)
  const incomplete = completeOrNothing(policy) && lines.length < request.lines.length
  const solution = incomplete ? nothing('exact') : solve(problem)
  const packages = packagesOf(context, lines, problem, solution.assignments, hooks.opportunity)
  const unserved = unservedOf(request, table.codes, packages, problem, lines)
  const costMinor = packages.reduce((sum, each) => sum + each.costMinor, 0)
  const runnerUp = runnerUpOf(request, nodes, problem, lines, solution, scales, costMinor)
  const verdicts = verdictsOf(context, table, problem, lines, solution, unserved, scales)
  return {
    orderId: request.orderId,
    decidedAt: request.decidedAt,
    policyVersion: policy.version,
    ...(policy.rule === undefined ? {} : { policyRule: policy.rule }),
    currency: request.currency,
    packages,
    unserved,
    costMinor,
    optimality: solution.optimality,
    ...(solution.gap === undefined ? {} : { gapMinor: Math.max(0, Math.ceil(differences(scales, solution.gap).cost)) }),
    ...(runnerUp === undefined ? {} : { runnerUp }),
    verdicts,
  }
}

function verdictsOf(
  context: OrderContext,
  { codes, available }: CandidateTable,
  problem: Problem,
  lines: readonly ServableLine[],
  solution: Solution,
  unserved: Unserved,
  scales: Scales,
): VerdictTable {
  const { nodes, request } = context
  const { extraCosts } = solution
  const verdicts: VerdictTable = {
    context,
    lines: request.lines,
    nodes,
    codes,
    sellable: available,
    available: unserved.length > 0 ? available.slice() : available,
    passedOver: request.lines.map((line) => unserved.find((each) => each.lineNo === line.lineNo)?.reason ?? 'dearer'),
    extra: extraCosts && extraTable(nodes, request.lines.length, problem, lines, extraCosts, scales),
  }
  markChosen(codes, nodes.list.length, problem, lines, solution)
  if (unserved.length > 0) writeUnitsLeft(verdicts, problem, lines, solution)
  return verdicts
}
