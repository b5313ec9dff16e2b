/**
 * What a partner's guide adds to the standard's, as data: it narrows codes, lengths and repeats, demands what the standard leaves
 * open, and says what it does not use. A 999 tells such faults apart from the standard's (I codes).
 */
import { z } from 'zod'
import { lastRequired, node } from './compile.ts'
import type { ElementUse, Guide, SegmentRule, TableNode } from './types.ts'

const ElementOverlay = z.strictObject({
  use: z.enum(['required', 'unused']).optional(),
  codes: z.array(z.string()).optional().describe('Only these values.'),
  min: z.int().min(1).optional(),
  max: z.int().min(1).optional(),
})

const SegmentOverlay = z.strictObject({
  use: z.enum(['required', 'unused']).optional(),
  max: z.int().min(1).optional(),
})

/**
 * Segments by name (`max` and `unused` hold wherever it stands, `required` outside loops) or by loop and name (`PO1/PID`); elements
 * as `BEG-02` or, for a component, `NAD-02.1`.
 */
export const GuideOverlay = z.strictObject({
  segments: z.record(z.string(), SegmentOverlay).default({}),
  elements: z
    .record(z.string().regex(/^[A-Z0-9]{2,3}-\d\d(\.\d+)?$/, 'must be written like BEG-02 or NAD-02.1'), ElementOverlay)
    .default({}),
  demands: z
    .array(z.string().regex(/^[A-Z0-9]{2,3}\*[^*]+$/, 'must be written like N1*ST'))
    .default([])
    .describe('Segments that must be there with this first value, e.g. N1*ST.'),
})
export type GuideOverlay = z.output<typeof GuideOverlay>
/** What may be written: every part may be left out. */
export type GuideOverlayInput = z.input<typeof GuideOverlay>

/** The guide with the partner's overlay over it; the guide itself stays as it is. */
export function overlaid(guide: Guide, overlay: GuideOverlay): Guide {
  const segments = new Map(guide.segments)
  for (const [path, change] of Object.entries(overlay.elements)) {
    const [id = '', place = ''] = path.split('-')
    const [position, component] = place.split('.').map(Number)
    const segment = segments.get(id)
    if (segment !== undefined && position !== undefined)
      segments.set(id, changedSegment(segment, position, component, change))
  }
  const unused = Object.entries(overlay.segments).filter(([, { use }]) => use === 'unused')
  return {
    ...guide,
    segments,
    root: changedNode(guide.root, overlay.segments),
    unused: new Set(unused.map(([id]) => id)),
    demands: overlay.demands.map((text) => {
      const [id = '', value = ''] = text.split('*')
      return { id, value }
    }),
  }
}

function changedSegment(
  segment: SegmentRule,
  position: number,
  component: number | undefined,
  change: z.output<typeof ElementOverlay>,
): SegmentRule {
  const elements = segment.elements.map((use, index) => {
    if (index !== position - 1) return use
    if (component === undefined) return changedUse(use, change)
    return {
      ...use,
      parts: (use.parts ?? []).map((part, at) => (at === component - 1 ? changedUse(part, change) : part)),
    }
  })
  return { ...segment, elements, lastRequired: lastRequired(elements) }
}

function changedUse(use: ElementUse, change: z.output<typeof ElementOverlay>): ElementUse {
  const rule = {
    ...use.rule,
    min: change.min ?? use.rule.min,
    max: change.max ?? use.rule.max,
    ...(change.codes === undefined ? {} : { codes: new Set(change.codes), codesByPartner: true }),
  }
  const byPartner = change.use !== undefined && change.use !== use.use
  return { ...use, rule, ...(byPartner ? { use: change.use ?? use.use, byPartner } : {}) }
}

function changedNode(place: TableNode, changes: GuideOverlay['segments'], loop?: string): TableNode {
  const ofLoop = changes[`${loop ?? ''}/${place.id}`]
  const change = ofLoop ?? changes[place.id]
  const children = place.children?.map((child) => changedNode(child, changes, place.id))
  // By its bare name a segment is demanded where it stands outside loops: in a loop it may be somebody else's.
  const isDemanded = change?.use === 'required' && (ofLoop !== undefined || loop === '')
  return node({
    ...place,
    ...(children === undefined ? {} : { children }),
    ...(isDemanded || change?.max !== undefined
      ? { required: place.required || isDemanded, max: change?.max ?? place.max, byPartner: true }
      : {}),
  })
}
