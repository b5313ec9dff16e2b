/** The network file (`crossdock.config.json`): channels, parties, connections, nodes, products and crosswalks, checked as a whole. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Channel, Connection } from '#core/model/channel.ts'
import { Node } from '#core/model/node.ts'
import { Party } from '#core/model/party.ts'
import { Product } from '#core/model/product.ts'
import { RateCard } from '#core/model/rate-card.ts'
import { OrderPolicy } from '#core/model/order-policy.ts'
import { StockPolicy } from '#core/model/stock-policy.ts'
import { Instant } from '#core/model/time.ts'
import type { Database } from '#store/database.ts'
import {
  putChannels,
  putConnections,
  putCrosswalks,
  putNodes,
  putParties,
  putProducts,
  putRateCards,
} from '#store/master-data.ts'
import { activateOrderPolicy } from '#store/order-policy.ts'
import { activatePolicy } from '#store/policy-activation.ts'
import { type Unit, unitOfWork } from '#store/unit.ts'
import { systemClock } from './clock.ts'
import { SettingsError } from './settings.ts'

const Crosswalk = z.strictObject({
  connectionId: z.string(),
  /** `node`, `carrier`, `rejectReason` … */
  name: z.string().max(63),
  partnerCode: z.string().min(1).max(200),
  canonical: z.string().min(1).max(200),
  /** From when on it counts; a later row of the same code takes over from its own day on. */
  validFrom: Instant.prefault('1970-01-01T00:00:00.000Z'),
})

/** Rows alone, for `crossdock map plan --crosswalk`. */
export const CrosswalkFile = z.array(Crosswalk)

/** Strict at every level: a misspelt name would be left out in silence. */
export const Network = z.strictObject({
  channels: z.array(Channel).default([]),
  parties: z.array(Party).default([]),
  connections: z.array(Connection).default([]),
  nodes: z.array(Node).default([]),
  rateCards: z.array(RateCard).default([]),
  products: z.array(Product).default([]),
  crosswalks: z.array(Crosswalk).default([]),
  /** Activated when its version is new; a version that is known keeps what it was. */
  stockPolicy: StockPolicy.optional(),
  /** As the stock policy. */
  orderPolicy: OrderPolicy.optional(),
})
export type Network = z.infer<typeof Network>

export function readNetworkFile(path: string): Network {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new SettingsError(`the network file ${path} cannot be read`)
  }
  return parseNetwork(text, path)
}

export function parseNetwork(text: string, name: string): Network {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new SettingsError(`${name} is not JSON: ${error instanceof Error ? error.message : 'unreadable'}`)
  }
  const result = Network.safeParse(value)
  if (!result.success) {
    throw new SettingsError(
      result.error.issues.map((issue) => `${name}: ${issue.path.join('.') || 'the file'}: ${issue.message}`).join('\n'),
    )
  }
  const dangling = danglingReferences(result.data)
  if (dangling.length > 0) throw new SettingsError(dangling.map((line) => `${name}: ${line}`).join('\n'))
  return result.data
}

function danglingReferences(network: Network): string[] {
  const connections = new Set<string>(network.connections.map((each) => each.id))
  const unknown = (owner: string, connection: string | undefined): string[] =>
    connection === undefined || connections.has(connection)
      ? []
      : [`${owner} names the connection "${connection}", which is not in the file`]
  return [
    ...network.channels.flatMap((channel) => unknown(`channel ${channel.id}`, channel.connection)),
    ...network.nodes.flatMap((node) => unknown(`node ${node.id}`, node.connection)),
    ...network.nodes.flatMap((node) =>
      (node.costs.rateCards ?? []).flatMap((id) => {
        const card = network.rateCards.find((each) => each.id === id)
        if (card === undefined) return [`node ${node.id} names the rate card "${id}", which is not in the file`]
        return card.currency === node.costs.currency
          ? []
          : [`node ${node.id} counts in ${node.costs.currency}, its rate card "${id}" in ${card.currency}`]
      }),
    ),
    ...network.crosswalks.flatMap((row) => unknown(`crosswalk ${row.name}/${row.partnerCode}`, row.connectionId)),
  ]
}

/** Writes the network over what the database holds; what the file does not name stays as it is. */
export async function applyNetwork(db: Database, network: Network): Promise<void> {
  // The outbox keeps what follows from a policy until a running hub's relay finds it.
  await unitOfWork(
    db,
    () => undefined,
  )(async (tx) => {
    await putParties(tx, network.parties)
    await putConnections(tx, network.connections)
    await putChannels(tx, network.channels)
    await putRateCards(tx, network.rateCards)
    await putNodes(tx, network.nodes)
    await putProducts(tx, network.products)
    await putCrosswalks(tx, network.crosswalks)
    if (network.stockPolicy !== undefined) await applyPolicy(tx, network.stockPolicy)
    if (network.orderPolicy !== undefined) await applyOrderPolicy(tx, network.orderPolicy)
  })
}

async function applyOrderPolicy(unit: Unit, policy: OrderPolicy): Promise<void> {
  const done = await activateOrderPolicy(unit, policy, 'network file', systemClock.now())
  if (done.kind === 'taken')
    throw new SettingsError(
      `orderPolicy: version "${policy.version}" holds other rules in the database; give the new ones a new version`,
    )
}

async function applyPolicy(unit: Unit, policy: StockPolicy): Promise<void> {
  const done = await activatePolicy(unit, policy, 'network file', systemClock.now())
  if (done.kind === 'taken')
    throw new SettingsError(
      `stockPolicy: version "${policy.version}" holds other rules in the database; give the new ones a new version`,
    )
  if (done.kind === 'fenced')
    throw new SettingsError(
      `stockPolicy: units are fenced for ${done.segments.join(', ')}, which it does not name; set those fences to 0 first`,
    )
}
