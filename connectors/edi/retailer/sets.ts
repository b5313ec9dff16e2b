/** What a retailer tells: orders (850), changes of them (860), returns (180). Days are all that most say; the group says when they were told. */
import type { Issue } from '#core/issue.ts'
import type { X12Group, X12Set } from '#mappings/formats/x12/interchange.ts'
import type { DocumentContext, X12Document } from '#mappings/x12/document.ts'
import { retailerChange860 } from '#mappings/x12/retailer/change-860.ts'
import { retailerOrder850 } from '#mappings/x12/retailer/order-850.ts'
import { retailerReturn180 } from '#mappings/x12/retailer/return-180.ts'
import type { InboundDocument, ReadContext } from '../../contract/connector.ts'
import type { EdiConfig } from '../config.ts'
import { sentAt } from '../documents.ts'
import { profileFor } from '../more-sets.ts'

type SetReading = { documents: InboundDocument[]; refused: { part: string; issues: Issue[]; about?: string }[] }

const READ: Readonly<Record<string, X12Document>> = {
  '850': retailerOrder850,
  '860': retailerChange860,
  '180': retailerReturn180,
}
export const RETAILER_SETS = Object.keys(READ)

/** Undefined for a set of a kind that is not read. */
export function readRetailerSet(set: X12Set, group: X12Group, context: ReadContext<EdiConfig>): SetReading | undefined {
  const document = READ[set.header.id]
  if (document === undefined) return undefined
  const { config, crosswalk, channelId, receivedAt } = context
  const scope: DocumentContext = { crosswalk, channelId, receivedAt: sentAt(group, receivedAt) }
  return document.read(set, scope, profileFor(config), config) as SetReading
}
