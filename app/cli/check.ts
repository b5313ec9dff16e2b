import { checkInvariants, type Checked } from '#store/check.ts'
import type { Database } from '#store/database.ts'
import type { Repair } from '#store/repair-stock.ts'
import { repairEverything } from '#store/repair.ts'
import { unitOfWork } from '#store/unit.ts'
import { systemClock } from '../clock.ts'
import { createIdSource } from '../ids.ts'
import type { Command } from './command.ts'
import { withDatabase } from './with-database.ts'

export const check: Command = {
  name: 'check',
  summary:
    'Check every promise about orders and stock over the whole database; with --repair, mend what can be mended.',
  usage: 'check [--repair] [--json]',
  options: { repair: { type: 'boolean' }, json: { type: 'boolean' } },
  examples: ['crossdock check', 'crossdock check --json', 'crossdock check --repair'],
  run: ({ values, settings, print }) => {
    const json = values['json'] === true
    return withDatabase(settings, (db) => (values['repair'] === true ? repair(db, json, print) : look(db, json, print)))
  },
}

type Print = (line: string) => void

async function look(db: Database, json: boolean, print: Print): Promise<number> {
  const results = await checkInvariants(db, systemClock.now())
  const ok = results.every((each) => each.violations.length === 0)
  if (json) print(JSON.stringify({ ok, results }))
  else {
    printResults(results, print)
    if (!ok) print('crossdock check --repair mends what can be mended, and says what it did.')
  }
  return ok ? 0 : 1
}

/** Each repair is told as it is made; then everything is checked again. */
async function repair(db: Database, json: boolean, print: Print): Promise<number> {
  const ids = createIdSource(() => Date.now())
  const run = { id: ids.next('rep'), actor: 'crossdock check', now: systemClock.now, newId: ids.next }
  const done = await repairEverything(
    db,
    unitOfWork(db, () => undefined),
    run,
    json ? undefined : (each) => print(describeRepair(each)),
  )
  const ok = done.results.every((each) => each.violations.length === 0)
  if (json) print(JSON.stringify({ ok, ...done }))
  else {
    for (const { subject, reason } of done.refused) print(`left alone  ${subject}: ${reason}`)
    print(`${done.repairs.length} repairs (run ${done.run}). Checked again:`)
    printResults(done.results, print)
  }
  return ok ? 0 : 1
}

const describeRepair = ({ invariant, subject, before, after }: Repair): string =>
  `repaired  ${invariant} ${subject}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`

function printResults(results: readonly Checked[], print: Print): void {
  for (const { promise, violations } of results) {
    print(`${violations.length === 0 ? 'holds ' : 'BROKEN'}  ${promise}`)
    for (const violation of violations) print(`        ${violation.subject}: ${violation.problem}`)
  }
}
