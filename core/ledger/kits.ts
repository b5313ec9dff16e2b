/** Kits: SKUs without stock of their own, made of components that are counted, claimed and shipped. */
import type { KitComponent } from '../model/product.ts'

/** What each kit is made of, by the kit's SKU. */
export type Kits = ReadonlyMap<string, readonly KitComponent[]>

/** What one unit of the SKU takes out of stock: its components, or itself. */
export const componentsOf = (kits: Kits, sku: string): readonly { sku: string; quantity: number }[] =>
  kits.get(sku) ?? [{ sku, quantity: 1 }]

/** How many kits can be made of what there is of each component: as many as the scarcest allows. */
export function kitsFrom(
  components: readonly { sku: string; quantity: number }[],
  unitsOf: (sku: string) => number,
): number {
  let most = Number.POSITIVE_INFINITY
  for (const { sku, quantity } of components) most = Math.min(most, Math.floor(unitsOf(sku) / quantity))
  return Number.isFinite(most) ? most : 0
}
