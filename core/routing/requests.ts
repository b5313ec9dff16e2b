/** From an order to what is asked of the router. The worker, the dry run and the promise all come through here. */
import type { NodeId } from '../model/ids.ts'
import type { CurrencyCode } from '../model/money.ts'
import type { Order } from '../model/order.ts'
import type { Product } from '../model/product.ts'
import type { Instant } from '../model/time.ts'
import type { RouteLine, RouteRequest } from './request.ts'

/** What routing reads of a product. Unknown products weigh nothing and have no marks. */
export type ProductFacts = Pick<Product, 'sku' | 'weightGrams' | 'dimensionsMm' | 'tags' | 'unitCosts' | 'substitutes'>

export type RoutableOrder = Pick<
  Order,
  'id' | 'channelId' | 'placedAt' | 'currency' | 'totalMinor' | 'shipTo' | 'shippingService' | 'customerTags' | 'lines'
>

export type RequestFacts = {
  /** The currency of the network's costs. */
  currency: CurrencyCode
  products: ReadonlyMap<string, ProductFacts>
  /** Nodes that refused units of a line before. */
  refusedBy: (orderId: string, lineNo: number) => readonly string[]
  now: Instant
}

/** The order's open units. Throws when it has none: there is nothing to route. */
export function requestFor(order: RoutableOrder, facts: RequestFacts): RouteRequest {
  const { shipTo } = order
  const lines = order.lines.filter((line) => line.counters.open > 0)
  if (lines.length === 0) throw new Error(`order ${order.id} has no open unit to route`)
  return {
    orderId: order.id,
    placedAt: order.placedAt,
    decidedAt: facts.now,
    currency: facts.currency,
    ...(shipTo === undefined
      ? {}
      : {
          destination: {
            country: shipTo.country,
            ...(shipTo.region === undefined ? {} : { region: shipTo.region }),
            ...(shipTo.postcode === undefined ? {} : { postcode: shipTo.postcode }),
            ...(shipTo.position === undefined ? {} : { position: shipTo.position }),
          },
        }),
    channelId: order.channelId,
    ...(order.customerTags === undefined ? {} : { customerTags: order.customerTags }),
    orderValueMinor: order.totalMinor,
    ...(order.shippingService === undefined ? {} : { service: order.shippingService }),
    lines: lines.map((line) => lineOf(order.id, line, facts)),
  }
}

function lineOf(orderId: string, line: Order['lines'][number], facts: RequestFacts): RouteLine {
  const product = facts.products.get(line.sku)
  const box = product?.dimensionsMm
  const unitCosts = product?.unitCosts?.filter((each) => each.currency === facts.currency) ?? []
  return {
    lineNo: line.lineNo,
    sku: line.sku,
    quantity: line.counters.open,
    method: line.method,
    ...(line.nodeId === undefined ? {} : { nodeId: line.nodeId }),
    ...(line.promisedBy === undefined ? {} : { promisedBy: line.promisedBy }),
    excludedNodeIds: facts.refusedBy(orderId, line.lineNo) as NodeId[],
    ...(product === undefined || product.weightGrams === 0 ? {} : { weightGrams: product.weightGrams }),
    ...(box === undefined ? {} : { volumeCm3: Math.ceil((box.length * box.width * box.height) / 1000) }),
    ...(product === undefined || product.tags.length === 0 ? {} : { tags: product.tags }),
    ...(unitCosts.length === 0
      ? {}
      : { unitCostMinor: Object.fromEntries(unitCosts.map((each) => [each.nodeId, each.minor])) }),
    unitPriceMinor: line.unitPriceMinor,
  }
}
