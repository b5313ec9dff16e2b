/** Goods on their way, told to the 3PL as 943. A later one under the same number replaces the one before. */
import { advice943 } from '#mappings/x12/receipt-944.ts'
import { setsPort } from '../sets-port.ts'

export const advices = setsPort({
  name: 'advices',
  summary: 'Stock on its way to the 3PL, X12 943.',
  kind: 'inboundAdvice',
  document: advice943,
  expectsAnswer: false,
  repeatIsHarmless: () => true,
})
