/** A receiver of webhooks on paper, for `crossdock connector test webhook`: it proves each signature and takes each id once. */
import { Buffer } from 'node:buffer'
import type { Exhibit, PaperPartner } from '../contract/exhibit.ts'
import type { HttpRequest } from '../contract/transport.ts'
import { standardWebhook } from '../contract/standard-webhooks.ts'
import type { Instant } from '#core/model/time.ts'

const PATH = '/hooks/crossdock'

function receiver(signing: string): PaperPartner {
  const taken: string[] = []
  return {
    answer: (request, now) => {
      if (request.path !== PATH) return status(404)
      if (!isGenuine(request, now, signing)) return status(401)
      const id = request.headers?.['webhook-id'] ?? ''
      if (!id.startsWith('ping_') && !taken.includes(id)) taken.push(id)
      return status(204)
    },
    effects: () => [...taken],
  }
}

/** As every receiver that follows Standard Webhooks proves it. */
function isGenuine({ headers = {}, body = '' }: HttpRequest, receivedAt: Instant, signing: string): boolean {
  const request = { headers, body: typeof body === 'string' ? Buffer.from(body) : body, receivedAt }
  return standardWebhook.verify(request, (name) => (name === 'webhookSecret' ? signing : undefined)).ok
}

const status = (code: number) => ({ status: code, headers: {}, body: new Uint8Array() })

export const exhibit: Exhibit = {
  config: { url: `https://receiver.example${PATH}` },
  secrets: (seed) => ({ signing: `whsec_${Buffer.from(`signing key of the hub ${seed}`).toString('base64')}` }),
  nodeCode: 'NODE',
  partner: (secret) => receiver(secret('signing')),
  inbound: {},
  outbound: { events: {} },
}
