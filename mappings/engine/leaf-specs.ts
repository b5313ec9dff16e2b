/** Leaves by name, for overlays that are data: a JSON file cannot hold a function, but it can say which one. */
import { z } from 'zod'
import { lookup, nodeLookup, skuLookup } from './crosswalk.ts'
import type { WithCrosswalk } from './crosswalk.ts'
import type { AnyLeaf } from './leaf.ts'
import {
  countryCode,
  decimalMoney,
  enumTable,
  flag,
  instant,
  minorUnits,
  text,
  wholeNumber,
  wholeNumberText,
} from './leaves.ts'

const NAMED = {
  text: text(300),
  quantity: wholeNumberText(0),
  wholeNumber: wholeNumber(0),
  decimalMoney,
  minorUnits,
  instant,
  countryCode,
  flag,
  sku: skuLookup('document'),
  node: nodeLookup('document'),
} as const
type LeafName = keyof typeof NAMED

/** A name; text of a length; codes with their canonical words; or a table of the connection's crosswalk. */
export const LeafSpec = z.union([
  z.enum(Object.keys(NAMED) as [LeafName, ...LeafName[]]),
  z.strictObject({ text: z.int().min(1).max(10_000) }),
  z.strictObject({ codes: z.record(z.string(), z.string()) }),
  z.strictObject({ table: z.string().min(1).max(63) }),
])
export type LeafSpec = z.output<typeof LeafSpec>

export function leafOf(spec: LeafSpec): AnyLeaf {
  const leaf =
    typeof spec === 'string'
      ? NAMED[spec]
      : 'text' in spec
        ? text(spec.text)
        : 'codes' in spec
          ? enumTable('code', spec.codes)
          : tableLookup(spec.table)
  return leaf as unknown as AnyLeaf
}

/** Any code table of the connection, both ways. A code without a row blocks only what bears it. */
export const tableLookup = (table: string) =>
  lookup<string, WithCrosswalk>({
    name: `crosswalk ${table}`,
    issueCode: `map.${table}-unknown`,
    rule: `must have a row in the crosswalk table ${table}`,
    cure: `Add a row for this code to the crosswalk table ${table}, then replay.`,
    read: (code, { crosswalk }) => crosswalk.code(table, code),
    write: (word, { crosswalk }) => crosswalk.partnerCode(table, word),
  })
