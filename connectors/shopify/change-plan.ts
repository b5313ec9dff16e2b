/** What is missing for an order in Shopify to stand as the hub wants it. Pure, and empty when it stands so: a repeat then does nothing. */
import { z } from 'zod'
import type { ChannelChange } from '#core/model/order-change.ts'
import type { Address } from '#core/model/party.ts'
import { sameData } from '#core/same-data.ts'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined)

export const OrderAsItIs = z.object({
  id: z.string(),
  cancelledAt: z.string().nullish(),
  shippingAddress: z
    .object({
      firstName: text,
      lastName: text,
      company: text,
      address1: text,
      address2: text,
      city: text,
      provinceCode: text,
      zip: text,
      countryCodeV2: text,
      phone: text,
    })
    .nullish(),
  lineItems: z.object({
    nodes: z.array(z.object({ id: z.string(), sku: z.string().nullish(), currentQuantity: z.int() })),
    pageInfo: z.object({ hasNextPage: z.boolean() }),
  }),
})
export type OrderAsItIs = z.output<typeof OrderAsItIs>

export type AddressInput = {
  firstName?: string
  lastName?: string
  company?: string
  address1?: string
  address2?: string
  city?: string
  provinceCode?: string
  zip?: string
  countryCode?: string
  phone?: string
}

export type Missing = {
  cancel: boolean
  address?: AddressInput
  quantities: { lineItemId: string; quantity: number }[]
  /** SKUs in Shopify's words. */
  added: { sku: string; quantity: number }[]
}

export const isNothing = ({ cancel, address, quantities, added }: Missing): boolean =>
  !cancel && address === undefined && quantities.length === 0 && added.length === 0

/** What is asked for, with SKUs as Shopify has them. Of a line that Shopify does not have only nothing can be wanted. */
export function missingOf(order: OrderAsItIs, change: ChannelChange, skuThere: (sku: string) => string): Missing {
  const nothing: Missing = { cancel: false, quantities: [], added: [] }
  // A cancelled order takes no change any more.
  if (order.cancelledAt != null) return nothing
  if (change.cancelled) return { ...nothing, cancel: true }
  const lines = new Map(order.lineItems.nodes.map((line) => [line.id, line]))
  const known = new Set<string>(change.knownLineIds)
  const strange = order.lineItems.nodes.filter((line) => !known.has(line.id))
  const address = change.shipTo === undefined ? undefined : addressInput(change.shipTo)
  return {
    cancel: false,
    ...(address === undefined || standsAt(order, address) ? {} : { address }),
    quantities: change.quantities.flatMap(({ externalLineId, quantity }) =>
      lines.get(externalLineId)?.currentQuantity === quantity ? [] : [{ lineItemId: externalLineId, quantity }],
    ),
    added: change.added.flatMap(({ sku, quantity }) => {
      const there = skuThere(sku)
      const at = strange.findIndex((line) => line.sku === there)
      if (at >= 0) strange.splice(at, 1)
      return at >= 0 ? [] : [{ sku: there, quantity }]
    }),
  }
}

/** Shopify keeps a first and a last name; ours is one. The last word is taken for the last name. */
function addressInput(to: Address): AddressInput {
  const words = (to.name ?? '').trim().split(/\s+/)
  const lastName = words.pop() ?? ''
  const input: Record<string, string | undefined> = {
    firstName: words.join(' '),
    lastName,
    company: to.company,
    address1: to.line1,
    address2: to.line2,
    city: to.city,
    provinceCode: to.region,
    zip: to.postcode,
    countryCode: to.country,
    phone: to.phone,
  }
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined && value !== ''))
}

function standsAt({ shippingAddress }: OrderAsItIs, { countryCode, ...wanted }: AddressInput): boolean {
  if (shippingAddress == null) return false
  const { countryCodeV2, ...is } = shippingAddress
  const stated = Object.fromEntries(Object.entries(is).filter(([, value]) => value !== undefined && value !== ''))
  return countryCodeV2 === countryCode && sameData(stated, wanted)
}
