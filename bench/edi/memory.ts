/**
 * Runs alone: reads every value of a file and tells the most memory it held, in MB. The process is set up as that of
 * `crossdock edi` is.
 */
import { chunksOfFile, saveMemory } from '#app/cli/large-files.ts'
import { readEdifactBatches } from '#mappings/formats/edifact/reader.ts'
import { readX12Batches } from '#mappings/formats/x12/reader.ts'
import { peakMegabytes } from '../kit/peak-memory.ts'

const [kind = 'x12', path = ''] = process.argv.slice(2)

saveMemory()
/** Node with the modules loaded, before the first byte is read. */
const startMb = peakMegabytes()
let values = 0
if (kind === 'x12') {
  for await (const batch of readX12Batches(chunksOfFile(path)))
    for (const event of batch) if (event.kind === 'segment') values += event.elements().length
} else {
  for await (const batch of readEdifactBatches(chunksOfFile(path)))
    for (const event of batch) if (event.kind === 'segment') values += event.parts().length
}
process.send?.({ values, startMb, peakMb: peakMegabytes() })
process.disconnect()
