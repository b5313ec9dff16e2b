/** What the sets exchanged with a retailer share: its own numbers for its order and its lines, and ours for us. */
import type { ExternalLineId, ExternalOrderId, Sku } from '#core/model/ids.ts'
import { isRefusal, text } from '../../engine/index.ts'
import type { Refusal } from '../../engine/index.ts'
import type { DocumentScope } from '../document.ts'
import { PO1_PAIRS, skuOfPairs, skuPairs } from '../product-ids.ts'
import type { X12Profile } from '../profile.ts'
import type { Elements } from '../tree.ts'

/** Data element 324, AN 1/22: the retailer's number of its order, text for ever. */
export const purchaseOrder = text<ExternalOrderId>(22)
/** Data element 350, AN 1/20: PO101, echoed in whatever speaks of the line. */
export const lineId = text<ExternalLineId>(20)

/** Data element 327, AN 1/8: BCH05, which numbers the changes of an order. */
export const changeNumber = text(8)

/** The pairs of `skuPairs` from another position on: LIN02 and on, POC08 and on. */
export function pairsAt(segment: string, first: number, sku: Sku, profile: X12Profile, scope: DocumentScope) {
  const pairs = skuPairs(sku, scope.crosswalk.partnerSkuOf(sku), profile)
  if (isRefusal(pairs)) return pairs
  const values = Object.values(pairs)
  return Object.fromEntries(values.map((value, i) => [`${segment}.${String(first + i).padStart(2, '0')}`, value]))
}

/** The elements of up to four pairs in a POC. */
export const POC_PAIRS = ['POC.08', 'POC.09', 'POC.10', 'POC.11', 'POC.12', 'POC.13', 'POC.14', 'POC.15'] as const

/** The product that the pairs of a POC name. */
export function skuOfPoc(reads: Record<string, unknown>, profile: X12Profile, scope: DocumentScope): Sku | Refusal {
  const asPo1 = Object.fromEntries(PO1_PAIRS.map((element, at) => [element, reads[POC_PAIRS[at] ?? '']]))
  const found = skuOfPairs(asPo1, profile, scope, 'POC.09')
  return isRefusal(found) ? found : found.sku
}

/** REF*IA: the number by which the retailer knows us. */
export const vendorReference = ({ vendorNumber }: X12Profile): Elements[] =>
  vendorNumber === '' ? [] : [{ '01': 'IA', '02': vendorNumber }]
