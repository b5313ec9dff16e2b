import { readFileSync } from 'node:fs'
import { ReturnPolicy } from '#core/model/return-policy.ts'
import { activateReturnPolicy, activeReturnPolicy } from '#store/return-policy.ts'
import { unitOfWork } from '#store/unit.ts'
import { systemClock } from '../clock.ts'
import { SettingsError } from '../settings.ts'
import { type Command, UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

export const returnPolicy: Command = {
  name: 'return-policy',
  summary: 'Show the return policy, or check and activate another.',
  usage: 'return-policy show | check <file> | activate <file>',
  options: {},
  examples: ['crossdock return-policy show', 'crossdock return-policy activate returns.json'],
  run: async ({ positionals, settings, print }) => {
    const [action, file] = positionals
    if (action === 'show')
      return withDatabase(settings, async (db) => {
        print(JSON.stringify(await activeReturnPolicy(db), null, 2))
        return 0
      })
    if (action !== 'check' && action !== 'activate') throw new UsageError('say what to do: show, check or activate')
    if (file === undefined)
      throw new UsageError(`name the policy's file: crossdock return-policy ${action} returns.json`)
    const policy = readPolicy(file)
    if (action === 'check') {
      print(
        `Version ${policy.version}: ${policy.rules.length} rules, ${policy.dispositions.length} dispositions, ${policy.nodes.length} nodes.`,
      )
      return 0
    }
    return withDatabase(settings, async (db) => {
      const commit = unitOfWork(db, () => undefined)
      const done = await commit((unit) => activateReturnPolicy(unit, policy, 'command line', systemClock.now()))
      const told = {
        activated: `Version ${policy.version} holds from now on. Returns that were asked for keep their terms.`,
        known: `Version ${policy.version} is known already. Give changed rules a new version.`,
        taken: `Version ${policy.version} holds other rules. Give these a new version.`,
      }
      print(told[done])
      return done === 'taken' ? 1 : 0
    })
  },
}

function readPolicy(file: string): ReturnPolicy {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new SettingsError(`${file} cannot be read: ${error instanceof Error ? error.message : 'it is not JSON'}`)
  }
  const read = ReturnPolicy.safeParse(value)
  if (read.success) return read.data
  throw new SettingsError(
    read.error.issues.map((issue) => `${file}: ${issue.path.join('.')}: ${issue.message}`).join('\n'),
  )
}
