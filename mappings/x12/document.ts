/** One kind of transaction set: its shape, its map for a profile, and how it is read and written. What connectors and the command line call. */
import type { z } from 'zod'
import type { Parsed } from '#core/issue.ts'
import { parsed } from '#core/issue.ts'
import type { ChannelId } from '#core/model/ids.ts'
import type { Instant } from '#core/model/time.ts'
import type { Carried, FieldMap, MapReading, OverlayChange, WithCrosswalk } from '../engine/index.ts'
import { overlaid, readingOf, refusedWhole, runBack, runForward } from '../engine/index.ts'
import type { X12Set } from '../formats/x12/interchange.ts'
import type { WritableSegment } from '../formats/x12/writable.ts'
import { withoutParties, withParties } from './party-loop.ts'
import type { PoNumbers } from './po-number.ts'
import type { X12Profile } from './profile.ts'
import type { SetTree, Shape } from './tree.ts'
import { placesIn, segmentsOf, treeOf } from './tree.ts'

/**
 * `receivedAt` stands in for times that a document does not tell to the second; `channelId` is the channel that the connection sells for;
 * `carried` is what the partner's own document of this order said and wants to see again.
 */
export type DocumentContext = WithCrosswalk &
  PoNumbers & { receivedAt: Instant; channelId?: ChannelId | undefined; carried?: Carried }
/** `currency` of all prices; `nodeCode` of the place that the head names. */
export type DocumentScope = DocumentContext & { currency: string; nodeCode: string | undefined }

export type DocumentMap<Tree, T, Scope = DocumentScope> = FieldMap<Tree, T, DocumentContext, Scope>

/** Any set's tree, as far as scopes look into it. */
type AnyTree = {
  CUR?: { [position: string]: string }
  parties?: { [role: string]: { N1: { [position: string]: string } } | undefined }
}

export type X12Document = {
  /** ST01 and GS01. */
  set: string
  functionalId: string
  /** Where one set says several things: the set, and to or from whom. */
  name: string
  summary: string
  kind: string
  schema: z.ZodType
  map: (profile: X12Profile) => DocumentMap<never, unknown>
  /** What the map sees of a set, for coverage. */
  treesOf: (set: X12Set) => SetTree[]
  read: (set: X12Set, context: DocumentContext, profile: X12Profile, overlay?: Overlay) => MapReading<string, unknown>
  /** Segments without ST and SE. */
  write: (value: unknown, context: DocumentContext, profile: X12Profile, overlay?: Overlay) => Parsed<WritableSegment[]>
}

type Overlay = { overlays?: { [map: string]: readonly OverlayChange[] | undefined } }

export function x12Document<Tree, T, Scope = DocumentScope>(definition: {
  set: string
  functionalId: string
  /** The set where it is left out. */
  name?: string
  summary: string
  kind: string
  schema: z.ZodType<T>
  shape: Shape
  map: (profile: X12Profile) => DocumentMap<Tree, T, Scope>
  /** First hand on a tree before it is read, and last hand before it becomes segments. */
  toRead?: (tree: Tree) => Tree
  toWrite?: (tree: Tree) => Tree
}): X12Document {
  const { shape, set: id, kind } = definition
  const compiled = new WeakMap<X12Profile, DocumentMap<Tree, T, Scope>>()
  const mapOf = (profile: X12Profile): DocumentMap<Tree, T, Scope> => {
    const known = compiled.get(profile)
    if (known !== undefined) return known
    const map = definition.map(profile)
    compiled.set(profile, map)
    return map
  }
  return {
    ...definition,
    name: definition.name ?? id,
    map: mapOf as unknown as X12Document['map'],
    treesOf: (set) => {
      const { N1: _loops, ...tree } = withParties(treeOf(set.segments, shape))
      return [tree]
    },
    read: (set, context, profile, overlay = {}) => {
      const part = `ST ${set.header.controlNumber}`
      // A set whose envelope is broken may have lost segments: nothing in it is used.
      if (set.issues.length > 0) return refusedWhole(part, set.issues)
      const whole = withParties(treeOf(set.segments, shape))
      const tree = definition.toRead?.(whole as Tree) ?? whole
      const map = overlaid(mapOf(profile), overlay, id)
      const places = placesIn(tree, set.segments)
      return readingOf(kind, part, runForward(map, tree as Tree, context, { placeOf: places }))
    },
    write: (value, context, profile, overlay = {}) => {
      const result = runBack(overlaid(mapOf(profile), overlay, id), value as T, context, context.carried)
      if (!result.ok) return result
      const tree = definition.toWrite?.(result.document) ?? result.document
      return parsed(segmentsOf(withoutParties(tree as SetTree), shape))
    },
  }
}

/** The scope of every set: one currency, one place. */
export function documentScope<T>(profile: X12Profile, currencyOf: (value: T) => string | undefined = () => undefined) {
  return {
    forward: (tree: unknown, context: DocumentContext): DocumentScope => {
      const { CUR, parties } = tree as AnyTree
      return {
        ...context,
        currency: CUR?.['02'] ?? profile.defaultCurrency,
        nodeCode: profile.nodeRoles.map((role) => parties?.[role]?.N1['04']).find((code) => code !== undefined),
      }
    },
    back: (value: T, context: DocumentContext): DocumentScope => ({
      ...context,
      currency: currencyOf(value) ?? profile.defaultCurrency,
      nodeCode: undefined,
    }),
  }
}
