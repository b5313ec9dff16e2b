/** The hub's HTTP side: what http/ needs, taken from the hub. */
import { readFileSync } from 'node:fs'
import { createHttpApp } from '#http/app.ts'
import type { HttpConnection, HttpDeps } from '#http/deps.ts'
import { type HttpServer, startHttpServer } from '#http/server.ts'
import { connectionProblems } from '#workers/connection-problems.ts'
import { decideFeed } from '#workers/hold-feed.ts'
import { reconcilePage } from '#workers/reconcile.ts'
import { storeFeed } from '#workers/store-feed.ts'
import { confirmInstruction } from '#workers/confirm.ts'
import { evaluateOrder, promiseCart } from '#workers/evaluate.ts'
import { readDocument } from '#workers/inbound.ts'
import { rerouteNode } from '#workers/overdue.ts'
import { rejectQuarantined } from '#workers/reject-documents.ts'
import { reoptimise } from '#workers/reoptimise.ts'
import { returnActions } from '#workers/returns/actions.ts'
import { LOOP_TIMES } from '#workers/start.ts'
import { checkConnection } from './check-connection.ts'
import type { Hub } from './hub.ts'
import { orderActions } from './order-actions.ts'
import { stockActions } from './stock-actions.ts'

const VERSION = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string })
  .version

export function startHttp(
  hub: Hub,
  at: { host: string; port: number },
  canaryEveryMs = LOOP_TIMES.canaryEveryMs,
): Promise<HttpServer> {
  return startHttpServer(createHttpApp(httpDepsOf(hub, canaryEveryMs)), at)
}

export function httpDepsOf(hub: Hub, canaryEveryMs: number): HttpDeps {
  const { world, contexts } = hub
  return {
    db: world.db,
    commit: world.commit,
    rejectQuarantined: (filter, reason, actor) => rejectQuarantined(world, filter, reason, actor),
    clock: world.clock,
    ids: world.ids,
    log: world.log,
    connections: async () => {
      const { connections } = await world.master.fresh()
      return new Map(
        [...connections.values()].map((connection): [string, HttpConnection] => [
          connection.id,
          {
            id: connection.id,
            connector: connection.connector,
            config: connection.config,
            secret: (name) => contexts.secretOf(connection, name),
            ...(connection.channel === undefined ? {} : { channel: connection.channel }),
            state: connection.state,
          },
        ]),
      )
    },
    channels: async () => (await world.master.fresh()).channels,
    nodes: async () => (await world.master.fresh()).nodes,
    stockMaster: world.master.fresh,
    accept: hub.accept,
    storeFeed: (upload) => storeFeed(world, upload),
    connectionProblems: (connection) => connectionProblems(connection, world.master.connectors),
    checkConnection: (id) => checkConnection(hub, id),
    reconcile: (id, ask) => reconcilePage(world, id, ask, AbortSignal.timeout(60_000)),
    decideFeed: (id, decision, actor, reason) =>
      world.commit((unit) => decideFeed(unit, id, decision, actor, reason, world.clock.now())),
    readDocument: (envelope) => readDocument(world, envelope),
    captureOrder: hub.captureOrder,
    stock: stockActions(hub),
    orders: orderActions(hub),
    returns: returnActions(world),
    answerRequest: hub.answerRequest,
    evaluate: (order, policyVersion) => evaluateOrder(world, order, policyVersion),
    promise: (cart) => promiseCart(world, cart),
    rerouteNode: (nodeId, actor) => rerouteNode(world, nodeId, actor),
    reoptimise: (ask) => reoptimise(world, ask),
    confirmInstruction: (id, reference) => confirmInstruction(world, id, reference),
    canaryEveryMs,
    version: VERSION,
  }
}
