/** Settings and secrets of a partner with a plain JSON API. */
import { z } from 'zod'
import { WEBHOOK_SECRETS } from '../contract/standard-webhooks.ts'

export const RestConfig = z.object({
  baseUrl: z.url().describe('Where the partner takes calls, without a slash at the end.'),
  allowPrivateAddresses: z
    .boolean()
    .default(false)
    .describe('Calls may go to loopback and private addresses: for a partner in the same network.'),
  callsPerSecond: z.number().positive().max(10_000).default(5).describe('Calls that the partner takes in a second.'),
  concurrency: z.int().min(1).max(100).default(2).describe('Calls under way at once.'),
})
export type RestConfig = z.output<typeof RestConfig>

export const REST_SECRETS = {
  apiToken: 'Bearer token that the partner gave us.',
  ...WEBHOOK_SECRETS,
}
