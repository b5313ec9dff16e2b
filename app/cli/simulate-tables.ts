/** The reports of `crossdock simulate` as text. */
import type { OrderDifference, PolicyReport } from '#core/routing/simulation/report.ts'
import type { Scenario } from '#core/routing/simulation/scenario.ts'

/** More differences than this are counted, not listed; `--json` has them all. */
const SHOWN = 20

export function describeReports(reports: readonly PolicyReport[]): string[] {
  const nodes = reports[0]?.nodes.map((each) => each.node) ?? []
  return [
    '',
    ...aligned([
      ['policy', 'cost', '÷ bound', 'packages/order', 'split', 'unfilled', 'µs p50', 'µs p99', 'refresh s'],
      ...reports.map((each) => [
        each.policy,
        Math.round(each.cost).toLocaleString('en'),
        each.ratio === null ? '-' : each.ratio.toFixed(4),
        each.packagesPerOrder.toFixed(3),
        String(each.splitOrders),
        String(each.unfilledOrders),
        each.decisionMicrosP50.toFixed(1),
        each.decisionMicrosP99.toFixed(1),
        each.refreshes === 0 ? '-' : each.refreshSeconds.toFixed(1),
      ]),
    ]),
    ...(nodes.length > MAX_NODE_COLUMNS
      ? []
      : [
          '',
          ...aligned([
            ['packages from', ...nodes],
            ...reports.map((each) => [each.policy, ...each.nodes.map((node) => String(node.packages))]),
          ]),
        ]),
    '',
  ]
}

const MAX_NODE_COLUMNS = 12

export function describeDifferences(
  [a, b]: readonly [string, string],
  found: readonly OrderDifference[],
  scenario: Pick<Scenario, 'orders'>,
): string[] {
  const sum = found.reduce((all, { costs }) => all + costs[1] - costs[0], 0)
  const dearest = found.toSorted((x, y) => Math.abs(y.costs[1] - y.costs[0]) - Math.abs(x.costs[1] - x.costs[0]))
  return [
    `${a} and ${b} differ in ${found.length} of ${scenario.orders.length} orders; ${b} costs ${signed(sum)} on them.`,
    ...(found.length > 0 ? ['The largest differences:'] : []),
    ...dearest.slice(0, SHOWN).map((each) => `  ${describeDifference(each)}`),
    ...(found.length > SHOWN ? [`  and ${found.length - SHOWN} more; --json lists them all`] : []),
  ]
}

function describeDifference({ order, destination, lines, costs }: OrderDifference): string {
  const way = (side: 0 | 1): string => lines.map(({ sku, nodes }) => `${sku} ${nodes[side] ?? 'nobody'}`).join(', ')
  return `order ${order} to ${destination}: ${way(0)} (${costs[0]}) | ${way(1)} (${costs[1]}): ${signed(costs[1] - costs[0])}`
}

const signed = (value: number): string => `${value > 0 ? '+' : ''}${Math.round(value).toLocaleString('en')}`

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
}
