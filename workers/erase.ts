/** A person asks to be forgotten: some of his orders, or all that an e-mail address or telephone number stands for. */
import { buyerOf } from '#core/orders/buyer.ts'
import type { Address } from '#core/model/party.ts'
import { eraseOrders, ordersOfBuyer, stillNeeded } from '#store/erase.ts'
import { appendFacts } from '#store/facts.ts'
import { lockOrderHeads } from '#store/orders.ts'
import { retryRaces } from './races.ts'
import type { World } from './world.ts'

export type EraseWish = { orderIds: string[] } | { email: string } | { phone: string }
export type EraseAnswer = {
  erased: string[]
  /** Erase these again when they are done. */
  left: { orderId: string; reason: string }[]
  documents: number
  messages: number
}

export function erasePerson(world: World, wish: EraseWish, actor: string): Promise<EraseAnswer> {
  return retryRaces(() =>
    world.commit(async (unit): Promise<EraseAnswer> => {
      const now = world.clock.now()
      const ids = 'orderIds' in wish ? wish.orderIds : await ordersOfBuyer(unit, wordOf(wish))
      const known = (await lockOrderHeads(unit, ids)).map((head) => head.id)
      const needed = await stillNeeded(unit, known)
      const erased = known.filter((id) => !needed.has(id))
      const { documents, messages } = await eraseOrders(unit, erased, now)
      await appendFacts(
        unit,
        erased.map((orderId) => ({ id: world.ids.next('fct'), orderId, kind: 'erased' as const, at: now, actor })),
      )
      const unknown = ids.filter((id) => !known.includes(id))
      return {
        erased,
        left: [
          ...[...needed].map(([orderId, reason]) => ({ orderId, reason })),
          ...unknown.map((orderId) => ({ orderId, reason: 'there is no such order' })),
        ],
        documents,
        messages,
      }
    }),
  )
}

const wordOf = (wish: { email: string } | { phone: string }): string => buyerOf({ billTo: wish as Address }) ?? ''
