/** Runs alone: every order of a file of 850s parsed, mapped and checked by the canonical schema. */
import { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { x12Maps } from '#mappings/x12/sets.ts'
import { answerParent } from '../kit/own-process.ts'
import { context, purchaseOrders } from './documents.ts'

const bytes = purchaseOrders(Number(process.argv[2]))
answerParent(() => {
  const maps = x12Maps()
  let orders = 0
  for (const { groups } of readX12Interchanges(bytes).interchanges)
    for (const set of groups.flatMap((group) => group.sets)) {
      const [document] = maps.readOrder(set, context).documents
      FulfillmentInstruction.parse(document?.value)
      orders += 1
    }
  return orders
})
