/**
 * The character set of an interchange: what UNB declares (S001/0001), or, where the declared set cannot hold the bytes, what the
 * bytes themselves say. Code list: UN/CEFACT 0001.
 */
import { isUtf8 } from 'node:buffer'

export type EdifactCharset =
  | 'evidence'
  | 'latin1'
  | 'iso-8859-2'
  | 'iso-8859-3'
  | 'iso-8859-4'
  | 'iso-8859-5'
  | 'iso-8859-6'
  | 'iso-8859-7'
  | 'iso-8859-8'
  | 'iso-8859-9'
  | 'utf-8'

const DECLARED: Readonly<Record<string, EdifactCharset>> = {
  UNOC: 'latin1',
  UNOD: 'iso-8859-2',
  UNOE: 'iso-8859-5',
  UNOF: 'iso-8859-7',
  UNOG: 'iso-8859-3',
  UNOH: 'iso-8859-4',
  UNOI: 'iso-8859-6',
  UNOJ: 'iso-8859-8',
  UNOK: 'iso-8859-9',
  UNOW: 'utf-8',
  UNOY: 'utf-8',
}

/** `evidence` for UNOA and UNOB, which are ASCII and hold no high byte by right, and for sets nobody knows. */
export const charsetOf = (syntaxId: string): EdifactCharset => DECLARED[syntaxId] ?? 'evidence'

const decoders = new Map<string, InstanceType<typeof TextDecoder>>()

/**
 * `raw` is latin-1, one character per byte, with at least one high byte. By evidence: well-formed UTF-8 is UTF-8, anything else
 * latin-1; the wrong guess would need latin-1 text that happens to be well-formed UTF-8.
 */
export function decode(raw: string, charset: EdifactCharset): string {
  if (charset === 'latin1') return raw
  const bytes = Buffer.from(raw, 'latin1')
  if (charset === 'evidence' || charset === 'utf-8') return isUtf8(bytes) ? bytes.toString('utf8') : raw
  const known = decoders.get(charset) ?? new TextDecoder(charset)
  decoders.set(charset, known)
  return known.decode(bytes)
}

/** The characters of UNOA (level A): capitals, digits, blank and ' ( ) + , - . / : = ? */
const LEVEL_A = /^[A-Z0-9 .,\-()/='+:?!"%&*;<>]*$/
const ASCII = /^[\x20-\x7e]*$/

/**
 * Text as bytes of the declared set; undefined when it cannot hold a character. One character of the result is one byte.
 * `lowerCase` lets UNOA hold all of ASCII, as many partners send and take it.
 */
export function encode(text: string, syntaxId: string, lowerCase = false): string | undefined {
  if (syntaxId === 'UNOA' && !lowerCase) return LEVEL_A.test(text) ? text : undefined
  if (ASCII.test(text)) return text
  if (hasControlCharacter(text)) return undefined
  const charset = charsetOf(syntaxId)
  if (charset === 'utf-8') return text.isWellFormed() ? Buffer.from(text, 'utf8').toString('latin1') : undefined
  if (charset === 'evidence') return undefined
  const table = charset === 'latin1' ? undefined : encodingTable(charset)
  let out = ''
  for (const character of text) {
    const code = character.charCodeAt(0)
    const byte = code < 128 ? character : table === undefined ? latin1Of(character) : table.get(character)
    if (byte === undefined) return undefined
    out += byte
  }
  return out
}

const hasControlCharacter = (text: string): boolean => /[\p{Cc}]/u.test(text)
const latin1Of = (character: string): string | undefined => (character <= '\xff' ? character : undefined)

const tables = new Map<string, Map<string, string>>()

function encodingTable(charset: EdifactCharset): Map<string, string> {
  const known = tables.get(charset)
  if (known !== undefined) return known
  const table = new Map<string, string>()
  for (let byte = 0xa0; byte < 0x100; byte += 1) {
    const raw = String.fromCharCode(byte)
    const character = decode(raw, charset)
    if (character !== '\ufffd') table.set(character, raw)
  }
  tables.set(charset, table)
  return table
}
