/** What follows from a count: positions that lack claimed units get a case, covered ones lose it, and those who waited for the units get them. */
import type { Instant } from '#core/model/time.ts'
import { openCases, positionSubject, resolveShortCases } from '#store/quarantine.ts'
import type { FeedResult } from '#store/stock-feed.ts'
import type { Unit } from '#store/unit.ts'
import { stockRose } from './stock-rose.ts'
import type { World } from './world.ts'

export async function followCount(
  unit: Unit,
  world: World,
  result: Pick<FeedResult, 'risen' | 'short' | 'covered'>,
  now: Instant,
): Promise<void> {
  await openCases(
    unit,
    result.short.map((each) => ({
      id: world.ids.next('exc'),
      kind: 'stockShort' as const,
      subject: positionSubject(each),
      detail: `${each.shortfall} units of ${each.sku} are claimed at ${each.nodeId} but were not counted there`,
      cure: 'Ask the node to count again; if they are gone, reject the units so that they are routed elsewhere.',
      owner: 'operator' as const,
    })),
    now,
  )
  await resolveShortCases(unit, result.covered, 'the units were counted', now)
  await stockRose(unit, world, result.risen, now)
}
