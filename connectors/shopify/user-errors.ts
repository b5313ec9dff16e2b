/** Shopify's userErrors: understood and refused, with the place in our own input. */
import { z } from 'zod'
import type { Issue } from '#core/issue.ts'

export const UserError = z.object({
  field: z.array(z.string()).nullish(),
  message: z.string(),
  code: z.string().nullish(),
})
export type UserError = z.output<typeof UserError>

/** Shopify's messages are meant for people and hold no secrets; they become the rule that was broken. */
export function issuesOf(operation: string, errors: UserError[]): Issue[] {
  return errors.map(({ field, message, code }) => ({
    code: `shopify.${operation}${code == null ? '' : `.${code.toLowerCase().replaceAll('_', '-')}`}`,
    class: 'data',
    place: { path: field == null ? '' : `/${field.join('/')}` },
    rule: message,
    cure: 'Look at the order or the product in Shopify; correct it there, or resolve the case by hand.',
  }))
}
