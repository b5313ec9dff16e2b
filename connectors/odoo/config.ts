/** Settings of an Odoo connection. */
import { z } from 'zod'
import { overlaysFor } from '#mappings/engine/index.ts'
import { orderMap } from '#mappings/odoo/order.ts'
import { stockMap } from '#mappings/odoo/stock.ts'

export const OdooConfig = z.object({
  baseUrl: z.url().describe('Where Odoo answers, such as https://mycompany.odoo.com.'),
  allowPrivateAddresses: z.boolean().default(false).describe('Odoo stands in our own network.'),
  database: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Name of the database, where one address serves several (X-Odoo-Database).'),
  partnerId: z.int().min(1).describe('Id of the res.partner that the hub’s sales orders are sold to.'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR')
    .describe('Currency of that partner’s pricelist; orders of another one are refused before they are sent.'),
  tracking: z
    .boolean()
    .default(true)
    .describe('Odoo’s Delivery app is installed: carrier and tracking number are read from deliveries.'),
  pollOverlapMs: z
    .int()
    .min(0)
    .default(120_000)
    .describe('Re-reads so much before the last seen change: Odoo dates a record when its transaction begins.'),
  fullEveryMinutes: z.int().min(0).default(1_440).describe('How often every product is read again.'),
  callsPerSecond: z.int().min(1).default(5).describe('Most calls in a second.'),
  concurrency: z.int().min(1).max(20).default(2).describe('Most calls at once.'),
  overlays: overlaysFor({ order: orderMap, stock: stockMap }),
})
export type OdooConfig = z.output<typeof OdooConfig>
