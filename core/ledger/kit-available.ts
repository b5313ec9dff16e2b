/** Kits have no stock of their own: a node can sell as many as its scarcest component allows. */
import type { KitComponent } from '../model/product.ts'

export type KitPart = {
  sku: string
  /** Units of it in one kit. */
  perUnit: number
  available: number
  /** Kits that this component is enough for. */
  buildable: number
}

export type KitAvailable = {
  terms: { buildable: number; excluded: number }
  available: number
  sellable: number
  excludedBy: string | undefined
  components: KitPart[]
}

/**
 * `availableAt` says what can be sold of a component at the node, undefined where nobody knows; then the kit is unknown too.
 * Whatever holds components back holds the kit back; a rule that excludes the kit itself comes on top.
 */
export function kitAvailable(
  components: readonly KitComponent[],
  availableAt: (sku: string) => number | undefined,
  excludedBy: string | undefined,
): KitAvailable | undefined {
  const parts: KitPart[] = []
  for (const { sku, quantity } of components) {
    const available = availableAt(sku)
    if (available === undefined) return undefined
    parts.push({ sku, perUnit: quantity, available, buildable: Math.max(0, Math.floor(available / quantity)) })
  }
  const buildable = Math.min(...parts.map((part) => part.buildable))
  const excluded = excludedBy === undefined ? 0 : 0 - buildable
  const available = buildable + excluded
  return { terms: { buildable, excluded }, available, sellable: available, excludedBy, components: parts }
}

/** Kits that hold any of these SKUs. */
export function kitsWith(
  kits: ReadonlyMap<string, readonly KitComponent[]>,
  skus: ReadonlySet<string>,
): [kit: string, components: readonly KitComponent[]][] {
  return [...kits].filter(([, components]) => components.some((component) => skus.has(component.sku)))
}
