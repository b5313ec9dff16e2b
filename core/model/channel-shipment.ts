/** What leaves a node, told to the channel that sold it, in the channel's own names of order and lines. */
import { z } from 'zod'
import { NodeId, Sku } from './ids.ts'
import { PositiveQuantity } from './quantity.ts'
import { Instant } from './time.ts'

const Line = z.object({ externalLineId: z.string(), sku: Sku, quantity: PositiveQuantity })

export const ChannelPackage = z.object({
  trackingNumber: z.string().optional(),
  /** SSCC or the like, as it stands on the carton. */
  containerCode: z.string().optional(),
  weightGrams: z.int().min(0).optional(),
  lines: z.array(Line),
})
export type ChannelPackage = z.infer<typeof ChannelPackage>

export const ChannelShipment = z.object({
  externalOrderId: z.string(),
  nodeId: NodeId,
  shipmentId: z.string(),
  shippedAt: Instant,
  carrier: z.string().optional(),
  lines: z.array(Line),
  trackingNumbers: z.array(z.string()),
  trackingUrls: z.array(z.string()),
  /** Which units are in which parcel; absent where the node did not say so much. */
  packages: z.array(ChannelPackage).optional(),
  /** Fields of the channel's own order document that its map carries, to be echoed. Only that channel's maps can read it. */
  carried: z.unknown().optional(),
})
export type ChannelShipment = z.infer<typeof ChannelShipment>

/** Its parcels. A node that did not say what is in which parcel sent one, as far as the channel hears. */
export function packagesOf({ packages, trackingNumbers, lines }: ChannelShipment): ChannelPackage[] {
  const [only] = trackingNumbers
  const named = only === undefined || trackingNumbers.length > 1 ? {} : { trackingNumber: only }
  return packages ?? [{ ...named, lines }]
}
