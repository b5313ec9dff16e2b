/** What a retailer tells: orders and cancels of them (ORDERS), changes (ORDCHG). Its interchange says when they were told. */
import type { Instant } from '#core/model/time.ts'
import { cancelsOrder, retailerCancel, retailerChange } from '#mappings/edifact/retailer/change.ts'
import { retailerOrders } from '#mappings/edifact/retailer/orders.ts'
import type { EdifactDocument } from '#mappings/edifact/document.ts'
import type { EdifactProfile } from '#mappings/edifact/profile.ts'
import type { EdifactMessage } from '#mappings/formats/edifact/interchange.ts'
import type { InboundDocument, ReadContext } from '../../../contract/connector.ts'
import { profileOf } from '../config.ts'
import type { EdifactConfig } from '../config.ts'
import type { MessageReading } from '../documents.ts'

const READ: Readonly<Record<string, (message: EdifactMessage, profile: EdifactProfile) => EdifactDocument>> = {
  ORDERS: (message, profile) => (cancelsOrder(message, profile) ? retailerCancel : retailerOrders),
  ORDCHG: () => retailerChange,
}
export const RETAILER_MESSAGES = Object.keys(READ)

/** Undefined for a message of a kind that is not read. */
export function readRetailerMessage(
  message: EdifactMessage,
  { config, crosswalk, channelId }: ReadContext<EdifactConfig>,
  toldAt: Instant,
): MessageReading | undefined {
  const profile = profileOf(config)
  const { type } = message.header
  const document = Object.hasOwn(READ, type) ? READ[type]?.(message, profile) : undefined
  const reading = document?.read(message, { crosswalk, channelId, receivedAt: toldAt }, profile)
  return reading === undefined ? undefined : { ...reading, documents: reading.documents as InboundDocument[] }
}
