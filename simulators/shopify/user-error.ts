/** What a mutation refuses, as its payload says it. `code` only where the payload's error type has one. */
export type UserError = { field: string[] | null; message: string; code?: string | null }

export function refusal(field: string[] | null, message: string, code: string | null = null): UserError {
  return { field, message, code }
}
