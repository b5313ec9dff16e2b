/** What zod finds wrong, in the API's words: pointer, rule, cure. */
import type { z } from '@hono/zod-openapi'
import { pointer } from '#mappings/formats/json/pointer.ts'
import type { ProblemError } from './problem.ts'

/** Enough to mend a body; a feed of a thousand wrong rows needs no thousand sentences. */
const MAX_ERRORS = 50

export function errorsOfZod(error: z.ZodError): ProblemError[] {
  return error.issues.slice(0, MAX_ERRORS).flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
    if (issue.code !== 'unrecognized_keys')
      return [{ pointer: pointer(path), detail: sentenceOf(issue.message), cure: cureOf(issue) }]
    return issue.keys.map((key) => ({
      pointer: pointer([...path, key]),
      detail: 'There is no such field here.',
      cure: 'Correct its name, or leave it out.',
    }))
  })
}

/** Checks of our own say what to do in `params.cure`. */
function cureOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom' && typeof issue.params?.['cure'] === 'string') return issue.params['cure']
  if (issue.code === 'invalid_type') return 'Send a value of the right type; add the field if it is missing.'
  return 'Correct the value.'
}

const sentenceOf = (message: string): string => (/[.!?]$/.test(message) ? message : `${message}.`)
