/**
 * What the customer gets back. Every amount is cut out of what was paid by cumulative shares, so that the parts of any split add up to
 * the whole exactly, whatever comes back in which order. Integer minor units; products go through BigInt.
 */
import type { Order, OrderLine } from '../model/order.ts'

/** Of `total` for `of` units, the part of units `from` (exclusive) to `to` (inclusive). */
export function cut(total: number, of: number, from: number, to: number): number {
  return share(total, of, to) - share(total, of, from)
}

const share = (total: number, of: number, units: number): number =>
  of === 0 ? 0 : Number((BigInt(total) * BigInt(units)) / BigInt(of))

export type RefundTerms = {
  restockingFeeBasisPoints: number
  refundShipping: 'never' | 'prorated'
}

/** Units of one return line that are to be paid back now. `before`: units of the same order line that were paid back already. */
export type RefundUnits = { returnLineNo: number; lineNo: number; quantity: number; before: number; terms: RefundTerms }

export type RefundLine = {
  returnLineNo: number
  lineNo: number
  quantity: number
  goodsMinor: number
  discountMinor: number
  /** Tax on top; 0 where prices include it. */
  taxMinor: number
  feeMinor: number
}

export type RefundPlan = {
  lines: RefundLine[]
  shippingMinor: number
  /** Units that brought their part of the shipping; counted over all refunds of the order. */
  shippingUnits: number
  feeMinor: number
  /** The part of the fees that is for the label. */
  labelFeeMinor: number
  /** The part that an exchange has used up. */
  creditMinor: number
  /** What goes to the customer. */
  amountMinor: number
}

export type RefundAsk = {
  order: Pick<Order, 'lines' | 'shippingMinor' | 'taxesIncluded'>
  units: readonly RefundUnits[]
  /** Units of the order whose part of the shipping was paid back already. */
  shippingUnitsBefore: number
  /** A fee for the label that was not kept back yet. */
  labelFeeMinor: number
  /** Value of an exchange that was not set off yet. */
  creditMinor: number
}

export function planRefund({ order, units, shippingUnitsBefore, labelFeeMinor, creditMinor }: RefundAsk): RefundPlan {
  const byNo = new Map(order.lines.map((line) => [line.lineNo, line]))
  const lines = units.flatMap((each) => {
    const line = byNo.get(each.lineNo)
    return line === undefined ? [] : [refundLine(line, each, order.taxesIncluded !== false)]
  })
  const shippingUnits = units.reduce(
    (sum, each) => sum + (each.terms.refundShipping === 'prorated' ? each.quantity : 0),
    0,
  )
  const ordered = order.lines.reduce((sum, line) => sum + line.counters.ordered, 0)
  const shippingMinor = cut(order.shippingMinor ?? 0, ordered, shippingUnitsBefore, shippingUnitsBefore + shippingUnits)
  const gross =
    shippingMinor + lines.reduce((sum, each) => sum + each.goodsMinor - each.discountMinor + each.taxMinor, 0)
  const lineFees = lines.reduce((sum, each) => sum + each.feeMinor, 0)
  // What is worth less than the way back cannot pay for all of it now.
  const labelFee = Math.min(labelFeeMinor, gross - lineFees)
  const feeMinor = lineFees + labelFee
  const credit = Math.min(gross - feeMinor, creditMinor)
  return {
    lines,
    shippingMinor,
    shippingUnits,
    feeMinor,
    labelFeeMinor: labelFee,
    creditMinor: credit,
    amountMinor: gross - feeMinor - credit,
  }
}

function refundLine(line: OrderLine, units: RefundUnits, taxesIncluded: boolean): RefundLine {
  const { ordered } = line.counters
  const { before, quantity } = units
  const after = before + quantity
  const part = (total: number): number => cut(total, ordered, before, after)
  const value = (to: number): number =>
    cut(line.unitPriceMinor * ordered, ordered, 0, to) - cut(line.discountMinor ?? 0, ordered, 0, to)
  const fee = (to: number): number => cut(value(to), 10_000, 0, units.terms.restockingFeeBasisPoints)
  return {
    returnLineNo: units.returnLineNo,
    lineNo: units.lineNo,
    quantity,
    goodsMinor: part(line.unitPriceMinor * ordered),
    discountMinor: part(line.discountMinor ?? 0),
    taxMinor: taxesIncluded ? 0 : part(line.taxMinor ?? 0),
    feeMinor: fee(after) - fee(before),
  }
}
