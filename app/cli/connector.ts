/** `crossdock connector`: what an integrator does with a connector: test it, look at what it reads, write its page. */
import { connectorOf, connectors } from '#connectors/registry.ts'
import type { Connector } from '#connectors/contract/connector.ts'
import { type Command, UsageError } from './command.ts'
import { docsCommand } from './connector-docs.ts'
import { newCommand } from './connector-new.ts'
import { previewCommand } from './connector-preview.ts'
import { recordCommand } from './connector-record.ts'
import { testCommand } from './connector-test.ts'
import { isPartnerFolder } from './partner-folder.ts'
import { partnerTest } from './partner-test.ts'

export const connector: Command = {
  name: 'connector',
  summary: 'Make a connector, test it against the conformance kit, preview a document, write its page.',
  usage:
    'connector list | new <name> [--kind rest|sftp-csv|x12] | test <name or folder> [--json] [--verbose] [--record] | preview <name> <port> <file> [--json] | docs <name> [--guide] | record <connection> --out <folder> [--port <port>] [--limit N]',
  options: {
    json: { type: 'boolean' },
    verbose: { type: 'boolean' },
    record: { type: 'boolean' },
    guide: { type: 'boolean' },
    kind: { type: 'string' },
    out: { type: 'string' },
    port: { type: 'string' },
    limit: { type: 'string' },
  },
  examples: [
    'crossdock connector list',
    'crossdock connector new acme-wms --kind rest',
    'crossdock connector test erp',
    'crossdock connector test partners/nord',
    'crossdock connector preview erp stock mappings/erp/examples/stock.in.json',
    'crossdock connector docs erp',
    'crossdock connector docs erp --guide',
    'crossdock connector record shopify-main --port orders --out fixtures/',
  ],
  run: async (call) => {
    const [action, name] = call.positionals
    if (action === 'list') {
      for (const { id, version, summary } of connectors) call.print(`${id.padEnd(16)} ${version.padEnd(8)} ${summary}`)
      return 0
    }
    if (action === 'test')
      return name !== undefined && isPartnerFolder(name) ? partnerTest(call, name) : testCommand(call, named(name))
    if (action === 'new') return newCommand(call)
    if (action === 'record') return recordCommand(call)
    if (action === 'preview') return previewCommand(call, named(name))
    if (action === 'docs') return docsCommand(call, named(name))
    throw new UsageError('say what to do: connector list, new, test, preview, docs or record')
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
