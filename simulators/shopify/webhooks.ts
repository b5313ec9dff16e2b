/**
 * Webhook deliveries as shopify.dev/docs/apps/build/webhooks describes them: signed over the raw bytes, answered within 5 s, tried
 * again 8 times over 4 h with the original body and the same webhook id, after which the subscription is removed.
 */
import { Agent, request } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Manners } from './manners.ts'
import type { Schedule } from './schedule.ts'

export const WEBHOOK_TOPICS = [
  'orders/create',
  'orders/cancelled',
  'fulfillment_orders/order_routing_complete',
  'inventory_levels/update',
  'orders/updated',
  'returns/request',
  'returns/approve',
  'refunds/create',
] as const
export type WebhookTopic = (typeof WEBHOOK_TOPICS)[number]
/** What an app has subscribed to. */
export type Subscriptions = {
  all: () => readonly WebhookTarget[]
  add: (target: WebhookTarget) => void
}

export type WebhookTarget = { topic: WebhookTopic; url: string }
export type DeliveryOutcome = 'acknowledged' | 'abandoned' | 'closed'

/** Shopify names the count and the span of its retries, not the steps; these eight add up to four hours. */
export const DEFAULT_RETRY_DELAYS_MS = [1, 2, 4, 8, 15, 30, 60, 120].map((minutes) => minutes * 60_000)
const LONGEST_HOLD_MS = 50

export type WebhookCounts = {
  /** Distinct webhooks, whatever the number of attempts. */
  sent: number
  attempts: number
  acknowledged: number
  retried: number
  duplicated: number
  abandoned: number
  subscriptionsRemoved: number
}

export type WebhookSettings = {
  targets: WebhookTarget[]
  shopDomain: string
  apiVersion: string
  sign: (body: Buffer) => string
  now: () => number
  newId: () => string
  manners: Manners
  /** Time for the whole answer. */
  timeoutMs: number
  retryDelaysMs: readonly number[]
  /** Deliveries under way at once. */
  maxSockets: number
}

type Delivery = { target: WebhookTarget; body: Buffer; headers: Record<string, string> }

export type WebhookSender = ReturnType<typeof createWebhookSender>

export function createWebhookSender(settings: WebhookSettings, schedule: Schedule) {
  const { manners } = settings
  const targets = [...settings.targets]
  const agent = new Agent({ keepAlive: true, maxSockets: settings.maxSockets })
  const counts: WebhookCounts = {
    sent: 0,
    attempts: 0,
    acknowledged: 0,
    retried: 0,
    duplicated: 0,
    abandoned: 0,
    subscriptionsRemoved: 0,
  }
  const openCalls = new Set<ClientRequest>()
  let releaseHeld: (() => void) | undefined

  /** Sends one event to every subscription of the topic. `eventId` is shared by all webhooks of one merchant action. */
  function send(topic: WebhookTopic, content: object, eventId: string): Promise<DeliveryOutcome>[] {
    const subscribed = targets.filter((target) => target.topic === topic)
    if (subscribed.length === 0) return []
    const body = Buffer.from(JSON.stringify(content), 'utf8')
    return subscribed.map((target) => schedule.track(deliver({ target, body, headers: headersOf(topic, eventId) })))
  }

  function headersOf(topic: WebhookTopic, eventId: string): Record<string, string> {
    return {
      'Content-Type': 'application/json',
      'User-Agent': 'Shopify-Captain-Hook',
      'X-Shopify-Topic': topic,
      'X-Shopify-Shop-Domain': settings.shopDomain,
      'X-Shopify-API-Version': settings.apiVersion,
      'X-Shopify-Webhook-Id': settings.newId(),
      'X-Shopify-Event-Id': eventId,
      'X-Shopify-Triggered-At': new Date(settings.now()).toISOString(),
    }
  }

  async function deliver(delivery: Delivery): Promise<DeliveryOutcome> {
    counts.sent += 1
    const number = counts.sent
    if (manners.webhookDelayMs > 0) await schedule.sleep(manners.webhookDelayMs)
    await takeTurn(manners.reorderEvery > 0 && number % manners.reorderEvery === 0)
    const copies = manners.duplicateEvery > 0 && number % manners.duplicateEvery === 0 ? manners.duplicateCopies - 1 : 0
    counts.duplicated += copies
    const [outcome] = await Promise.all([
      deliverOriginal(delivery),
      ...Array.from({ length: copies }, () => attempt(delivery)),
    ])
    return outcome
  }

  /** A held webhook goes out after the next one has started, or alone after a short while. */
  async function takeTurn(hold: boolean): Promise<void> {
    const release = releaseHeld
    releaseHeld = undefined
    if (release !== undefined) setImmediate(release)
    if (!hold) return
    const overtaken = new Promise<void>((resolve) => {
      releaseHeld = resolve
    })
    await Promise.race([overtaken, schedule.sleep(LONGEST_HOLD_MS)])
  }

  async function deliverOriginal(delivery: Delivery): Promise<DeliveryOutcome> {
    for (const delayMs of [0, ...settings.retryDelaysMs]) {
      if (delayMs > 0) {
        if (!(await schedule.sleep(delayMs))) return 'closed'
        counts.retried += 1
      }
      if (schedule.isClosed()) return 'closed'
      if (await attempt(delivery)) {
        counts.acknowledged += 1
        return 'acknowledged'
      }
    }
    counts.abandoned += 1
    unsubscribe(delivery.target)
    return 'abandoned'
  }

  function unsubscribe(target: WebhookTarget): void {
    const index = targets.indexOf(target)
    if (index === -1) return
    targets.splice(index, 1)
    counts.subscriptionsRemoved += 1
  }

  /** True when the receiver answered 2xx in time. The signature is made anew, for the secret may have changed; the body may not. */
  async function attempt(delivery: Delivery): Promise<boolean> {
    counts.attempts += 1
    const headers = { ...delivery.headers, 'X-Shopify-Hmac-Sha256': settings.sign(delivery.body) }
    const first = await post(delivery, headers)
    // The receiver closed an idle connection just as it was used again: nothing was delivered, so it is no attempt.
    const status = first === 'stale-connection' ? await post(delivery, headers) : first
    return typeof status === 'number' && status >= 200 && status < 300
  }

  function post(delivery: Delivery, headers: Record<string, string>): Promise<number | 'failed' | 'stale-connection'> {
    return new Promise((resolve) => {
      const call = request(delivery.target.url, {
        method: 'POST',
        agent,
        headers: { ...headers, 'Content-Length': delivery.body.length },
      })
      openCalls.add(call)
      const deadline = setTimeout(() => call.destroy(new Error('the receiver took too long')), settings.timeoutMs)
      const finish = (result: number | 'failed' | 'stale-connection'): void => {
        clearTimeout(deadline)
        openCalls.delete(call)
        resolve(result)
      }
      call.on('response', (response: IncomingMessage) => {
        response.on('end', () => finish(response.statusCode ?? 'failed'))
        response.on('error', () => finish('failed'))
        response.resume()
      })
      call.on('error', (error: NodeJS.ErrnoException) => {
        finish(call.reusedSocket && error.code === 'ECONNRESET' ? 'stale-connection' : 'failed')
      })
      call.end(delivery.body)
    })
  }

  return {
    send,
    counts,
    targets: (): readonly WebhookTarget[] => targets,
    subscribe: (target: WebhookTarget): void => void targets.push(target),
    subscribes: (topic: WebhookTopic): boolean => targets.some((target) => target.topic === topic),
    close: (): void => {
      for (const call of openCalls) call.destroy()
      agent.destroy()
    },
  }
}
