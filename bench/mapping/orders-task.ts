/** Runs alone: every order of a file of a retailer's 850s parsed, mapped and checked by the canonical schema. */
import { OrderInput } from '#core/model/order.ts'
import type { Instant } from '#core/model/time.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { BASE_PROFILE } from '#mappings/x12/profile.ts'
import { retailerOrder850 } from '#mappings/x12/retailer/order-850.ts'
import { answerParent } from '../kit/own-process.ts'
import { context, purchaseOrders } from './documents.ts'

const bytes = purchaseOrders(Number(process.argv[2]))
const ofChannel = { ...context, receivedAt: '2026-11-22T10:15:00.000Z' as Instant }
answerParent(() => {
  let orders = 0
  for (const { groups } of readX12Interchanges(bytes).interchanges)
    for (const set of groups.flatMap((group) => group.sets)) {
      const [document] = retailerOrder850.read(set, ofChannel, BASE_PROFILE).documents
      OrderInput.parse(document?.value)
      orders += 1
    }
  return orders
})
