/** How PostgreSQL's values become ours, the same on PGlite and on a server: instants are canonical text, counts are numbers. */

const OID = { int8: 20, timestamptz: 1184, date: 1082 } as const

/** `2026-11-22 09:30:00.5+00` (the session runs in UTC) → `2026-11-22T09:30:00.500Z`. */
export function instantFromSql(text: string): string {
  const fraction = text.charAt(19) === '.' ? text.slice(20, text.lastIndexOf('+')) : ''
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, '0').slice(0, 3)}Z`
}

/** bigint columns here are counts and minor units, all far inside 2^53; anything else is a bug worth stopping for. */
export function safeIntegerFromSql(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`the database holds ${text}, which is no safe integer`)
  return value
}

export const SQL_PARSERS: Record<number, (text: string) => unknown> = {
  [OID.int8]: safeIntegerFromSql,
  [OID.timestamptz]: instantFromSql,
  [OID.date]: (text) => text,
}
