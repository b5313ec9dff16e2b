/** Checks the elements of one segment against its rule. What a value means in its standard is asked of the caller. */
import type { ElementFaultKind } from './faults.ts'
import type { ElementUse, SegmentRule } from './types.ts'
import { valueFault } from './values.ts'

/** A segment as the check sees it, in the words that X12 and EDIFACT share. */
export type CheckedSegment = {
  elementCount: number
  /** Value of a simple element, first component of a composite. */
  element: (position: number) => string
}

/** What X12 and EDIFACT cut differently. */
export type ElementAccess = {
  decimalMark: string
  /** True where the element is to be looked at component by component. */
  isComposite: (use: ElementUse, position: number) => boolean
  /** Repetitions of an element of the segment at hand, each as its components. */
  repetitionsOf: (position: number) => readonly (readonly string[])[]
}

export type ElementFinding = {
  kind: ElementFaultKind
  position: number
  component?: number
  repetition?: number
  use?: ElementUse
  value?: string
  note?: SegmentRule['notes'][number]
}

/** Calls `found` for each fault, in the order of the elements, the rules between elements last. */
export function checkElements(
  segment: CheckedSegment,
  rule: SegmentRule,
  access: ElementAccess,
  found: (finding: ElementFinding) => void,
): void {
  const { elements } = rule
  const { elementCount } = segment
  // Most segments use a few of many elements: what lies behind their end is looked at only where something must be.
  const stop = Math.min(elements.length, Math.max(elementCount, rule.lastRequired))
  for (let index = 0; index < stop; index += 1) {
    const use = elements[index] as ElementUse
    const position = index + 1
    if (access.isComposite(use, position)) {
      checkComposite(access, use, position, found)
      continue
    }
    const value = segment.element(position)
    if (value === '') {
      if (use.use === 'required') found({ kind: 'element-missing', position, use })
    } else if (use.use === 'unused') found({ kind: 'unused-element', position, use, value })
    else {
      const kind = valueFault(value, use.rule, access.decimalMark)
      if (kind !== undefined) found({ kind, position, use, value })
    }
  }
  if (!rule.open && elementCount > elements.length) {
    for (let position = elements.length + 1; position <= elementCount; position += 1) {
      const value = segment.element(position)
      // Trailing separators say nothing; a value does.
      if (value === '') continue
      found({ kind: 'too-many-elements', position, value })
      break
    }
  }
  for (const note of rule.notes) if (note.from <= elementCount || note.kind === 'R') checkNote(segment, note, found)
}

function checkComposite(
  access: ElementAccess,
  use: ElementUse,
  position: number,
  found: (finding: ElementFinding) => void,
): void {
  const repetitions = access.repetitionsOf(position)
  const isEmpty = repetitions.every((parts) => parts.every((part) => part === ''))
  if (isEmpty) {
    if (use.use === 'required') found({ kind: 'element-missing', position, use })
    return
  }
  if (use.use === 'unused')
    return found({ kind: 'unused-element', position, use, value: repetitions[0]?.join(' ') ?? '' })
  if (repetitions.length > use.repeat)
    found({ kind: 'too-many-repetitions', position, repetition: use.repeat + 1, use })
  const parts = use.parts ?? [use]
  for (const [repetition, values] of repetitions.entries()) {
    const at = repetitions.length > 1 ? { repetition: repetition + 1 } : {}
    for (let index = 0; index < parts.length; index += 1) {
      const part = parts[index] as ElementUse
      const value = values[index] ?? ''
      const where = { position, component: index + 1, ...at, use: part }
      if (value === '') {
        if (part.use === 'required') found({ ...where, kind: 'element-missing' })
        continue
      }
      const kind = part.use === 'unused' ? 'unused-element' : valueFault(value, part.rule, access.decimalMark)
      if (kind !== undefined) found({ ...where, kind, value })
    }
    const extra = values.slice(parts.length).find((value) => value !== '')
    if (extra !== undefined)
      found({ kind: 'too-many-components', position, component: parts.length + 1, ...at, use, value: extra })
  }
}

function checkNote(
  segment: CheckedSegment,
  note: SegmentRule['notes'][number],
  found: (finding: ElementFinding) => void,
): void {
  const { kind, positions } = note
  const [first = 0] = positions
  let present = 0
  for (const position of positions) if (segment.element(position) !== '') present += 1
  if (present === 0 && kind !== 'R') return
  const hasFirst = segment.element(first) !== ''
  const missing = (): number => positions.find((position) => segment.element(position) === '') ?? first
  if (kind === 'P' && present < positions.length) found({ kind: 'conditional-missing', position: missing(), note })
  else if (kind === 'R' && present === 0) found({ kind: 'conditional-missing', position: first, note })
  else if (kind === 'E' && present > 1)
    found({
      kind: 'exclusion',
      position: positions.findLast((position) => segment.element(position) !== '') ?? first,
      note,
    })
  else if (kind === 'C' && hasFirst && present < positions.length)
    found({ kind: 'conditional-missing', position: missing(), note })
  else if (kind === 'L' && hasFirst && present === 1)
    found({ kind: 'conditional-missing', position: positions[1] ?? first, note })
}
