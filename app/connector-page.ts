/** The page of a connector, docs/connectors/<name>.md, made from the connector itself: it cannot say anything else than the code does. */
import { z } from 'zod'
import { FAULT_KINDS, FAULT_RULES } from '#core/fault.ts'
import type { Connector, Port } from '#connectors/contract/connector.ts'
import { type Exhibit, waysOf } from '#connectors/contract/exhibit.ts'
import { fieldsOf } from '#conformance/checks/manifest.ts'
import { describeMap } from '#mappings/engine/index.ts'
import { findMap } from './maps/catalogue.ts'
import { table } from './tables.ts'

type AnyPort = Port<never>

export function pageOf(connector: Connector, exhibit: Exhibit | undefined): string {
  const { id, version, summary, secrets } = connector
  const lines = [
    `# Connector ${id}`,
    '',
    `${summary} Version ${version}, contract ${connector.contract}.`,
    '',
    ...(connector.hasSetupPage === true ? [`How to set it up: [setup/${id}.md](setup/${id}.md).`, ''] : []),
    `Written by \`npx crossdock connector docs ${id}\`; a test holds it to the code. Tested by \`npx crossdock connector test ${id}\`.`,
    '',
    '## Settings',
    '',
    ...table(['setting', 'default', 'what it is'], configRows(connector)),
    '',
    'Secrets are named beside the settings, as `env:NAME` or `file:/path`, and shown nowhere.',
    '',
    ...table(
      ['secret', 'what it is'],
      Object.entries(secrets).map(([name, says]) => [`\`${name}\``, says]),
    ),
    '',
    '## Ports',
    '',
    ...table(['port', 'direction', 'over', 'document', 'what it does'], connector.ports.map(portRow)),
    '',
    ...limitLines(connector, exhibit),
    '## Errors and their cures',
    '',
    ...table(
      ['fault', 'whose move', 'cure'],
      FAULT_KINDS.map((kind) => [`\`${kind}\``, FAULT_RULES[kind].owner, FAULT_RULES[kind].cure]),
    ),
    '',
    ...(exhibit === undefined ? [] : mapLines(exhibit)),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

function configRows(connector: Connector): string[][] {
  return fieldsOf(connector.config)
    .filter(({ path }) => !path.startsWith('overlays.') && !path.startsWith('guides.'))
    .map(({ path, description, type }) => [`\`${path}\``, defaultOf(connector.config, path, type), description ?? ''])
}

function defaultOf(schema: z.ZodType, path: string, type: string): string {
  const json = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as JsonSchema
  const keys = path.replaceAll('[]', '').split('.')
  const parent = keys.slice(0, -1).reduce<JsonSchema | undefined>((at, key) => at?.properties?.[key], json)
  const field = parent?.properties?.[keys.at(-1) ?? '']
  if (field?.default !== undefined && type !== 'object') return `\`${JSON.stringify(field.default)}\``
  return parent?.required?.includes(keys.at(-1) ?? '') === true ? 'needed' : ''
}

type JsonSchema = { properties?: { [name: string]: JsonSchema }; required?: string[]; default?: unknown }

function portRow(port: AnyPort): string[] {
  const answers = port.direction === 'out' && port.expectsAnswer ? ' The partner owes an answer.' : ''
  const repeats = port.direction === 'out' ? ` Repeats: ${REPEATS[port.duplicates]}.` : ''
  return [`\`${port.name}\``, port.direction, port.transport, port.kind, `${port.summary}${answers}${repeats}`]
}

const REPEATS = {
  key: 'the partner keeps our key',
  reference: 'known by their reference',
  lookup: 'the partner is asked before anything is sent again',
  none: 'a person decides after doubt',
} as const

function limitLines(connector: Connector, exhibit: Exhibit | undefined): string[] {
  if (exhibit === undefined) return []
  const { max, perMs, concurrency } = connector.limits(connector.config.parse(exhibit.config))
  const [first] = [`With the settings' own defaults: ${max} calls in ${perMs} ms, ${concurrency} at once.`]
  return [first ?? '', '']
}

/** Every map that a port names, as the rules say it; each rule reads both ways. */
function mapLines(exhibit: Exhibit): string[] {
  const ports = waysOf(exhibit).flatMap(({ inbound, outbound }) => Object.entries({ ...inbound, ...outbound }))
  const named = ports.flatMap(([port, { map }]) => (map === undefined ? [] : [{ port, map: findMap(map) }]))
  return named.flatMap(({ port, map }) => {
    if (map === undefined) return []
    const rules = describeMap(map.map).map(({ depth, rule }) => `${'  '.repeat(depth)}${rule}`)
    const way = map.read === undefined ? 'written' : map.write === undefined ? 'read' : 'read and written'
    return [
      `## Fields of ${port}`,
      '',
      `The map \`${map.name}\`, ${way}: source field and canonical field.`,
      '',
      '```',
      ...rules,
      '```',
      '',
    ]
  })
}
