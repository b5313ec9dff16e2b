/** `crossdock map`: the maps as a tool of their own: listed, shown, run on a file, measured, planned. */
import { readFileSync } from 'node:fs'
import { coverage, describeMap } from '#mappings/engine/index.ts'
import { describeIssue } from '#core/issue.ts'
import type { Issue } from '#core/issue.ts'
import { PARTNER_PROFILES } from '#mappings/x12/profile.ts'
import { systemClock } from '../clock.ts'
import { findMap, MAP_ENTRIES } from '../maps/catalogue.ts'
import type { MapContext, MapEntry } from '../maps/entry.ts'
import { type Call, type Command, text, UsageError } from './command.ts'
import { planCommand } from './map-plan.ts'
import { rowsCommand } from './map-rows.ts'

export const map: Command = {
  name: 'map',
  summary: 'List, show, run, measure and plan the maps between partners’ documents and canonical ones.',
  usage:
    'map list | show <map> | run <map> <file|-> [--write] [--partner P] | coverage <map> [<file>] | partners | rows <csv|ndjson|xml|846> <file> [--fields a,b] [--record P] | plan <connection> [--config <file>] [--crosswalk <file>] [--last N]',
  options: {
    json: { type: 'boolean' },
    write: { type: 'boolean' },
    partner: { type: 'string' },
    config: { type: 'string' },
    crosswalk: { type: 'string' },
    last: { type: 'string' },
    fields: { type: 'string' },
    record: { type: 'string' },
  },
  examples: [
    'crossdock map list',
    'crossdock map show "x12 846"',
    'crossdock map run "x12 846" feed.edi --partner walmart-dsv',
    'crossdock map run "edifact orders" instruction.json --write',
    'crossdock map coverage "idoc orders05" order.xml',
    'crossdock map rows xml feed.xml --record StockFeed/Row --fields @sku,@onHand',
    'crossdock map plan shop --config new-config.json --last 200',
  ],
  run: async (call) => {
    const [action, name, file] = call.positionals
    if (action === 'list') return list(call)
    if (action === 'partners') return partners(call)
    if (action === 'plan') return planCommand(call, name)
    if (action === 'rows') return rowsCommand(call)
    if (action === 'show') return show(call, entryOf(name))
    if (action === 'coverage') return cover(call, entryOf(name), file)
    if (action === 'run') return runMap(call, entryOf(name), file)
    throw new UsageError('say what to do: map list, show, run, coverage, partners, rows or plan')
  },
}

function entryOf(name: string | undefined): MapEntry {
  const entry = name === undefined ? undefined : findMap(name)
  if (entry === undefined)
    throw new UsageError(
      `${name === undefined ? 'name the map' : `there is no map "${name}"`}; crossdock map list tells those there are`,
    )
  return entry
}

function list({ values, print }: Call): number {
  const rows = MAP_ENTRIES.map(({ name, kind, summary, read, write }) => ({
    name,
    kind,
    directions: [...(read === undefined ? [] : ['read']), ...(write === undefined ? [] : ['write'])],
    summary,
  }))
  if (values['json'] === true) print(JSON.stringify(rows))
  else {
    const width = Math.max(...rows.map(({ name }) => name.length))
    for (const row of rows)
      print(`${row.name.padEnd(width)} ${row.directions.join(', ').padEnd(12)} ${row.kind.padEnd(23)} ${row.summary}`)
  }
  return 0
}

function partners({ values, print }: Call): number {
  if (values['json'] === true) print(JSON.stringify(PARTNER_PROFILES))
  else {
    const width = Math.max(...Object.keys(PARTNER_PROFILES).map((name) => name.length))
    for (const [name, profile] of Object.entries(PARTNER_PROFILES))
      print(`${name.padEnd(width)} ${JSON.stringify(profile)}`)
  }
  return 0
}

function show({ values, print }: Call, entry: MapEntry): number {
  const lines = describeMap(entry.map)
  if (values['json'] === true)
    print(JSON.stringify({ name: entry.name, version: entry.map.version, layers: entry.map.layers, rules: lines }))
  else
    for (const { depth, rule, layer, over } of lines) {
      const won =
        layer === 'base' ? '' : `  [${layer}, over ${over.map((each) => each.layer ?? 'base').join(', ') || 'nothing'}]`
      print(`${'  '.repeat(depth)}${rule}${won}`)
    }
  return 0
}

function cover({ values, print }: Call, entry: MapEntry, file: string | undefined): number {
  const trees = file === undefined ? [] : treesOf(entry, readFileSync(file))
  const reports = (trees.length === 0 ? [{}] : trees).map((tree) => coverage(entry.map, tree, entry.schema))
  const unread = [...new Set(reports.flatMap((report) => report.unread))]
  const unset = reports[0]?.unset ?? []
  if (values['json'] === true) print(JSON.stringify({ map: entry.name, unread, unset }))
  else {
    if (file !== undefined)
      print(unread.length === 0 ? 'Every field of the file is read.' : `No rule reads:\n  ${unread.join('\n  ')}`)
    print(unset.length === 0 ? 'Every canonical field is set.' : `No rule sets:\n  ${unset.join('\n  ')}`)
  }
  return 0
}

function treesOf(entry: MapEntry, bytes: Uint8Array): unknown[] {
  if (entry.treesOf === undefined)
    throw new UsageError(
      `coverage of a file is told for JSON, XML, X12 and EDIFACT documents, not for ${entry.name}; leave the file out`,
    )
  return entry.treesOf(bytes)
}

/** Codes as they are: without a database there is no crosswalk, and a map can be tried all the same. */
function plainContext(partner: string | undefined): MapContext {
  const itself = (code: string) => code as never
  return {
    receivedAt: systemClock.now(),
    crosswalk: {
      version: 'none',
      skuOf: itself,
      partnerSkuOf: itself,
      nodeOf: itself,
      partnerNodeOf: itself,
      code: (_table, code) => code,
      partnerCode: (_table, word) => word,
    },
    ...(partner === undefined ? {} : { partner }),
  }
}

function runMap({ values, print }: Call, entry: MapEntry, file: string | undefined): number {
  if (file === undefined)
    throw new UsageError('name the file, or - for standard input: crossdock map run "x12 846" feed.edi')
  const bytes = readFileSync(file === '-' ? 0 : file)
  const partner = text(values['partner'])
  if (partner !== undefined && !Object.hasOwn(PARTNER_PROFILES, partner))
    throw new UsageError(`there is no profile "${partner}"; there are ${Object.keys(PARTNER_PROFILES).join(', ')}`)
  const context = plainContext(partner)
  return values['write'] === true
    ? writeFile(entry, bytes, context, print)
    : readFile(entry, bytes, context, values['json'] === true, print)
}

type Print = (line: string) => void

function readFile(entry: MapEntry, bytes: Uint8Array, context: MapContext, asJson: boolean, print: Print): number {
  if (entry.read === undefined)
    throw new UsageError(`${entry.name} only writes: use --write with a canonical document as JSON`)
  const { documents, refused } = entry.read(bytes, context)
  const values = documents.map(({ kind, part, value }) => ({ kind, part, value }))
  if (asJson) print(JSON.stringify({ documents: values, refused }))
  else {
    print(JSON.stringify(values, null, 2))
    complain(refused.flatMap((part) => part.issues))
  }
  return refused.length > 0 ? 1 : 0
}

function writeFile(entry: MapEntry, bytes: Uint8Array, context: MapContext, print: Print): number {
  if (entry.write === undefined) throw new UsageError(`${entry.name} only reads`)
  const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
  const checked = entry.schema.safeParse(value)
  if (!checked.success) {
    for (const issue of checked.error.issues) process.stderr.write(`/${issue.path.join('/')}: ${issue.message}\n`)
    return 1
  }
  const written = entry.write(checked.data, context)
  if (!written.ok) {
    complain(written.issues)
    return 1
  }
  print(Buffer.from(written.value).toString('utf8').trimEnd())
  return 0
}

const complain = (issues: readonly Issue[]): void => {
  for (const issue of issues) process.stderr.write(`${describeIssue(issue)}\n`)
}
