/** Runs alone: reads every value of a made file of the given size and tells the most memory it held, in MB. */
import { readEdifactBatches } from '#mappings/formats/edifact/reader.ts'
import { readX12Batches } from '#mappings/formats/x12/reader.ts'
import { purchaseOrders, stockReport } from './data.ts'

const [kind = 'x12', megabytes = '100'] = process.argv.slice(2)
const bytes = Number(megabytes) * 1_000_000

async function* arriving(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(piece)
}

/** Node with the modules loaded, before the first byte is read. */
const startMb = process.resourceUsage().maxRSS / 1000
let values = 0
if (kind === 'x12') {
  for await (const batch of readX12Batches(arriving(purchaseOrders(bytes))))
    for (const event of batch) if (event.kind === 'segment') values += event.elements().length
} else {
  for await (const batch of readEdifactBatches(arriving(stockReport(bytes))))
    for (const event of batch) if (event.kind === 'segment') values += event.parts().length
}
process.send?.({ values, startMb, peakMb: process.resourceUsage().maxRSS / 1000 })
process.disconnect()
