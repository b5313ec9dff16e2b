/** Every map of the hub by name: what `crossdock map` lists, shows, runs and measures. */
import { depotEntries } from './depot.ts'
import { edifactEntries } from './edifact.ts'
import type { MapEntry } from './entry.ts'
import { erpEntries } from './erp.ts'
import { idocEntries } from './idoc.ts'
import { odooEntries } from './odoo.ts'
import { quietEntries } from './quiet.ts'
import { shipheroEntries } from './shiphero.ts'
import { shopifyEntries } from './shopify.ts'
import { squareEntries } from './square.ts'
import { x12Entries } from './x12.ts'

export const MAP_ENTRIES: readonly MapEntry[] = [
  ...shopifyEntries,
  ...erpEntries,
  ...odooEntries,
  ...squareEntries,
  ...x12Entries,
  ...edifactEntries,
  ...idocEntries,
  ...quietEntries,
  ...depotEntries,
  ...shipheroEntries,
]

export const findMap = (name: string): MapEntry | undefined =>
  MAP_ENTRIES.find((entry) => entry.name === name.toLowerCase())
