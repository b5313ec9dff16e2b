/** Future supply as the API states it: purchase orders, ASNs and transfers, their receipts, and the promises that a changed date breaks. */
import { Fault } from '#core/fault.ts'
import { adviseOrder, dispatchTransfer, receiveSupply, stateSupply, type SupplyChange } from '#core/ledger/supply.ts'
import type { Posting, Supply, SupplyInput } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { lockWaitingCounts, skusWaitedFor } from '#store/backorders.ts'
import { ensurePositions, loadPositions, post } from '#store/stock.ts'
import { insertReceipt, lockSuppliesByName, lockSupply, writeSupplies } from '#store/supply.ts'
import type { Unit } from '#store/unit.ts'
import { resolveShortCases } from '#store/quarantine.ts'
import { adviseNodes } from './advise-nodes.ts'
import { servingFor } from './backorders.ts'
import { type BrokenPromise, pegAnew } from './expectations.ts'
import { nudgePublish } from './nudge.ts'
import { retryRaces } from './races.ts'
import { stockRose } from './stock-rose.ts'
import type { World } from './world.ts'

export type SuppliesStated = { supplies: Supply[]; broken: BrokenPromise[] }

/** States supplies; stating one again changes it. Answers which orders' promises the new dates break. */
export async function stateSupplies(
  world: World,
  inputs: readonly SupplyInput[],
  actor: string,
): Promise<SuppliesStated> {
  await world.master.fresh()
  const stated = await retryRaces(() => world.commit((unit) => stateIn(unit, world, inputs, actor, world.clock.now())))
  await nudgePublish(world)
  return stated
}

/** In the caller's commit. What is known of a supply from a later time than `statedAt` stays; `stale` counts those. */
export async function stateIn(
  unit: Unit,
  world: World,
  inputs: readonly SupplyInput[],
  actor: string,
  statedAt: Instant,
): Promise<SuppliesStated & { stale: number }> {
  const now = world.clock.now()
  const known = await lockSuppliesByName(unit, [...inputs, ...inputs.flatMap(orderOfAsn)])
  const all = new Map(known.map((supply) => [nameOf(supply), supply]))
  const postings: Posting[] = []
  const changed = new Set<string>()
  const put = (change: SupplyChange): void => {
    all.set(nameOf(change.supply), change.supply)
    changed.add(nameOf(change.supply))
    postings.push(...change.postings)
  }
  let stale = 0
  for (const input of inputs) {
    const before = all.get(nameOf(input))
    if (before?.statedAt !== undefined && before.statedAt > statedAt) {
      stale += 1
      continue
    }
    const [order] = orderOfAsn(input)
    const ordered = order === undefined ? undefined : all.get(nameOf(order))
    // The order first: its units leave `incoming` before the ASN's come in, so that the balance never counts them twice.
    if (ordered !== undefined) put(adviseOrder(ordered, input.quantity - (before?.quantity ?? 0), { actor, now }))
    const change = stateSupply(input, before, () => world.ids.next('sup'), { actor, now })
    put({ ...change, supply: { ...change.supply, statedAt } })
  }
  const supplies = [...changed].flatMap((name) => all.get(name) ?? [])
  await ensurePositions(unit, supplies)
  if (!(await writeSupplies(unit, supplies, actor, now)))
    throw new Fault('conflict', {
      code: 'supply.stated-elsewhere',
      message: 'another process stated one of these supplies at this moment',
    })
  await post(unit, postings)
  const broken = await pegChanged(unit, world, supplies, now)
  await adviseNodes(unit, world, supplies, now)
  return { supplies: inputs.flatMap((input) => all.get(nameOf(input)) ?? []), broken, stale }
}

type SupplyName = Pick<SupplyInput, 'kind' | 'reference' | 'sku' | 'nodeId'>
const nameOf = ({ kind, reference, sku, nodeId }: SupplyName): string => [kind, reference, sku, nodeId].join('\u001f')
const orderOfAsn = ({ purchaseOrder, ...input }: SupplyInput): SupplyName[] =>
  purchaseOrder === undefined ? [] : [{ ...input, kind: 'purchaseOrder', reference: purchaseOrder }]

async function pegChanged(
  unit: Unit,
  world: World,
  supplies: readonly Supply[],
  now: Instant,
): Promise<BrokenPromise[]> {
  const skus = await skusWaitedFor(
    unit,
    supplies.map((supply) => supply.sku),
  )
  if (skus.length === 0) return []
  await lockWaitingCounts(unit, skus)
  return pegAnew(unit, world, await servingFor(unit, world, skus, now), supplies[0]?.id ?? 'supply', now)
}

export type SupplyAnswer =
  | { kind: 'done'; supply: Supply; repeated: boolean }
  | { kind: 'unknown' }
  | { kind: 'refused'; reason: string }

/** Units of a transfer leave their node: `available` there, in transit to the other. */
export async function dispatchSupply(
  world: World,
  id: string,
  move: { quantity: number; at: Instant },
  actor: string,
): Promise<SupplyAnswer> {
  await world.master.fresh()
  const answer = await retryRaces(() =>
    world.commit(async (unit): Promise<SupplyAnswer> => {
      const transfer = await lockSupply(unit, id)
      if (transfer === undefined) return { kind: 'unknown' }
      if (transfer.kind !== 'transfer') return { kind: 'refused', reason: 'only a transfer leaves one of our nodes' }
      const left = transfer.quantity - transfer.dispatched
      if (move.quantity > left)
        return { kind: 'refused', reason: `only ${left} of ${transfer.quantity} units have not left yet` }
      const there = (await loadPositions(unit, [transfer.sku], true)).find((row) => row.nodeId === transfer.fromNodeId)
      if ((there?.available ?? 0) < move.quantity)
        return {
          kind: 'refused',
          reason: `${transfer.fromNodeId} has ${Math.max(0, there?.available ?? 0)} units that nobody claims`,
        }
      const change = dispatchTransfer(transfer, move.quantity, move.at, actor)
      await writeSupplies(unit, [change.supply], actor, world.clock.now())
      await post(unit, change.postings)
      return { kind: 'done', supply: change.supply, repeated: false }
    }),
  )
  await nudgePublish(world)
  return answer
}

/** Units came in. The same receipt again receives nothing more. Those who wait for them get them in the same commit. */
export async function receiveUnits(world: World, id: string, receipt: UnitsIn, actor: string): Promise<SupplyAnswer> {
  await world.master.fresh()
  const answer = await retryRaces(() =>
    world.commit(async (unit): Promise<SupplyAnswer> => {
      const supply = await lockSupply(unit, id)
      return supply === undefined ? { kind: 'unknown' } : receiveIn(unit, world, supply, receipt, actor)
    }),
  )
  await nudgePublish(world)
  return answer
}

type UnitsIn = { reference: string; quantity: number; receivedAt: Instant }

/** In the caller's commit, which holds the supply's lock. */
export async function receiveIn(
  unit: Unit,
  world: World,
  supply: Supply,
  { reference, quantity, receivedAt }: UnitsIn,
  actor: string,
): Promise<SupplyAnswer> {
  const now = world.clock.now()
  const onTheWay = supply.dispatched - supply.received
  if (supply.kind === 'transfer' && quantity > onTheWay)
    return {
      kind: 'refused',
      reason: `only ${onTheWay} units of the transfer are on their way; dispatch the others first`,
    }
  const isNew = await insertReceipt(unit, { supplyId: supply.id, reference, quantity, receivedAt })
  if (!isNew) return { kind: 'done', supply, repeated: true }
  const change = receiveSupply(supply, quantity, receivedAt, actor)
  await writeSupplies(unit, [change.supply], actor, now)
  await resolveShortCases(unit, await post(unit, change.postings), 'units came in', now)
  await stockRose(unit, world, [supply.sku], now)
  await pegChanged(unit, world, [change.supply], now)
  return { kind: 'done', supply: change.supply, repeated: false }
}
