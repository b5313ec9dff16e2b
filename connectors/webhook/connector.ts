/** Webhooks to the merchant's own systems: what happens to orders, signed by Standard Webhooks (standardwebhooks.com, specification 1.0.0). */
import { defineConnector } from '../contract/connector.ts'
import { WebhookConfig } from './config.ts'
import { events, post } from './events.ts'

export const webhook = defineConnector({
  id: 'webhook',
  version: '1.0.0',
  contract: 1,
  summary: 'Tells your own systems what happens to orders, by signed webhooks.',
  hasSetupPage: true,
  config: WebhookConfig,
  secrets: {
    signing:
      'Signs each call: whsec_ and 24 to 64 random bytes in base64. Yours to make; the receiver has the same. While it is rotated, the new and the old one with a blank between them: calls carry a signature of each.',
  },
  limits: ({ callsPerSecond, concurrency }) => ({ max: callsPerSecond, perMs: 1_000, concurrency }),
  endpoints: ({ url, allowPrivateAddresses }) => ({ http: { baseUrl: new URL(url).origin, allowPrivateAddresses } }),
  /** A `ping` as receivers know it from Standard Webhooks' own tools; one that answers 2xx is well. */
  check: async (context) => {
    const now = context.clock.now()
    const body = JSON.stringify({ type: 'ping', timestamp: now, data: {} })
    const outcome = await post(context, `ping_${now.replaceAll(/\D/g, '')}`, body)
    if (outcome.kind === 'accepted') return { ok: true, detail: 'the receiver answers 2xx' }
    const found = outcome.kind === 'unavailable' ? outcome.fault : 'transient'
    const fault = found === 'auth' || found === 'config' ? found : 'transient'
    const detail = 'message' in outcome ? outcome.message : 'the receiver asks to wait'
    return { ok: false, fault, detail, cure: 'Check url and the secret signing, and whether the receiver is up.' }
  },
  ports: [events],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
