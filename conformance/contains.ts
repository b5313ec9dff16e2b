/** Whether a document says at least what another says. */

/** True when every field of `part` is in `whole` with the same value; lists have the same length. */
export function contains(whole: unknown, part: unknown): boolean {
  if (Object.is(whole, part)) return true
  if (typeof whole !== 'object' || typeof part !== 'object' || whole === null || part === null) return false
  if (Array.isArray(whole) !== Array.isArray(part)) return false
  if (Array.isArray(whole) && Array.isArray(part) && whole.length !== part.length) return false
  return Object.entries(part).every(
    ([key, value]) => value === undefined || contains((whole as Record<string, unknown>)[key], value),
  )
}

/** The first field that differs, as a path with both values; undefined when nothing does. */
export function differs(whole: unknown, part: unknown, at = ''): string | undefined {
  if (contains(whole, part)) return undefined
  if (typeof whole !== 'object' || typeof part !== 'object' || whole === null || part === null)
    return `${at || 'the whole'} is ${shown(whole)} and not ${shown(part)}`
  if (Array.isArray(whole) && Array.isArray(part) && whole.length !== part.length)
    return `${at} has ${whole.length} elements and not ${part.length}`
  for (const [key, value] of Object.entries(part)) {
    const found =
      value === undefined ? undefined : differs((whole as Record<string, unknown>)[key], value, `${at}/${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'absent').slice(0, 80)

/** The value with one name in its texts replaced by another: what two tenants share is left. */
export function renamed(value: unknown, from: string, to: string): unknown {
  if (typeof value === 'string') return value.replaceAll(from, to)
  if (Array.isArray(value)) return value.map((each) => renamed(each, from, to))
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, renamed(inner, from, to)]))
}
