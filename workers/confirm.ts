/** A person says that a parked instruction did arrive: what follows from "sent" follows now. */
import { Fault } from '#core/fault.ts'
import { loadInstructions } from '#store/instructions.ts'
import { resolveCases } from '#store/quarantine.ts'
import { settle } from './settle.ts'
import type { World } from './world.ts'

/** Throws a `data` fault when there is no such instruction or nothing about it is in doubt. */
export async function confirmInstruction(world: World, id: string, reference: string | undefined): Promise<void> {
  const [row] = await loadInstructions(world.db, [id])
  const connection = row === undefined ? undefined : (await world.master.fresh()).connections.get(row.connectionId)
  if (row === undefined || connection === undefined)
    throw new Fault('data', { code: 'instruction.unknown', message: `there is no instruction ${id}` })
  if (row.state !== 'parked' && row.state !== 'unknown') {
    throw new Fault('data', {
      code: 'instruction.not-in-doubt',
      message: `the instruction is ${row.state}; only a parked or unknown one can be confirmed`,
    })
  }
  await settle(world, connection, [
    { row, found: { kind: 'present', ...(reference === undefined ? {} : { reference }) }, lookupsLeft: true },
  ])
  await world.commit((unit) => resolveCases(unit, 'outcomeUnknown', [id], 'confirmed by a person', world.clock.now()))
}
