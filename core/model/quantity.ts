/** Counts of units: safe integers, never fractions. A partner's "2.000" becomes 2; "2.5" is refused. */
import { z } from 'zod'

/** 0 … 1,000,000,000: above that a feed is wrong, not a warehouse large. */
export const MAX_QUANTITY = 1_000_000_000

export const Quantity = z.int().min(0).max(MAX_QUANTITY)
export type Quantity = z.infer<typeof Quantity>

export const PositiveQuantity = z.int().min(1).max(MAX_QUANTITY)

/** Reads a decimal string that must be whole: `"12"`, `"12.00"`. Returns undefined for anything else. */
export function parseWholeNumber(text: string): number | undefined {
  const match = /^([+-]?\d{1,10})(?:\.0{0,6})?$/.exec(text)
  return match?.[1] === undefined ? undefined : Number(match[1])
}
