/** Units have become free: those who waited for exactly these SKUs get them or are decided again, in the same commit. */
import type { Instant } from '#core/model/time.ts'
import { wakeParkedOrders } from '#store/orders.ts'
import { resolveCases } from '#store/quarantine.ts'
import { lockAsRise } from '#store/rises.ts'
import type { Unit } from '#store/unit.ts'
import { releaseBackorders } from './release-backorders.ts'
import type { World } from './world.ts'

/**
 * Backorders come first: they were there before. What is left wakes parked orders, which routing decides again. The stock must have been
 * raised by then; who begins to wait at this moment sees it, or is seen here.
 */
export async function stockRose(unit: Unit, world: World, skus: readonly string[], now: Instant): Promise<void> {
  const risen = [...new Set(skus)]
  if (risen.length === 0) return
  await lockAsRise(unit)
  const released = await releaseBackorders(unit, world, risen, now)
  const woken = await wakeParkedOrders(unit, withKitsOf(world, risen), now)
  await resolveCases(unit, 'unroutable', woken, 'stock came in; the order is routed again', now)
  unit.enqueue('route', [...new Set([...released, ...woken])])
}

/** A component that came in may complete a kit. */
function withKitsOf(world: World, skus: readonly string[]): string[] {
  const { kits } = world.master.current()
  if (kits.size === 0) return [...skus]
  const risen = new Set(skus)
  const completed = [...kits].flatMap(([kit, parts]) => (parts.some((part) => risen.has(part.sku)) ? [kit] : []))
  return [...skus, ...completed]
}
