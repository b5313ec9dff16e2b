/** Sales and returns at tills: what the customer took along or brought back, in the commit of the document that tells it. */
import type { Order } from '#core/model/order.ts'
import type { TillReturn } from '#core/model/return.ts'
import type { Instant } from '#core/model/time.ts'
import type { HandedOver } from '#core/orders/capture.ts'
import { appendFacts } from '#store/facts.ts'
import { externalKey, lockOrdersByExternalId, type StoredOrder } from '#store/orders.ts'
import { countReturned, type HandOver, insertHandOvers, postTill, type TillMove } from '#store/till.ts'
import type { Unit } from '#store/unit.ts'
import { followCount } from './counted.ts'
import type { Incoming, Verdict } from './verdict.ts'
import type { World } from './world.ts'

type Sale = { order: Order; from: Incoming<unknown>; handedOver: readonly HandedOver[] }

/** The units are shipped already by the order's counters; here they get their request, and leave the stock of their node. */
export async function handOver(unit: Unit, world: World, sales: readonly Sale[], now: Instant): Promise<void> {
  const { kits } = world.master.current()
  const made = sales.flatMap((sale) => handOversOf(world, sale, now).map((handOver) => ({ handOver, sale })))
  await insertHandOvers(
    unit,
    made.map(({ handOver }) => handOver),
  )
  for (const [connectionId, group] of Map.groupBy(made, ({ sale }) => sale.from.connectionId)) {
    const moves = group.flatMap(({ handOver, sale }) =>
      handOver.lines.flatMap((line): TillMove[] =>
        partsOf(kits, line.sku, line.quantity).map((part) => ({
          ...part,
          nodeId: handOver.nodeId,
          cause: 'sale',
          reference: handOver.id,
          at: sale.order.placedAt,
        })),
      ),
    )
    await followCount(unit, world, await postTill(unit, moves, connectionId), now)
  }
}

type Kits = ReturnType<World['master']['current']>['kits']

/** The ledger knows the components of a kit only. */
const partsOf = (kits: Kits, sku: string, quantity: number): { sku: string; quantity: number }[] =>
  (kits.get(sku) ?? [{ sku, quantity: 1 }]).map((part) => ({ sku: part.sku, quantity: part.quantity * quantity }))

/** One for each node: an order of a till has one. */
function handOversOf(world: World, { order, handedOver }: Sale, now: Instant): HandOver[] {
  const lines = handedOver.flatMap(({ lineNo, quantity }) => {
    const line = order.lines.find((each) => each.lineNo === lineNo)
    const components = line === undefined ? undefined : world.master.current().kits.get(line.sku)
    return line?.nodeId === undefined
      ? []
      : [{ nodeId: line.nodeId, lineNo, sku: line.sku, quantity, ...(components === undefined ? {} : { components }) }]
  })
  return [...Map.groupBy(lines, (line) => line.nodeId)].map(([nodeId, group]) => ({
    id: world.ids.next('ful') as HandOver['id'],
    orderId: order.id,
    nodeId,
    createdAt: now,
    lines: group.map(({ nodeId: _, ...line }) => line),
  }))
}

/** Goods are taken in whether or not the hub knows the sale; a sale that it knows counts them. The same return twice does nothing. */
export async function applyTillReturns(
  unit: Unit,
  world: World,
  incoming: readonly Incoming<TillReturn>[],
  now: Instant,
): Promise<Verdict[]> {
  if (incoming.length === 0) return []
  const { kits } = world.master.current()
  const keys = incoming.flatMap(({ value }) =>
    value.externalOrderId === undefined ? [] : [{ channelId: value.channelId, externalId: value.externalOrderId }],
  )
  const orders = keys.length === 0 ? new Map<string, StoredOrder>() : await lockOrdersByExternalId(unit, keys)
  const verdicts: Verdict[] = []
  for (const { value, connectionId, envelopeId } of incoming) {
    const moves = value.lines.flatMap((line): TillMove[] =>
      partsOf(kits, line.sku, line.quantity).map((part) => ({
        ...part,
        nodeId: value.nodeId,
        cause: 'return',
        reference: value.externalId,
        at: value.returnedAt,
      })),
    )
    const posted = await postTill(unit, together(moves), connectionId)
    if (posted.posted === 0) {
      verdicts.push({ kind: 'duplicate' })
      continue
    }
    await followCount(unit, world, posted, now)
    const key = { channelId: value.channelId, externalId: value.externalOrderId ?? '' }
    const order = orders.get(externalKey(key))
    if (order !== undefined) await tellOrder(unit, world, order, value, { connectionId, envelopeId })
    verdicts.push({ kind: 'applied' })
  }
  return verdicts
}

/** One move a position: two lines of one SKU are one return of it. */
function together(moves: readonly TillMove[]): TillMove[] {
  const bySku = Map.groupBy(moves, (move) => move.sku)
  return [...bySku.values()].flatMap(([first, ...more]) =>
    first === undefined
      ? []
      : [{ ...first, quantity: more.reduce((sum, move) => sum + move.quantity, first.quantity) }],
  )
}

async function tellOrder(
  unit: Unit,
  world: World,
  order: StoredOrder,
  value: TillReturn,
  from: { connectionId: string; envelopeId: string },
): Promise<void> {
  const lines = value.lines.flatMap((line) => {
    const known = order.lines.find((each) =>
      line.externalLineId === undefined ? each.sku === line.sku : each.externalId === line.externalLineId,
    )
    return known === undefined ? [] : [{ orderId: order.id, lineNo: known.lineNo, quantity: line.quantity }]
  })
  await countReturned(unit, lines)
  await appendFacts(
    unit,
    lines.map(({ lineNo, quantity }) => ({
      id: world.ids.next('fct'),
      orderId: order.id,
      kind: 'returned' as const,
      at: value.returnedAt,
      actor: from.connectionId,
      cause: from.envelopeId,
      data: { lineNo, quantity, nodeId: value.nodeId, return: value.externalId },
    })),
  )
}
