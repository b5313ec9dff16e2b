import { applyNetwork, readNetworkFile } from '../network-file.ts'
import { type Command, UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

export const apply: Command = {
  name: 'apply',
  summary: 'Read a network file (channels, connections, nodes, products, crosswalks) into the database.',
  usage: 'apply <file>',
  options: {},
  examples: ['crossdock apply crossdock.config.json'],
  run: async ({ positionals, settings, print }) => {
    const [file] = positionals
    if (file === undefined) throw new UsageError('name the network file: crossdock apply crossdock.config.json')
    const network = readNetworkFile(file)
    await withDatabase(settings, (db) => applyNetwork(db, network))
    print(
      `Applied ${network.channels.length} channels, ${network.connections.length} connections, ${network.nodes.length} nodes, ` +
        `${network.products.length} products, ${network.crosswalks.length} crosswalk rows.`,
    )
    return 0
  },
}
