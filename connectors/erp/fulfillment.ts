/** Fulfillment requests to the ERP, in one call each or many in one, item by item answered either way. */
import { z } from 'zod'
import type { Issue } from '#core/issue.ts'
import type { Outcome } from '#core/outcome.ts'
import { overlaid, runBack } from '#mappings/engine/index.ts'
import { requestMap } from '#mappings/erp/request.ts'
import type { ErpRequest } from '#mappings/erp/request.ts'
import type { Context, Delivery, SendPort, Sent, Transmission } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import { findRequest, jsonOf, post, problemIssue, referenceOf } from './client.ts'
import type { ErpConfig } from './config.ts'

const PATH = '/fulfillment-requests'

type Wire = Pick<ErpRequest, 'requestId'>
const Stored = z.object({ requests: z.array(z.looseObject({ requestId: z.string() })) })
type Sending = Transmission<'fulfillmentInstruction'>

export const fulfillment: SendPort<ErpConfig, 'fulfillmentInstruction'> = {
  name: 'fulfillment',
  summary: 'Fulfillment requests, POST /fulfillment-requests.',
  direction: 'out',
  transport: 'http',
  kind: 'fulfillmentInstruction',
  batchMax: 100,
  duplicates: 'key',
  expectsAnswer: true,

  prepare: (context, deliveries) => {
    const requests: ErpRequest[] = []
    const issues: Issue[] = []
    for (const { document } of deliveries) {
      const written = runBack(overlaid(requestMap, context.config, 'request'), document, {
        crosswalk: context.crosswalk,
      })
      if (written.ok) requests.push(written.document)
      else issues.push(...written.issues)
    }
    if (issues.length > 0) return Promise.resolve({ ok: false, issues })
    const bytes = new TextEncoder().encode(JSON.stringify({ requests }))
    return Promise.resolve({ ok: true, value: { name: nameOf(deliveries), bytes } })
  },

  send: (context, transmission) => {
    const requests = requestsOf(transmission)
    return context.config.batch && requests.size > 1
      ? sendBatch(context, transmission, requests)
      : sendSingles(context, transmission, requests)
  },

  lookup: async (context, transmission) => {
    const found = await inTurns(transmission.deliveries, context.config.concurrency, async (delivery) => {
      const { body: _, ...lookup } = await findRequest(context, delivery.document.requestId)
      return [delivery.instructionId, lookup] as const
    })
    return Object.fromEntries(found)
  },
}

function nameOf(deliveries: Delivery<'fulfillmentInstruction'>[]): string {
  const [first, second] = deliveries
  if (first !== undefined && second === undefined) return first.key
  return `batch-${sha256(deliveries.map(({ key }) => key).join('\n')).slice(0, 40)}`
}

/** What was stored, by request id, without those that were settled on an earlier attempt. */
function requestsOf({ bytes, deliveries }: Sending): Map<string, Wire> {
  const wanted = new Set<string>(deliveries.map(({ document }) => document.requestId))
  const { requests } = Stored.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  return new Map(requests.filter(({ requestId }) => wanted.has(requestId)).map((one) => [one.requestId, one]))
}

async function sendSingles(
  context: Context<ErpConfig>,
  { deliveries }: Sending,
  requests: Map<string, Wire>,
): Promise<Sent> {
  const each = await inTurns(deliveries, context.config.concurrency, async ({ instructionId, key, document }) => {
    const body = JSON.stringify(requests.get(document.requestId))
    const judged = await post(context, PATH, key, body, document.requestId)
    if (judged.kind === 'outcome') return [instructionId, judged.outcome] as const
    return [instructionId, taken(judged.answer.status, jsonOf(judged.answer))] as const
  })
  return { each: Object.fromEntries(each) }
}

/** 201 is new to the ERP; 200 says that it had it already. */
const taken = (status: number, body: unknown): Outcome => ({
  kind: status === 200 ? 'duplicate' : 'accepted',
  ...referenceOf(body),
})

const Results = z.object({ results: z.array(z.looseObject({ requestId: z.string(), status: z.int() })) })

async function sendBatch(
  context: Context<ErpConfig>,
  transmission: Sending,
  requests: Map<string, Wire>,
): Promise<Sent> {
  const body = JSON.stringify({ requests: [...requests.values()] })
  // On a resend some requests may be settled: then it is another body, and needs another key.
  const key = `${transmission.name}-${sha256([...requests.keys()].join('\n')).slice(0, 16)}`
  const judged = await post(context, `${PATH}/batch`, key, body, transmission.name)
  if (judged.kind === 'outcome') return { all: judged.outcome }
  const results = Results.safeParse(jsonOf(judged.answer))
  if (!results.success) {
    return { all: { kind: 'unknown', code: 'erp.batch-answer', message: 'the answer does not list the requests' } }
  }
  const byId = new Map(results.data.results.map((result) => [result.requestId, result]))
  const each = transmission.deliveries.map(({ instructionId, document }): [string, Outcome] => {
    const result = byId.get(document.requestId)
    if (result === undefined) {
      return [instructionId, { kind: 'unknown', code: 'erp.batch-answer', message: 'the answer leaves it out' }]
    }
    return [instructionId, itemOutcome(result, document.requestId)]
  })
  return { each: Object.fromEntries(each) }
}

function itemOutcome(result: z.output<typeof Results>['results'][number], requestId: string): Outcome {
  const { status } = result
  if (status >= 200 && status < 300) return taken(status, result)
  if (status === 429) return { kind: 'throttled', retryAfterMs: 1000 }
  if (status >= 500) return { kind: 'unknown', code: `erp.${status}`, message: 'the ERP failed on this request' }
  return { kind: 'rejected', issues: [problemIssue(status, result, requestId)] }
}

/** Runs `work` on all items, `width` at a time, and keeps their order. */
async function inTurns<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let from = 0; from < items.length; from += width) {
    results.push(...(await Promise.all(items.slice(from, from + width).map(work))))
  }
  return results
}
