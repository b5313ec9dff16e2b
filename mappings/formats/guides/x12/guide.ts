/** The guide of one transaction set in one version, compiled when it is first asked for and kept. */
import { compileElements, compileSegments, compileTable } from '../compile.ts'
import { GuideOverlay, overlaid } from '../overlay.ts'
import type { GuideOverlayInput } from '../overlay.ts'
import type { Guide, SegmentRule } from '../types.ts'
import { X12_ELEMENTS } from './elements.ts'
import { X12_SEGMENTS } from './segments.ts'
import { X12_SETS } from './sets.ts'

const OLDEST = '003010'
const NEWEST = '005010'
const FIRST_WITHOUT_FLOATING = '004010'

/** GS08 without the guide's own suffix, within the versions we know: `004010VICS` → `004010`. */
export function x12Version(gs08: string): string {
  const version = /^\d{6}/.exec(gs08)?.[0] ?? FIRST_WITHOUT_FLOATING
  return version < OLDEST ? OLDEST : version > NEWEST ? NEWEST : version
}

const dictionaries = new Map<string, ReadonlyMap<string, SegmentRule>>()
const guides = new Map<string, Guide>()
const overlays = new WeakMap<GuideOverlayInput, Map<string, Guide>>()

function dictionary(version: string): ReadonlyMap<string, SegmentRule> {
  const known = dictionaries.get(version)
  if (known !== undefined) return known
  const made = compileSegments(X12_SEGMENTS, compileElements(X12_ELEMENTS, version))
  dictionaries.set(version, made)
  return made
}

/** Undefined for a set that has no guide. `gs08` as the group states it. The same overlay object gives the same guide. */
export function x12Guide(setId: string, gs08: string, overlay?: GuideOverlayInput): Guide | undefined {
  const version = x12Version(gs08)
  const key = `${setId} ${version}`
  const base = guides.get(key) ?? compiled(setId, version, key)
  if (base === undefined || overlay === undefined) return base
  const own = overlays.get(overlay) ?? new Map<string, Guide>()
  overlays.set(overlay, own)
  const made = own.get(key) ?? overlaid(base, GuideOverlay.parse(overlay))
  own.set(key, made)
  return made
}

function compiled(setId: string, version: string, key: string): Guide | undefined {
  const [, name, text] = X12_SETS[setId] ?? []
  if (name === undefined || text === undefined) return undefined
  const { root, inTable, floating } = compileTable(text)
  const guide: Guide = {
    id: key,
    name,
    root,
    segments: dictionary(version),
    inTable,
    floating: version < FIRST_WITHOUT_FLOATING ? floating : new Set(),
    unused: new Set(),
    demands: [],
  }
  guides.set(key, guide)
  return guide
}

/** GS01 that goes with a set, e.g. `PO` with 850; undefined for a set without guide. */
export const functionalIdOf = (setId: string): string | undefined => X12_SETS[setId]?.[0]

/** Our words for segments and elements, for people who read a file. Undefined where there is no guide. */
export function x12Names(id: string): { segment: string; element: (position: number) => string } | undefined {
  const rule = dictionary(FIRST_WITHOUT_FLOATING).get(id)
  if (rule === undefined) return undefined
  return { segment: rule.name, element: (position) => nameOf(rule, position) }
}

function nameOf(rule: SegmentRule, position: number): string {
  const use = rule.elements[position - 1]
  const named = use?.parts?.[0]?.rule ?? use?.rule
  return named === undefined || named.name === 'Value' ? '' : named.name
}
