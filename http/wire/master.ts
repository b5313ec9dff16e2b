/** Master data as the API takes it: the core's own models, whole rows, unknown fields refused. */
import { z } from '@hono/zod-openapi'
import { Channel, Connection } from '#core/model/channel.ts'
import { Node } from '#core/model/node.ts'
import { Product } from '#core/model/product.ts'
import { RateCard } from '#core/model/rate-card.ts'
import { Instant } from '#core/model/time.ts'

/** Rows in one request: one commit, and a body well below the cap. */
const MAX_ROWS = 1_000

const rows = <S extends z.ZodType>(row: S) => z.array(row).min(1).max(MAX_ROWS)

export const ProductsBody = z.strictObject({ products: rows(Product.strict()) }).openapi('Products')
export const NodesBody = z.strictObject({ nodes: rows(Node.strict()) }).openapi('Nodes')
export const ChannelsBody = z.strictObject({ channels: rows(Channel.strict()) }).openapi('Channels')

export const RateCardsBody = z.strictObject({ rateCards: rows(RateCard) }).openapi('RateCards')

export const CrosswalkRow = z.strictObject({
  connectionId: z.string().min(1).max(63),
  name: z.string().min(1).max(63).openapi({ description: 'The table: `node`, `carrier`, `rejectReason` …' }),
  partnerCode: z.string().min(1).max(200),
  canonical: z.string().min(1).max(200),
  validFrom: Instant.prefault('1970-01-01T00:00:00.000Z').openapi({
    description: 'Counts for documents that come at this time or later; a later row of the same code takes over.',
  }),
})
export const ConnectionsBody = z.strictObject({ connections: rows(Connection) }).openapi('Connections')
export const CrosswalksBody = z.strictObject({ crosswalks: rows(CrosswalkRow) }).openapi('Crosswalks')

export const Stored = z.object({ stored: z.int() }).openapi('Stored')
