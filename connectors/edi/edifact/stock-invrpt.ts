/** Large INVRPT files: a UNB (UNA before it) and a UNH of INVRPT at their beginning. */
import { readEdifact } from '#mappings/formats/edifact/reader.ts'
import { stockFiles } from '../stock-files.ts'
import type { EdifactConfig } from './config.ts'
import { StockInterchange } from './stock-stream.ts'

function opensStock(head: Uint8Array): boolean {
  for (const event of readEdifact([head]))
    if (event.kind === 'segment' && event.id === 'UNH') return event.component(2, 1) === 'INVRPT'
  return false
}

export const largeInvrpt = stockFiles<EdifactConfig>({
  standard: 'edifact',
  type: 'INVRPT',
  opensStock,
  open: (context) => new StockInterchange(context),
})
