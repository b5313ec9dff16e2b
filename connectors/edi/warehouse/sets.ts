/** What a 3PL tells: each set by its map. A 945 tells two things: what left, and what fell short. */
import type { Issue } from '#core/issue.ts'
import { adjustment947 } from '#mappings/x12/adjustment-947.ts'
import type { DocumentContext } from '#mappings/x12/document.ts'
import type { X12Profile } from '#mappings/x12/profile.ts'
import { receipt944 } from '#mappings/x12/receipt-944.ts'
import { shipped945 } from '#mappings/x12/shipped-945.ts'
import { isShort, shipsAnything, short945 } from '#mappings/x12/short-945.ts'
import { stock846 } from '#mappings/x12/stock-846.ts'
import type { X12Group, X12Set } from '#mappings/formats/x12/interchange.ts'
import type { InboundDocument, ReadContext } from '../../contract/connector.ts'
import type { EdiConfig } from '../config.ts'
import { sentAt } from '../documents.ts'
import { profileFor } from '../more-sets.ts'

type SetReading = { documents: InboundDocument[]; refused: { part: string; issues: Issue[] }[] }

/** Undefined for a set of a kind that is not read. */
export function readWarehouseSet(
  set: X12Set,
  group: X12Group,
  context: ReadContext<EdiConfig>,
): SetReading | undefined {
  const { config, crosswalk, receivedAt } = context
  const profile = profileFor(config)
  // Days are all that most of these sets tell; the group says when they were told.
  const scope: DocumentContext = { crosswalk, receivedAt: sentAt(group, receivedAt) }
  if (set.header.id === '846') return stock846.read(set, scope, profile, config) as SetReading
  if (set.header.id === '945') return shippedOf(set, scope, profile)
  if (set.header.id === '944') return told(receipt944.read(set, scope, profile) as SetReading, scope)
  if (set.header.id === '947') return told(adjustment947.read(set, scope, profile) as SetReading, scope)
  return undefined
}

/** What fell short comes first: its units are free again before the shipment closes the request. */
function shippedOf(set: X12Set, scope: DocumentContext, profile: X12Profile): SetReading {
  const none: SetReading = { documents: [], refused: [] }
  const short = isShort(set, profile) ? (short945.read(set, scope, profile) as SetReading) : none
  const shipped = shipsAnything(set) ? (shipped945.read(set, scope, profile) as SetReading) : none
  const refused = [...short.refused, ...shipped.refused]
  // Half of it would be a wrong answer.
  return refused.length > 0
    ? { documents: [], refused }
    : { documents: [...short.documents, ...shipped.documents], refused: [] }
}

/** With the moment of the group, because days alone cannot be put in order. */
function told({ documents, refused }: SetReading, { receivedAt: toldAt }: DocumentContext): SetReading {
  const dated = documents.map((document) => ({ ...document, value: { ...document.value, toldAt } }) as InboundDocument)
  return { documents: dated, refused }
}
