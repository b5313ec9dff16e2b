/**
 * Takes what names a person, and what opens a door, out of a partner's document and leaves its shape: a letter stays a letter, a digit a digit,
 * a length a length, so that what reads the original reads the copy. The same value has the same stand-in in every document of a recording.
 */
import { createHash } from 'node:crypto'

export type Scrub = (text: string) => string

/** Fields whose value is a person's or a secret, whatever stands in it. Names are left to `known`: products and orders have names too. */
const FIELDS =
  'e_?mail|phone|mobile|fax|first_?name|last_?name|company|contact|attention|recipient_?name|address_?[12]|address|street_?2?|line_?[12]|zip|post_?code|postal_?code|city|browser_ip|ip|vat_?number|password|secret|token|api_?key|authorization'

const JSON_FIELD = new RegExp(`("(?:[a-z]+_)?(?:${FIELDS})"\\s*:\\s*")((?:[^"\\\\]|\\\\.)+)(")`, 'gi')
const XML_ELEMENT = new RegExp(`(<(?:\\w+:)?(?:${FIELDS})(?:\\s[^>]*)?>)([^<]+)(<)`, 'gi')
const XML_ATTRIBUTE = new RegExp(`(\\s(?:${FIELDS})=")([^"]+)(")`, 'gi')
const EMAIL = /[\w.+-]+@[\w-]+\.[\w.-]+/g

/** Which elements of a segment name a person: X12 N1 to N4 and PER. */
const X12_ELEMENTS: Record<string, readonly number[]> = {
  N1: [2],
  N2: [1, 2],
  N3: [1, 2],
  N4: [1, 3],
  PER: [2, 4, 6, 8],
}
/** The same of EDIFACT: NAD's name, street, city and postcode; COM's number. */
const EDIFACT_ELEMENTS: Record<string, readonly number[]> = { NAD: [3, 4, 5, 6, 8], CTA: [2], COM: [1] }

/** `known`: what the hub has read as a person's, from its own orders. `seed` makes two recordings differ. */
export function scrubberOf(known: readonly string[], seed: string): Scrub {
  const standIn = standInOf(seed)
  const words = [...new Set(known.flatMap((value) => [value, value.toUpperCase()]))]
    .filter((value) => value.trim().length >= 3)
    .toSorted((a, b) => b.length - a.length)
  const anywhere =
    words.length === 0
      ? undefined
      : new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.map(escaped).join('|')})(?![\\p{L}\\p{N}])`, 'gu')
  return (text) => {
    const fields = isX12(text) || isEdifact(text) ? segmentsOf(text, standIn) : fieldsOf(text, standIn)
    const named = anywhere === undefined ? fields : fields.replaceAll(anywhere, standIn)
    return named.replaceAll(EMAIL, standIn)
  }
}

const fieldsOf = (text: string, standIn: Scrub): string =>
  [JSON_FIELD, XML_ELEMENT, XML_ATTRIBUTE].reduce(
    (made, pattern) =>
      made.replaceAll(pattern, (_, before: string, value: string, after: string) => before + standIn(value) + after),
    text,
  )

const isX12 = (text: string): boolean => text.startsWith('ISA')
const isEdifact = (text: string): boolean => /^UN[AB]/.test(text)

function segmentsOf(text: string, standIn: Scrub): string {
  const x12 = isX12(text)
  const una = text.startsWith('UNA') ? text.slice(3, 9) : ":+.? '"
  const element = x12 ? (text[3] ?? '*') : (una[1] ?? '+')
  const component = x12 ? (text[104] ?? '>') : (una[0] ?? ':')
  const terminator = x12 ? (text[105] ?? '~') : (una[5] ?? "'")
  const wanted = x12 ? X12_ELEMENTS : EDIFACT_ELEMENTS
  return text
    .split(terminator)
    .map((segment) => {
      const elements = segment.split(element)
      const places = wanted[(elements[0] ?? '').trim()] ?? []
      for (const place of places) {
        const value = elements[place]
        if (value !== undefined) elements[place] = value.split(component).map(standIn).join(component)
      }
      return elements.join(element)
    })
    .join(terminator)
}

/** Letters for letters and digits for digits, drawn from the value's own hash. Zeros in front stay: codes are told by them. */
function standInOf(seed: string): Scrub {
  const known = new Map<string, string>()
  return (value) => {
    const made = known.get(value.toLowerCase()) ?? drawn(seed, value.toLowerCase())
    known.set(value.toLowerCase(), made)
    return Array.from(value)
      .map((character, at) => ofKind(character, made.codePointAt(at % made.length) ?? 0, at === leading(value)))
      .join('')
  }
}

const leading = (value: string): number => value.search(/[1-9]/)

const drawn = (seed: string, value: string): string => createHash('sha256').update(`${seed}\n${value}`).digest('hex')

function ofKind(character: string, chance: number, isFirstDigit: boolean): string {
  if (/[a-z]/.test(character)) return String.fromCharCode(97 + (chance % 26))
  if (/[A-Z]/.test(character)) return String.fromCharCode(65 + (chance % 26))
  if (character === '0') return '0'
  if (/[1-9]/.test(character)) return String(isFirstDigit ? 1 + (chance % 9) : chance % 10)
  if (/\p{Lu}/u.test(character)) return 'X'
  return /\p{L}/u.test(character) ? 'x' : character
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
