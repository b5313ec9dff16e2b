/** Standard Webhooks signature (standardwebhooks.com, specification 1.0.0): HMAC-SHA256 over `id.timestamp.body`. */
import { createHmac } from 'node:crypto'

export type SignedHeaders = { 'webhook-id': string; 'webhook-timestamp': string; 'webhook-signature': string }

/** Signs one attempt. The id stays over all attempts of an event; the timestamp is the attempt's own. */
export function signWebhook(id: string, epochSeconds: number, body: string, secret: string): SignedHeaders {
  const timestamp = String(epochSeconds)
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` }
}
