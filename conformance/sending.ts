/** One thing told to a partner, as the runtime would tell it: prepared, then sent, then asked for. */
import type { Outcome } from '#core/outcome.ts'
import { Fault } from '#core/fault.ts'
import type { Context, Delivery, SendPort, Sent, Transmission } from '#connectors/contract/connector.ts'
import { describeIssue } from '#core/issue.ts'
import { must, type OutboundPort } from './check.ts'
import type { Desk } from './desk.ts'
import { outgoing } from './values.ts'

export function documentFor(desk: Desk, { port, shown }: OutboundPort, id: string): unknown {
  const where = { ...desk, ...(shown.receipt === undefined ? {} : { receipt: shown.receipt }) }
  return outgoing(port.kind as Parameters<typeof outgoing>[0], id, where)
}

export async function prepared(desk: Desk, each: OutboundPort, id: string): Promise<Transmission> {
  const document = documentFor(desk, each, id)
  desk.partner.expect?.(each.port.kind, document)
  return prepareOf(desk.context(), each.port, [{ instructionId: id, key: `key-${id}`, document }] as Delivery[])
}

export async function prepareOf(
  context: Context<unknown>,
  port: SendPort<unknown>,
  deliveries: Delivery[],
): Promise<Transmission> {
  const written = await port.prepare(context, deliveries)
  must(written.ok, () => `it cannot be written: ${written.ok ? '' : written.issues.map(describeIssue).join('; ')}`)
  return { id: 'trm_kit', ...written.value, deliveries }
}

/** What came of it, as the runtime takes it: a Fault that was thrown says its kind, anything else leaves it open. */
export async function outcomeOfSend(desk: Desk, port: SendPort<unknown>, transmission: Transmission): Promise<Outcome> {
  try {
    return outcomeIn(await port.send(desk.context(), transmission), transmission)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (error.kind === 'throttled') return { kind: 'throttled', retryAfterMs: error.retryAfterMs ?? 1_000 }
    if (error.kind === 'unknownOutcome') return { kind: 'unknown', code: error.code, message: error.message }
    return { kind: 'unavailable', fault: error.kind, code: error.code, message: error.message }
  }
}

function outcomeIn(sent: Sent, { deliveries }: Transmission): Outcome {
  const id = deliveries[0]?.instructionId ?? ''
  const outcome = 'all' in sent ? sent.all : sent.each[id]
  must(outcome !== undefined, 'it gives no outcome for what it was handed')
  return outcome
}

/** Gets a token and whatever else a connector fetches once, so that the next call is the one that counts. */
export async function warm(desk: Desk): Promise<void> {
  const result = await desk.connector.check(desk.context())
  must(result.ok, () => `the check fails at a healthy partner: ${result.ok ? '' : result.detail}`)
  desk.http.calls.length = 0
}
