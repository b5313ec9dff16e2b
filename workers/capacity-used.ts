/** What limited nodes have taken on, as routing and prices ask for it. */
import type { Instant } from '#core/model/time.ts'
import { plusMs } from '#core/model/time.ts'
import type { CapacityUsed } from '#core/routing/capacity.ts'
import type { PreparedNodes } from '#core/routing/prepared-nodes.ts'
import { loadCapacityUsed } from '#store/capacity.ts'
import type { Database } from '#store/database.ts'

const DAY_MS = 86_400_000

export async function capacityOf(db: Database, nodes: PreparedNodes, now: Instant): Promise<CapacityUsed> {
  if (!nodes.someLimited) return () => 0
  const limited = nodes.list.filter((node) => node.capacity !== undefined).map((node) => node.id)
  // A day early: a node's own day may not have begun where the clock is.
  const used = await loadCapacityUsed(db, limited, plusMs(now, -DAY_MS).slice(0, 10))
  return (slot) => used.get(slot) ?? 0
}
