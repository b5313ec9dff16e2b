/** `npm run bench -- promise`: promises for carts over 500 nodes with two carrier services each, beside one decision of the same run. */
import { plan } from '#core/routing/plan.ts'
import { DEFAULT_ROUTING_POLICY } from '#core/routing/policy.ts'
import { promiseFor } from '#core/routing/promise.ts'
import type { Bench } from '../bench.ts'
import { randomFrom } from '../cover/instances.ts'
import { decisionsOver } from '../cover/orders.ts'
import { percentile } from '../kit/measure.ts'
import { ratio, table } from '../kit/table.ts'

/** A checkout page waits for this; what the field asks for. */
const LIMIT_MS = 50

export const promise: Bench = {
  name: 'promise',
  summary: 'promises for a cart of 5 lines over 500 nodes: p50 and p99 beside the limit and one decision',
  run: ({ runs }) => {
    const rows = [1, 5].map((lines) => {
      const orders = decisionsOver(randomFrom(5), { lines, nodes: 500, cards: true })
      const timed = (calls: number, work: (index: number) => number): { ms: number[]; sum: number } => {
        let sum = 0
        for (let index = 0; index < 100; index++) sum += work(index)
        const ms = Array.from({ length: calls }, (_, index) => {
          const began = performance.now()
          sum += work(index)
          return performance.now() - began
        })
        return { ms, sum: sum / (calls + 100) }
      }
      const promised = timed(
        200 * runs,
        (index) => promiseFor(orders.request(index), orders.snapshot, DEFAULT_ROUTING_POLICY).options.length,
      )
      const decided = timed(
        200 * runs,
        (index) => plan(orders.request(index), orders.snapshot, DEFAULT_ROUTING_POLICY).packages.length,
      )
      return {
        lines,
        options: promised.sum,
        p50Ms: percentile(promised.ms, 0.5),
        p99Ms: percentile(promised.ms, 0.99),
        decisionP50Ms: percentile(decided.ms, 0.5),
      }
    })
    const text = table(
      ['cart', 'options', 'p50 ms', 'p99 ms', 'limit ms', 'p99 ÷ limit', 'one decision ms'],
      rows.map((row) => [
        `${row.lines} lines × 500 nodes × 2 services`,
        row.options.toFixed(1),
        row.p50Ms.toFixed(2),
        row.p99Ms.toFixed(2),
        String(LIMIT_MS),
        ratio(row.p99Ms, LIMIT_MS),
        row.decisionP50Ms.toFixed(3),
      ]),
    )
    return Promise.resolve({ json: { rows, limitMs: LIMIT_MS }, text })
  },
}
