/** Maps over plain JSON documents as entries of the catalogue. */
import type { z } from 'zod'
import type { FieldMap } from '#mappings/engine/index.ts'
import { readingOf, runBack, runForward } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { MapEntry } from './entry.ts'

const MAX_BYTES = 20_000_000

/** One JSON document in, one out. `more` is what the map's scope wants besides the crosswalk. */
export function jsonEntry<S, T, C, X>(
  map: FieldMap<S, T, C, X>,
  about: { summary: string; kind: string; schema: z.ZodType; directions: 'both' | 'in' | 'out'; more?: object },
): MapEntry {
  const { directions, more = {}, ...entry } = about
  const contextOf = (context: object): C => ({ ...context, ...more }) as C
  return {
    ...entry,
    name: map.name,
    map: map as unknown as MapEntry['map'],
    treesOf: (bytes) => {
      const document = readJson(bytes, { maxBytes: MAX_BYTES })
      return document.ok ? [document.value] : []
    },
    ...(directions === 'out'
      ? {}
      : {
          read: (bytes, context) => {
            const document = readJson(bytes, { maxBytes: MAX_BYTES })
            if (!document.ok) return { documents: [], refused: [{ part: '', issues: document.issues }] }
            return readingOf(entry.kind, '', runForward(map, document.value as S, contextOf(context)))
          },
        }),
    ...(directions === 'in'
      ? {}
      : {
          write: (value, context) => {
            const result = runBack(map, value as T, contextOf(context))
            if (!result.ok) return result
            return { ok: true, value: new TextEncoder().encode(`${JSON.stringify(result.document, null, 2)}\n`) }
          },
        }),
  }
}
