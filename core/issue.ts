/**
 * What is wrong with a document, said so that a person can cure it: where, which value, which rule, what would be right.
 * Formats, maps and the domain all report this one shape; quarantine stores it.
 */

/** Where a value lies in the raw document. `path` is the address in the document's own words. */
export type Place = {
  /** JSON pointer (`/line_items/0/sku`), `PO1[3]-04` (segment, occurrence, element), `row 7, column qty`, `/Feed/Item[2]`. */
  path: string
  /** Byte offset from the start of the document, where the format knows it. */
  byteOffset?: number
  /** 1-based line or row, where the format has them. */
  line?: number
  /** 1-based column or element position, where the format has them. */
  column?: number
}

/** Whose move it is, and with it the cure's kind. */
export type IssueClass = 'data' | 'crosswalk' | 'config'

export type Issue = {
  /** Stable code, e.g. `json.syntax`, `x12.count`, `order.sku-unknown`. Same code + same `subject` = same cause. */
  code: string
  class: IssueClass
  place: Place
  /** What the rule demands, in one sentence. */
  rule: string
  /** The offending value as text, shortened; absent when the value itself is absent. */
  value?: string
  /** What to do next, in one sentence. */
  cure: string
  /** The thing one cure would mend for every document that has it, e.g. the unknown SKU. */
  subject?: string
}

/** Either a value, or at least one issue. The return type of everything that reads documents. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; issues: Issue[] }

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value })
export const unreadable = (...issues: Issue[]): { ok: false; issues: Issue[] } => ({ ok: false, issues })

/** Shortens a raw value for a message; partner data can be megabytes long. */
export function excerpt(value: string, maxLength = 60): string {
  return value.length <= maxLength ? value : `${value.slice(0, maxLength - 1)}…`
}

/** One line for a log or a list: `PO1[3]-04 "12,50": must be a decimal number. Send a point as decimal mark.` */
export function describeIssue(issue: Issue): string {
  const value = issue.value === undefined ? '' : ` "${excerpt(issue.value)}"`
  return `${issue.place.path}${value}: ${issue.rule}. ${issue.cure}`
}
