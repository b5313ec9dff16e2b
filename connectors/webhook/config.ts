/** Settings of a webhook subscription. */
import { z } from 'zod'
import { FACT_KINDS } from '#core/model/fact.ts'

export const WebhookConfig = z.object({
  url: z
    .url()
    .refine((url) => new URL(url).username === '' && new URL(url).hash === '', 'must have no login and no fragment')
    .describe('Where events are posted.'),
  events: z.array(z.enum(FACT_KINDS)).min(1).optional().describe('Kinds of events that are wanted; without it, all.'),
  allowPrivateAddresses: z.boolean().default(false).describe('The receiver stands in our own network.'),
  callsPerSecond: z.int().min(1).max(1_000).default(50).describe('Most calls in a second.'),
  concurrency: z
    .int()
    .min(1)
    .max(100)
    .default(8)
    .describe('Most calls at once; those of one order go one after the other.'),
})
export type WebhookConfig = z.output<typeof WebhookConfig>
