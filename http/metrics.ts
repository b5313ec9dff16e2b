/** Figures for Prometheus. Counted here: requests and what they brought; asked of the database when read: what waits. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { epochMsOf } from '#core/model/time.ts'
import { invariants } from '#store/check.ts'
import { brokenInvariants, checkRounds } from './queries/invariants.ts'
import { waitingWork } from './queries/waiting.ts'
import type { HttpDeps } from './deps.ts'

export type Metrics = {
  /** `route` is the pattern, never the address: ids must not become labels. */
  request: (method: string, route: string, status: number, seconds: number) => void
  document: (connectionId: string, fresh: boolean) => void
  order: (result: string) => void
  /** Prometheus text format. */
  text: () => Promise<string>
}

export function createMetrics(deps: HttpDeps): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'crossdock_http_requests_total',
    help: 'Requests answered.',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const seconds = new Histogram({
    name: 'crossdock_http_request_seconds',
    help: 'From the first byte to the answer.',
    labelNames: ['route'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  })
  const documents = new Counter({
    name: 'crossdock_documents_accepted_total',
    help: 'Documents stored, or known already.',
    labelNames: ['connection', 'result'],
    registers,
  })
  const orders = new Counter({
    name: 'crossdock_orders_captured_total',
    help: 'Orders that came through the API.',
    labelNames: ['result'],
    registers,
  })
  const waiting = new Gauge({
    name: 'crossdock_waiting',
    help: 'Rows that wait: outbox, received documents, open quarantine items and cases, instructions not sent.',
    labelNames: ['what'],
    registers,
  })
  const jobs = new Gauge({
    name: 'crossdock_queue_jobs',
    help: 'Jobs in the queue that are not done.',
    labelNames: ['queue'],
    registers,
  })
  const broken = new Gauge({
    name: 'crossdock_invariant_violations',
    help: 'What breaks an invariant and was not cured yet, as the checker last saw it. Should be 0.',
    labelNames: ['invariant'],
    registers,
  })
  const checked = new Gauge({
    name: 'crossdock_invariants_checked_timestamp_seconds',
    help: 'When every SKU, or every order, was last checked.',
    labelNames: ['by'],
    registers,
  })
  const sliced = invariants().filter((each) => each.goesBy !== undefined)
  return {
    request: (method, route, status, took) => {
      requests.inc({ method, route, status })
      seconds.observe({ route }, took)
    },
    document: (connection, fresh) => documents.inc({ connection, result: fresh ? 'fresh' : 'duplicate' }),
    order: (result) => orders.inc({ result }),
    text: async () => {
      for (const [what, count] of Object.entries(await waitingWork(deps.db))) waiting.set({ what }, count)
      for (const [queue, count] of Object.entries((await deps.queues?.()) ?? {})) jobs.set({ queue }, count)
      for (const { name } of sliced) broken.set({ invariant: name }, 0)
      for (const { name, count } of await brokenInvariants(deps.db)) broken.set({ invariant: name }, count)
      for (const { name, finishedAt } of await checkRounds(deps.db))
        if (finishedAt !== null) checked.set({ by: name }, epochMsOf(finishedAt) / 1_000)
      const more = (await deps.metrics?.()) ?? ''
      return `${await registry.metrics()}${more}`
    },
  }
}
