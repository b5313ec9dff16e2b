/** A leaf converts one value both ways: the partner's spelling to the canonical one and back. */
import { z } from 'zod'
import type { IssueClass } from '#core/issue.ts'

export type RefusalDetail = {
  rule: string
  cure: string
  /** Default `map.value`. */
  code?: string
  /** Default `data`. */
  class?: IssueClass
  subject?: string
  /** The field at fault, where a rule reads several. */
  field?: string
}

/** Why a value could not be converted; the engine adds where it lies. A class, so that telling it from a value is one check. */
export class Refusal {
  readonly detail: RefusalDetail

  constructor(detail: RefusalDetail) {
    this.detail = detail
  }

  get field(): string | undefined {
    return this.detail.field
  }
}

export const isRefusal = (value: unknown): value is Refusal => value instanceof Refusal

export const refuse = (detail: RefusalDetail): Refusal => new Refusal(detail)

/**
 * `read` takes whatever the document holds (never absent: the engine handles that) and must be as strict as the canonical
 * schema; `write` gives the partner's spelling. `Scope` is what the conversion may know besides the value: crosswalks, currency.
 */
export type Leaf<Raw, Value, Scope = unknown> = {
  name: string
  /** All that the partner may write, where it is a closed list. */
  codes?: readonly string[]
  read: (raw: unknown, scope: Scope) => Value | Refusal
  write: (value: Value, scope: Scope) => Raw | Refusal
}

/** How rules keep leaves of all types in one list. */
export type AnyLeaf = Leaf<unknown, unknown>

/** A zod codec (or a schema without transforms) as a leaf: decoding reads, encoding writes. */
export function zodLeaf<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  cure: string,
): Leaf<z.input<Schema>, z.output<Schema>> {
  const refused = (error: z.core.$ZodError): Refusal =>
    refuse({ rule: `must be ${name}: ${error.issues[0]?.message ?? 'refused'}`, cure, code: `map.${name}` })
  return {
    name,
    read: (raw) => {
      const result = z.safeDecode(schema, raw as z.input<Schema>)
      return result.success ? result.data : refused(result.error)
    },
    write: (value) => {
      const result = z.safeEncode(schema, value)
      return result.success ? result.data : refused(result.error)
    },
  }
}
