/** Large 846 files: ISA, GS and an ST of 846 at their beginning. */
import type { EdiConfig } from './config.ts'
import { stockFiles } from './stock-files.ts'
import { StockInterchange } from './stock-stream.ts'

const startsWithStock = (head: Uint8Array): boolean => {
  const text = Buffer.from(head).toString('latin1').trimStart()
  return (
    text.startsWith('ISA') &&
    text
      .slice(100)
      .split(text[3] ?? '*')
      .some(opensStock)
  )
}

/** `ST` ends the piece after a terminator (and a line end); what follows it is the set's number. */
const opensStock = (piece: string, index: number, pieces: string[]): boolean =>
  /(^|[^A-Z0-9])ST$/.test(piece) && pieces[index + 1] === '846'

export const large846 = stockFiles<EdiConfig>({
  standard: 'x12',
  type: '846',
  opensStock: startsWithStock,
  open: (context) => new StockInterchange(context),
})
