/** Which characters X12 data may hold when it is written, and what replaces the others. */
import type { X12Separators } from './separators.ts'

/**
 * `basic`: capitals, digits, blank and ! " & ' ( ) * + , - . / : ; ? =
 * `extended`: all printable ASCII. Both less the interchange's own separators: X12 before 007040 has no release character.
 */
export type X12CharacterSet = 'basic' | 'extended'

/** Per partner: the character to replace → what stands in its place, e.g. `{ '*': ' ', 'é': 'e' }`. */
export type X12Substitutes = Readonly<Record<string, string>>

export type CheckedText =
  | { kind: 'clean' }
  | { kind: 'substituted'; text: string }
  | { kind: 'refused'; character: string }

export type TextCheck = (text: string) => CheckedText

const CLEAN: CheckedText = { kind: 'clean' }

export function textCheck(separators: X12Separators, set: X12CharacterSet, substitutes: X12Substitutes): TextCheck {
  const writable = writableCodes(separators, set)
  const replacement = new Map(Object.entries(substitutes))
  return (text) => {
    if (isWritable(text, writable)) return CLEAN
    let result = ''
    for (const character of text) {
      const other = isWritable(character, writable) ? character : replacement.get(character)
      if (other === undefined || !isWritable(other, writable)) return { kind: 'refused', character }
      result += other
    }
    return { kind: 'substituted', text: result }
  }
}

/** A loop over a table, not a regular expression: this runs for every value written and is some three times faster. */
function isWritable(text: string, writable: Uint8Array): boolean {
  for (let i = 0; i < text.length; i += 1) if (writable[text.charCodeAt(i)] !== 1) return false
  return true
}

const BASIC = new Set(`ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !"&'()*+,-./:;?=`)

function writableCodes(separators: X12Separators, set: X12CharacterSet): Uint8Array {
  const codes = new Uint8Array(256)
  for (let code = 32; code < 127; code += 1)
    if (set === 'extended' || BASIC.has(String.fromCharCode(code))) codes[code] = 1
  for (const own of [separators.element, separators.component, separators.repetition, separators.terminator]) {
    for (const character of own ?? '') codes[character.charCodeAt(0)] = 0
  }
  return codes
}
