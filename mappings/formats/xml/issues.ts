/** One shape for the XML faults. */
import { excerpt } from '#core/issue.ts'
import type { Issue, Place } from '#core/issue.ts'

export function xmlIssue(code: string, place: Place, rule: string, value: string | undefined, cure: string): Issue {
  return { code, class: 'data', place, rule, ...(value === undefined ? {} : { value: excerpt(value) }), cure }
}

/** Place of a character index in the decoded text. Costs one pass over the text: for errors only. */
export function placeAt(text: string, index: number, path = 'document'): Place {
  const before = text.slice(0, index)
  const lineStart = before.lastIndexOf('\n') + 1
  return {
    path,
    byteOffset: Buffer.byteLength(before, 'utf8'),
    line: before.split('\n').length,
    column: index - lineStart + 1,
  }
}
