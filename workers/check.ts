/** Checks the invariants piece by piece while the hub runs: what is broken becomes an exception case, and its cure resolves it. */
import { type CheckedSlice, checkSlice } from '#store/checker.ts'
import { openCases, resolveCases } from '#store/quarantine.ts'
import type { Unit } from '#store/unit.ts'
import type { World } from './world.ts'

export async function handleCheck(world: World): Promise<void> {
  for (const by of ['SKU', 'order'] as const) {
    const { opened } = await world.commit(async (unit) => {
      const slice = await checkSlice(unit, by, world.clock.now())
      await tellOf(unit, world, slice)
      return slice
    })
    for (const each of opened) world.log.error('an invariant is broken', each)
  }
}

const caseSubject = (of: { invariant: string; subject: string }): string => `${of.invariant}: ${of.subject}`

async function tellOf(unit: Unit, world: World, { opened, cured }: CheckedSlice): Promise<void> {
  const now = world.clock.now()
  await openCases(
    unit,
    opened.map((each) => ({
      id: world.ids.next('exc'),
      kind: 'invariantBroken' as const,
      subject: caseSubject(each),
      detail: each.problem,
      cure: 'Run crossdock check --repair. If it comes back, or cannot be repaired, the change that caused it is a bug: report it.',
      owner: 'operator' as const,
    })),
    now,
  )
  await resolveCases(unit, 'invariantBroken', cured.map(caseSubject), 'the invariant holds again', now)
}
