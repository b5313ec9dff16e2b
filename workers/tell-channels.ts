/** Shipments, and what became of them, are told to the channel that sold the goods, each once. */
import type { ChannelTracking } from '#connectors/contract/connector.ts'
import type { ChannelPackage, ChannelShipment } from '#core/model/channel-shipment.ts'
import type { Package } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import type { NewShipment } from '#store/fulfillment.ts'
import { insertInstructions, type NewInstruction } from '#store/instructions.ts'
import { loadOrders, type StoredOrder } from '#store/orders.ts'
import { exchangeOrders } from '#store/returns.ts'
import type { StoredShipment } from '#store/shipments.ts'
import { carriedOfOrders } from '#store/traces.ts'
import type { Unit } from '#store/unit.ts'
import { channelPort } from './master.ts'
import type { World } from './world.ts'

export async function tellChannels(
  unit: Unit,
  world: World,
  shipments: readonly NewShipment[],
  orders: ReadonlyMap<string, StoredOrder>,
  now: Instant,
): Promise<void> {
  if (shipments.length === 0) return
  const master = world.master.current()
  const carried = await carriedOfOrders(unit, [...orders.keys()])
  const exchanges = await exchangeOrders(unit, [...orders.keys()])
  const instructions = shipments.flatMap((shipment): NewInstruction[] => {
    // It goes to a node that ships it on: the customer has nothing yet.
    if (shipment.request.viaNodeId !== undefined) return []
    // The channel did not sell an exchange's order and would not know it.
    if (exchanges.has(shipment.request.orderId)) return []
    const order = orders.get(shipment.request.orderId)
    const told = order === undefined ? undefined : channelPort(master, order.channelId, 'channelShipment')
    if (order === undefined || told === undefined) return []
    return [
      {
        id: world.ids.next('ins'),
        connectionId: told.connection.id,
        port: told.port.name,
        kind: 'channelShipment',
        businessKey: shipment.id,
        subjectId: shipment.id,
        orderId: order.id,
        document: { ...channelShipment(shipment, order), ...carriedFor(order.id, carried) },
        createdAt: now,
      },
    ]
  })
  await insertInstructions(unit, instructions)
}

/** What became of a shipment. The caller holds its order's lock. */
export async function tellTracking(
  unit: Unit,
  world: World,
  shipment: StoredShipment,
  told: Pick<ChannelTracking, 'event' | 'at'> & { detail?: string | undefined },
  now: Instant,
): Promise<void> {
  const master = world.master.current()
  const [order] = await loadOrders(unit, [shipment.orderId])
  const listener = order === undefined ? undefined : channelPort(master, order.channelId, 'channelTracking')
  if (order === undefined || listener === undefined) return
  if ((await exchangeOrders(unit, [order.id])).has(order.id)) return
  const names = new Map(order.lines.map((line) => [line.lineNo, line.externalId]))
  const { detail } = told
  const document: ChannelTracking = {
    externalOrderId: order.externalId,
    shipmentId: shipment.id,
    event: told.event,
    at: told.at,
    ...(detail === undefined ? {} : { detail }),
    trackingNumbers: shipment.trackingNumbers,
    lines: shipment.lines.flatMap(({ lineNo, quantity }) => {
      const externalLineId = names.get(lineNo)
      return externalLineId === undefined ? [] : [{ externalLineId, quantity }]
    }),
  }
  await insertInstructions(unit, [
    {
      id: world.ids.next('ins'),
      connectionId: listener.connection.id,
      port: listener.port.name,
      kind: 'channelTracking',
      businessKey: `${shipment.id}-${told.event}-${told.at}`,
      subjectId: shipment.id,
      orderId: order.id,
      document,
      createdAt: now,
    },
  ])
}

const carriedFor = (orderId: string, carried: ReadonlyMap<string, unknown>): { carried?: unknown } =>
  carried.has(orderId) ? { carried: carried.get(orderId) } : {}

function channelShipment({ id, request, notice, lines }: NewShipment, order: StoredOrder): ChannelShipment {
  const named = linesNamed(order, lines)
  const packages = notice.packages.map((each) => ({ ...parcelOf(each), lines: linesNamed(order, each.lines) }))
  return {
    externalOrderId: order.externalId,
    nodeId: request.nodeId,
    shipmentId: id,
    shippedAt: notice.shippedAt,
    ...(notice.carrier === undefined ? {} : { carrier: notice.carrier }),
    lines: named,
    trackingNumbers: notice.packages.flatMap((each) => each.trackingNumber ?? []),
    trackingUrls: notice.packages.flatMap((each) => each.trackingUrl ?? []),
    // What was booked may be less than what the node said: then it does not say what is in which parcel either.
    ...(sameUnits(packages, named) ? { packages } : {}),
  }
}

function linesNamed(
  order: StoredOrder,
  lines: readonly { lineNo: number; quantity: number }[],
): ChannelShipment['lines'] {
  const byNo = new Map(order.lines.map((line) => [line.lineNo, line]))
  return lines.flatMap(({ lineNo, quantity }) => {
    const line = byNo.get(lineNo)
    return line === undefined ? [] : [{ externalLineId: line.externalId, sku: line.sku, quantity }]
  })
}

const parcelOf = ({ trackingNumber, containerCode, weightGrams }: Package) => ({
  ...(trackingNumber === undefined ? {} : { trackingNumber }),
  ...(containerCode === undefined ? {} : { containerCode }),
  ...(weightGrams === undefined ? {} : { weightGrams }),
})

function sameUnits(packages: readonly ChannelPackage[], lines: ChannelShipment['lines']): boolean {
  const unitsOf = (all: ChannelShipment['lines']) =>
    JSON.stringify(
      [...Map.groupBy(all, (line) => line.externalLineId)]
        .map(([id, each]) => [id, each.reduce((sum, line) => sum + line.quantity, 0)] as const)
        .toSorted(([one], [other]) => (one < other ? -1 : 1)),
    )
  return unitsOf(packages.flatMap((each) => each.lines)) === unitsOf(lines)
}
