/** SAP IDocs as entries of the catalogue. */
import type { Instant } from '#core/model/time.ts'
import { delvry03 } from '#mappings/idoc/delvry03.ts'
import { orders05 } from '#mappings/idoc/orders05.ts'
import type { MapContext, MapEntry } from './entry.ts'

const contextOf = (context: MapContext) => ({ crosswalk: context.crosswalk, receivedAt: context.receivedAt as Instant })

export const idocEntries: MapEntry[] = [orders05, delvry03].map((document) => ({
  name: `idoc ${document.type.toLowerCase()}`,
  summary: document.summary,
  kind: document.kind,
  schema: document.schema,
  map: document.map as unknown as MapEntry['map'],
  treesOf: document.treesOf,
  read: (bytes, context) => document.read(bytes, contextOf(context)),
  write: (value, context) => document.write(value, contextOf(context)),
}))
