/** Channels sell; connections speak. A connection is one configured connector: credentials, addresses, limits. */
import { z } from 'zod'
import { ChannelId, ConnectionId, PartyId } from './ids.ts'
import { CurrencyCode } from './money.ts'

export const Channel = z.strictObject({
  id: ChannelId,
  name: z.string().max(200),
  currency: CurrencyCode,
  /** Where orders come from and shipments are told to; absent for orders that come through the API. */
  connection: ConnectionId.optional(),
  /** Units of each SKU held back from this channel. */
  threshold: z.int().min(0).default(0),
  /** Sells only from nodes of these groups; absent: from every node. */
  nodeGroups: z.array(z.string().min(1).max(63)).min(1).optional(),
  /** The segment of the stock policy whose ring-fenced units it may sell. */
  segment: z.string().max(63).optional(),
})
export type Channel = z.infer<typeof Channel>

export const CONNECTION_STATES = ['active', 'paused', 'broken'] as const
export type ConnectionState = (typeof CONNECTION_STATES)[number]

/** `config` and `secrets` are checked by the connector's own two schemas; secrets are references, never values. */
export const Connection = z.strictObject({
  id: ConnectionId,
  connector: z.string().max(63),
  party: PartyId.optional(),
  config: z.record(z.string(), z.unknown()).default({}),
  /** Secret name → where its value lies: `env:SHOPIFY_SECRET` or `file:/run/secrets/shopify`. */
  secrets: z.record(z.string(), z.string().regex(/^(env|file):.+$/, 'must be env:NAME or file:/path')).default({}),
})
export type Connection = z.infer<typeof Connection>
