/** Small schemas that many routes share. */
import { z } from '@hono/zod-openapi'

/** Text that a database can hold: no NUL. JSON bodies are checked by their reader; this is for addresses and queries. */
export const queryText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !text.includes('\0'), 'must not hold a NUL character')

/** Any of our own ids in an address. */
export const anyId = z.string().regex(/^[0-9A-Za-z_-]{1,70}$/)
export const idParam = z.object({ id: anyId })

/** UTC with milliseconds: `2026-11-22T09:30:00.000Z`. */
export const instantOut = z.string().openapi({ format: 'date-time', example: '2026-11-22T09:30:00.000Z' })

/** Text in a query that must be an instant. */
export const instantQuery = z.iso.datetime({ offset: true }).openapi({ format: 'date-time' })
