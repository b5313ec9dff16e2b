/**
 * One kind of EDIFACT message: its shape, its map for a profile, and how it is read and written. Values stand under element and
 * component: `QTY.0.0102` is the second component of QTY's first element. Messages are D.96A, EANCOM usage.
 */
import type { z } from 'zod'
import type { Place } from '#core/issue.ts'
import type { Parsed } from '#core/issue.ts'
import { parsed } from '#core/issue.ts'
import type { ChannelId } from '#core/model/ids.ts'
import type { Instant } from '#core/model/time.ts'
import type {
  Carried,
  Elements,
  FieldMap,
  MapReading,
  PlaceOf,
  SetTree,
  Shape,
  WithCrosswalk,
} from '../engine/index.ts'
import { readingOf, refusedWhole, runBack, runForward } from '../engine/index.ts'
import * as segmentTree from '../engine/segment-tree.ts'
import type { EdifactMessage } from '../formats/edifact/interchange.ts'
import { occurrenceOf, placeIn } from '../formats/edifact/place.ts'
import type { EdifactSegment } from '../formats/edifact/segment.ts'
import type { WritableEdifactSegment } from '../formats/edifact/writable.ts'
import type { EdifactProfile } from './profile.ts'

/**
 * `carried`: what the partner's own message of this order said and wants to see again. `channelId`: the channel that the connection sells
 * for. `documentNumber`: what we call a message of ours that no canonical document numbers (BGM 1004).
 */
export type MessageContext = WithCrosswalk & {
  receivedAt: Instant
  carried?: Carried
  channelId?: ChannelId | undefined
  documentNumber?: string
}
/** `currency` of all prices; `nodeCode` of the place that the head names; `order` the number that RFF ON gives. */
export type MessageScope = MessageContext & {
  currency: string
  nodeCode: string | undefined
  order: string | undefined
}

export type MessageMap<T, Tree = MessageTree, Scope = MessageScope> = FieldMap<Tree, T, MessageContext, Scope>

/** Any message of this folder; a shape says which of these are there. */
export type MessageTree = {
  BGM: Elements
  DTM?: Elements[]
  FTX?: Elements
  RFF?: Elements[]
  CUX?: Elements
  TDT?: Elements
  NAD?: { NAD: Elements; CTA?: Elements; COM?: Elements[] }[]
  ALC?: { ALC: Elements; MOA?: Elements }[]
  CPS?: { CPS: Elements; PAC?: Elements; PCI?: Elements; RFF?: Elements[]; GIN?: Elements; LIN?: MessageLine[] }[]
  LIN: MessageLine[]
  UNS?: Elements
  MOA?: Elements[]
  CNT?: Elements
}
export type MessageLine = {
  LIN: Elements
  PIA?: Elements[]
  IMD?: Elements
  QTY?: Elements[]
  DTM?: Elements[]
  PRI?: Elements[]
  RFF?: Elements[]
}

export type EdifactDocument = {
  type: string
  /** Where one message type says several things; the type where it says one. */
  name: string
  summary: string
  kind: string
  schema: z.ZodType
  map: (profile: EdifactProfile) => MessageMap<unknown>
  read: (message: EdifactMessage, context: MessageContext, profile: EdifactProfile) => MapReading<string, unknown>
  /** Segments without UNH and UNT. */
  write: (value: unknown, context: MessageContext, profile: EdifactProfile) => Parsed<WritableEdifactSegment[]>
  treeOf: (message: EdifactMessage) => SetTree
}

export function edifactDocument<T, Tree = MessageTree, Scope = MessageScope>(definition: {
  type: string
  name?: string
  summary: string
  kind: string
  schema: z.ZodType<T>
  shape: Shape
  map: (profile: EdifactProfile) => MessageMap<T, Tree, Scope>
  /** First hand on a tree before it is read, and last hand before it becomes segments. */
  toRead?: (tree: Tree, profile: EdifactProfile) => Tree
  toWrite?: (tree: Tree, profile: EdifactProfile) => Tree
}): EdifactDocument {
  const compiled = new WeakMap<EdifactProfile, MessageMap<T, Tree, Scope>>()
  const mapOf = (profile: EdifactProfile): MessageMap<T, Tree, Scope> => {
    const known = compiled.get(profile) ?? definition.map(profile)
    compiled.set(profile, known)
    return known
  }
  const { kind, shape } = definition
  const treeOf = (message: EdifactMessage): SetTree => segmentTree.treeOf(message.segments, shape, elementsOf)
  return {
    name: definition.type,
    ...definition,
    map: mapOf as unknown as EdifactDocument['map'],
    treeOf,
    read: (message, context, profile) => {
      const part = `UNH ${message.header.reference}`
      // A message whose envelope is broken may have lost segments: nothing in it is used.
      if (message.issues.length > 0) return refusedWhole(part, message.issues)
      const whole = segmentTree.treeOf(message.segments, shape, elementsOf)
      const tree = definition.toRead?.(whole as Tree, profile) ?? (whole as Tree)
      const placeOf = placesOf(tree as SetTree, nthAmong(message.segments))
      return readingOf(kind, part, runForward(mapOf(profile), tree, context, { placeOf }))
    },
    write: (value, context, profile) => {
      const result = runBack(mapOf(profile), value as T, context, context.carried)
      if (!result.ok) return result
      const made = definition.toWrite?.(result.document, profile) ?? result.document
      return parsed(segmentTree.segmentsOf(made as SetTree, shape, segmentOf))
    },
  }
}

const two = (position: number): string => String(position).padStart(2, '0')

function elementsOf(segment: EdifactSegment): Elements {
  const values = segmentTree.sourced(segment)
  segment.elements().forEach((components, element) =>
    components.forEach((value, component) => {
      if (value !== '') values[two(element + 1) + two(component + 1)] = value
    }),
  )
  return values
}

function segmentOf(name: string, values: Elements): WritableEdifactSegment[] {
  const elements: string[][] = []
  for (const [key, value] of Object.entries(values)) {
    if (value === '') continue
    const [element, component] = [Number(key.slice(0, 2)) - 1, Number(key.slice(2)) - 1]
    while (elements.length <= element) elements.push([])
    const components = elements[element] ?? []
    while (components.length <= component) components.push('')
    components[component] = value
  }
  return elements.length === 0
    ? []
    : [[name, ...elements.map((components) => (components.length === 0 ? '' : components))]]
}

/** Which of its name in the message a segment is; undefined for the only one. */
export type Nth = (segment: EdifactSegment) => number | undefined

const nthAmong =
  (segments: readonly EdifactSegment[]): Nth =>
  (segment) => {
    const once = segments.filter((other) => other.id === segment.id).length === 1
    return once ? undefined : occurrenceOf(segments, segments.indexOf(segment))
  }

/** Segments of a message, all or some, as a map reads them, and the places of their values. */
export function partOf(
  segments: readonly EdifactSegment[],
  shape: Shape,
  nth: Nth,
): { tree: SetTree; placeOf: PlaceOf } {
  const tree = segmentTree.treeOf(segments, shape, elementsOf)
  return { tree, placeOf: placesOf(tree, nth) }
}

const placesOf = (tree: SetTree, nth: Nth): PlaceOf =>
  segmentTree.placesIn(tree, (segment: EdifactSegment, position): Place => {
    if (position === undefined) return placeIn(segment, undefined, nth(segment))
    return placeIn(segment, Number(position.slice(0, 2)), nth(segment), Number(position.slice(2)))
  })

/** The scope of every message: one currency, one place, one order. */
export function messageScope<T>(
  profile: EdifactProfile,
  currencyOf: (value: T) => string | undefined = () => undefined,
) {
  return {
    forward: (tree: MessageTree, context: MessageContext): MessageScope => ({
      ...context,
      currency: tree.CUX?.['0102'] ?? profile.defaultCurrency,
      nodeCode: profile.nodeRoles
        .map((role) => tree.NAD?.find((loop) => loop.NAD['0101'] === role)?.NAD['0201'])
        .find((code) => code !== undefined),
      order: tree.RFF?.find((one) => one['0101'] === 'ON')?.['0102'],
    }),
    back: (value: T, context: MessageContext): MessageScope => ({
      ...context,
      currency: currencyOf(value) ?? profile.defaultCurrency,
      nodeCode: undefined,
      order: undefined,
    }),
  }
}
