/** Names and short values come again and again: one text in memory for all of them saves making each anew, and its collection. */

/** Most names one process sees; hostile files could bring endless ones. */
const MAX_NAMES = 2_000
const names = new Map<number, string>()
/** The names seen last, each in the slot of its key: quicker than the map. */
const SLOTS = 1_024
const slotKeys = new Int32Array(SLOTS)
const slotNames: string[] = Array.from({ length: SLOTS }, () => '')

/** A segment name as one shared text for each name: comparing names is then comparing references. At most three characters. */
export function nameOf(text: string, start: number, end: number): string {
  const length = end - start
  if (length > 3) return text.slice(start, end)
  let key = length
  for (let i = start; i < end; i += 1) key = (key << 8) | text.charCodeAt(i)
  const slot = (key ^ (key >>> 7) ^ (key >>> 13)) & (SLOTS - 1)
  if (slotKeys[slot] === key) return slotNames[slot] as string
  const name = names.get(key) ?? text.slice(start, end)
  if (names.size < MAX_NAMES) names.set(key, name)
  slotKeys[slot] = key
  slotNames[slot] = name
  return name
}

/** The short values seen last, each in the slot of its key. */
const VALUE_SLOTS = 4_096
const valueKeys = new Int32Array(VALUE_SLOTS)
const values: string[] = Array.from({ length: VALUE_SLOTS }, () => '')

/** A piece of a text, shared where it has at most four characters (one byte each): a code, a unit, a quantity. */
export function valueOf(text: string, start: number, end: number): string {
  const length = end - start
  if (length === 0) return ''
  if (length > 4) return text.slice(start, end)
  let key = 0
  for (let i = start; i < end; i += 1) key = (key << 8) | text.charCodeAt(i)
  const slot = (key ^ (key >>> 10) ^ (key >>> 20)) & (VALUE_SLOTS - 1)
  const held = values[slot] as string
  if (valueKeys[slot] === key && held.length === length) return held
  const value = text.slice(start, end)
  valueKeys[slot] = key
  values[slot] = value
  return value
}
