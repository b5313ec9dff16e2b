/** Opening stock of the demo: enough in all, but no node has everything, so that orders split. */
import { DRESS_PAIR, LIMITED_PAIR, NODES, PRODUCTS } from './catalog.ts'

export type Opening = { sku: string; nodeId: string; onHand: number }

/** What Acme makes lies at Acme and at two warehouses; everything else at two of three warehouses in turn and at the stores. */
export function openingStock(wanted: ReadonlyMap<string, number>): Opening[] {
  const warehouses = NODES.filter((node) => node.kind === 'warehouse')
  const stores = NODES.filter((node) => node.kind === 'store')
  const rows = PRODUCTS.flatMap((product, index) => {
    const need = (wanted.get(product.sku) ?? 0) + 4
    const at = (nodes: readonly { id: string }[], share: number): Opening[] =>
      nodes.map((node) => ({ sku: product.sku, nodeId: node.id, onHand: Math.ceil(need * share) }))
    const holding = warehouses.filter((_, i) => i !== index % warehouses.length)
    return product.vendorSku === undefined
      ? [...at(holding, 0.8), ...at(stores, 0.5)]
      : [...at(holding, 0.8), ...at([{ id: 'acme' }], 2)]
  })
  return [
    ...rows,
    { sku: DRESS_PAIR.sku, nodeId: 'paris-store', onHand: 2 },
    { sku: DRESS_PAIR.sku, nodeId: 'milan-dc', onHand: 3 },
    { sku: LIMITED_PAIR.sku, nodeId: 'lyon-dc', onHand: 1 },
    { sku: LIMITED_PAIR.sku, nodeId: 'milan-dc', onHand: 2 },
    { sku: LIMITED_PAIR.sku, nodeId: 'nantes-store', onHand: 1 },
  ]
}

export const productBySku = new Map([...PRODUCTS, DRESS_PAIR, LIMITED_PAIR].map((product) => [product.sku, product]))
