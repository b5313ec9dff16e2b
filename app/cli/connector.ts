/** `crossdock connector`: what an integrator does with a connector: test it, look at what it reads, write its page. */
import { connectorOf, connectors } from '#connectors/registry.ts'
import type { Connector } from '#connectors/contract/connector.ts'
import { type Command, UsageError } from './command.ts'
import { docsCommand } from './connector-docs.ts'
import { previewCommand } from './connector-preview.ts'
import { testCommand } from './connector-test.ts'

export const connector: Command = {
  name: 'connector',
  summary: 'Test a connector against the conformance kit, preview a document, write its page.',
  usage:
    'connector list | test <name> [--json] [--verbose] [--record] | preview <name> <port> <file> [--json] | docs <name>',
  options: {
    json: { type: 'boolean' },
    verbose: { type: 'boolean' },
    record: { type: 'boolean' },
  },
  examples: [
    'crossdock connector list',
    'crossdock connector test erp',
    'crossdock connector preview erp stock mappings/erp/examples/stock.in.json',
    'crossdock connector docs erp',
  ],
  run: async (call) => {
    const [action, name] = call.positionals
    if (action === 'list') {
      for (const { id, version, summary } of connectors) call.print(`${id.padEnd(16)} ${version.padEnd(8)} ${summary}`)
      return 0
    }
    if (action === 'test') return testCommand(call, named(name))
    if (action === 'preview') return previewCommand(call, named(name))
    if (action === 'docs') return docsCommand(call, named(name))
    throw new UsageError('say what to do: connector list, test, preview or docs')
  },
}

function named(name: string | undefined): Connector {
  const found = name === undefined ? undefined : connectorOf(name)
  if (found === undefined)
    throw new UsageError(
      `${name === undefined ? 'name the connector' : `there is no connector "${name}"`}; there are ${connectors.map(({ id }) => id).join(', ')}`,
    )
  return found
}
