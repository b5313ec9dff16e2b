/** What nodes and channels are told of a return, where their language has a word for it. */
import type { ChannelReturn, ReturnInstruction } from '#core/model/return.ts'
import type { NodeId, ReturnId, Sku } from '#core/model/ids.ts'
import type { Instant } from '#core/model/time.ts'
import { loadRequests } from '#store/fulfillment.ts'
import { insertInstructions } from '#store/instructions.ts'
import type { StoredReturn } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import { outboundPort } from '../master.ts'
import type { World } from '../world.ts'
import type { Work } from './desk.ts'

/** The node learns what to expect. Nodes without the word for it see it in GET /v1/returns?node=…. */
export async function tellNode(unit: Unit, world: World, { order, ret }: Work, now: Instant): Promise<void> {
  const { nodes, connections } = world.master.current()
  const connectionId = ret.nodeId === null ? undefined : nodes.get(ret.nodeId)?.connection
  const connection = connectionId === undefined ? undefined : connections.get(connectionId)
  const port = connection === undefined ? undefined : outboundPort(connection, 'returnInstruction')
  if (connection === undefined || port === undefined) return
  const shipped = (await loadRequests(unit, { orderIds: [order.id] })).filter((request) =>
    request.lines.some((line) => line.shipped > 0),
  )
  const origin = shipped.findLast((request) => request.nodeId === ret.nodeId) ?? shipped.at(-1)
  const document: ReturnInstruction = {
    returnId: ret.id as ReturnId,
    nodeId: ret.nodeId as NodeId,
    orderNumber: order.number ?? order.externalId,
    ...(origin === undefined ? {} : { requestId: origin.id }),
    authorisedAt: ret.authorisedAt ?? now,
    ...(ret.trackingNumber === null ? {} : { trackingNumber: ret.trackingNumber }),
    lines: ret.lines.map((line) => ({
      lineNo: line.lineNo,
      sku: line.sku as Sku,
      quantity: line.quantity,
      reason: line.reason,
    })),
  }
  await insertInstructions(unit, [
    {
      id: world.ids.next('ins'),
      connectionId: connection.id,
      port: port.name,
      kind: 'returnInstruction',
      businessKey: ret.id,
      subjectId: ret.id,
      orderId: order.id,
      document,
      createdAt: now,
    },
  ])
}

/** A return that the channel knows under a name of its own is approved, declined or closed there too, each once. */
export async function tellChannel(
  unit: Unit,
  world: World,
  ret: StoredReturn,
  action: ChannelReturn['action'],
  reason: string | undefined,
  now: Instant,
): Promise<void> {
  if (ret.externalId === null) return
  const { channels, connections } = world.master.current()
  const connectionId = channels.get(ret.channelId)?.connection
  const connection = connectionId === undefined ? undefined : connections.get(connectionId)
  const port = connection === undefined ? undefined : outboundPort(connection, 'channelReturn')
  if (connection === undefined || port === undefined) return
  const document: ChannelReturn = {
    externalReturnId: ret.externalId,
    action,
    ...(reason === undefined ? {} : { reason }),
  }
  await insertInstructions(unit, [
    {
      id: world.ids.next('ins'),
      connectionId: connection.id,
      port: port.name,
      kind: 'channelReturn',
      businessKey: `${action}-${ret.id}`,
      subjectId: ret.id,
      orderId: ret.orderId,
      document,
      createdAt: now,
    },
  ])
}
