/** Inventory items of SKUs and their present quantities. Shopify's stock knows items and locations, not SKUs. */
import { z } from 'zod'
import type { Sku } from '#core/model/ids.ts'
import type { Context } from '../contract/connector.ts'
import type { HttpTransport } from '../contract/transport.ts'
import { gidOf } from './config.ts'
import type { ShopifyConfig } from './config.ts'
import { call } from './graphql.ts'
import { findItems, readLevels } from './operations.ts'
import type { Called } from './graphql.ts'

export type Place = { inventoryItemId: string; locationId: string }

/** Aliases in one call: below half of the largest cost that Shopify takes. */
const AT_ONCE = 25

/** An item keeps its id for life; unknown SKUs are asked again each time. Kept as long as the connection's transport. */
const known = new WeakMap<HttpTransport, Map<Sku, string>>()

/** The inventory items of SKUs: from the crosswalk table `inventoryItem`, from memory, or by asking. A SKU two items share has none. */
export async function inventoryItems(context: Context<ShopifyConfig>, skus: Sku[]): Promise<Called<Map<Sku, string>>> {
  const memory = known.get(context.http) ?? new Map<Sku, string>()
  known.set(context.http, memory)
  for (const sku of skus) {
    const fixed = context.crosswalk.code('inventoryItem', sku)
    if (fixed !== undefined) memory.set(sku, gidOf('InventoryItem', fixed))
  }
  const missing = [...new Set(skus)].filter((sku) => !memory.has(sku))
  for (let from = 0; from < missing.length; from += AT_ONCE) {
    const found = await ask(context, missing.slice(from, from + AT_ONCE))
    if (!found.ok) return found
    for (const [sku, id] of found.data) memory.set(sku, id)
  }
  return { ok: true, data: memory }
}

async function ask(context: Context<ShopifyConfig>, skus: Sku[]): Promise<Called<[Sku, string][]>> {
  const codes = skus.map((sku) => context.crosswalk.partnerSkuOf(sku))
  const variables = Object.fromEntries(codes.map((code, i) => [`q${i}`, quotedSku(code)]))
  const answer = z.record(
    z.string(),
    z.object({ nodes: z.array(z.object({ id: z.string(), sku: z.string().nullish() })) }),
  )
  const called = await call(context, findItems(skus.length), variables, answer)
  if (!called.ok) return called
  const pairs = skus.flatMap((sku, i): [Sku, string][] => {
    // The search is not exact (case, tokens), so the SKU is compared here.
    const [only, second] = (called.data[`i${i}`]?.nodes ?? []).filter((node) => node.sku === codes[i])
    return only === undefined || second !== undefined ? [] : [[sku, only.id]]
  })
  return { ok: true, data: pairs }
}

/** Shopify's search syntax: a quoted value, with quotes and backslashes escaped. */
export const quotedSku = (sku: string): string => `sku:'${sku.replace(/[\\']/g, (character) => `\\${character}`)}'`

/** Present available quantities, in the order of `places`; undefined where the item has no level. */
export async function availableNow(
  context: Context<ShopifyConfig>,
  places: Place[],
): Promise<Called<(number | undefined)[]>> {
  const quantities: (number | undefined)[] = []
  for (let from = 0; from < places.length; from += AT_ONCE) {
    const some = places.slice(from, from + AT_ONCE)
    const variables = Object.fromEntries(
      some.flatMap((place, i) => [
        [`item${i}`, place.inventoryItemId],
        [`location${i}`, place.locationId],
      ]),
    )
    const called = await call(context, readLevels(some.length), variables, Levels)
    if (!called.ok) return called
    quantities.push(...some.map((_, i) => called.data[`l${i}`]?.inventoryLevel?.quantities[0]?.quantity))
  }
  return { ok: true, data: quantities }
}

const Levels = z.record(
  z.string(),
  z.object({ inventoryLevel: z.object({ quantities: z.array(z.object({ quantity: z.int() })) }).nullish() }).nullish(),
)
