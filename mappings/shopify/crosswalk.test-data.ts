/** A small crosswalk for the tests of this folder: two shoes, a sock known by its variant only, and one store. */
import type { ChannelId, NodeId, Sku } from '#core/model/ids.ts'
import type { CrosswalkView } from '../engine/index.ts'
import type { ShopifyOrderContext } from './order-context.ts'

const skus = new Map([
  ['DRESS-42-BLK', 'SHOE-DRESS-42'],
  ['LTD-42-RED', 'SHOE-LTD-42'],
  ['gid://shopify/ProductVariant/40000000000777', 'SOCK-1'],
])
const partnerSkus = new Map([...skus].map(([code, sku]) => [sku, code]))

export const crosswalk: CrosswalkView = {
  version: '1',
  skuOf: (code) => skus.get(code) as Sku | undefined,
  partnerSkuOf: (sku) => partnerSkus.get(sku) ?? sku,
  nodeOf: (code) => (code === '8001' || code === 'gid://shopify/Location/8001' ? ('lyon-store' as NodeId) : undefined),
  partnerNodeOf: (nodeId) => (nodeId === 'lyon-store' ? 'gid://shopify/Location/8001' : undefined),
  code: (table, code) => (table === 'carrier' && code === 'XX' ? 'X-Press' : undefined),
  partnerCode: () => undefined,
}

export const context: ShopifyOrderContext = { channelId: 'web' as ChannelId, crosswalk }
