/**
 * Any list of the API as CSV or NDJSON, for those who ask for it by `Accept`: the same page, the same cursor, and the next page's
 * address in the Link header.
 */
import { z } from '@hono/zod-openapi'
import { csvLine } from '#mappings/formats/csv/writer.ts'
import type { Answer, AnswerDocs } from './route.ts'

const CSV = 'text/csv'
const NDJSON = 'application/x-ndjson'
export const EXPORT_TYPES = [CSV, NDJSON] as const

/** The item type of an answer that is a list. */
export function itemOf(docs: AnswerDocs | undefined): z.ZodType | undefined {
  const items = docs?.schema instanceof z.ZodObject ? (docs.schema.shape['items'] as unknown) : undefined
  return items instanceof z.ZodArray ? (items.element as z.ZodType) : undefined
}

/** The answer in the form that was asked for; as it is where that is JSON, or the answer is no list. */
export function inAskedForm(answer: Answer, item: z.ZodType | undefined, accept: string, url: string): Answer {
  const form = EXPORT_TYPES.find((type) => accept.includes(type))
  const { items, next } = (answer.json ?? {}) as { items?: Record<string, unknown>[]; next?: string | number | null }
  if (form === undefined || item === undefined || items === undefined) return answer
  const data =
    form === CSV ? csvOf(columnsOf(item, items), items) : items.map((each) => `${JSON.stringify(each)}\n`).join('')
  return {
    status: answer.status,
    content: { type: `${form}; charset=utf-8`, data },
    headers: { ...answer.headers, ...nextLink(next, items.length, url) },
  }
}

/** Pages by cursor end with null; the stream of events has no end, only a page without events. */
function nextLink(next: string | number | null | undefined, count: number, url: string): Record<string, string> {
  if (next === null || next === undefined || count === 0) return {}
  const address = new URL(url, 'http://hub')
  address.searchParams.set(typeof next === 'number' ? 'after' : 'cursor', String(next))
  return { link: `<${address.pathname}${address.search}>; rel="next"` }
}

/** The same columns on every page, whatever its rows hold. */
const columnsOf = (item: z.ZodType, items: readonly Record<string, unknown>[]): string[] =>
  item instanceof z.ZodObject ? Object.keys(item.shape) : Object.keys(items[0] ?? {})

function csvOf(columns: readonly string[], items: readonly Record<string, unknown>[]): string {
  // People open these in spreadsheets, and the text in them is customers'.
  const line = (cells: readonly (string | number)[]): string => csvLine(cells, { guardFormulas: true })
  return [line(columns), ...items.map((item) => line(columns.map((column) => cellOf(item[column]))))].join('')
}

/** What is no single value is written as JSON. */
function cellOf(value: unknown): string | number {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value)
}
