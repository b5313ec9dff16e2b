/** What can be sold, term by term: the terms of each position add up to its `available` exactly. */
import type { z } from '@hono/zod-openapi'
import { FORMULA, networkAvailable } from '#core/ledger/available.ts'
import { type BasketNode, serveBasket } from '#core/ledger/basket.ts'
import type { StockMaster } from '#core/ledger/rule-book.ts'
import type { Channel } from '#core/model/channel.ts'
import { instantFromEpochMs } from '#core/model/time.ts'
import { type AvailabilityPosition, readAvailability, type SkuAvailability, withComponents } from '#store/available.ts'
import { HttpProblem } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { Availability, AvailabilityQuery, BasketRequest, BasketView } from '../wire/availability.ts'
import { storableInstant, STORABLE_CURE } from '../wire/instants.ts'

export function availabilityRoutes(shared: Shared): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/availability',
      name: 'getAvailability',
      tag: 'stock',
      summary: 'What can be sold of some SKUs, at each node and over all of a channel’s nodes.',
      description:
        `${FORMULA}; every term is signed. With \`channel\`, its rules, threshold, segment and node groups hold; without, those of ` +
        'a channel that has none. `date` adds what is expected by then. `knownAt` answers as it would have been answered at that ' +
        'moment. `detail=none` leaves the positions out.',
      scopes: ['stock:read'],
      query: AvailabilityQuery,
      answers: { 200: { description: 'One row a SKU, and one a position.', schema: Availability } },
      problems: ['bad-query', 'not-found'],
      handle: async ({ query }) => {
        const { deps } = shared
        const master = await deps.stockMaster()
        const knownAt = query.knownAt === undefined ? undefined : instantOf('knownAt', query.knownAt)
        const skus = await readAvailability(deps.db, master, {
          skus: [...new Set(query.sku)],
          nodeIds: nodesAsked(master, query.node, query.group),
          channel: channelAsked(master.channels, query.channel),
          date: query.date === undefined ? undefined : instantOf('date', query.date),
          now: deps.clock.now(),
          knownAt,
        })
        const detailed = query.detail === 'positions' ? skus : []
        return {
          status: 200,
          json: {
            formula: FORMULA,
            ...(knownAt === undefined ? {} : { knownAt }),
            skus: skus.map(totalOf),
            positions: detailed.flatMap((each) => each.positions.map((position) => viewOf(each.sku, position))),
            unknown: detailed.flatMap(({ sku, unknown }) => unknown.map((nodeId) => ({ sku, nodeId }))),
          } satisfies z.input<typeof Availability>,
        }
      },
    }),
    route({
      method: 'post',
      path: '/v1/availability/basket',
      name: 'checkBasket',
      tag: 'stock',
      summary: 'Whether a basket can be served: by each node alone, and by all of them together.',
      description:
        'Lines that need one component are netted together: two kits never count one unit twice. A kit is put together at one node.',
      scopes: ['stock:read'],
      body: BasketRequest,
      answers: { 200: { description: 'Nothing is reserved.', schema: BasketView } },
      problems: ['malformed-json', 'invalid-body', 'bad-query', 'not-found'],
      handle: async ({ body }) => {
        const { deps } = shared
        const master = await deps.stockMaster()
        const lines = body.lines.map((line) => ({
          ...line,
          components: master.kits.get(line.sku) ?? [{ sku: line.sku, quantity: 1 }],
        }))
        const skus = await readAvailability(deps.db, master, {
          skus: withComponents(
            master.kits,
            lines.map((line) => line.sku),
          ),
          nodeIds: nodesAsked(master, body.nodes, body.groups),
          channel: channelAsked(master.channels, body.channel),
          date: body.date === undefined ? undefined : instantOf('date', body.date),
          now: deps.clock.now(),
        })
        const { nodes, network } = serveBasket(lines, basketNodes(skus))
        return { status: 200, json: { ...network, nodes } }
      },
    }),
  ]
}

function instantOf(name: string, text: string) {
  const instant = storableInstant(text)
  if (instant !== undefined) return instant
  throw new HttpProblem('bad-query', `${name} is no moment that can be stored. ${STORABLE_CURE}`)
}

function channelAsked(channels: ReadonlyMap<string, Channel>, id: string | undefined): Channel | undefined {
  if (id === undefined) return undefined
  const channel = channels.get(id)
  if (channel === undefined) throw new HttpProblem('not-found', `There is no channel ${id}.`)
  return channel
}

function nodesAsked({ nodes }: StockMaster, ids?: readonly string[], groups?: readonly string[]): string[] {
  const unknown = ids?.find((id) => !nodes.has(id))
  if (unknown !== undefined) throw new HttpProblem('not-found', `There is no node ${unknown}.`)
  return [...nodes.values()]
    .filter(
      (node) =>
        (ids === undefined || ids.includes(node.id)) &&
        (groups === undefined || node.groups.some((group) => groups.includes(group))),
    )
    .map((node) => node.id)
}

/** Over the channel's own nodes. */
function totalOf({ sku, kit, positions }: SkuAvailability): z.input<typeof Availability>['skus'][number] {
  const own = positions.filter((position) => !position.outside)
  if (!kit) {
    const { terms, available, nodes } = networkAvailable(own.filter((each) => !each.kit))
    return { sku, available: nodes === 0 ? null : available, terms, nodes }
  }
  const terms = { buildable: 0, excluded: 0 }
  for (const position of own) {
    if (!position.kit) continue
    terms.buildable += position.terms.buildable
    terms.excluded += position.terms.excluded
  }
  return { sku, available: own.length === 0 ? null : terms.buildable + terms.excluded, terms, nodes: own.length }
}

function viewOf(sku: string, position: AvailabilityPosition): z.input<typeof Availability>['positions'][number] {
  const { nodeId, terms, available, sellable, excludedBy } = position
  const asOf = position.kit || position.countedAtMs === undefined ? null : instantFromEpochMs(position.countedAtMs)
  return {
    sku,
    nodeId,
    terms,
    available,
    sellable,
    ...(excludedBy === undefined ? {} : { excludedBy }),
    ...(position.kit ? { components: position.components } : {}),
    asOf,
    source: position.kit ? null : (position.source ?? null),
  }
}

/** A kit's own row only says where it is excluded: what it can draw is in its components. */
function basketNodes(skus: readonly SkuAvailability[]): BasketNode[] {
  const nodes = new Map<string, { sellable: Map<string, number>; refused: Set<string> }>()
  for (const { sku, positions } of skus) {
    for (const position of positions) {
      const node = nodes.get(position.nodeId) ?? { sellable: new Map<string, number>(), refused: new Set<string>() }
      nodes.set(position.nodeId, node)
      if (position.excludedBy !== undefined) node.refused.add(sku)
      if (!position.kit) node.sellable.set(sku, position.sellable)
    }
  }
  return [...nodes].map(([nodeId, node]) => ({ nodeId, ...node }))
}
