import { readFileSync } from 'node:fs'
import { StockPolicy } from '#core/model/stock-policy.ts'
import type { PolicyPreview } from '#core/ledger/policy-preview.ts'
import { type Instant, parseInstant } from '#core/model/time.ts'
import type { Database } from '#store/database.ts'
import { loadKits, loadMasterData } from '#store/master-data.ts'
import { activatePolicy } from '#store/policy-activation.ts'
import { previewPolicy } from '#store/policy-preview.ts'
import { stockPolicyAt } from '#store/stock-policy.ts'
import { unitOfWork } from '#store/unit.ts'
import { systemClock } from '../clock.ts'
import { SettingsError } from '../settings.ts'
import { type Command, text, UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

export const stockPolicy: Command = {
  name: 'stock-policy',
  summary: 'Show the stock policy, see what another would change, or activate it.',
  usage: 'stock-policy show | preview <file> [--at <instant>] | activate <file> [--json]',
  options: { at: { type: 'string' }, json: { type: 'boolean' } },
  examples: [
    'crossdock stock-policy show',
    'crossdock stock-policy preview christmas.json',
    'crossdock stock-policy preview christmas.json --at 2026-12-20T00:00:00Z',
    'crossdock stock-policy activate christmas.json',
  ],
  run: async ({ positionals, values, settings, print }) => {
    const [action, file] = positionals
    if (action === 'show')
      return withDatabase(settings, async (db) => {
        print(JSON.stringify(await stockPolicyAt(db), null, values['json'] === true ? 0 : 2))
        return 0
      })
    if (action !== 'preview' && action !== 'activate') throw new UsageError('say what to do: show, preview or activate')
    if (file === undefined)
      throw new UsageError(`name the policy's file: crossdock stock-policy ${action} christmas.json`)
    const policy = readPolicy(file)
    const at = readMoment(text(values['at']))
    return withDatabase(settings, async (db) => {
      if (action === 'activate') return activate(db, policy, print)
      const preview = await previewWith(db, policy, at)
      if (values['json'] === true) print(JSON.stringify(preview))
      else for (const line of describePreview(preview)) print(line)
      return 0
    })
  },
}

function readMoment(given: string | undefined): Instant {
  const at = given === undefined ? systemClock.now() : parseInstant(given)
  if (at === undefined) throw new UsageError(`--at takes an instant such as 2026-12-20T00:00:00Z, not "${given}"`)
  return at
}

function readPolicy(file: string): StockPolicy {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new SettingsError(`${file} cannot be read: ${error instanceof Error ? error.message : 'it is not JSON'}`)
  }
  const read = StockPolicy.safeParse(value)
  if (read.success) return read.data
  throw new SettingsError(
    read.error.issues.map((issue) => `${file}: ${issue.path.join('.')}: ${issue.message}`).join('\n'),
  )
}

async function activate(db: Database, policy: StockPolicy, print: (line: string) => void): Promise<number> {
  const done = await unitOfWork(
    db,
    () => undefined,
  )((unit) => activatePolicy(unit, policy, 'command line', systemClock.now()))
  const told = {
    activated: `Version ${policy.version} holds from now on. A running hub writes safety stock and tells the channels.`,
    known: `Version ${policy.version} is known already. Give changed rules a new version.`,
    taken: `Version ${policy.version} holds other rules. Give these a new version.`,
    fenced: `Units are fenced for ${done.kind === 'fenced' ? done.segments.join(', ') : ''}, which the policy does not name. Set those fences to 0 first.`,
  }
  print(told[done.kind])
  return done.kind === 'activated' || (done.kind === 'known' && done.active) ? 0 : 1
}

async function previewWith(db: Database, policy: StockPolicy, at: Instant): Promise<PolicyPreview> {
  const data = await loadMasterData(db)
  const master = {
    stockPolicy: await stockPolicyAt(db),
    kits: await loadKits(db),
    nodes: new Map(data.nodes.map((node) => [node.id as string, node])),
    channels: new Map(data.channels.map((channel) => [channel.id as string, channel])),
  }
  const tell = process.stderr.isTTY
  const preview = await previewPolicy(db, master, policy, at, (skus) => {
    if (tell) process.stderr.write(`\r${skus} SKUs looked at`)
  })
  if (tell) process.stderr.write('\n')
  return preview
}

function describePreview({ from, to, skus, channels, rules, examples }: PolicyPreview): string[] {
  if (skus === 0) return [`From ${from} to ${to}: nothing that can be sold changes.`]
  return [
    `From ${from} to ${to}: ${skus} SKUs change.`,
    ...channels.map(
      (each) =>
        `  ${each.channelId ?? 'any channel'}: ${each.skus} SKUs at ${each.positions} positions, ${each.fewer} units fewer, ${each.more} more`,
    ),
    'By rule:',
    ...rules.map(
      (each) =>
        `  ${each.rule ?? 'the own setting'} (${each.kind}${each.channelId === undefined ? '' : `, ${each.channelId}`}${each.ends ? ', ends' : ''}): ` +
        `${each.skus} SKUs at ${each.positions} positions, ${each.units > 0 ? '+' : ''}${each.units} units`,
    ),
    'Examples:',
    ...examples.map(
      (each) =>
        `  ${each.sku} at ${each.nodeId}${each.channelId === undefined ? '' : ` for ${each.channelId}`}: ${each.was} → ${each.will}`,
    ),
  ]
}
