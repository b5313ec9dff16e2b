/** Lines whose customer allowed substitutes when ordering: what the decision offers for units that nobody has is taken at once. */
import type { OrderChange } from '#core/model/order-change.ts'
import { decisionsOf } from '#store/decisions.ts'
import { waitingForSubstitutes } from '#store/orders.ts'
import { changeOrder } from './change-order.ts'
import type { World } from './world.ts'

const MAX_AT_ONCE = 100
const CONSENT = 'allowed when it was ordered'

export async function substituteAllowed(world: World): Promise<void> {
  const waiting = Map.groupBy(await waitingForSubstitutes(world.db, MAX_AT_ONCE), (line) => line.orderId)
  for (const [orderId, lines] of waiting) {
    const last = (await decisionsOf(world.db, orderId)).at(-1)
    const changes = lines.flatMap(({ lineNo, sku, waits }): OrderChange[] => {
      const offer = last?.offers?.find((each) => each.lineNo === lineNo && each.sku !== sku)
      if (offer === undefined) return []
      const quantity = Math.min(offer.quantity, waits)
      return [{ do: 'substitute', lineNo, sku: offer.sku, quantity, consent: CONSENT }]
    })
    if (changes.length === 0) continue
    const done = await changeOrder(world, orderId, { changes, reason: 'the customer allowed substitutes' }, 'timers')
    // Gone meanwhile, or changed: the next decision offers anew.
    if (done.kind === 'refused') world.log.info('a substitute was not to be had', { orderId, reason: done.reason })
  }
}
