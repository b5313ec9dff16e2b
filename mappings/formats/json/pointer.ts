/** JSON pointers (RFC 6901): the address of a value in a document, e.g. `/line_items/0/sku`. */
import type { JsonValue } from './value.ts'

/** `pointer(['line_items', 0, 'a/b'])` is `/line_items/0/a~1b`; the whole document is ''. */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The steps of a pointer. A pointer that does not begin with `/` is taken for the whole document only when it is ''. */
export function pointerSteps(text: string): string[] | undefined {
  if (text === '') return []
  if (!text.startsWith('/')) return undefined
  return text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value at a pointer, or undefined where there is none. Only own keys count, so `/constructor` finds nothing by chance. */
export function atPointer(document: JsonValue, text: string): JsonValue | undefined {
  const steps = pointerSteps(text)
  if (steps === undefined) return undefined
  let value: JsonValue | undefined = document
  for (const step of steps) {
    if (Array.isArray(value)) value = /^(0|[1-9]\d*)$/.test(step) ? value[Number(step)] : undefined
    else if (typeof value === 'object' && value !== null) value = Object.hasOwn(value, step) ? value[step] : undefined
    else return undefined
  }
  return value
}
