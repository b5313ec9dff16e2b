import { PolicyBook } from '#core/routing/policy-book.ts'
import { type Finding, lintPolicy, type LintNetwork } from '#core/routing/policy-lint.ts'
import type { Database } from '#store/database.ts'
import { loadMasterData } from '#store/master-data.ts'
import { activatePolicy, insertPolicy, listPolicies, loadPolicy } from '#store/policies.ts'
import { readFileSync } from 'node:fs'
import { systemClock } from '../clock.ts'
import { readNetworkFile } from '../network-file.ts'
import { type Call, type Command, text, UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

const ACTIONS = ['lint', 'activate', 'list', 'show'] as const

export const policy: Command = {
  name: 'policy',
  summary: 'Check, activate, list or show routing policies.',
  usage: 'policy lint <file> [--network <file>] | activate <file or version> | list | show <version>  [--json]',
  options: { json: { type: 'boolean' }, network: { type: 'string' } },
  examples: [
    'crossdock policy lint docs/examples/policy.json --network docs/examples/network.json',
    'crossdock policy activate docs/examples/policy.json',
    'crossdock policy activate spring@1',
    'crossdock policy list --json',
  ],
  run: (call) => {
    const [action, name] = call.positionals
    if (action === 'list') return withDatabase(call.settings, (db) => list(db, call))
    if (name === undefined || !ACTIONS.some((each) => each === action))
      throw new UsageError(`say what to do, and with what: ${ACTIONS.join(', ')}. crossdock policy --help shows how.`)
    if (action === 'lint') return lint(name, call)
    return withDatabase(call.settings, (db) => (action === 'show' ? show(db, name, call) : activate(db, name, call)))
  },
}

/** Without a network file the names in the policy are checked against what the database holds, when one is activated. */
async function lint(file: string, { values, print }: Call): Promise<number> {
  const networkFile = text(values['network'])
  const findings = lintPolicy(
    readBook(file),
    networkFile === undefined ? undefined : networkOf(readNetworkFile(networkFile)),
  )
  if (values['json'] === true) print(JSON.stringify({ findings }))
  else {
    for (const line of describe(findings)) print(line)
    if (findings.length === 0) print(`${file} has nothing to mend.`)
  }
  return isSound(findings) ? 0 : 1
}

async function activate(db: Database, name: string, { print, values }: Call): Promise<number> {
  const isVersion = /^[a-z0-9-]+@\d+$/.test(name)
  const book = isVersion ? (await loadPolicy(db, name))?.book : readBook(name)
  if (book === undefined) {
    print(`There is no policy ${name}. crossdock policy list shows those there are.`)
    return 1
  }
  const findings = lintPolicy(book, networkOf(await loadMasterData(db)))
  if (values['json'] !== true) for (const line of describe(findings)) print(line)
  if (!isSound(findings)) {
    print(values['json'] === true ? JSON.stringify({ activated: null, findings }) : `${name} is not activated.`)
    return 1
  }
  const now = systemClock.now()
  const version = await db.transaction(async (tx) => {
    const stored = isVersion ? name : await insertPolicy(tx, book, 'command line', now)
    await activatePolicy(tx, stored, 'command line', now)
    return stored
  })
  print(
    values['json'] === true
      ? JSON.stringify({ activated: version, findings })
      : `${version} routes from now on. To go back: crossdock policy list, then crossdock policy activate <version>.`,
  )
  return 0
}

async function list(db: Database, { print, values }: Call): Promise<number> {
  const policies = await listPolicies(db)
  if (values['json'] === true) print(JSON.stringify({ policies }))
  else {
    for (const each of policies)
      print(`${each.active ? '*' : ' '} ${each.version.padEnd(24)} stored ${each.createdAt} by ${each.createdBy}`)
    if (!policies.some((each) => each.active)) print('* default-1               built in: cheapest, splits allowed')
  }
  return 0
}

async function show(db: Database, version: string, { print }: Call): Promise<number> {
  const stored = await loadPolicy(db, version)
  print(
    stored === undefined
      ? `There is no policy ${version}. crossdock policy list shows those there are.`
      : JSON.stringify(stored.book, undefined, 2),
  )
  return stored === undefined ? 1 : 0
}

const isSound = (findings: readonly Finding[]): boolean => !findings.some((each) => each.level === 'error')

const describe = (findings: readonly Finding[]): string[] =>
  findings.map((each) => `${each.level}: ${each.path}: ${each.message}. ${each.cure}`)

const networkOf = ({ channels, nodes }: { channels: { id: string }[]; nodes: LintNetwork['nodes'] }): LintNetwork => ({
  channels: channels.map((channel) => channel.id),
  nodes,
})

function readBook(file: string): PolicyBook {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : 'unreadable'}`)
  }
  const read = PolicyBook.safeParse(value)
  if (read.success) return read.data
  throw new UsageError(
    read.error.issues.map((issue) => `${file}: /${issue.path.join('/')}: ${issue.message}`).join('\n'),
  )
}
