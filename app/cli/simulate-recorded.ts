/** Reads what a hub has recorded as a scenario. The database is only read. */
import { plusMs } from '#core/model/time.ts'
import { DEFAULT_ROUTING_POLICY } from '#core/routing/policy.ts'
import { type Recorded, recordedScenario } from '#core/routing/simulation/recorded.ts'
import { recordedOrders, unitsClaimed } from '#store/demand.ts'
import { loadMasterData } from '#store/master-data.ts'
import { loadPositions } from '#store/stock.ts'
import { systemClock } from '../clock.ts'
import type { Settings } from '../settings.ts'
import { UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

const DAY_MS = 24 * 60 * 60_000
const MAX_ORDERS = 200_000

/** The first half of the last `days` is history, the second is played. */
export function recordedScenarioFile(settings: Settings, days: number): Promise<Recorded> {
  return withDatabase(settings, async (db) => {
    const at = systemClock.now()
    const middle = plusMs(at, Math.round((-days * DAY_MS) / 2))
    const recorded = (await recordedOrders(db, plusMs(at, -days * DAY_MS), MAX_ORDERS)).reverse()
    const orders = recorded.filter((order) => order.placedAt >= middle)
    if (orders.length === 0)
      throw new UsageError(
        `no order was placed in the last ${days / 2} days: name more with --days, or a file with --scenario`,
      )
    const { nodes } = await loadMasterData(db)
    const currency = nodes[0]?.costs.currency
    if (currency === undefined || nodes.some((node) => node.costs.currency !== currency))
      throw new UsageError('the nodes’ costs are in several currencies (or there is no node): they cannot be compared')
    const skus = new Set(recorded.flatMap((order) => order.lines.map((line) => line.sku)))
    const left = await loadPositions(db, [...skus])
    return recordedScenario({
      name: `recorded orders of ${days / 2} days`,
      nodes,
      currency,
      policy: DEFAULT_ROUTING_POLICY,
      at,
      history: recorded.filter((order) => order.placedAt < middle),
      orders,
      stock: [
        ...left.map(({ sku, nodeId, available }) => ({ sku, nodeId, units: available })),
        ...(await unitsClaimed(db, middle)),
      ],
    })
  })
}
