/** The guide of one message type in one directory, compiled when it is first asked for and kept. */
import { compileElements, compileSegments, compileTable, directoryKey } from '../compile.ts'
import { GuideOverlay, overlaid } from '../overlay.ts'
import type { GuideOverlayInput } from '../overlay.ts'
import type { Guide, SegmentRule } from '../types.ts'
import { EDIFACT_ELEMENTS } from './elements.ts'
import { EDIFACT_MESSAGES } from './messages.ts'
import { EDIFACT_SEGMENTS } from './segments.ts'

const CHANGED_AT = directoryKey('01B')

const dictionaries = new Map<string, ReadonlyMap<string, SegmentRule>>()
const guides = new Map<string, Guide>()
const overlays = new WeakMap<GuideOverlayInput, Map<string, Guide>>()

function dictionary(directory: string): ReadonlyMap<string, SegmentRule> {
  const known = dictionaries.get(directory)
  if (known !== undefined) return known
  const made = compileSegments(EDIFACT_SEGMENTS, compileElements(EDIFACT_ELEMENTS, directory))
  dictionaries.set(directory, made)
  return made
}

/** Undefined for a message that has no guide. `release` as UNH states it, e.g. `96A`; directories in between use the one before. */
export function edifactGuide(type: string, release: string, overlay?: GuideOverlayInput): Guide | undefined {
  const directory = /^\d\d[A-Z]$/.test(release) && directoryKey(release) >= CHANGED_AT ? '01B' : '96A'
  const key = `${type} D${directory}`
  const base = guides.get(key) ?? compiled(type, directory, key)
  if (base === undefined || overlay === undefined) return base
  const own = overlays.get(overlay) ?? new Map<string, Guide>()
  overlays.set(overlay, own)
  const made = own.get(key) ?? overlaid(base, GuideOverlay.parse(overlay))
  own.set(key, made)
  return made
}

function compiled(type: string, directory: string, key: string): Guide | undefined {
  const [name, text] = EDIFACT_MESSAGES[type] ?? []
  if (name === undefined || text === undefined) return undefined
  const { root, inTable } = compileTable(text)
  const segments = dictionary(directoryKey(directory))
  const guide: Guide = { id: key, name, root, segments, inTable, floating: new Set(), unused: new Set(), demands: [] }
  guides.set(key, guide)
  return guide
}

/** Our words for segments and elements, for people who read a file. Undefined where there is no guide. */
export function edifactNames(
  id: string,
): { segment: string; part: (position: number, component: number) => string } | undefined {
  const rule = dictionary(CHANGED_AT).get(id)
  if (rule === undefined) return undefined
  return {
    segment: rule.name,
    part: (position, component) => {
      const use = rule.elements[position - 1]
      const named = (use?.parts?.[component - 1] ?? use)?.rule
      return named === undefined || named.name === 'Value' || named.name === named.ref ? '' : named.name
    },
  }
}
