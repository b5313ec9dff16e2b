/**
 * The slow truth for tests: tries every way to serve an order, and shares no code with the router's filters, costs or
 * solvers. Small orders only.
 */
import type { Node } from '../model/node.ts'
import { epochMsOf } from '../model/time.ts'
import { nextHandOver } from './handover.ts'
import type { RoutingPolicy } from './policy.ts'
import type { RouteLine, RouteRequest } from './request.ts'

export type Stock = Record<string, Record<string, number>>
/** Compared in this order: more units served, then fewer packages (0 where the policy looks at money only), then less money. */
export type Score = { units: number; packages: number; costMinor: number }

type Given = { node: Node; line: RouteLine; quantity: number }

/** `promises` are the lines as they were asked for, when `request` narrows them to ask for something else. */
export function bestScore(
  request: RouteRequest,
  nodes: Node[],
  stock: Stock,
  policy: RoutingPolicy,
  promises: readonly RouteLine[] = request.lines,
): Score {
  const options = request.lines.map((line, index) => {
    const latestMs = latestOf(promises[index] ?? line, request, nodes, stock, policy)
    return waysToServe(line, request, nodes, stock, policy, latestMs)
  })
  let best: Score = { units: 0, packages: 0, costMinor: 0 }
  const tryLine = (index: number, given: Given[]): void => {
    const ways = options[index]
    if (ways !== undefined) {
      for (const way of ways) tryLine(index + 1, [...given, ...way])
      return
    }
    const score = scoreOf(request, given, stock, policy)
    if (score !== undefined && isBetter(score, best)) best = score
  }
  tryLine(0, [])
  return best
}

function waysToServe(
  line: RouteLine,
  request: RouteRequest,
  nodes: Node[],
  stock: Stock,
  policy: RoutingPolicy,
  latestMs: number,
): Given[][] {
  const able = nodes.filter(
    (node) =>
      isAble(node, line, request) && (stock[node.id]?.[line.sku] ?? 0) > 0 && handsOverMs(node, request) <= latestMs,
  )
  const has = (node: Node): number => stock[node.id]?.[line.sku] ?? 0
  const whole = able.filter((node) => has(node) >= line.quantity)
  if (whole.length > 0 || !policy.allowSplit || !policy.allowLineSplit) {
    return [[], ...whole.map((node) => [{ node, line, quantity: line.quantity }])]
  }
  let ways: Given[][] = [[]]
  for (const node of able) {
    ways = ways.flatMap((way) => {
      const left = line.quantity - way.reduce((sum, each) => sum + each.quantity, 0)
      const parts = Array.from({ length: Math.min(left, has(node)) }, (_, part) => [
        ...way,
        { node, line, quantity: part + 1 },
      ])
      return [way, ...parts]
    })
  }
  return ways
}

function isAble(node: Node, line: RouteLine, request: RouteRequest): boolean {
  if (!node.enabled || serviceOf(node, line) === undefined || node.costs.currency !== request.currency) return false
  if (line.nodeId !== undefined && line.nodeId !== node.id) return false
  if (line.excludedNodeIds.includes(node.id)) return false
  return handsOverMs(node, request) < Infinity
}

const handsOverMs = (node: Node, request: RouteRequest): number =>
  nextHandOver(node.calendar, node.processingDays, epochMsOf(request.decidedAt))?.atMs ?? Infinity

/** The promise where somebody can keep it with the whole line; else the first moment by which all that can be had is there. */
function latestOf(line: RouteLine, request: RouteRequest, nodes: Node[], stock: Stock, policy: RoutingPolicy): number {
  if (line.promisedBy === undefined) return Infinity
  const promisedMs = epochMsOf(line.promisedBy)
  const offers = nodes
    .filter((node) => isAble(node, line, request))
    .map((node) => ({ atMs: handsOverMs(node, request), units: Math.max(0, stock[node.id]?.[line.sku] ?? 0) }))
  const mayBeSplit = policy.allowSplit && policy.allowLineSplit
  const unitsBy = (ms: number): number => {
    const inTime = offers.filter((each) => each.atMs <= ms).map((each) => each.units)
    return mayBeSplit ? inTime.reduce((sum, units) => sum + units, 0) : Math.max(0, ...inTime)
  }
  if (unitsBy(promisedMs) >= line.quantity) return promisedMs
  const whole = offers.filter((each) => each.units >= line.quantity).map((each) => each.atMs)
  if (whole.length > 0) return Math.min(...whole)
  const enough = Math.min(line.quantity, unitsBy(Infinity))
  return Math.min(...offers.filter((each) => each.units > 0 && unitsBy(each.atMs) >= enough).map((each) => each.atMs))
}

function serviceOf(node: Node, line: RouteLine): string | undefined {
  if (line.method === 'ship' && node.kind === 'supplier' && node.capabilities.includes('dropShip')) return 'dropShip'
  return node.capabilities.includes(line.method) ? line.method : undefined
}

function scoreOf(request: RouteRequest, given: Given[], stock: Stock, policy: RoutingPolicy): Score | undefined {
  const packages = new Map<string, { node: Node; service: string; units: number }>()
  const taken = new Map<string, number>()
  for (const { node, line, quantity } of given) {
    const service = serviceOf(node, line) ?? ''
    const key = `${node.id} ${service}`
    packages.set(key, { node, service, units: (packages.get(key)?.units ?? 0) + quantity })
    const sum = (taken.get(`${node.id} ${line.sku}`) ?? 0) + quantity
    taken.set(`${node.id} ${line.sku}`, sum)
    if (sum > (stock[node.id]?.[line.sku] ?? 0)) return undefined
  }
  if (packages.size > (policy.allowSplit ? (policy.maxPackages ?? Infinity) : 1)) return undefined
  const units = given.reduce((sum, each) => sum + each.quantity, 0)
  const asked = request.lines.reduce((sum, line) => sum + line.quantity, 0)
  if ((policy.shipComplete || !policy.allowSplit) && units < asked) return undefined
  const costMinor = [...packages.values()].reduce((sum, each) => sum + costOf(each, request), 0)
  return { units, packages: policy.objective === 'fewestPackages' ? packages.size : 0, costMinor }
}

function costOf(
  { node, service, units }: { node: Node; service: string; units: number },
  request: RouteRequest,
): number {
  const distance = service === 'pickup' ? 0 : node.costs.per100KmMinor * Math.ceil(haversineKm(node, request) / 100)
  return node.costs.packageFixedMinor + node.costs.perUnitMinor * units + distance
}

function haversineKm(node: Node, request: RouteRequest): number {
  const to = request.destination?.position
  if (node.position === undefined || to === undefined) return 0
  const radians = (degrees: number): number => (degrees * Math.PI) / 180
  const half = (a: number, b: number): number => Math.sin(radians(b - a) / 2) ** 2
  const cosines = Math.cos(radians(node.position.latitude)) * Math.cos(radians(to.latitude))
  const h = half(node.position.latitude, to.latitude) + cosines * half(node.position.longitude, to.longitude)
  return 2 * 6371 * Math.asin(Math.sqrt(h))
}

export function isBetter(a: Score, b: Score): boolean {
  if (a.units !== b.units) return a.units > b.units
  return a.packages === b.packages ? a.costMinor < b.costMinor : a.packages < b.packages
}
