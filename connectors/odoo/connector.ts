/** Odoo 19 and later over its External JSON-2 API: sales orders out, their fate and the stock in. Guide: docs/connectors/setup/odoo.md. */
import { z } from 'zod'
import { defineConnector } from '../contract/connector.ts'
import { deliveries, orders } from './answers.ts'
import { cancel } from './cancel.ts'
import { call } from './client.ts'
import { OdooConfig } from './config.ts'
import { fulfillment } from './fulfillment.ts'
import { stock, stockFull, stockMoves } from './stock.ts'

export const odoo = defineConnector({
  id: 'odoo',
  version: '1.0.0',
  contract: 1,
  summary: 'Odoo as the ERP of warehouses and stores.',
  hasSetupPage: true,
  config: OdooConfig,
  secrets: {
    apiKey:
      'API key of the hub’s user (Preferences > Account Security > New API Key). Odoo lets a key live three months.',
  },
  limits: ({ callsPerSecond, concurrency }) => ({ max: callsPerSecond, perMs: 1000, concurrency }),
  endpoints: ({ baseUrl, allowPrivateAddresses }) => ({ http: { baseUrl, allowPrivateAddresses } }),
  /** Reads the customer that orders are sold to: key, rights and the most likely wrong setting in one call. */
  check: async (context) => {
    const { partnerId } = context.config
    const called = await call(
      context,
      'res.partner/search_read',
      { domain: [['id', '=', partnerId]], fields: ['name'], limit: 1 },
      z.array(z.object({ id: z.int(), name: z.string() })),
      false,
    )
    if (called.ok) {
      const [partner] = called.value
      if (partner !== undefined) return { ok: true, detail: `Odoo answers; orders are sold to ${partner.name}` }
      const detail = `there is no res.partner ${partnerId}`
      return { ok: false, fault: 'config', detail, cure: 'Set partnerId to the customer that orders are sold to.' }
    }
    const { outcome } = called
    if (outcome.kind !== 'unavailable')
      return { ok: false, fault: 'transient', detail: `Odoo answered: ${outcome.kind}`, cure: 'Try again.' }
    const { fault, message: detail } = outcome
    if (fault === 'auth')
      return { ok: false, fault, detail, cure: 'Renew apiKey, or give its user the rights for Sales and Inventory.' }
    if (fault === 'config')
      return { ok: false, fault, detail, cure: 'Correct baseUrl or database; JSON-2 needs Odoo 19.' }
    return { ok: false, fault: 'transient', detail, cure: 'Try again; if it lasts, see whether Odoo is up.' }
  },
  ports: [stock, stockMoves, stockFull, orders, deliveries, fulfillment, cancel],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
