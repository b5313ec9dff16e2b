/** ShipHero, a WMS with a GraphQL API: orders out, answers, shipments and stock in. Guide: docs/connectors/shiphero.md. */
import { z } from 'zod'
import { defineConnector } from '../contract/connector.ts'
import { cancel } from './cancel.ts'
import { ShipHeroConfig } from './config.ts'
import { drops } from './drops.ts'
import { call } from './graphql.ts'
import { ACCOUNT_CHECK } from './operations.ts'
import { orders } from './orders.ts'
import { ordersPoll, stockPoll } from './polls.ts'
import { events, inventory, WEBHOOK_SECRETS } from './webhooks.ts'

const Account = z.object({
  account: z.object({
    data: z.object({
      email: z.string().nullish(),
      warehouses: z.array(z.object({ id: z.string(), identifier: z.string().nullish() })).nullish(),
    }),
  }),
})

/** 7,000 calls in five minutes, whatever they cost; the credits are ShipHero's own to count, and it says when they are short. */
const CALLS = { max: 7_000, perMs: 300_000 }

export const shiphero = defineConnector({
  id: 'shiphero',
  version: '1.0.0',
  contract: 1,
  summary: 'ShipHero, a warehouse management system with a GraphQL API.',
  config: ShipHeroConfig,
  secrets: {
    refreshToken: 'Refresh token of a developer user (My Account > Developer Users > Add a 3rd Party Developer).',
    ...WEBHOOK_SECRETS,
  },
  limits: ({ concurrency }) => ({ ...CALLS, concurrency }),
  endpoints: ({ baseUrl, allowPrivateAddresses }) => ({ http: { baseUrl, allowPrivateAddresses } }),
  check: async (context) => {
    const called = await call(context, ACCOUNT_CHECK, {}, Account)
    if (called.ok) {
      const { warehouses } = called.value.account.data
      const names = (warehouses ?? []).map(({ id, identifier }) => `${identifier ?? 'a warehouse'} (${id})`)
      return { ok: true, detail: `ShipHero answers; warehouses: ${names.join(', ') || 'none'}` }
    }
    const { outcome } = called
    if (outcome.kind !== 'unavailable')
      return { ok: false, fault: 'transient', detail: `ShipHero answered: ${outcome.kind}`, cure: 'Try again.' }
    const { fault, message: detail } = outcome
    if (fault === 'auth')
      return {
        ok: false,
        fault,
        detail,
        cure: 'Renew refreshToken; a token of an account that was suspended does not work.',
      }
    if (fault === 'config') return { ok: false, fault, detail, cure: 'Correct baseUrl.' }
    return { ok: false, fault: 'transient', detail, cure: 'Try again; if it lasts, read ShipHero’s status page.' }
  },
  ports: [orders, cancel, drops, events, inventory, ordersPoll, stockPoll],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
