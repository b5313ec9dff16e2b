/** Where a field came from, as the API tells it. */
import { z } from '@hono/zod-openapi'

const FieldOrigin = z.object({
  field: z.string().openapi({ description: 'JSON pointer into the canonical document.', example: '/lines/0/sku' }),
  kind: z.string().openapi({ description: 'Kind of the document that said it.', example: 'order' }),
  envelopeId: z.string().openapi({ description: 'The stored raw document.' }),
  connectionId: z.string().nullable(),
  receivedAt: z.string().nullable(),
  part: z.string(),
  map: z.string(),
  mapVersion: z.string(),
  layers: z.array(z.string()),
  crosswalkVersion: z.string().optional(),
  rule: z.string(),
  layer: z.string().openapi({ description: '`base`, or the overlay whose rule won.' }),
  place: z.object({
    path: z.string(),
    byteOffset: z.int().optional(),
    line: z.int().optional(),
    column: z.int().optional(),
  }),
  raw: z.string().optional().openapi({ description: 'What stands there, shortened.' }),
})

export const OriginsView = z
  .object({ orderId: z.string(), field: z.string(), origins: z.array(FieldOrigin) })
  .openapi('FieldOrigins')
