/** A crosswalk for the tests of this folder: the supplier has a code of its own for one SKU, and one node. */
import type { NodeId, Sku } from '#core/model/ids.ts'
import type { CrosswalkView, WithCrosswalk } from '../engine/index.ts'

const crosswalk: CrosswalkView = {
  version: '1',
  skuOf: (code) => {
    if (code === 'N-LTD-42') return 'SHOE-LTD-42' as Sku
    return code === 'SHOE-LTD-42' || code === 'SOCK-1' ? (code as Sku) : undefined
  },
  partnerSkuOf: (sku) => (sku === 'SHOE-LTD-42' ? 'N-LTD-42' : sku),
  nodeOf: (code) => (code === 'NORD-1' ? ('nord' as NodeId) : undefined),
  partnerNodeOf: (nodeId) => (nodeId === 'nord' ? 'NORD-1' : undefined),
  code: () => undefined,
  partnerCode: () => undefined,
}

export const context: WithCrosswalk = { crosswalk }
