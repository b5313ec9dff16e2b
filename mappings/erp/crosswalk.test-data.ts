/** A crosswalk for the tests of this folder: the ERP has codes of its own for two SKUs, two nodes and one reason. */
import type { NodeId, Sku } from '#core/model/ids.ts'
import type { CrosswalkView, WithCrosswalk } from '../engine/index.ts'

const skus: Record<string, string> = { 'ERP-00042': 'SHOE-42', SHIRT: 'SHIRT', 'SHOE-42': 'SHOE-42' }
const nodes: Record<string, string> = { W1: 'paris-warehouse', S7: 'lyon-store' }
const keyOf = (table: Record<string, string>, value: string): string | undefined =>
  Object.keys(table).find((key) => table[key] === value)

export const crosswalk: CrosswalkView = {
  version: '1',
  skuOf: (code) => (Object.hasOwn(skus, code) ? (skus[code] as Sku) : undefined),
  partnerSkuOf: (sku) => keyOf(skus, sku) ?? sku,
  nodeOf: (code) => (Object.hasOwn(nodes, code) ? (nodes[code] as NodeId) : undefined),
  partnerNodeOf: (nodeId) => keyOf(nodes, nodeId),
  code: (table, code) => (table === 'reject-reason' && code === 'R17' ? 'damaged' : undefined),
  partnerCode: () => undefined,
}

export const context: WithCrosswalk = { crosswalk }
