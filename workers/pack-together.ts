/** Requests of one customer at one node, within the policy's window, get one group: they are told at one moment and leave in one parcel. */
import { createHash } from 'node:crypto'
import { answerDue } from '#core/fulfillment/due.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import { parcelOf } from '#core/orders/buyer.ts'
import { packWindowEnds } from '#core/orders/match.ts'
import { joinPackGroups, type PackWish } from '#store/pack-groups.ts'
import type { StoredOrder } from '#store/orders.ts'
import type { Unit } from '#store/unit.ts'
import type { Master } from './master.ts'
import type { World } from './world.ts'

type Decided = { order: StoredOrder; requests: FulfillmentRequest[] }

/** The decisions with their requests as they are to be written. */
export async function packedTogether<D extends Decided>(
  unit: Unit,
  world: World,
  master: Master,
  decided: readonly D[],
  now: Instant,
): Promise<readonly D[]> {
  if (master.orderPolicy.packTogether.length === 0) return decided
  const wishes = new Map<string, PackWish>()
  const wanted = new Map<string, string>()
  for (const { order, requests } of decided) {
    const ends = packWindowEnds(master.orderPolicy, order)
    const parcel = parcelOf(order)
    if (ends === undefined || parcel === undefined) continue
    const key = createHash('sha256').update(parcel).digest('hex')
    for (const request of requests) {
      // What is collected is in no parcel; what goes to another node first is packed there, with what that node has itself.
      if (request.method === 'pickup' || request.viaNodeId !== undefined || request.awaitsOthers === true) continue
      const place = `${request.nodeId} ${key}`
      const notBefore = request.releaseAt ?? now
      const known = wishes.get(place)
      wanted.set(request.id, place)
      wishes.set(place, {
        nodeId: request.nodeId,
        key,
        id: known?.id ?? world.ids.next('pak'),
        // Of several in one commit the first gives the time, unless another may not be told so soon.
        releaseAt: latestOf(known?.releaseAt ?? ends, notBefore),
        notBefore: latestOf(known?.notBefore ?? notBefore, notBefore),
      })
    }
  }
  const groups = new Map(
    (await joinPackGroups(unit, [...wishes.values()], now)).map((group) => [`${group.nodeId} ${group.key}`, group]),
  )
  return decided.map((each) => ({
    ...each,
    requests: each.requests.map((request) => {
      const group = groups.get(wanted.get(request.id) ?? '')
      return group === undefined ? request : inGroup(master, request, group, now)
    }),
  }))
}

const latestOf = (a: Instant, b: Instant): Instant => (a > b ? a : b)

function inGroup(
  master: Master,
  request: FulfillmentRequest,
  { id, releaseAt }: { id: string; releaseAt: Instant },
  now: Instant,
): FulfillmentRequest {
  const { releaseAt: _grace, submittedAt: _told, answerDueAt: _due, ...rest } = request
  if (releaseAt > now) return { ...rest, packGroup: id, negotiation: 'unsubmitted', releaseAt }
  const told = request.negotiation === 'submitted'
  return {
    ...rest,
    packGroup: id,
    ...(told ? { submittedAt: now, answerDueAt: answerDue(master.nodes.get(request.nodeId), now) } : {}),
  }
}
