/** What a node is told, in the hub's own words; the connector's map says it in the partner's. */
import type { FulfillmentInstruction, FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { Node } from '#core/model/node.ts'
import type { Instant } from '#core/model/time.ts'
import type { NewInstruction } from '#store/instructions.ts'
import type { StoredOrder } from '#store/orders.ts'
import { type Master, outboundPort } from './master.ts'
import type { World } from './world.ts'

/** A parcel that goes to another node first is addressed there, under the customer's name. */
export function instructionDocument(
  order: StoredOrder,
  request: FulfillmentRequest,
  nodes: ReadonlyMap<string, Node>,
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
    ...shipToOf(order, nodes.get(request.viaNodeId ?? '')),
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

function shipToOf(order: StoredOrder, via: Node | undefined): Pick<FulfillmentInstruction, 'shipTo'> {
  if (via?.address === undefined) return order.shipTo === undefined ? {} : { shipTo: order.shipTo }
  const name = order.shipTo?.name ?? order.billTo?.name
  return {
    shipTo: {
      ...via.address,
      company: via.address.company ?? via.name,
      name: `${name === undefined ? '' : `${name}, `}order ${order.number ?? order.externalId}`.slice(0, 200),
    },
  }
}

/** A node without a connection has no instruction: its people see the request in the hub and answer through the API. */
export function instructionOf(
  world: World,
  master: Master,
  order: StoredOrder,
  request: FulfillmentRequest,
  now: Instant,
): NewInstruction[] {
  const connection = request.connectionId === undefined ? undefined : master.connections.get(request.connectionId)
  const port = connection === undefined ? undefined : outboundPort(connection, 'fulfillmentInstruction')
  if (request.connectionId === undefined) return []
  return [
    {
      id: world.ids.next('ins'),
      connectionId: request.connectionId,
      port: port?.name ?? 'fulfillment',
      kind: 'fulfillmentInstruction',
      businessKey: request.id,
      subjectId: request.id,
      orderId: order.id,
      document: instructionDocument(order, request, master.nodes),
      createdAt: now,
      notBefore: request.releaseAt,
    },
  ]
}
