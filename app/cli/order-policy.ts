import { readFileSync } from 'node:fs'
import { OrderPolicy } from '#core/model/order-policy.ts'
import { activateOrderPolicy, activeOrderPolicy } from '#store/order-policy.ts'
import { systemClock } from '../clock.ts'
import { SettingsError } from '../settings.ts'
import { type Command, UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

export const orderPolicy: Command = {
  name: 'order-policy',
  summary: 'Show or activate the order policy: which orders are held, and their grace periods.',
  usage: 'order-policy show | activate <file>',
  options: {},
  examples: ['crossdock order-policy show', 'crossdock order-policy activate orders.json'],
  run: async ({ positionals, settings, print }) => {
    const [action, file] = positionals
    if (action === 'show')
      return withDatabase(settings, async (db) => {
        print(JSON.stringify(await activeOrderPolicy(db), null, 2))
        return 0
      })
    if (action !== 'activate') throw new UsageError('say what to do: show or activate')
    if (file === undefined) throw new UsageError("name the policy's file: crossdock order-policy activate orders.json")
    const policy = readPolicy(file)
    return withDatabase(settings, async (db) => {
      const done = await db.transaction((tx) => activateOrderPolicy(tx, policy, 'command line', systemClock.now()))
      const told = {
        activated: `Version ${policy.version} holds from now on.`,
        known: `Version ${policy.version} is known already. Give changed rules a new version.`,
        taken: `Version ${policy.version} holds other rules. Give these a new version.`,
      }
      print(told[done.kind])
      return done.kind === 'activated' || (done.kind === 'known' && done.active) ? 0 : 1
    })
  },
}

function readPolicy(file: string): OrderPolicy {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new SettingsError(`${file} cannot be read: ${error instanceof Error ? error.message : 'it is not JSON'}`)
  }
  const read = OrderPolicy.safeParse(value)
  if (read.success) return read.data
  throw new SettingsError(
    read.error.issues.map((issue) => `${file}: ${issue.path.join('.')}: ${issue.message}`).join('\n'),
  )
}
