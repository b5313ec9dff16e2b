/** What is wrong with a supplier's bill, held against what his request asked for. Prices are the supplier's own: the hub knows no cost of his. */
import type { FulfillmentRequest } from '../model/fulfillment.ts'
import type { Invoice } from '../model/trade.ts'

/** In words for a person; none where the bill agrees with the request and adds up. */
export function invoiceFaults(
  invoice: Invoice,
  billedBefore: ReadonlyMap<number, number>,
  request: FulfillmentRequest,
): string[] {
  const units = invoice.lines.flatMap(({ lineNo, quantity }) => {
    const line = request.lines.find((each) => each.lineNo === lineNo)
    if (line === undefined) return [`line ${lineNo} was never asked for`]
    // Shipped, or still to come: a bill may be here before the dispatch is.
    const owed = line.requested - line.rejected - line.cancelled
    const billed = (billedBefore.get(lineNo) ?? 0) + quantity
    return billed > owed ? [`line ${lineNo}: ${billed} of ${line.sku} are billed, ${owed} were to come`] : []
  })
  const sum =
    invoice.lines.reduce((all, line) => all + line.quantity * line.unitPriceMinor, 0) +
    invoice.charges.reduce((all, charge) => all + (charge.kind === 'discount' ? -1 : 1) * charge.amountMinor, 0)
  const total =
    sum === invoice.totalMinor
      ? []
      : [`its lines and charges come to ${sum}, its total is ${invoice.totalMinor} (${invoice.currency}, minor units)`]
  return [...units, ...total]
}
