/** What the catalogue knows of a map. */
import type { z } from 'zod'
import type { Parsed } from '#core/issue.ts'
import type { Trace } from '#core/model/trace.ts'
import type { FieldMap, RefusedPart, WithCrosswalk } from '#mappings/engine/index.ts'

export type MapReadResult = {
  documents: { kind: string; part: string; value: unknown; trace?: () => Trace }[]
  refused: RefusedPart[]
}

export type MapContext = WithCrosswalk & {
  receivedAt: string
  /** X12: a profile of mappings/x12/profile.ts. */
  partner?: string
}

export type MapEntry = {
  name: string
  summary: string
  kind: string
  schema: z.ZodType
  map: FieldMap<never, never, never, never>
  /** Raw file → canonical documents. Absent where the map only writes. */
  read?: (bytes: Uint8Array, context: MapContext) => MapReadResult
  /** Canonical document → raw file, in an envelope of no partner. Absent where the map only reads. */
  write?: (value: unknown, context: MapContext) => Parsed<Uint8Array>
  /** The tree of a raw file as the map sees it, for coverage. */
  treesOf?: (bytes: Uint8Array) => unknown[]
}
