/** Pages by cursor: an opaque text that says after which row the next page begins, stable while rows come and go. */
import { z } from '@hono/zod-openapi'
import { HttpProblem } from './problem.ts'

export const pageQuery = {
  limit: z.coerce.number<string>().int().min(1).max(200).default(50).openapi({ type: 'integer' }),
  cursor: z.string().max(500).optional().openapi({ description: 'The `next` of the page before.' }),
}

/** `next` is null on the last page. A page may be short and still have a next one. */
export const pageOf = <S extends z.ZodType>(item: S) => z.object({ items: z.array(item), next: z.string().nullable() })

export const encodeCursor = (values: readonly string[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url')

/** The values a cursor was made of; undefined without one. Throws `bad-query` for a text that is no cursor of this list. */
export function decodeCursor(text: string | undefined, length: number): string[] | undefined {
  if (text === undefined) return undefined
  const values = parseOrUndefined(Buffer.from(text, 'base64url').toString('utf8'))
  const good = Array.isArray(values) && values.length === length && values.every(isCursorValue)
  if (good) return values
  throw new HttpProblem('bad-query', 'The cursor is none of this list. Begin again without one.')
}

const isCursorValue = (value: unknown): value is string => typeof value === 'string' && /^[\x21-\x7e]*$/.test(value)

function parseOrUndefined(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
