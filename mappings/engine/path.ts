/**
 * Paths name fields in a document by dots: `shipping_address.zip`, `shipping_lines.0.code`. The type system checks them
 * against the document's type; at run time they are compiled once into getters and setters.
 */

type Key<T> = keyof T & string
type Join<K extends string, Rest extends string> = K | `${K}.${Rest}`
type Less = [never, 0, 1, 2, 3, 4, 5]

/** Every field of T, five levels deep; lists by index. */
export type PathOf<T, Depth extends number = 5> = [Depth] extends [never]
  ? never
  : NonNullable<T> extends readonly (infer E)[]
    ? Join<`${number}`, PathOf<E, Less[Depth]>>
    : NonNullable<T> extends object
      ? { [K in Key<NonNullable<T>>]-?: Join<K, PathOf<NonNullable<T>[K], Less[Depth]>> }[Key<NonNullable<T>>]
      : never

type Step<T, K extends string> =
  NonNullable<T> extends readonly (infer E)[]
    ? E
    : K extends keyof NonNullable<T>
      ? NonNullable<NonNullable<T>[K]>
      : unknown

/** What lies at a path, presence assumed. */
export type ValueAt<T, P extends string> = P extends `${infer K}.${infer Rest}` ? ValueAt<Step<T, K>, Rest> : Step<T, P>

export type ElementOf<L> = NonNullable<L> extends readonly (infer E)[] ? E : never

/** A document being read or written: field names to values, whatever the partner put there. */
export type Tree = Record<string, unknown>

/** `0`, `12`; not `01`, which X12 maps use for the elements of a segment. */
const LIST_INDEX = /^(?:0|[1-9]\d*)$/

export type Segments = (string | number)[]

export function segmentsOf(path: string): Segments {
  return path.split('.').map((part) => (LIST_INDEX.test(part) ? Number(part) : part))
}

/** Reads a path from a raw document; undefined wherever the document is shaped differently. */
export function getterOf(path: string): (from: unknown) => unknown {
  const keys = path.split('.')
  const [first = '', second] = keys
  if (keys.length === 1) return (from) => (from as Tree | undefined | null)?.[first]
  if (keys.length === 2 && second !== undefined) {
    return (from) => ((from as Tree | undefined | null)?.[first] as Tree | undefined | null)?.[second]
  }
  return (from) => {
    let at = from
    for (let i = 0; i < keys.length; i += 1) at = (at as Tree | undefined | null)?.[keys[i] ?? '']
    return at
  }
}

/** Writes a path, making the objects and lists on the way. */
export function setterOf(path: string): (into: Tree, value: unknown) => void {
  const keys = path.split('.')
  const [only = ''] = keys
  if (keys.length === 1) {
    return (into, value) => {
      into[only] = value
    }
  }
  const last = keys[keys.length - 1] ?? ''
  return (into, value) => {
    let at = into
    for (let i = 0; i < keys.length - 1; i++) at = stepInto(at, keys[i] ?? '', keys[i + 1] ?? '')
    at[last] = value
  }
}

function stepInto(at: Tree, key: string, next: string): Tree {
  const present = at[key]
  if (typeof present === 'object' && present !== null) return present as Tree
  const made = (LIST_INDEX.test(next) ? [] : {}) as Tree
  at[key] = made
  return made
}

/** Absent for a map: not there, null, or empty text. X12, CSV and JSON partners all use these for "no value". */
export const isAbsent = (value: unknown): value is undefined | null | '' =>
  value === undefined || value === null || value === ''

/** `/line_items/0/sku`, escaped as RFC 6901 demands. */
export function jsonPointer(segments: Segments): string {
  let pointer = ''
  for (const part of segments) pointer += `/${typeof part === 'number' ? part : escaped(part)}`
  return pointer
}

const escaped = (key: string): string =>
  key.includes('/') || key.includes('~') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key
