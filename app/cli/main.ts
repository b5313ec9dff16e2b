/** The command line: `crossdock <command>`. Errors say what to do next; a caller's mistake is exit code 2, a failure 1. */
import { DataFolderInUse } from '#store/lock.ts'
import { failureMessage } from '../failure.ts'
import { readSettings, SettingsError } from '../settings.ts'
import { helpOf, readArguments, UsageError, type Command } from './command.ts'

/** Each is loaded when it is called: a start of the hub need not wait for what it does not use. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  start: async () => (await import('./start.ts')).start,
  migrate: async () => (await import('./migrate.ts')).migrateCommand,
  apply: async () => (await import('./apply.ts')).apply,
  keys: async () => (await import('./keys.ts')).keys,
  connection: async () => (await import('./connection.ts')).connection,
  connector: async () => (await import('./connector.ts')).connector,
  check: async () => (await import('./check.ts')).check,
  worklist: async () => (await import('./worklist.ts')).worklist,
  audit: async () => (await import('./audit.ts')).audit,
  reconcile: async () => (await import('./reconcile.ts')).reconcile,
  quarantine: async () => (await import('./quarantine.ts')).quarantine,
  feeds: async () => (await import('./feeds.ts')).feeds,
  explain: async () => (await import('./explain.ts')).explain,
  events: async () => (await import('./events.ts')).events,
  export: async () => (await import('./export.ts')).exportCommand,
  order: async () => (await import('./order.ts')).order,
  erase: async () => (await import('./erase.ts')).erase,
  'order-policy': async () => (await import('./order-policy.ts')).orderPolicy,
  'stock-policy': async () => (await import('./stock-policy.ts')).stockPolicy,
  returns: async () => (await import('./returns.ts')).returns,
  'return-policy': async () => (await import('./return-policy.ts')).returnPolicy,
  edi: async () => (await import('./edi.ts')).edi,
  map: async () => (await import('./map.ts')).map,
  policy: async () => (await import('./policy.ts')).policy,
  promise: async () => (await import('./promise.ts')).promise,
  routing: async () => (await import('./routing.ts')).routing,
  simulate: async () => (await import('./simulate.ts')).simulate,
}

async function overview(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  const width = Math.max(...commands.map((command) => command.name.length))
  return [
    'Crossdock: a Distributed Order Management hub.',
    '',
    'usage: crossdock <command> [options]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'environment: DATABASE_URL, REDIS_URL, CROSSDOCK_CONFIG, CROSSDOCK_DATA, HOST, PORT, CROSSDOCK_LOG (docs/operations.md)',
    'Each command explains itself with --help.',
  ].join('\n')
}

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${await overview()}\n`)
    return name === undefined ? 2 : 0
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (load === undefined)
    throw new UsageError(`there is no command "${name}". Run crossdock --help for those there are.`)
  const command = await load()
  const { positionals, values } = readArguments(command, rest)
  if (values['help'] === true) {
    process.stdout.write(`${helpOf(command)}\n`)
    return 0
  }
  return command.run({
    positionals,
    values,
    settings: readSettings(process.env),
    print: (line) => void process.stdout.write(`${line}\n`),
  })
}

const isCallersMistake = (error: unknown): boolean =>
  error instanceof UsageError || error instanceof SettingsError || error instanceof DataFolderInUse

// `crossdock … | head` closes the pipe early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`crossdock: ${failureMessage(error)}\n`)
  if (!isCallersMistake(error) && process.env['CROSSDOCK_LOG'] === 'debug' && error instanceof Error)
    process.stderr.write(`${error.stack ?? ''}\n`)
  process.exitCode = isCallersMistake(error) ? 2 : 1
}
