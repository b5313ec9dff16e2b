import { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { x12Maps } from '#mappings/x12/sets.ts'
import { context, purchaseOrders } from './documents.ts'
const bytes = purchaseOrders(20e6)
const stage = Number(process.argv[2])
const maps = x12Maps()
for (let r = 0; r < 7; r++) {
  const b = performance.now()
  let n = 0
  const f = readX12Interchanges(bytes)
  const t1 = performance.now()
  if (stage > 0)
    for (const { groups } of f.interchanges)
      for (const set of groups.flatMap((g) => g.sets)) {
        const [d] = maps.readOrder(set, context).documents
        if (stage > 1) FulfillmentInstruction.parse(d?.value)
        n++
      }
  console.log((t1 - b).toFixed(0), (performance.now() - t1).toFixed(0), n)
}
