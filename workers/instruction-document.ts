/** What a node is told, in the hub's own words; the connector's map says it in the partner's. */
import type { FulfillmentInstruction, FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { Node } from '#core/model/node.ts'
import type { Instant } from '#core/model/time.ts'
import type { StoredOrder } from '#store/orders.ts'

/** `store`: the parcel goes there, where the customer collects it, under the customer's name. */
export function instructionDocument(
  order: StoredOrder,
  request: FulfillmentRequest,
  store?: Node,
): FulfillmentInstruction {
  const lines = new Map(order.lines.map((line) => [line.lineNo, line]))
  const neededBy = request.lines
    .map((line) => lines.get(line.lineNo)?.promisedBy)
    .filter((each): each is Instant => each !== undefined)
    .sort()[0]
  return {
    requestId: request.id,
    orderId: order.id,
    orderNumber: order.number ?? order.externalId,
    placedAt: order.placedAt,
    nodeId: request.nodeId,
    method: request.method,
    ...shipToOf(order, store),
    ...(order.shippingService === undefined ? {} : { shippingService: order.shippingService }),
    ...(neededBy === undefined ? {} : { neededBy }),
    ...(request.packGroup === undefined ? {} : { packGroup: request.packGroup }),
    lines: request.lines
      .filter((line) => line.outstanding > 0)
      .map((line) => {
        const ordered = lines.get(line.lineNo)
        return {
          lineNo: line.lineNo,
          sku: line.sku,
          ...(ordered?.name === undefined ? {} : { name: ordered.name }),
          ...(line.components === undefined ? {} : { components: line.components }),
          quantity: line.outstanding,
          unitPriceMinor: ordered?.unitPriceMinor ?? 0,
          currency: order.currency,
        }
      }),
  }
}

function shipToOf(order: StoredOrder, store: Node | undefined): Pick<FulfillmentInstruction, 'shipTo'> {
  if (store?.address === undefined) return order.shipTo === undefined ? {} : { shipTo: order.shipTo }
  const name = order.shipTo?.name ?? order.billTo?.name
  return {
    shipTo: {
      ...store.address,
      company: store.address.company ?? store.name,
      name: `${name === undefined ? '' : `${name}, `}order ${order.number ?? order.externalId}`.slice(0, 200),
    },
  }
}
