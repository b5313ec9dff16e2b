/** Two weeks of orders over two warehouses and six cheaper stores that send few packages a day, and two weeks before them to learn from. */
import { Node } from '#core/model/node.ts'
import type { Instant } from '#core/model/time.ts'
import { epochMsOf } from '#core/model/time.ts'
import type { RecordedOrder } from '#core/routing/prices/demand-groups.ts'
import type { KnownPosition } from '#core/routing/snapshot.ts'
import { type Random, randomFrom } from '../cover/instances.ts'

export const DAYS = 14
export const ORDERS_A_DAY = 100
const STORES = 6
const SKUS = 20
/** Stock is no limit here: places are. */
const PLENTY = 100_000
export const BEGINS_MS = epochMsOf('2026-11-02T00:00:00.000Z' as Instant)

type Placed = Required<Pick<RecordedOrder, 'position'>> & RecordedOrder

export type Fortnight = { nodes: Node[]; positions: KnownPosition[]; history: Placed[]; days: Placed[][] }

export function fortnight(seed: number): Fortnight {
  const random = randomFrom(seed)
  const stores = Array.from({ length: STORES }, (_, index) =>
    nodeOf(`store-${index}`, [43 + random() * 8, random() * 8], 400, 150, { packagesPerDay: 8, backlogDays: 0 }),
  )
  const nodes = [nodeOf('east', [50, 5], 700, 100), nodeOf('west', [45, 3], 650, 100), ...stores]
  const positions = nodes.flatMap((node) =>
    Array.from({ length: SKUS }, (_, sku) => `sku-${sku}`)
      .filter(() => node.kind === 'warehouse' || random() < 0.6)
      .map((sku) => positionOf(sku, node.id)),
  )
  const orders = (count: number): Placed[] => Array.from({ length: count }, () => orderOf(random))
  const history = orders(DAYS * ORDERS_A_DAY)
  return { nodes, positions, history, days: Array.from({ length: DAYS }, () => orders(ORDERS_A_DAY)) }
}

/** One to three SKUs, some far more often than others, to the middle of one of 64 cells. */
function orderOf(random: Random): Placed {
  const skus = Array.from({ length: 1 + Math.floor(random() * 3) }, () => Math.floor(random() * random() * SKUS))
  const [latitude, longitude] = [43.5 + Math.floor(random() * 8), 0.5 + Math.floor(random() * 8)]
  return {
    country: 'FR',
    position: { latitude, longitude },
    lines: [...new Set(skus)].map((sku) => ({ sku: `sku-${sku}`, quantity: 1 })),
  }
}

function nodeOf(
  id: string,
  [latitude, longitude]: [number, number],
  packageFixedMinor: number,
  per100KmMinor: number,
  capacity?: Node['capacity'],
): Node {
  const hours = { open: '09:00', close: '18:00', cutOff: '15:00' }
  return Node.parse({
    id,
    name: id,
    kind: capacity === undefined ? 'warehouse' : 'store',
    capabilities: ['ship'],
    position: { latitude, longitude },
    calendar: {
      timeZone: 'UTC',
      week: { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: hours },
    },
    costs: { currency: 'EUR', packageFixedMinor, per100KmMinor },
    ...(capacity === undefined ? {} : { capacity }),
  })
}

const positionOf = (sku: string, nodeId: string): KnownPosition =>
  ({
    sku,
    nodeId,
    available: PLENTY,
    reserved: 0,
    allocated: 0,
    picked: 0,
    damaged: 0,
    qualityControl: 0,
    shortfall: 0,
    safetyStock: 0,
  }) as unknown as KnownPosition
