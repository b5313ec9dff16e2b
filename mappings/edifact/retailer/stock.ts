/** INVRPT to a retailer: what can be sold at one place. The rules are those of any INVRPT; products are named as a retailer's other messages do. */
import { StockFeed } from '#core/model/stock.ts'
import type { StockRow } from '#core/model/stock.ts'
import { edifactDocument } from '../document.ts'
import type { MessageLine, MessageTree } from '../document.ts'
import type { EdifactProfile } from '../profile.ts'
import { HEAD, ITEM, numbered, stockMap } from '../stock.ts'
import { productRules } from './kit.ts'
import { glnOf } from './parties.ts'

/** Whose stock it is, and who may sell it, beside the place. */
function withTraders(tree: MessageTree, { buyerGln, supplierGln }: EdifactProfile): MessageTree {
  const traders = [
    ...(buyerGln === '' ? [] : [{ NAD: glnOf('BY', buyerGln) }]),
    ...(supplierGln === '' ? [] : [{ NAD: glnOf('SU', supplierGln) }]),
  ]
  return { ...tree, NAD: [...(tree.NAD ?? []), ...traders] }
}

export const retailerStock = edifactDocument<StockFeed>({
  type: 'INVRPT',
  name: 'INVRPT to a retailer',
  summary: 'Inventory report to a retailer: what can be sold at one place.',
  kind: 'stock',
  schema: StockFeed,
  shape: { ...HEAD, LIN: ITEM },
  map: (profile) => stockMap('edifact invrpt to a retailer', profile, productRules<StockRow, MessageLine>(profile)),
  toWrite: (tree, profile) => withTraders(numbered(tree), profile),
})
