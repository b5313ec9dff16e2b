/** Decodes XML bytes by their declared encoding; ill-formed text is refused, never patched. */
import { parsed, unreadable } from '#core/issue.ts'
import type { Issue, Parsed, Place } from '#core/issue.ts'
import { decodeUtf8, lineAndColumn, viewOf } from '../text.ts'
import { xmlIssue } from './issues.ts'

const SUPPORTED = new Map<string, XmlEncoding>([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['us-ascii', 'utf-8'],
  ['ascii', 'utf-8'],
  ['iso-8859-1', 'latin1'],
  ['latin1', 'latin1'],
  ['windows-1252', 'windows-1252'],
])

export type XmlEncoding = 'utf-8' | 'latin1' | 'windows-1252'

/** What the XML declaration says, UTF-8 without one. `opening`: at least the first 200 bytes, or all there are. */
export function declaredEncoding(opening: Uint8Array): Parsed<XmlEncoding> {
  const declared =
    /^(?:\xEF\xBB\xBF)?<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(
      viewOf(opening).toString('latin1', 0, OPENING_BYTES),
    )?.[1] ?? 'utf-8'
  const encoding = SUPPORTED.get(declared.toLowerCase())
  if (encoding !== undefined) return parsed(encoding)
  return unreadable(
    xmlIssue(
      'xml.encoding',
      { path: 'document', byteOffset: 0, line: 1 },
      `The encoding is one of ${[...SUPPORTED.keys()].join(', ')}`,
      declared,
      'Have the sender write UTF-8',
    ),
  )
}

/** Bytes in which an XML declaration is looked for. */
export const OPENING_BYTES = 200

/** Text without byte-order mark. */
export function decodeXml(bytes: Uint8Array): Parsed<string> {
  const declared = declaredEncoding(bytes)
  if (!declared.ok) return declared
  const encoding = declared.value
  if (encoding === 'latin1') return parsed(viewOf(bytes).toString('latin1'))
  if (encoding === 'windows-1252') return parsed(new TextDecoder('windows-1252').decode(bytes))
  const decoded = decodeUtf8(bytes)
  if (decoded.ok) return parsed(decoded.text.startsWith('\uFEFF') ? decoded.text.slice(1) : decoded.text)
  const place = { path: 'document', byteOffset: decoded.byteOffset, ...lineAndColumn(bytes, decoded.byteOffset) }
  return unreadable(illFormed(place, bytes[decoded.byteOffset] ?? 0))
}

export const illFormed = (place: Place, byte: number): Issue =>
  xmlIssue(
    'xml.encoding',
    place,
    'The bytes are the declared encoding, here UTF-8',
    `byte 0x${byte.toString(16).padStart(2, '0')}`,
    'Have the sender write UTF-8, or declare the encoding',
  )
