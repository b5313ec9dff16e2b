/** Whether two pieces of plain data say the same. The order of keys says nothing: a database may give them back in another. */
export function sameData(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [definedEntries(a), definedEntries(b)]
  return (
    left.size === right.size && [...left].every(([key, value]) => right.has(key) && sameData(value, right.get(key)))
  )
}

const definedEntries = (value: object): Map<string, unknown> =>
  new Map(Object.entries(value).filter(([, each]) => each !== undefined))
