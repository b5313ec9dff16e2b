/** Master data: products, nodes, connections, channels and crosswalks. Rows are put whole; a row that is not sent stays as it is. */
import { putChannels, putConnections, putCrosswalks, putNodes, putProducts, putRateCards } from '#store/master-data.ts'
import type { Node } from '#core/model/node.ts'
import { HttpProblem, problemAt, type ProblemCode } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import {
  ChannelsBody,
  ConnectionsBody,
  CrosswalksBody,
  NodesBody,
  ProductsBody,
  RateCardsBody,
  Stored,
} from '../wire/master.ts'

const PROBLEMS: ProblemCode[] = ['malformed-json', 'invalid-body', 'unknown-reference']

const common = {
  method: 'put',
  tag: 'master data',
  scopes: ['master:write'],
  answers: { 200: { description: 'Stored.', schema: Stored } },
  problems: PROBLEMS,
} as const

export function masterRoutes(shared: Shared): Route[] {
  return [
    productsRoute(shared),
    nodesRoute(shared),
    connectionsRoute(shared),
    channelsRoute(shared),
    rateCardsRoute(shared),
    crosswalksRoute(shared),
  ]
}

function productsRoute({ deps }: Shared): Route {
  return route({
    ...common,
    path: '/v1/products',
    name: 'putProducts',
    summary: 'Products with what others call them. An alias that named another SKU before names this one now.',
    body: ProductsBody,
    handle: async ({ body: { products } }) => {
      requireOnce(
        products.map((each) => each.sku),
        (index) => `/products/${index}/sku`,
      )
      const aliases = products.flatMap((product, index) =>
        product.aliases.map((alias, at) => ({
          name: `${alias.scheme} ${alias.owner ?? ''} ${alias.value}`,
          pointer: `/products/${index}/aliases/${at}`,
        })),
      )
      requireOnce(
        aliases.map((each) => each.name),
        (at) => aliases[at]?.pointer ?? '/products',
      )
      await deps.commit((unit) => putProducts(unit, products))
      return { status: 200, json: { stored: products.length } }
    },
  })
}

function nodesRoute(shared: Shared): Route {
  return route({
    ...common,
    path: '/v1/nodes',
    name: 'putNodes',
    summary: 'Nodes: warehouses, stores, suppliers, 3PLs.',
    body: NodesBody,
    handle: async ({ body: { nodes } }) => {
      requireOnce(
        nodes.map((each) => each.id),
        (index) => `/nodes/${index}/id`,
      )
      await requireConnections(
        shared,
        nodes.map((each) => each.connection),
        (index) => `/nodes/${index}/connection`,
      )
      await requireRateCards(shared, nodes)
      await shared.deps.commit((unit) => putNodes(unit, nodes))
      shared.nodes.forget()
      return { status: 200, json: { stored: nodes.length } }
    },
  })
}

function rateCardsRoute({ deps }: Shared): Route {
  return route({
    ...common,
    path: '/v1/rate-cards',
    name: 'putRateCards',
    summary: 'Rate cards: what a carrier’s service costs by zone and weight, and how long it takes.',
    body: RateCardsBody,
    handle: async ({ body: { rateCards } }) => {
      requireOnce(
        rateCards.map((each) => each.id),
        (index) => `/rateCards/${index}/id`,
      )
      await deps.commit((unit) => putRateCards(unit, rateCards))
      return { status: 200, json: { stored: rateCards.length } }
    },
  })
}

/** A node can only ship by rate cards that are there, in the currency of its own costs. */
async function requireRateCards({ deps }: Shared, nodes: readonly Node[]): Promise<void> {
  const asked = [...new Set(nodes.flatMap((node) => node.costs.rateCards ?? []))]
  if (asked.length === 0) return
  const rows = await deps.db.query<{ id: string; currency: string }>(
    `SELECT id, document->>'currency' AS currency FROM rate_card WHERE id = ANY($1::text[])`,
    [asked],
  )
  const currencies = new Map(rows.map((row) => [row.id, row.currency]))
  for (const [index, node] of nodes.entries()) {
    for (const [at, id] of (node.costs.rateCards ?? []).entries()) {
      const pointer = `/nodes/${index}/costs/rateCards/${at}`
      const currency = currencies.get(id)
      if (currency === undefined)
        throw problemAt(
          'unknown-reference',
          pointer,
          `There is no rate card ${id}.`,
          'Send it first with PUT /v1/rate-cards.',
        )
      if (currency !== node.costs.currency)
        throw problemAt(
          'unknown-reference',
          pointer,
          `The rate card ${id} is in ${currency}.`,
          'Name one in the currency of the node’s costs.',
        )
    }
  }
}

/** Whoever says where secrets lie and where calls go to can make the hub show one to himself: a scope of its own. */
function connectionsRoute({ deps }: Shared): Route {
  return route({
    ...common,
    scopes: ['connections:write'],
    path: '/v1/connections',
    name: 'putConnections',
    summary: 'Connections: which connector speaks to which partner, with its settings, and where its secrets lie.',
    description:
      'Running workers use them from their next work on; new ones are worked within seconds. A connection that was stopped stays so until it is checked or resumed.',
    body: ConnectionsBody,
    handle: async ({ body: { connections } }) => {
      requireOnce(
        connections.map((each) => each.id),
        (index) => `/connections/${index}/id`,
      )
      const errors = connections.flatMap((connection, index) =>
        deps.connectionProblems(connection).map(({ path, message }) => ({
          pointer: `/connections/${index}/${path.replaceAll('.', '/')}`,
          detail: message,
          cure: `Read what ${connection.connector} takes: crossdock connector docs ${connection.connector}.`,
        })),
      )
      if (errors.length > 0)
        throw new HttpProblem('invalid-body', 'A connection cannot work as it is written.', { errors })
      await deps.commit((unit) => putConnections(unit, connections))
      return { status: 200, json: { stored: connections.length } }
    },
  })
}

function channelsRoute(shared: Shared): Route {
  return route({
    ...common,
    path: '/v1/channels',
    name: 'putChannels',
    summary: 'Channels: where orders come from.',
    body: ChannelsBody,
    handle: async ({ body: { channels } }) => {
      requireOnce(
        channels.map((each) => each.id),
        (index) => `/channels/${index}/id`,
      )
      const connections = channels.map((each) => each.connection)
      await requireConnections(shared, connections, (index) => `/channels/${index}/connection`)
      await shared.deps.commit((unit) => putChannels(unit, channels))
      shared.channels.forget()
      return { status: 200, json: { stored: channels.length } }
    },
  })
}

function crosswalksRoute(shared: Shared): Route {
  return route({
    ...common,
    path: '/v1/crosswalks',
    name: 'putCrosswalks',
    summary: 'Translations of partners’ codes: the cure for documents quarantined with an unknown code.',
    body: CrosswalksBody,
    handle: async ({ body: { crosswalks } }) => {
      requireOnce(
        crosswalks.map((row) => `${row.connectionId} ${row.name} ${row.partnerCode} ${row.validFrom}`),
        (index) => `/crosswalks/${index}`,
      )
      const connections = crosswalks.map((row) => row.connectionId)
      await requireConnections(shared, connections, (index) => `/crosswalks/${index}/connectionId`)
      for (const [index, row] of crosswalks.entries()) {
        if (row.name !== 'node' || (await shared.nodes.find(row.canonical)) !== undefined) continue
        const detail = `There is no node ${row.canonical}.`
        throw problemAt('unknown-reference', `/crosswalks/${index}/canonical`, detail, 'Name a node of the hub.')
      }
      await shared.deps.commit((unit) => putCrosswalks(unit, crosswalks))
      return { status: 200, json: { stored: crosswalks.length } }
    },
  })
}

/** Two rows for one thing contradict each other, and one statement cannot write a row twice. */
function requireOnce(names: readonly string[], pointerOf: (index: number) => string): void {
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    if (seen.has(name))
      throw problemAt('invalid-body', pointerOf(index), `${name} is stated twice.`, 'State each row once.')
    seen.add(name)
  }
}

async function requireConnections(
  { deps }: Shared,
  ids: readonly (string | undefined)[],
  pointerOf: (index: number) => string,
): Promise<void> {
  const asked = [...new Set(ids.flatMap((id) => id ?? []))]
  if (asked.length === 0) return
  const rows = await deps.db.query<{ id: string }>('SELECT id FROM connection WHERE id = ANY($1::text[])', [asked])
  const known = new Set(rows.map((row) => row.id))
  const errors = ids.flatMap((id, index) =>
    id === undefined || known.has(id)
      ? []
      : [{ pointer: pointerOf(index), detail: `There is no connection ${id}.`, cure: 'Correct it, or add it first.' }],
  )
  if (errors.length > 0)
    throw new HttpProblem('unknown-reference', errors[0]?.detail ?? 'A connection is unknown.', { errors })
}
