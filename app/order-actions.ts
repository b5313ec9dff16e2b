/** What is done to orders by hand, as the HTTP side and the command line take it. */
import type { OrderActions } from '#http/deps.ts'
import { cancelOrder, changeOrder, previewChange } from '#workers/change-order.ts'
import { erasePerson } from '#workers/erase.ts'
import { placeHold, releaseHold } from '#workers/holds.ts'
import { trackShipment } from '#workers/track-shipment.ts'
import type { Hub } from './hub.ts'

export function orderActions({ world }: Pick<Hub, 'world'>): OrderActions {
  return {
    hold: (orderId, wish, actor) => placeHold(world, orderId, wish, actor),
    previewChange: (orderId, wish) => previewChange(world, orderId, wish),
    change: (orderId, wish, actor) => changeOrder(world, orderId, wish, actor),
    cancel: (orderId, wish, actor) => cancelOrder(world, orderId, wish, actor),
    trackShipment: (id, told, actor) => trackShipment(world, id, told, actor),
    erase: (wish, actor) => erasePerson(world, wish, actor),
    releaseHold: (orderId, holdId, resolution, actor) => releaseHold(world, orderId, holdId, resolution, actor),
  }
}
