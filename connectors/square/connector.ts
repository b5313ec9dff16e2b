/** Square POS: sales and returns of the tills in, pickup orders out, stock either way. Guide: docs/connectors/setup/square.md. */
import { z } from 'zod'
import { defineConnector } from '../contract/connector.ts'
import { availability } from './availability.ts'
import { cancel } from './cancel.ts'
import { call } from './client.ts'
import { SquareConfig } from './config.ts'
import { counts, countsFull } from './counts.ts'
import { events } from './events.ts'
import { orders } from './orders.ts'
import { pickups } from './pickups.ts'

const Locations = z.object({ locations: z.array(z.object({ id: z.string(), name: z.string().optional() })).optional() })

export const square = defineConnector({
  id: 'square',
  version: '1.0.0',
  contract: 1,
  summary: 'Square POS in stores: a channel that sells at the till, and nodes for pickup.',
  hasSetupPage: true,
  config: SquareConfig,
  secrets: {
    accessToken: 'Access token of the application (Developer Dashboard > Credentials), or of an OAuth grant.',
    webhookSignatureKey: 'Signature key of the webhook subscription (Developer Dashboard > Webhooks).',
    webhookSignatureKeyPrevious: 'The key before the last rotation; still accepted while it is set.',
  },
  limits: ({ callsPerSecond, concurrency }) => ({ max: callsPerSecond, perMs: 1000, concurrency }),
  endpoints: ({ baseUrl, allowPrivateAddresses }) => ({ http: { baseUrl, allowPrivateAddresses } }),
  check: async (context) => {
    const called = await call(context, { method: 'GET', path: '/locations', effect: false }, Locations)
    if (called.ok) {
      const known = new Map((called.value.locations ?? []).map(({ id, name }) => [id, name ?? id]))
      const missing = context.config.locationIds.filter((id) => !known.has(id))
      if (missing.length === 0) {
        const names = context.config.locationIds.map((id) => known.get(id)).join(', ')
        return { ok: true, detail: `Square answers for ${names}` }
      }
      const detail = `the account has no location ${missing.join(', ')}`
      return {
        ok: false,
        fault: 'config',
        detail,
        cure: `Correct locationIds; it has ${[...known.keys()].join(', ')}.`,
      }
    }
    const { outcome } = called
    if (outcome.kind !== 'unavailable')
      return { ok: false, fault: 'transient', detail: `Square answered: ${outcome.kind}`, cure: 'Try again.' }
    const { fault, message: detail } = outcome
    if (fault === 'auth')
      return {
        ok: false,
        fault,
        detail,
        cure: 'Renew accessToken; it needs ORDERS_READ, ORDERS_WRITE, PAYMENTS_WRITE, INVENTORY_READ, INVENTORY_WRITE and MERCHANT_PROFILE_READ.',
      }
    if (fault === 'config') return { ok: false, fault, detail, cure: 'Correct baseUrl or apiVersion.' }
    return { ok: false, fault: 'transient', detail, cure: 'Try again; if it lasts, read Square’s status page.' }
  },
  ports: [events, orders, counts, countsFull, pickups, cancel, availability],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
