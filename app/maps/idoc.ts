/** SAP IDocs as entries of the catalogue. */
import type { Instant } from '#core/model/time.ts'
import { delvry03 } from '#mappings/idoc/delvry03.ts'
import { orders05 } from '#mappings/idoc/orders05.ts'
import { shpord } from '#mappings/idoc/shpord.ts'
import type { MapContext, MapEntry } from './entry.ts'

const contextOf = (context: MapContext) => ({ crosswalk: context.crosswalk, receivedAt: context.receivedAt as Instant })

const entryOf = (document: typeof orders05): MapEntry => ({
  name: document.map.name,
  summary: document.summary,
  kind: document.kind,
  schema: document.schema,
  map: document.map as unknown as MapEntry['map'],
  treesOf: document.treesOf,
  read: (bytes, context) => document.read(bytes, contextOf(context)),
  write: (value, context) => document.write(value, contextOf(context)),
})

/** A delivery holds less than a request, so that it is written and not read. */
const writtenOnly = ({ read: _, ...entry }: MapEntry): MapEntry => entry

export const idocEntries: MapEntry[] = [entryOf(orders05), writtenOnly(entryOf(shpord)), entryOf(delvry03)]
