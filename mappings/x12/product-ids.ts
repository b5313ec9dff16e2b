/** Product codes in pairs of qualifier and value: PO106/07 and on, LIN02/03 and on. */
import type { Sku } from '#core/model/ids.ts'
import type { Refusal, WithCrosswalk } from '../engine/index.ts'
import { refuse } from '../engine/index.ts'
import type { X12Profile } from './profile.ts'

/** The elements of up to four pairs in a PO1 or ACK-bearing line. */
export const PO1_PAIRS = ['PO1.06', 'PO1.07', 'PO1.08', 'PO1.09', 'PO1.10', 'PO1.11', 'PO1.12', 'PO1.13'] as const
/** Element 234 holds 48 characters. */
const CODE_MAX = 48

type Pairs = Partial<Record<(typeof PO1_PAIRS)[number], string>>

/** The hub's own SKU first, then the partner's code, then whatever else names the product. */
export function skuOfPairs(
  reads: Record<string, unknown>,
  profile: X12Profile,
  { crosswalk }: WithCrosswalk,
  field = 'PO1.07',
): { sku: Sku; partnerSku?: string } | Refusal {
  const partnerSku = codeIn(reads, profile.partnerSkuQualifier)
  const order = [profile.hubSkuQualifier, profile.partnerSkuQualifier, ...profile.otherSkuQualifiers]
  let first: string | undefined
  for (const qualifier of order) {
    const code = codeIn(reads, qualifier)
    if (code === undefined) continue
    const sku = crosswalk.skuOf(code)
    if (sku !== undefined) return partnerSku === undefined || partnerSku === sku ? { sku } : { sku, partnerSku }
    first ??= code
  }
  return refuse({
    rule: `must have a product code (${order.join(', ')}) with a row in the crosswalk`,
    cure: 'Add a crosswalk row from this product code to a SKU, then replay.',
    code: 'order.sku-unknown',
    class: 'crosswalk',
    field,
    ...(first === undefined ? {} : { subject: first }),
  })
}

/** The code under a qualifier; of two pairs with the same one the later counts. */
function codeIn(reads: Record<string, unknown>, qualifier: string): string | undefined {
  for (let i = PO1_PAIRS.length - 2; i >= 0; i -= 2) {
    const code = reads[PO1_PAIRS[i + 1] ?? '']
    if (reads[PO1_PAIRS[i] ?? ''] === qualifier && typeof code === 'string') return code
  }
  return undefined
}

/** The partner's code under its qualifier, then ours. */
export function skuPairs(sku: Sku, partnerSku: string, profile: X12Profile): Pairs | Refusal {
  if (sku.length > CODE_MAX || partnerSku.length > CODE_MAX) {
    return refuse({ rule: 'must be at most 48 characters', cure: 'Give the product a shorter code.', code: 'map.text' })
  }
  return {
    'PO1.06': profile.partnerSkuQualifier,
    'PO1.07': partnerSku,
    'PO1.08': profile.hubSkuQualifier,
    'PO1.09': sku,
  }
}
