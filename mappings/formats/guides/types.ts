/** A guide as values: what a set or message may hold, in which order, of which form. Compiled from the tables beside it. */

/** The form of one value. Lengths count characters; for numbers digits only, without sign and decimal mark. */
export type ElementRule = {
  /** The data element's number in its standard, e.g. `353`. */
  ref: string
  name: string
  /** `decimal` may have a decimal mark, `integer` may not; `alpha` is EDIFACT's `a`. */
  kind: 'text' | 'code' | 'integer' | 'decimal' | 'date' | 'time' | 'alpha'
  min: number
  max: number
  /** Only these, where the list is short and settled or a partner narrowed it. */
  codes?: ReadonlySet<string>
  /** The codes come from the partner's overlay. */
  codesByPartner?: boolean
}

export type ElementUse = {
  use: 'required' | 'optional' | 'unused'
  /** Most repetitions within the element, where the interchange has a repetition separator. */
  repeat: number
  rule: ElementRule
  /** Components, where the element is a composite; `rule` then only names it. */
  parts?: readonly ElementUse[]
  /** `use` comes from the partner's overlay. */
  byPartner?: boolean
}

/** P all or none, R at least one, E at most one, C if the first then all others, L if the first then one of the others. */
export type SyntaxNote = {
  kind: 'P' | 'R' | 'E' | 'C' | 'L'
  positions: readonly number[]
  text: string
  /** The first of the positions: a segment that ends before it cannot break the rule, unless the rule is R. */
  from: number
}

export type SegmentRule = {
  id: string
  name: string
  elements: readonly ElementUse[]
  /** Position of the last element that must be there; 0 for none. Nothing behind it and behind the segment's end needs a look. */
  lastRequired: number
  /** Further elements pass. */
  open: boolean
  notes: readonly SyntaxNote[]
}

/** A place in the table of a set: a segment, or a loop with its own places. */
export type TableNode = {
  id: string
  required: boolean
  max: number
  /** Loop: its places, the first of them the segment that begins it. */
  children?: readonly TableNode[]
  /** Index of the places by segment, so that a step is a look-up. */
  byId?: ReadonlyMap<string, readonly number[]>
  /** `required` or `max` comes from the partner's overlay. */
  byPartner?: boolean
}

export type Guide = {
  /** `850 004010`, `ORDERS D96A`. */
  id: string
  name: string
  root: TableNode
  segments: ReadonlyMap<string, SegmentRule>
  /** Segments that stand in the table at all. */
  inTable: ReadonlySet<string>
  /** Segments that may stand anywhere. */
  floating: ReadonlySet<string>
  /** Segments the partner does not use, and `ID*value` ones it demands. */
  unused: ReadonlySet<string>
  demands: readonly { id: string; value: string }[]
}
